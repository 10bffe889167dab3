"""`eventmatch library run`: real events against real rules, on one page."""

import json
import sys
import textwrap
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, Final

import eventmatch
from eventmatch.cli.explain import explanation_lines
from eventmatch.cli.report import write
from eventmatch.cli.rules import Rule, Sample, matcher_of
from eventmatch.cli.terminal import Paint, cut, paint_for, width
from eventmatch.cli.wording import count, rate

_EXAMPLES: Final = 5


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
    room = width()
    name_room = min(36, room - 15)
    rule_room = room - name_room - 17
    heading = f"{'service':<{name_room}} events matched"
    _title(f"{heading}  rules" if rule_room >= 12 else heading, paint)
    for service, group in groupby(matches, key=lambda match: match.rule.service):
        listed = list(group)
        matched = sum(bool(match.names) for match in listed)
        line = f"{cut(service, name_room):<{name_room}} {len(listed):>6} {matched:>7}"
        if rule_room >= 12:
            names = dict.fromkeys(name for match in listed for name in match.names)
            line += f"  {_fitting(list(names), rule_room)}"
        write(line.rstrip())


def _fitting(names: Sequence[str], room: int) -> str:
    """Name as many as there is room for, and the number of the others."""
    for shown in range(len(names), 0, -1):
        rest = f" +{len(names) - shown}" if shown < len(names) else ""
        text = ", ".join(names[:shown]) + rest
        if len(text) <= room:
            return text
    rest = f" +{len(names) - 1}" if len(names) > 1 else ""
    return cut(names[0], room - len(rest)) + rest if names else ""


def _examples(matches: Sequence[Match], paint: Paint) -> None:
    write()
    _title("Some events and the rules they match", paint)
    for match in _telling(matches):
        event = json.loads(match.sample.event)
        write(cut(f"{event.get('source', '?')}: {event.get('detail-type', '?')}", width()))
        for line in _detail(match.rule.pattern, event):
            write(cut(f"  {line}", width()))
        for name in match.names:
            write(f"  {paint('->', 'green')} {paint(cut(name, width() - 5), 'green')}")


def _telling(matches: Iterable[Match]) -> list[Match]:
    """Choose the events of most rules, one of a service."""
    best: dict[str, Match] = {}
    for match in matches:
        service = match.rule.service
        if service not in best or len(match.names) > len(best[service].names):
            best[service] = match
    ranked = sorted(best.values(), key=lambda match: -len(match.names))
    return ranked[:_EXAMPLES]


def _detail(pattern: str, event: dict[str, Any]) -> Iterator[str]:
    """Yield the fields that the rule asks for: at most three, without the envelope's."""
    leaves = eventmatch.explain(pattern, json.dumps(event)).branches[0].leaves
    asked = [leaf for leaf in leaves if leaf.found and leaf.path.startswith("detail.")]
    for leaf in asked[:3]:
        yield f"{leaf.path} = {', '.join(leaf.found)}"


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
    write(f"{count(len(matches), 'event')}, {count(total, 'match')}")
    write(f"{rate(len(matches), seconds)} ({engine} engine)")
    for match in wrong:
        verdict = "should match" if match.sample.matches else "should not match"
        write(
            paint(
                f"wrong: {match.rule.name} {verdict} the event at line {match.sample.line}", "red"
            )
        )
    return int(bool(wrong))
