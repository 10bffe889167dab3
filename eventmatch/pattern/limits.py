"""The limits on a pattern as a whole. Meaning: event-pattern language reference §8, §9."""

from collections.abc import Sequence
from typing import Final

from eventmatch.errors import PatternCode
from eventmatch.pattern.complexity import complexity
from eventmatch.pattern.dialect import Dialect
from eventmatch.pattern.model import Step, SubRule, combinations, expand
from eventmatch.pattern.refusal import Refusal

_TOO_COMPLEX: Final = (
    "Rule is too complex - try using fewer wildcard characters or fewer repeating character "
    "sequences after a wildcard character"
)


def refuse_length(text: str, dialect: Dialect) -> Refusal | None:
    """Return the refusal of a text that the service would not even read."""
    if len(text) <= dialect.max_length:
        return None
    message = f"the pattern has {len(text)} characters; at most {dialect.max_length} are allowed"
    aws = f"Event pattern must not be longer than {dialect.max_length} characters"
    return _refusal(PatternCode.PATTERN_TOO_LONG, aws, message, text)


def refuse_whole(text: str, steps: Sequence[Step], dialect: Dialect) -> Refusal | None:
    """Return the refusal of a pattern whose parts are all valid."""
    count = combinations(steps)
    if count > dialect.max_combinations:
        limit = dialect.max_combinations
        message = f'"$or" makes {count} combinations; at most {limit} are allowed'
        aws = f"Event pattern has more than {limit} combinations of $or"
        return _refusal(PatternCode.OR_TOO_MANY, aws, message, text)
    sub_rules = expand(steps)
    return _refuse_paths(text, sub_rules, dialect) or _refuse_complexity(text, sub_rules, dialect)


def _refuse_paths(text: str, sub_rules: Sequence[SubRule], dialect: Dialect) -> Refusal | None:
    limit, count = dialect.max_paths, max(len(rule.leaves) for rule in sub_rules)
    if count <= limit:
        return None
    message = f"the pattern names {count} fields; at most {limit} are allowed"
    aws = f"Size of rule exceeds max value of {limit}"
    return _refusal(PatternCode.TOO_MANY_PATHS, aws, message, text)


def _refuse_complexity(text: str, sub_rules: Sequence[SubRule], dialect: Dialect) -> Refusal | None:
    limit = dialect.max_complexity
    if complexity(sub_rules, limit=limit) <= limit:
        return None
    message = f"the wildcards of one field are too complex: more than {limit} ways at once"
    hint = "use fewer stars, or fewer repeated characters behind a star"
    return _refusal(PatternCode.WILDCARD_COMPLEXITY, _TOO_COMPLEX, message, text, hint)


def _refusal(
    code: PatternCode, aws: str, message: str, text: str, hint: str | None = None
) -> Refusal:
    return Refusal(code, aws, message, 0, (0, len(text)), hint, location_lines=0)
