"""What `eventmatch schedule` does."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import eventmatch
from eventmatch.cli.check import Checked, Subject, report, report_nothing
from eventmatch.cli.inputs import UsageError
from eventmatch.cli.report import write, write_json
from eventmatch.cli.rules import finding_of
from eventmatch.cli.schedule_calendar import show_calendar
from eventmatch.cli.schedules import Scheduled, known_zone, load_schedules, of_text, usable
from eventmatch.cli.terminal import fill, paint_for
from eventmatch.cli.wording import count
from eventmatch.clock import SystemClock
from eventmatch.schedule.model import Rate
from eventmatch.schedule.zones import zone_of

_SCHEDULES: Final = Subject(
    noun="schedule", title="schedule expression", command="eventmatch schedule check"
)
_UNITS: Final = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def run_action(args: argparse.Namespace) -> int:
    """Do what the action says, and return the exit code."""
    return _ACTIONS[args.action](args)


def _now() -> datetime:
    return datetime.fromtimestamp(SystemClock().now(), UTC)


def _next(args: argparse.Namespace) -> int:
    """List fire times, and return 1 if there are none."""
    schedule = of_text(args.expression, args.dialect, args.timezone).parsed()
    after = _now() if args.after is None else _moment(args.after, known_zone(args.timezone))
    fires = list(islice(eventmatch.fire_times(schedule, after), args.count))
    words = eventmatch.explain_schedule(schedule)
    if args.format == "json":
        facts = {"expression": schedule.text, "timezone": schedule.timezone, "explanation": words}
        write_json(facts | {"fires": [fire.isoformat() for fire in fires]})
        return int(not fires)
    start = f", counted from {after:%Y-%m-%d %H:%M:%S %z}" if isinstance(schedule, Rate) else ""
    write(fill(f"{words}{start}"))
    for fire in fires:
        left = _in_words((fire - after).total_seconds())
        write(f"{fire:%a %Y-%m-%d %H:%M:%S %z}  after {left}")
    if not fires:
        write(f"never after {after:%Y-%m-%d %H:%M:%S %z}")
    return int(not fires)


def _moment(text: str, timezone: str) -> datetime:
    """Return the moment of an option: on the clocks of the zone, unless it tells its own."""
    try:
        given = datetime.fromisoformat(text)
        moment = given if given.tzinfo else given.replace(tzinfo=zone_of(timezone))
        moment.astimezone(UTC)  # raises where UTC has no date for it
    except (ValueError, OverflowError) as error:
        message = f'--after: expected a time such as 2027-01-31T10:00, got "{text}"'
        raise UsageError(message) from error
    return moment


def _in_words(seconds: float) -> str:
    """Return how long that is, in its two largest units."""
    left, words = round(seconds), list[str]()
    for noun, size in _UNITS:
        number, left = divmod(left, size)
        if number:
            words.append(count(number, noun))
    return " ".join(words[:2])


def _explain(args: argparse.Namespace) -> int:
    """Say in words when it fires, and return 0."""
    schedule = of_text(args.expression, args.dialect, args.timezone).parsed()
    words = eventmatch.explain_schedule(schedule)
    if args.format == "json":
        facts = {"expression": schedule.text, "timezone": schedule.timezone}
        write_json(facts | {"explanation": words})
    else:
        write(fill(words))
    return 0


def _check(args: argparse.Namespace) -> int:
    """Report errors and warnings, and return 1 if there are findings that count."""
    try:
        found = load_schedules(args.schedules, args.dialect, args.timezone)
    except UsageError:
        report_nothing(args, _SCHEDULES)
        raise
    now = _now()
    return report([_checked(scheduled, now) for scheduled in found], args, _SCHEDULES)


def _checked(scheduled: Scheduled, now: datetime) -> Checked:
    rule = scheduled.rule
    if rule.flaw is not None:
        return Checked(rule=rule, findings=(rule.flaw,))
    problems = eventmatch.check_schedule(
        rule.pattern, dialect=scheduled.dialect, timezone=scheduled.timezone, after=now
    )
    return Checked(rule=rule, findings=tuple(finding_of(rule, problem) for problem in problems))


def _calendar(args: argparse.Namespace) -> int:
    """Show a year, and return 1 if nothing fires in it."""
    found = load_schedules(args.schedules, args.dialect, args.timezone)
    zone = known_zone(args.timezone)
    year = args.year or _now().astimezone(zone_of(zone)).year
    enabled = [each for each in found if not each.rule.is_disabled]
    if len(enabled) < len(found):
        skipped = count(len(found) - len(enabled), "disabled schedule")
        sys.stderr.write(f"eventmatch: skipped {skipped}\n")
    return show_calendar(usable(enabled), year, zone, args.format, paint_for(sys.stdout))


_ACTIONS: Final[Mapping[str, Callable[[argparse.Namespace], int]]] = {
    "next": _next,
    "explain": _explain,
    "check": _check,
    "calendar": _calendar,
}
