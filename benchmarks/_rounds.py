"""One workload: all engines load it, their answers are compared, then they are timed in turn."""

import statistics
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from _builds import NotRun
from _engines import Answers, Engine, There, lacking, moto, own_engines, parser
from _measure import expect, progress
from _peers import DIFFERS, OWN
from _protocol import Harness, write_events, write_rules
from _workload import Rules, Workload

import eventmatch

FEWEST = 16  # events that every workload has, however slow an engine is
MOST_RULES = 100_000
"""What peers are given: event-ruler takes 3 KB a rule, and minutes for a million."""


@dataclass(frozen=True)
class Plan:
    """How long everything may take.

    A round matches as many events as take `round_s` at the speed of the engine: whole passes over
    the events, or the first of them where one pass takes longer. `answers_s` bounds the events to
    those that eventmatch answers in this time, and `limit_s` bounds a peer's every answer.
    `rules_added` and `lives` are the rules and the repetitions of `_lifecycle.py`.
    """

    events: int
    rounds: int
    warm_s: float
    round_s: float
    answers_s: float
    limit_s: float
    rules_added: int
    lives: int


QUICK = Plan(
    events=500,
    rounds=3,
    warm_s=0.1,
    round_s=0.03,
    answers_s=0.2,
    limit_s=5,
    rules_added=5_000,
    lives=1,
)
FULL = Plan(
    events=20_000,
    rounds=9,
    warm_s=2,
    round_s=0.25,
    answers_s=10,
    limit_s=300,
    rules_added=100_000,
    lives=3,
)


@dataclass
class Result:
    """Seconds an event in each round by engine, and why others have none."""

    workload: Workload
    rules: int
    events: int
    seconds: Mapping[str, list[float]] = field(default_factory=dict)
    own: frozenset[str] = frozenset()
    not_run: dict[str, str] = field(default_factory=dict)
    differing: dict[str, str] = field(default_factory=dict)

    def rate(self, engine: str) -> float:
        """Return the median of the events a second."""
        return 1 / statistics.median(self.seconds[engine])

    def ratio(self, peer: str, way: str = "eventmatch") -> tuple[float, float, float]:
        """Return quartile, median and quartile of peer's time over eventmatch's, by round.

        `way` is how eventmatch is called: `Matcher.match`, or the native loop.
        """
        pairs = zip(self.seconds[peer], self.seconds[way], strict=True)
        low, middle, high = statistics.quantiles(
            [theirs / ours for theirs, ours in pairs], n=4, method="inclusive"
        )
        return low, middle, high

    def peers(self) -> list[str]:
        """Return the engines that are not eventmatch."""
        return [engine for engine in self.seconds if engine not in self.own]


def run(workload: Workload, commands: Mapping[str, Sequence[str]], plan: Plan) -> Result:
    """Compare and time; `commands` start the peers, and name the other engines wanted."""
    progress(f"{workload.name}: rules")
    rules = workload.rules()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        room = _Room(workload, rules, Path(folder), plan, commands)
        peers = room.peers()
        stack.callback(lambda: [peer.close() for peer in peers])
        engines = own_engines(eventmatch.Matcher(rules))
        stack.callback(lambda: [engine.close() for engine in engines])
        expected = room.expected(engines[0])
        running = [*engines, *room.agreeing(peers, engines[1:], expected)]
        room.result.own = frozenset(engine.name for engine in running if engine.own)
        room.result.seconds = timed(running, len(expected), plan, workload.name)
        return room.result


class _Room:
    """What the steps of one workload share."""

    def __init__(
        self,
        workload: Workload,
        rules: Rules,
        folder: Path,
        plan: Plan,
        commands: Mapping[str, Sequence[str]],
    ) -> None:
        self.result = Result(workload, len(rules), 0)
        self._workload, self._rules, self._plan = workload, rules, plan
        self._folder, self._commands = folder, commands
        self._events: list[bytes] = []

    def peers(self) -> list[Engine]:
        """Start all that can run this workload; processes load it while this one goes on."""
        file = write_rules(self._folder / "rules.tsv", self._rules)
        return [
            engine for name in self._commands if (engine := self._started(name, file)) is not None
        ]

    def _started(self, name: str, file: Path) -> Engine | None:
        command = self._commands[name]
        try:
            lacking(self._workload, name)
            if name == "moto":
                return moto(self._rules, self._workload)
            if not command:
                return parser(name, self._workload)
            if len(self._rules) > MOST_RULES and name not in OWN:
                raise NotRun(f"peers are given up to {MOST_RULES:,} rules")
            harness = Harness(command, limit=self._plan.limit_s)
            return There(name, harness, file, own=name in OWN)
        except NotRun as problem:
            self.result.not_run[name] = str(problem)
            return None

    def expected(self, engine: Engine) -> Answers:
        """Return eventmatch's answers, as many as there is time for: they bound the events."""
        progress(f"{self._workload.name}: answers")
        events = self._workload.sample(self._plan.events)
        answers: Answers = []
        end = time.monotonic() + self._plan.answers_s
        for start in range(0, len(events), FEWEST):
            engine.hold(events[start : start + FEWEST], self._folder)
            answers.extend(engine.answers() or [])
            if time.monotonic() > end:
                break
        self._events = events[: len(answers)]
        self.result.events = len(answers)
        engine.hold(self._events, self._folder)
        return answers

    def agreeing(
        self, peers: Sequence[Engine], own: Sequence[Engine], expected: Answers
    ) -> Iterator[Engine]:
        """Return the peers that answer, after comparing their answers for every event."""
        file = write_events(self._folder / "events", self._events)
        for engine in [*own, *peers]:
            engine.hold(self._events, file)
        for engine in own:
            self._compare(engine, expected)
        for peer in peers:
            progress(f"{self._workload.name}: answers of {peer.name}")
            try:
                self._compare(peer, expected)
            except NotRun as problem:
                self.result.not_run[peer.name] = str(problem)
                peer.close()
            else:
                yield peer

    def _compare(self, engine: Engine, expected: Answers) -> None:
        answers = engine.answers()
        if answers is None:
            return
        short = len(answers) < len(expected) and engine.name != "moto"
        expect(not short, f"{self._workload.name}: {engine.name} answered {len(answers)} events")
        wrong = [
            number
            for number, (theirs, ours) in enumerate(zip(answers, expected, strict=False))
            if set(theirs) != set(ours)
        ]
        known = DIFFERS.get((self._workload.name, engine.name))
        if wrong and known:
            count = f"{len(wrong)} of {len(answers)} events"
            self.result.differing[engine.name] = f"{count}: {known}"
        elif wrong:
            expect(False, self._told(engine.name, wrong, answers, expected))

    def _told(self, name: str, wrong: list[int], answers: Answers, expected: Answers) -> str:
        number = wrong[0]
        theirs, ours = set(answers[number]), set(expected[number])
        return (
            f"{self._workload.name}: {name} differs from eventmatch on {len(wrong)} of"
            f" {len(answers)} events; on event {number} only {name} gives"
            f" {sorted(theirs - ours)[:5]}, only eventmatch {sorted(ours - theirs)[:5]}:"
            f" {self._events[number][:1000]!r}"
        )


def timed(engines: Sequence[Engine], events: int, plan: Plan, title: str) -> dict[str, list[float]]:
    """Warm all up, then time them in turn; return the seconds an event of each round."""
    counts = {engine.name: _warm(engine, events, plan) for engine in engines}
    seconds: dict[str, list[float]] = {engine.name: [] for engine in engines}
    for number in range(plan.rounds):
        progress(f"{title}: round {number + 1} of {plan.rounds}")
        for engine in engines:
            count = counts[engine.name]
            seconds[engine.name].append(engine.match(count) / count)
    return seconds


def _warm(engine: Engine, events: int, plan: Plan) -> int:
    """Return how many events a round shall have, after a warm-up."""
    progress(f"warming up {engine.name}")
    count, spent = min(events, FEWEST), 0.0
    while True:
        taken = max(engine.match(count), 1e-9)
        spent += taken
        wanted = int(plan.round_s * count / taken)
        if spent >= plan.warm_s:
            break
        count = max(1, min(wanted, 4 * count))
    passes = wanted // events
    return passes * events if passes else max(1, wanted)
