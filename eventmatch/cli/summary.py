"""What came of a run: for people, and for programs."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from eventmatch.cli.report import write, write_line
from eventmatch.cli.terminal import cut_left, fill, width
from eventmatch.cli.wording import count, elapsed
from eventmatch.delivery.ports import Metric
from eventmatch.observers.tally import Tally
from eventmatch.router.router import Router

_COLUMNS: Final = ("delivered", "dead", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """What came of the deliveries to one target of a rule."""

    bus: str
    rule: str
    target: str
    delivered: int
    dead: int
    waiting: int

    @property
    def name(self) -> str:
        """The name of the rule and the target; the default bus goes without saying."""
        bus = "" if self.bus == "default" else f"{self.bus}/"
        return f"{bus}{self.rule}/{self.target}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What came of a schedule, of events for a function, or of what a function sent elsewhere."""

    name: str
    delivered: int
    dead: int
    waiting: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Sums of a run, and what came of each target; `others` are schedules and functions."""

    events: int
    accepted: int
    refused: int
    matched: int
    delivered: int
    retried: int
    dead_letters: int
    dropped: int
    waiting: int
    seconds: float
    targets: tuple[Goal, ...]
    others: tuple[Lane, ...]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was refused, and nothing ended but as delivered."""
        is_dead = any(goal.dead for goal in self.targets) or any(lane.dead for lane in self.others)
        return not (self.refused or is_dead)

    def to_dict(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self)


async def summary_of(
    router: Router, tally: Tally, *, events: int, refused: int, seconds: float
) -> Summary:
    """Return what came of a run; raises `StoreError`."""
    dispatcher, counts = router.dispatcher, tally.counts
    backlog = await dispatcher.backlog()
    names = sorted({*dispatcher.delivered, *dispatcher.failed, *backlog})
    counted = (dispatcher.delivered, dispatcher.failed, backlog)
    goals = tuple(_goal(name, *counted) for name in names if _is_of_rule(name))
    others = tuple(_lane(name, *counted) for name in names if not _is_of_rule(name))
    sent = counts[Metric.INVOCATIONS_SENT_TO_DLQ]
    refused_letters = counts[Metric.INVOCATIONS_FAILED_TO_BE_SENT_TO_DLQ]
    return Summary(
        events=events,
        accepted=events - refused,
        refused=refused,
        matched=counts[Metric.MATCHED_EVENTS],
        delivered=sum(goal.delivered for goal in goals),
        retried=counts[Metric.RETRY_INVOCATION_ATTEMPTS],
        dead_letters=sent,
        dropped=counts[Metric.FAILED_INVOCATIONS] - sent - refused_letters,
        waiting=sum(backlog.values()),
        seconds=round(seconds, 6),
        targets=goals,
        others=others,
    )


def _is_of_rule(name: str) -> bool:
    """Whether a lane is BUS/RULE/TARGET: a schedule has one slash, and no bus has a colon."""
    return name.count("/") >= 2 and ":" not in name.partition("/")[0]


def _lane(
    name: str, delivered: Mapping[str, int], dead: Mapping[str, int], waiting: Mapping[str, int]
) -> Lane:
    return Lane(
        name=name,
        delivered=delivered.get(name, 0),
        dead=dead.get(name, 0),
        waiting=waiting.get(name, 0),
    )


def _goal(
    name: str, delivered: Mapping[str, int], dead: Mapping[str, int], waiting: Mapping[str, int]
) -> Goal:
    bus, rule, target = name.split("/", 2)
    return Goal(
        bus=bus,
        rule=rule,
        target=target,
        delivered=delivered.get(name, 0),
        dead=dead.get(name, 0),
        waiting=waiting.get(name, 0),
    )


def show(summary: Summary) -> None:
    """Show a summary to people."""
    sentence = (
        f"{count(summary.events, 'event')}: {summary.accepted:,} accepted, "
        f"{summary.refused:,} refused, {summary.matched:,} matched; "
        f"{elapsed(summary.events, summary.seconds)}"
    )
    write(fill(sentence))
    show_deliveries(summary)


def show_deliveries(summary: Summary) -> None:
    """Show what came of the deliveries, and of each target."""
    dropped = f", {summary.dropped:,} dropped" if summary.dropped else ""
    sentence = (
        f"{count(summary.delivered, 'delivery')} made, {summary.retried:,} retried, "
        f"{count(summary.dead_letters, 'dead letter')}{dropped}, {summary.waiting:,} left waiting"
    )
    write(fill(sentence))
    if summary.targets:
        _table("rule/target", summary.targets)
    if summary.others:
        _table("schedule or function", summary.others)


def _table(title: str, lanes: Sequence[Goal | Lane]) -> None:
    write()
    write(f"{'  '.join(_COLUMNS)}  {title}")
    used = sum(len(column) + 2 for column in _COLUMNS)
    for goal in lanes:
        numbers = (goal.delivered, goal.dead, goal.waiting)
        cells = (
            f"{number:>{len(column)},}" for number, column in zip(numbers, _COLUMNS, strict=True)
        )
        write(f"{'  '.join(cells)}  {cut_left(goal.name, max(width() - used, 12))}")


def show_line(summary: Summary) -> None:
    """Show a summary to programs: one JSON object on a line."""
    write_line(summary.to_dict())
