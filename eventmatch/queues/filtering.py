"""Filter policies of subscriptions: which of them want a message.

Meaning: service semantics §7.2. A policy is an event pattern of the dialect SNS, on the attributes
of a message or on its body.
"""

import math
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum
from typing import Final

from eventmatch.engine.matcher import Matcher
from eventmatch.errors import EventError, PatternError, QueueError
from eventmatch.jsontext import Fault, read_value, to_text
from eventmatch.pattern import EventPattern
from eventmatch.pattern.dialect import SNS
from eventmatch.pattern.parser import parse_text
from eventmatch.queues.admission import typed
from eventmatch.queues.model import Attribute, Message
from eventmatch.queues.refusals import invalid

_MOST_COMBINATIONS: Final = 150


class FilterScope(StrEnum):
    """What a filter policy looks at."""

    ATTRIBUTES = "MessageAttributes"
    BODY = "MessageBody"


def parse_policy(text: str, scope: FilterScope) -> EventPattern:
    """Return the pattern of a filter policy, or raise `QueueError` in the words of SNS."""
    try:
        pattern = parse_text(text, SNS)
    except PatternError as error:
        raise _invalid(error.aws_message) from error
    leaves = [leaf for rule in pattern.sub_rules for leaf in rule.leaves]
    if scope is FilterScope.ATTRIBUTES and _is_nested(text):
        raise _invalid(
            "Filter policy scope MessageAttributes does not support nested filter policy"
        )
    count = math.prod(len(leaf.matchers) for leaf in set(leaves))
    if count > _MOST_COMBINATIONS:
        raise _invalid(
            f"Filter policy is too complex: {count} combinations of values, at most "
            f"{_MOST_COMBINATIONS} are allowed"
        )
    return pattern


def _is_nested(text: str) -> bool:
    """Tell whether a member of a policy is an object; `$or` holds flat policies."""
    policies = [dict(read_value(text))]
    for policy in policies:
        policies += map(dict, policy.get("$or", ()))
    values = [value for policy in policies for name, value in policy.items() if name != "$or"]
    return not all(isinstance(value, list) for value in values)


class Filters:
    """The policies of the subscriptions of one topic, matched together."""

    def __init__(self, policies: Mapping[str, tuple[EventPattern, FilterScope]]) -> None:
        self._matchers = {scope: Matcher() for scope in FilterScope}
        for name, (pattern, scope) in policies.items():
            self._matchers[scope].add(name, pattern)

    def accepting(self, message: Message) -> frozenset[str]:
        """Return the names of the policies that accept a message."""
        return frozenset(
            name
            for scope, matcher in self._matchers.items()
            if len(matcher)
            for name in _matching(matcher, _READ[scope](message))
        )


def _matching(matcher: Matcher, event: str) -> Iterable[str]:
    """Return the names that match; none of them accepts what is not a JSON object."""
    try:
        return matcher.match(event)
    except EventError:
        return ()


def _attributes_text(message: Message) -> str:
    members = (
        f"{to_text(name)}:{value}"
        for name, attribute in typed(message.attributes)
        if (value := _json(attribute)) is not None
    )
    return f"{{{','.join(members)}}}"


def _json(attribute: Attribute) -> str | None:
    """Return an attribute as JSON text; None for one that no policy sees."""
    if attribute.type == "String.Array":
        return attribute.value if _is_array(attribute.value) else None
    if attribute.type.startswith("Binary"):
        return None
    if attribute.type.startswith("Number"):
        return _number(attribute.value)
    return to_text(attribute.value)


def _is_array(text: str) -> bool:
    try:
        return isinstance(read_value(text), list)
    except Fault:
        return False


def _number(text: str) -> str | None:
    number = float(text)
    return (
        to_text(int(number) if number.is_integer() else number) if math.isfinite(number) else None
    )


def _body_text(message: Message) -> str:
    return message.body


_READ: Final[Mapping[FilterScope, Callable[[Message], str]]] = {
    FilterScope.ATTRIBUTES: _attributes_text,
    FilterScope.BODY: _body_text,
}


def _invalid(reason: str) -> QueueError:
    return invalid(f"FilterPolicy: {reason}")
