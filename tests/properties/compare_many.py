"""Compare the package with the naive definition on many random pairs of pattern and event.

    python -m tests.properties.compare_many --pairs 200000 --seed 1

Four rules meet five events at a time. Each pair is answered by `tests/naive.py`,
`eventmatch.matches`, `eventmatch.Matcher` (which holds all four rules) and `eventmatch.explain`.
Progress goes to stderr. Exits 1 if any answers differ, and shows the smallest such pair, made
smaller still.
"""

import argparse
import functools
import json
import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final, TypeAlias

import eventmatch
from tests.naive import Number, loads, naive_matches
from tests.properties.random_pairs import CrossingWriter, EventWriter, PatternWriter

RULES: Final = 4
EVENTS: Final = 5
PAIRS_A_TASK: Final = 250 * RULES * EVENTS

Answers: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A pair with differing answers, and the other rules that the matcher held."""

    pattern: str
    event: str
    others: tuple[str, ...]
    answers: Answers

    @property
    def size(self) -> int:
        """Characters to read."""
        return len(self.pattern) + len(self.event) + sum(map(len, self.others))

    def __str__(self) -> str:
        rows = [("pattern", self.pattern), ("event", self.event)]
        rows += [("beside", other) for other in self.others] + list(self.answers.items())
        return "\n".join(f"{name:8} {text}" for name, text in rows)


@dataclass(frozen=True, slots=True)
class Tally:
    """What one task found."""

    pairs: int = 0
    matches: int = 0
    differences: tuple[Difference, ...] = ()

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.pairs + other.pairs,
            self.matches + other.matches,
            self.differences + other.differences,
        )


def answer(ask: Callable[[], bool]) -> str:
    """`true`, `false`, or the exception."""
    try:
        return str(ask()).lower()
    except Exception as exception:
        return f"{type(exception).__name__}: {exception}"


@functools.lru_cache(maxsize=1)
def matcher(rules: frozenset[str]) -> eventmatch.Matcher:
    """Keep the matcher of the last group; its names are the patterns."""
    return eventmatch.Matcher({rule: rule for rule in sorted(rules)})


def ask_all(pattern: str, others: tuple[str, ...], event: str) -> Answers:
    """Ask everyone about one pair."""
    return {
        "naive": answer(lambda: naive_matches(pattern, event)),
        "matches": answer(lambda: eventmatch.matches(pattern, event)),
        "matcher": answer(lambda: pattern in matcher(frozenset({pattern, *others})).match(event)),
        "explain": answer(lambda: eventmatch.explain(pattern, event).matched),
    }


def compare(rules: tuple[str, ...], event: str) -> Tally:
    """Compare all answers for one event."""
    tally = Tally()
    for i, rule in enumerate(rules):
        others = rules[:i] + rules[i + 1 :]
        answers = ask_all(rule, others, event)
        difference = Difference(pattern=rule, event=event, others=others, answers=answers)
        differs = len(set(answers.values())) > 1
        tally += Tally(1, answers["naive"] == "true", (difference,) if differs else ())
    return tally


def run_task(task: tuple[int, int, int]) -> Tally:
    """Compare the pairs of one task, given by seed, number and size."""
    seed, number, pairs = task
    random = Random(f"{seed}/{number}")
    tally = Tally()
    while tally.pairs < pairs:
        rules, events = crossing_group(random) if random.random() < 0.3 else mixed_group(random)
        for event in events:
            tally += compare(rules, event)
    return tally


Group: TypeAlias = tuple[tuple[str, ...], list[str]]
"""The rules and the events that meet."""


def mixed_group(random: Random) -> Group:
    """Write rules of every operator, and events of which most were made for one of the rules."""
    writer = EventWriter(random)
    rules = tuple(PatternWriter(random).pattern() for _ in range(RULES))
    unrelated = [writer.event() for _ in range(EVENTS // 3)]
    return rules, unrelated + [
        writer.event_for(random.choice(rules)) for _ in range(EVENTS - len(unrelated))
    ]


def crossing_group(random: Random) -> Group:
    """Write rules and events for array consistency alone."""
    writer = CrossingWriter(random)
    rules = tuple(writer.pattern() for _ in range(RULES))
    return rules, [writer.event() for _ in range(EVENTS)]


def run(pairs: int, seed: int, workers: int, report: Callable[[Tally], None]) -> Tally:
    """Compare all pairs in worker processes."""
    sizes = [PAIRS_A_TASK] * (pairs // PAIRS_A_TASK) + [pairs % PAIRS_A_TASK]
    tally = Tally()
    with multiprocessing.Pool(workers) as pool:
        tasks = [(seed, number, size) for number, size in enumerate(sizes) if size]
        for part in pool.imap_unordered(run_task, tasks):
            tally += part
            report(tally)
    return tally


def smallest(differences: tuple[Difference, ...]) -> Difference:
    """Take the smallest difference and make it smaller while its answers stay as they are."""
    best = min(differences, key=lambda difference: difference.size)
    while (smaller := next(still_different(best), None)) is not None:
        best = smaller
    return best


def still_different(whole: Difference) -> Iterator[Difference]:
    """Yield each smaller pair with the same answers."""
    for pattern, event, others in candidates(whole):
        answers = ask_all(pattern, others, event)
        if answers == whole.answers:
            yield Difference(pattern=pattern, event=event, others=others, answers=answers)


def candidates(whole: Difference) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yield pairs with one thing less, the greatest things first."""
    others = whole.others
    for i in range(len(others)):
        yield whole.pattern, whole.event, others[:i] + others[i + 1 :]
    for event in smaller_texts(whole.event):
        yield whole.pattern, event, others
    for pattern in smaller_texts(whole.pattern):
        yield pattern, whole.event, others
    for i, other in enumerate(others):
        for rule in smaller_texts(other):
            yield whole.pattern, whole.event, (*others[:i], rule, *others[i + 1 :])


def smaller_texts(text: str) -> Iterator[str]:
    """Yield objects that are smaller than the object of the text."""
    return (dumps(node) for node in smaller(loads(text)) if isinstance(node, tuple))


def smaller(node: Any) -> Iterator[Any]:
    """Yield a JSON tree with one part left out, or put in the place of what held it."""
    if isinstance(node, tuple):
        yield from (node[:i] + node[i + 1 :] for i in range(len(node)))
        yield from (value for _, value in node)
        for i, (key, value) in enumerate(node):
            yield from ((*node[:i], (key, less), *node[i + 1 :]) for less in smaller(value))
    elif isinstance(node, list):
        yield from (node[:i] + node[i + 1 :] for i in range(len(node)))
        yield from node
        for i, value in enumerate(node):
            yield from ([*node[:i], less, *node[i + 1 :]] for less in smaller(value))


def dumps(node: Any) -> str:
    """Write what `loads` has read."""
    if isinstance(node, tuple):
        return "{" + ",".join(f"{dumps(key)}:{dumps(value)}" for key, value in node) + "}"
    if isinstance(node, list):
        return "[" + ",".join(map(dumps, node)) + "]"
    return str(node) if isinstance(node, Number) else json.dumps(node)


def main(arguments: list[str] | None = None) -> int:
    """Run the comparison from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--workers", type=int, default=2, help="default: %(default)s")
    options = parser.parse_args(arguments)
    start = time.monotonic()

    def report(tally: Tally) -> None:
        seconds = time.monotonic() - start
        print(f"{tally.pairs:,} pairs after {seconds:.0f} s", file=sys.stderr)

    tally = run(options.pairs, options.seed, options.workers, report)
    if tally.differences:
        print(smallest(tally.differences))
    print(
        f"{tally.pairs:,} pairs with seed {options.seed}: {tally.matches:,} match, "
        f"{len(tally.differences):,} differences"
    )
    return 1 if tally.differences else 0


if __name__ == "__main__":
    sys.exit(main())
