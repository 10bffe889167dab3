"""Compare the native engine with the Python engine on many random rules and events.

    python -m tests.native.compare_engines --pairs 10000000 --seed 1

A group of rules goes into two matchers, one on each engine. Events, most made for one of the rules,
are matched by both, in every way there is, while rules go and come back; the lists of names must be
equal. Each rule with each event is a pair. Of events with too many combinations, one engine alone
may refuse some, see `docs/architecture.md`; these are counted apart. Progress goes to stderr. Exits
1 if any answers differ, and shows the steps that lead there, as few as were found to do.
"""

import functools
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Final, TypeAlias

from eventmatch import EventError, Matcher
from eventmatch.pattern import EventPattern, parse
from tests.native.campaign import Tally, main
from tests.native.crowds import CrowdWriter
from tests.native.damage import damaged
from tests.properties.compare_many import smaller_texts
from tests.properties.random_pairs import CrossingWriter, EventWriter, PatternWriter

PAIRS: Final = 5_000_000
PAIRS_A_TASK: Final = 100_000
EVENTS: Final = 100
CHANGED: Final = 0.1
"""How often a rule goes or comes back before an event."""
DAMAGED: Final = 0.1
"""How often an event is damaged, so that some are none any more."""

TOO_COMPLEX: Final = "too-complex"
Answer: TypeAlias = list[str] | tuple[str, int | None] | str
"""Names, or the code and position of an `EventError`, or what must not happen."""
Rule: TypeAlias = tuple[str, str, EventPattern]
"""A name, a pattern, and the pattern as parsed."""


@dataclass(frozen=True, slots=True)
class Step:
    """Something done to both matchers: `text` is a pattern or an event, `name` that of a rule."""

    what: str
    name: str
    text: str

    def __str__(self) -> str:
        return f"{self.what} {self.name} {self.text}"


def answer(ask: Callable[[], list[str]]) -> Answer:
    """Return the names, or what was raised."""
    try:
        return ask()
    except EventError as error:
        return str(error.code), error.position
    except Exception as exception:
        return f"{type(exception).__name__}: {exception}"


def is_too_complex(*answers: Answer) -> bool:
    """Tell whether an engine has given up."""
    return any(isinstance(one, tuple) and one[0] == TOO_COMPLEX for one in answers)


Writer: TypeAlias = EventWriter | CrossingWriter | CrowdWriter
WRITERS: Final = (EventWriter, CrossingWriter, CrowdWriter)
LINE_END: Final = re.compile(r"[\r\n]")


class Both:
    """Two matchers with the same rules, and all steps that they have taken."""

    def __init__(self) -> None:
        self.native = Matcher(engine="native")
        self.python = Matcher(engine="python")
        self.steps: list[Step] = []

    def add(self, name: str, text: str, pattern: EventPattern | None = None) -> None:
        """Add a rule; `pattern` is the parsed text, if someone has it already."""
        self.steps.append(Step("add", name, text))
        self.native.add(name, text)
        self.python.add(name, pattern or text)

    def remove(self, name: str) -> None:
        """Remove a rule that is there."""
        self.steps.append(Step("remove", name, ""))
        self.native.remove(name)
        self.python.remove(name)

    def match(self, text: str) -> tuple[Answer, Answer]:
        """Return the answers of both engines, the native one first."""
        return answer(lambda: self.native.match(text)), answer(lambda: self.python.match(text))

    def other_ways(self, text: str) -> set[str]:
        """Return in which other ways the native engine gives another answer to a valid event."""
        names, matcher, data = self.native.match(text), self.native, text.encode()
        ways = {
            "match(bytes)": names == matcher.match(data),
            "match_trusted": names == matcher.match_trusted(data),
            "has_match": bool(names) is matcher.has_match(text),
            "match_many": [names] == list(matcher.match_many([data])),
            "match_lines": LINE_END.search(text) or [names] == matcher.match_lines(data),
        }
        return {way for way, agrees in ways.items() if not agrees}


parsed: Final = functools.lru_cache(maxsize=1000)(parse)


def replay(steps: list[Step]) -> str | None:
    """Take steps with two new matchers; tell how the answers to the last one differ, if they do."""
    both = Both()
    for step in steps[:-1]:
        if step.what == "add":
            both.add(step.name, step.text, parsed(step.text))
        elif step.name in both.python:
            both.remove(step.name)
    return difference(both, steps[-1].text)


def difference(both: Both, event: str) -> str | None:
    """Tell how the engines differ on an event, if they do."""
    native, python = both.match(event)
    if is_too_complex(native, python):
        return None
    if native != python:
        return f"native {native}\npython {python}"
    ways = both.other_ways(event) if isinstance(native, list) else set()
    return f"native {native}, but not by {', '.join(sorted(ways))}" if ways else None


def smallest(steps: list[Step]) -> list[Step]:
    """Leave out and shorten steps as long as the engines differ on the last one."""
    size = len(steps) // 2
    while size:
        start = 0
        while start < len(steps) - 1:
            fewer = steps[:start] + steps[min(start + size, len(steps) - 1) :]
            if differs(fewer):
                steps = fewer
            else:
                start += size
        size //= 2
    while (less := next(filter(differs, shortened(steps)), None)) is not None:
        steps = less
    return steps


def differs(steps: list[Step]) -> bool:
    """Tell whether the last step finds a difference; what cannot be done finds none."""
    try:
        return replay(steps) is not None
    except Exception:
        return False


def shortened(steps: list[Step]) -> Iterator[list[Step]]:
    """Yield the steps with one text made smaller."""
    for i in reversed(range(len(steps))):
        step = steps[i]
        for text in smaller_texts(step.text) if is_json(step.text) else ():
            yield [*steps[:i], Step(step.what, step.name, text), *steps[i + 1 :]]


def is_json(text: str) -> bool:
    """Tell whether a text can be taken apart."""
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def compare(random: Random, pairs: int) -> Tally:
    """Compare groups until there were so many pairs."""
    tally = Tally()
    while tally.counts["pairs"] < pairs and not tally.findings:
        compare_group(random, tally)
    return tally


def compare_group(random: Random, tally: Tally) -> None:
    """Match events with a group of rules that come and go."""
    size = random.choice((4, 40, 40, 40, 120))
    writer = random.choices(WRITERS, (5, 3, 2))[0](random)
    if isinstance(writer, CrowdWriter):
        size *= 2
    texts = [write_pattern(random, writer) for _ in range(size)]
    rules = [(f"rule {n}", text, parse(text)) for n, text in enumerate(texts)]
    both, gone = Both(), list[Rule]()
    for rule in rules:
        both.add(*rule)
    for _ in range(EVENTS):
        if random.random() < CHANGED:
            change(random, both, rules, gone)
        event = write_event(random, writer, texts)
        tally.counts["pairs"] += size - len(gone)
        tally.counts["events"] += 1
        tally.counts["matches"] += compare_event(both, event, tally)


def change(random: Random, both: Both, rules: list[Rule], gone: list[Rule]) -> None:
    """Remove some rules, or bring back those that are gone, or give a rule a second pattern."""
    if gone:
        random.shuffle(gone)
        for rule in gone:
            both.add(*rule)
        gone.clear()
    elif random.random() < 0.2:
        (name, _, _), (_, text, pattern) = random.choices(rules, k=2)
        both.add(name, text, pattern)
    else:
        gone += random.sample(rules, random.randint(1, len(rules)))
        for name, _, _ in gone:
            both.remove(name)


def write_pattern(random: Random, writer: Writer) -> str:
    """Write a pattern."""
    return (PatternWriter(random) if isinstance(writer, EventWriter) else writer).pattern()


def write_event(random: Random, writer: Writer, patterns: list[str]) -> str:
    """Write an event, mostly for one of the patterns, now and then damaged."""
    if isinstance(writer, EventWriter) and random.random() < 0.7:
        event = writer.event_for(random.choice(patterns))
    else:
        event = writer.event()
    if random.random() < DAMAGED:
        return damaged(random, event.encode()).decode("utf-8", "replace")
    return event


def compare_event(both: Both, event: str, tally: Tally) -> int:
    """Compare the answers for one event; return how many rules match."""
    native, python = both.match(event)
    if is_too_complex(native, python):
        tally.counts["events that are too complex"] += 1
    elif native == python and (isinstance(native, tuple) or not both.other_ways(event)):
        tally.counts["refused events"] += isinstance(native, tuple)
        return len(native) if isinstance(native, list) else 0
    else:
        steps = smallest([*both.steps, Step("match", "", event)])
        tally.findings.append("\n".join([*map(str, steps), replay(steps) or "once only"]))
    return 0


if __name__ == "__main__":
    sys.exit(main(compare, __doc__, "pairs", PAIRS, PAIRS_A_TASK))
