"""What a rule may be: its pattern, its schedule, and who may change it. Meaning: reference §2.4."""

from collections.abc import Callable

from eventmatch.bus import refusals
from eventmatch.bus.arn import DEFAULT_BUS
from eventmatch.bus.model import Rule, RuleState
from eventmatch.bus.quotas import Quotas
from eventmatch.errors import PatternError, ScheduleError
from eventmatch.pattern import EventPattern, parse
from eventmatch.pattern.operators import AnythingButMatching, ValueMatcher, Wildcard
from eventmatch.schedule.parser import parse_schedule

CheckSchedule = Callable[[str], None]
"""Raises `ServiceError` for a text that is no schedule expression."""


def check_schedule(expression: str) -> None:
    """Raise `ServiceError` for what is no schedule of a rule."""
    try:
        parse_schedule(expression)
    except ScheduleError as error:
        raise refusals.bad_schedule() from error


def check_rule(rule: Rule, quotas: Quotas, check_schedule: CheckSchedule) -> EventPattern | None:
    """Return the pattern of a rule, if it has one; raises `ServiceError` for what is no rule."""
    if not rule.event_pattern and not rule.schedule_expression:
        raise refusals.missing("EventPattern or ScheduleExpression")
    if rule.schedule_expression is not None and rule.bus != DEFAULT_BUS:
        raise refusals.schedule_on_custom_bus()
    pattern = None
    if rule.event_pattern:
        is_long = len(rule.event_pattern) > quotas.pattern_characters
        if is_long and rule.managed_by is None:
            raise refusals.limit_exceeded()
        pattern = parsed(rule.event_pattern)
    if rule.schedule_expression:
        check_schedule(rule.schedule_expression)
        if rule.state is RuleState.ENABLED_WITH_CLOUDTRAIL:
            raise refusals.cloudtrail_with_schedule()
    return pattern


def parsed(pattern: str) -> EventPattern:
    """Return an event pattern; raises `ServiceError` with AWS's words."""
    try:
        return parse(pattern)
    except PatternError as error:
        raise refusals.bad_pattern(error) from error


def check_managed(rule: Rule, *, force: bool) -> None:
    """Raise `ServiceError` if a service keeps the rule for itself, unless it is by force."""
    if rule.managed_by is not None and not force:
        raise refusals.rule_is_managed(rule.name, rule.managed_by)


def uses_wildcard(pattern: EventPattern) -> bool:
    """Tell whether a pattern counts against the quota of rules with wildcards."""
    return any(
        _is_wildcard(matcher)
        for sub_rule in pattern.sub_rules
        for leaf in sub_rule.leaves
        for matcher in leaf.matchers
    )


def may_use_wildcard(pattern: str) -> bool:
    """Tell quickly, of a valid pattern's text, that `uses_wildcard` may hold of it."""
    return "wildcard" in pattern or "\\u" in pattern


def _is_wildcard(matcher: ValueMatcher) -> bool:
    if isinstance(matcher, AnythingButMatching):
        return matcher.operator == "wildcard"
    return isinstance(matcher, Wildcard)
