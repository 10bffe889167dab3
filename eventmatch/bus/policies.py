"""Who may put events on a bus: its resource policy. Meaning: service reference §2.3.

A policy is kept as compact JSON text. Of what policies can say, this is understood: Allow and
Deny, principals that are accounts or everybody, actions and resources with `*` and `?`, and
StringEquals of aws:PrincipalOrgID. What is not understood never opens a bus: such an Allow counts
for nothing, such a Deny for everything.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Any, Final, NamedTuple

from eventmatch.bus import refusals
from eventmatch.bus.arn import Arn
from eventmatch.bus.constraints import Entries, Text, accept
from eventmatch.jsontext import location, read_document, read_plain, write_plain

PUT_EVENTS: Final = "events:PutEvents"
_ORGANIZATION: Final = "aws:PrincipalOrgID"
_ORGANIZATION_ID: Final = re.compile(r"o-[a-z0-9]+")
_ACCOUNT: Final = re.compile(r"\d{12}", re.ASCII)
_VERSION: Final = "2012-10-17"

Statement = dict[str, Any]


class Caller(NamedTuple):
    """Who asks: an account, and the organisation that it belongs to."""

    account: str
    organization: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """What must hold of a caller besides; AWS takes one kind alone."""

    type: str
    key: str
    value: str


_CONDITION: Final = Entries(value=Text())


def statement_of(
    bus_arn: str,
    principal: str | None,
    statement_id: str | None,
    action: str | None,
    condition: Condition | None,
) -> Statement:
    """Return the statement that PutPermission adds; the principal is the root ARN or `*`.

    Raises `ServiceError` for what is missing, and for an action or condition that is not supported.
    """
    for name, value in (
        ("Action", action),
        ("Principal", principal),
        ("StatementId", statement_id),
    ):
        if value is None:
            raise refusals.missing(name)
    if action != PUT_EVENTS:
        raise refusals.unsupported("action")
    statement: Statement = {
        "Sid": statement_id,
        "Effect": "Allow",
        "Principal": principal if principal == "*" else {"AWS": principal},
        "Action": action,
        "Resource": bus_arn,
    }
    if condition is not None:
        _check_condition(condition)
        statement["Condition"] = {condition.type: {condition.key: condition.value}}
    return statement


def _check_condition(condition: object) -> None:
    if not isinstance(condition, Condition):
        raise refusals.wrong_type("condition", "a Condition")
    accept(_CONDITION, asdict(condition), "condition")
    if condition.key != _ORGANIZATION:
        raise refusals.unsupported("condition.key")
    if condition.type != "StringEquals":
        raise refusals.unsupported("condition.type")
    if not _ORGANIZATION_ID.fullmatch(condition.value):
        raise refusals.bad_condition_value()


def with_statement(policy: str | None, statement: Statement) -> str:
    """Return the policy with a statement added, or put in the place of the one of its id."""
    document = _document(policy)
    by_id = {each["Sid"]: each for each in document["Statement"]}
    by_id[statement["Sid"]] = statement
    return _text({**document, "Statement": list(by_id.values())})


def without_statement(policy: str | None, statement_id: str) -> str | None:
    """Return the policy without a statement, None if it was the last; raises `ServiceError`."""
    document = _document(policy)
    left = [each for each in document["Statement"] if each["Sid"] != statement_id]
    if len(left) == len(document["Statement"]):
        raise refusals.no_statement()
    return _text({**document, "Statement": left}) if left else None


def _document(policy: str | None) -> dict[str, Any]:
    found: dict[str, Any] = read_plain(policy or f'{{"Version":"{_VERSION}","Statement":[]}}')
    return found


def _text(document: Mapping[str, Any]) -> str:
    return write_plain(document).decode()


def normalized(policy: str, root_arn: str) -> str:
    """Return the text of a policy as it is kept; raises `ServiceError` for what is none.

    A single statement becomes a list, and a bare account the ARN of its root, which is `root_arn`
    with the account in place of `{}`.
    """
    try:
        document = read_plain(policy)
    except ValueError as error:
        raise refusals.policy_no_json() from error
    if not isinstance(document, dict):
        raise refusals.no_policy()
    statements = _checked_statements(document)
    _refuse_duplicates(statements, policy)
    kept = [_with_roots(each, root_arn) for each in statements]
    try:
        return _text({**document, "Statement": kept})
    except ValueError as error:  # nested deeper than can be written, or a number out of range
        raise refusals.policy_no_json() from error


def _checked_statements(document: Mapping[str, Any]) -> Sequence[Statement]:
    if "Version" not in document:
        raise refusals.policy_without("Version")
    statements = document.get("Statement") or []
    statements = [statements] if isinstance(statements, dict) else statements
    if not statements:
        raise refusals.policy_without_statements()
    if not isinstance(statements, list) or not all(isinstance(each, dict) for each in statements):
        raise refusals.no_policy()
    for statement in statements:
        for name in ("Sid", "Resource"):
            if name not in statement:
                raise refusals.policy_without(name)
        if not isinstance(statement["Sid"], str):
            raise refusals.no_policy()
    return statements


def _refuse_duplicates(statements: Sequence[Statement], policy: str) -> None:
    seen: set[str] = set()
    for number, statement in enumerate(statements):
        if statement["Sid"] in seen:
            raise refusals.duplicate_statements(*_place_of(number, policy))
        seen.add(statement["Sid"])


def _place_of(number: int, policy: str) -> tuple[int, int]:
    """Return line and column of a statement in the text of its policy."""
    root = read_document(policy).root
    lists = [each.value for each in root.members if each.name.text == "Statement"] if root else []
    items = lists[-1].items if lists else []
    return location(policy, items[number].start if number < len(items) else 0)


def _with_roots(statement: Statement, root_arn: str) -> Statement:
    principal = statement.get("Principal")
    if not isinstance(principal, dict) or "AWS" not in principal:
        return statement
    named = principal["AWS"]
    roots = [_root(each, root_arn) for each in _listed(named)]
    return {
        **statement,
        "Principal": {**principal, "AWS": roots if isinstance(named, list) else roots[0]},
    }


def _root(principal: object, root_arn: str) -> object:
    if isinstance(principal, str) and _ACCOUNT.fullmatch(principal):
        return root_arn.format(principal)
    return principal


def may_put_events(policy: str | None, bus_arn: str, caller: Caller) -> bool:
    """Tell whether a caller may put events on a bus; the account that owns it always may."""
    bus = Arn.parse(bus_arn)
    if bus is not None and caller.account == bus.account:
        return True
    statements = _statements(policy)
    return any(_allows(each, bus_arn, caller) for each in statements) and not any(
        _denies(each, bus_arn, caller) for each in statements
    )


def _allows(statement: Statement, bus_arn: str, caller: Caller) -> bool:
    if statement.get("Effect") != "Allow" or not _is_understood(statement):
        return False
    return _concerns(statement, bus_arn, caller)


def _denies(statement: Statement, bus_arn: str, caller: Caller) -> bool:
    if statement.get("Effect") != "Deny":
        return False
    return not _is_understood(statement) or _concerns(statement, bus_arn, caller)


def _is_understood(statement: Statement) -> bool:
    if not {"NotPrincipal", "NotAction", "NotResource"}.isdisjoint(statement):
        return False
    condition = statement.get("Condition")
    if not condition:
        return True
    if not isinstance(condition, dict) or set(condition) != {"StringEquals"}:
        return False
    wanted = condition["StringEquals"]
    return isinstance(wanted, dict) and set(wanted) == {_ORGANIZATION}


@lru_cache(maxsize=256)
def _statements(policy: str | None) -> tuple[Statement, ...]:
    document = {} if policy is None else read_plain(policy)
    return tuple(_listed(document.get("Statement", [])))


def _concerns(statement: Statement, bus_arn: str, caller: Caller) -> bool:
    return (
        _fits_any(statement.get("Action"), PUT_EVENTS)
        and _fits_any(statement.get("Resource"), bus_arn)
        and any(_names(each, caller) for each in _principals(statement.get("Principal")))
        and _holds(statement.get("Condition"), caller)
    )


def _fits_any(patterns: object, text: str) -> bool:
    return any(
        isinstance(each, str) and _pattern(each).fullmatch(text) for each in _listed(patterns)
    )


@lru_cache(maxsize=256)
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(translate(text.replace("[", "[[]")))


def _principals(principal: object) -> Iterator[object]:
    yield from _listed(principal.get("AWS") if isinstance(principal, dict) else principal)


def _names(principal: object, caller: Caller) -> bool:
    if not isinstance(principal, str):
        return False
    arn = Arn.parse(principal)
    named = arn.account if arn and arn.service == "iam" and arn.resource == "root" else principal
    return named in ("*", caller.account)


def _holds(condition: Any, caller: Caller) -> bool:
    if not condition:
        return True
    wanted = _listed(condition["StringEquals"][_ORGANIZATION])
    return caller.organization is not None and caller.organization in wanted


def _listed(value: object) -> Sequence[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)
