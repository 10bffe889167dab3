"""Events built to satisfy a pattern, and events that miss it by one field.

A sub-rule says which values must stand at which paths. An event for it never needs an array with
two objects, so array consistency is never in the way. Meaning: event-pattern language reference
§2.1, §3, §6, §7.
"""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any, Final, TypeAlias

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

import eventmatch
from eventmatch.pattern.model import Leaf, SubRule
from eventmatch.testing.placing import Placing
from eventmatch.testing.samples import refused, samples
from eventmatch.testing.vocabulary import Json, JsonObject, JsonScalar

Pattern: TypeAlias = eventmatch.EventPattern | str | bytes | Mapping[str, Any]

Content: TypeAlias = tuple[Json, ...]
"""What stands at a path: a scalar or an array of scalars, in a tuple; or nothing."""

_NOTHING: Final[Content] = ()


def events_matching(pattern: Pattern) -> st.SearchStrategy[JsonObject]:
    """Events that the pattern matches; each is made for one of its `$or` branches.

    Fields are nested or dotted, values stand alone or in arrays, unrelated fields come along.
    Raises `InvalidArgument` if no event matches whose numbers Python can hold.
    """
    parsed = _parsed(pattern)
    name = _unused_name(parsed)
    rules = _satisfiable(parsed)
    return st.one_of([_events(_satisfying_all(rule), name) for rule in rules])


def near_misses(pattern: Pattern) -> st.SearchStrategy[JsonObject]:
    """Events that the pattern does not match, though they would if one field were different.

    The field has a value that is refused, is left out, or should have been. Where the event
    satisfies another branch of a `$or` instead, one fixed near miss takes its place. Raises
    `InvalidArgument` if there is none, because no event matches or no single field matters.
    """
    parsed = _parsed(pattern)
    name = _unused_name(parsed)
    rules = _satisfiable(parsed)
    fixed = next(_plain_near_misses(parsed, rules), None)
    if fixed is None:
        raise InvalidArgument(f"no single field decides whether an event matches {parsed}")
    candidates = [_events(contents, name) for rule in rules for contents in _missing_one(rule)]
    return st.one_of(candidates).map(
        lambda event: deepcopy(fixed) if eventmatch.matches(parsed, event) else event
    )


def _parsed(pattern: Pattern) -> eventmatch.EventPattern:
    return pattern if isinstance(pattern, eventmatch.EventPattern) else eventmatch.parse(pattern)


def _satisfiable(pattern: eventmatch.EventPattern) -> list[SubRule]:
    rules = [rule for rule in pattern.sub_rules if all(map(_satisfying, rule.leaves))]
    if not rules:
        raise InvalidArgument(f"no event matches {pattern}")
    return rules


def _unused_name(pattern: eventmatch.EventPattern) -> str:
    """Return a name that is no step of any path, so that no field below it concerns the pattern."""
    paths = {leaf.path for rule in pattern.sub_rules for leaf in rule.leaves}
    steps = {step for path in paths for step in path.split(".")}
    name = "extra"
    while name in steps:
        name += "_"
    return name


def _satisfying_all(rule: SubRule) -> st.SearchStrategy[Mapping[str, Content]]:
    return st.fixed_dictionaries({leaf.path: _satisfying(leaf)[0] for leaf in rule.leaves})


def _missing_one(rule: SubRule) -> Iterator[st.SearchStrategy[Mapping[str, Content]]]:
    """Yield, for each leaf in turn, what satisfies all the others but not this one."""
    for missed in rule.leaves:
        for contents in _missing(missed):
            satisfying = {leaf.path: _satisfying(leaf)[0] for leaf in rule.leaves}
            yield st.fixed_dictionaries(satisfying | {missed.path: contents})


@lru_cache(maxsize=1000)
def _satisfying(leaf: Leaf) -> tuple[st.SearchStrategy[Content], ...]:
    """Return the one strategy for contents that satisfy the leaf, or none if there is none."""
    others = _others(leaf)
    found = [sample for matcher in leaf.matchers if (sample := samples(matcher))]
    contents = [_present(sample.accepted, others) for sample in found]
    if leaf.allows_absence:
        contents.append(st.just(_NOTHING))
    return (st.one_of(contents),) if contents else ()


@lru_cache(maxsize=1000)
def _missing(leaf: Leaf) -> tuple[st.SearchStrategy[Content], ...]:
    """Return the one strategy for contents that do not satisfy the leaf, or none."""
    values = refused(leaf.matchers)
    contents = [_present(st.sampled_from(values), _others(leaf))] if values else []
    if not leaf.allows_absence:
        contents.append(st.just(_NOTHING))
    return (st.one_of(contents),) if contents else ()


def _others(leaf: Leaf) -> st.SearchStrategy[list[JsonScalar]]:
    """Further elements for an array at the leaf's path, which do not satisfy it."""
    values = refused(leaf.matchers)
    return st.lists(st.sampled_from(values), max_size=2) if values else st.just([])


def _present(
    values: st.SearchStrategy[JsonScalar], others: st.SearchStrategy[list[JsonScalar]]
) -> st.SearchStrategy[Content]:
    """Return a value alone, or in an array between others."""
    alone = values.map(lambda value: (value,))
    among = st.tuples(others, values, others)
    return alone | among.map(lambda parts: ([*parts[0], parts[1], *parts[2]],))


def _plain_near_misses(
    pattern: eventmatch.EventPattern, rules: Sequence[SubRule]
) -> Iterator[JsonObject]:
    """Yield near misses of simple values without anything around them."""
    for rule in rules:
        simplest = {leaf.path: _simplest(leaf) for leaf in rule.leaves}
        for leaf in rule.leaves:
            for content in [*((value,) for value in refused(leaf.matchers)), _NOTHING]:
                contents = simplest | {leaf.path: content}
                event = _placed(contents, Placing(unused_name=""))
                if not eventmatch.matches(pattern, event):
                    yield event


def _simplest(leaf: Leaf) -> Content:
    found = [sample for matcher in leaf.matchers if (sample := samples(matcher))]
    return (found[0].simplest,) if found else _NOTHING


@st.composite
def _events(
    draw: st.DrawFn, contents: st.SearchStrategy[Mapping[str, Content]], unused_name: str
) -> JsonObject:
    """Draw an event that holds the contents, half of the time plainly."""
    found = draw(contents)
    return _placed(found, Placing(unused_name, draw if draw(st.booleans()) else None))


def _placed(contents: Mapping[str, Content], placing: Placing) -> JsonObject:
    return placing.event((path, content[0]) for path, content in contents.items() if content)
