"""`eventmatch library run`: real events against real rules, on one page."""

import json
import sys
import textwrap
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Final

import eventmatch
from eventmatch.cli.explain import explanation_lines
from eventmatch.cli.report import write
from eventmatch.cli.rules import Rule, Sample, matcher_of
from eventmatch.cli.terminal import Paint, cut, cut_left, paint_for, width
from eventmatch.cli.wording import count, rate

_NAME_ROOM: Final = 36
_KNOWN: Final = ("Amazon EC2", "Amazon S3")
_AWS: Final = ("Amazon ", "AWS ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A sample event of a rule, and the rules that match it."""

    rule: Rule
    sample: Sample
    names: Sequence[str]

    @property
    def is_right(self) -> bool:
        """Whether the rule says of its own event what it should."""
        return (self.rule.name in self.names) is self.sample.matches


def run(rules: Sequence[Rule]) -> int:
    """Match all sample events against all rules, show what came of it; 1 if an answer is wrong."""
    matcher = matcher_of(rules)
    samples = [(rule, sample, sample.event.encode()) for rule in rules for sample in rule.samples]
    started = time.perf_counter()
    names = [matcher.match(event) for _, _, event in samples]
    seconds = time.perf_counter() - started
    matches = [
        Match(rule=rule, sample=sample, names=found)
        for (rule, sample, _), found in zip(samples, names, strict=True)
    ]
    paint = paint_for(sys.stdout)
    _table(matches, paint)
    _examples(matches, paint)
    _near_miss(matches, paint)
    return _totals(matches, len(rules), seconds, paint)


def _title(text: str, paint: Paint) -> None:
    write(paint(text, "bold"))


def _table(matches: Sequence[Match], paint: Paint) -> None:
    """List the services, each with its figures and the names of the rules that matched."""
    name_room = min(_NAME_ROOM, width() - 15)
    _title(f"{'service':<{name_room}} events matched", paint)
    for service, group in groupby(matches, key=lambda match: match.rule.service):
        listed = list(group)
        matched = sum(bool(match.names) for match in listed)
        write(f"{cut(service, name_room):<{name_room}} {len(listed):>6} {matched:>7}")
        for line in _wrapped(Counter(name for match in listed for name in match.names)):
            write(paint(line, "dim"))


def _wrapped(numbers: Mapping[str, int]) -> Iterator[str]:
    """Yield lines of whole names with their numbers."""
    line = ""
    for name, number in numbers.items():
        ending = f" x{number}" if number > 1 else ""
        item = cut_left(name, width() - 3 - len(ending)) + ending
        if line and len(line) + 2 + len(item) >= width():
            yield f"{line},"
            line = ""
        line = f"{line}, {item}" if line else f"  {item}"
    if line:
        yield line


def _examples(matches: Sequence[Match], paint: Paint) -> None:
    write()
    _title("Some events and the rules they match", paint)
    for match in _telling(matches):
        event = json.loads(match.sample.event)
        write(cut(f"{event.get('source', '?')}: {event.get('detail-type', '?')}", width()))
        for path, values in _detail(match.rule.pattern, event):
            shown = cut_left(path, max(width() - len(values) - 5, width() // 2))
            write(cut(f"  {shown} = {values}", width()))
        for name in match.names:
            write(f"  {paint('->', 'green')} {paint(cut_left(name, width() - 5), 'green')}")


def _telling(matches: Iterable[Match]) -> list[Match]:
    """Choose the event of most rules of each service that everybody knows, and of one other."""
    best: dict[str, Match] = {}
    for match in matches:
        service = match.rule.service
        if service not in best or len(match.names) > len(best[service].names):
            best[service] = match
    known = [best.pop(service) for service in _KNOWN if service in best]
    others = [match for match in best.values() if match.rule.service.startswith(_AWS)]
    return known + sorted(others, key=lambda match: -len(match.names))[:1]


def _detail(pattern: str, event: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the fields that the rule asks for: at most three, without the envelope's."""
    leaves = eventmatch.explain(pattern, json.dumps(event)).branches[0].leaves
    asked = [leaf for leaf in leaves if leaf.found and leaf.path.startswith("detail.")]
    for leaf in asked[:3]:
        yield leaf.path, ", ".join(leaf.found)


def _near_miss(matches: Sequence[Match], paint: Paint) -> None:
    missed = [match for match in matches if not match.sample.matches and not match.names]
    if not missed:
        return
    chosen = next((match for match in missed if match.rule.name.startswith("ec2-")), missed[0])
    fill = partial(textwrap.fill, width=width(), break_on_hyphens=False)
    explanation = eventmatch.explain(chosen.rule.pattern, chosen.sample.event)
    write()
    _title("A near miss, and why", paint)
    write(fill(f"{chosen.rule.name}: {chosen.rule.description}", subsequent_indent="  "))
    write(fill(chosen.sample.why, initial_indent="  ", subsequent_indent="  "))
    for line in explanation_lines(explanation, paint, fill):
        write(line)


def _totals(matches: Sequence[Match], rules: int, seconds: float, paint: Paint) -> int:
    wrong = [match for match in matches if not match.is_right]
    total = sum(len(match.names) for match in matches)
    services = len({match.rule.service for match in matches})
    write()
    engine = eventmatch.engine_name()
    _title(f"{count(rules, 'rule')} of {count(services, 'service')}", paint)
    matched = sum(bool(match.names) for match in matches)
    write(f"{count(len(matches), 'event')}: {matched:,} match at least one rule")
    write(f"{count(total, 'match')} of an event and a rule")
    missed = sum(not match.sample.matches for match in matches)
    write(f"{missed:,} events are deliberate near misses")
    write(f"{rate(len(matches), seconds)} ({engine} engine)")
    for match in wrong:
        verdict = "should match" if match.sample.matches else "should not match"
        write(
            paint(
                f"wrong: {match.rule.name} {verdict} the event at line {match.sample.line}", "red"
            )
        )
    return int(bool(wrong))
