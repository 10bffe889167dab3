"""Who may invoke a function: statements of its resource policy. Meaning: service reference §3.5.

Pure. A statement is kept in AWS's members. Services are compared with Principal, SourceArn
(ArnLike) and SourceAccount (StringEquals); any other condition never lets a service in.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from typing import Any, Final

from eventmatch.bus.arn import Arn, Place
from eventmatch.functions import refusals
from eventmatch.functions.state import Policy
from eventmatch.jsontext import write_plain

_INVOKE: Final = "lambda:InvokeFunction"
_SERVICE: Final = re.compile(r"[a-z0-9.-]+\.amazonaws\.com(\.cn)?")
_ACCOUNT: Final = re.compile(r"\d{12}", re.ASCII)

Statement = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """What AddPermission is told: who may do what, and on which conditions."""

    statement_id: str
    action: str
    principal: str
    source_arn: str | None = None
    source_account: str | None = None
    principal_org_id: str | None = None
    event_source_token: str | None = None
    function_url_auth_type: str | None = None

    def statement(self, resource: str, place: Place) -> Statement:
        """Return the statement for the ARN of a function; raises `LambdaError` for nobody."""
        statement: dict[str, Any] = {
            "Sid": self.statement_id,
            "Effect": "Allow",
            "Principal": _principal(self.principal, place),
            "Action": self.action,
            "Resource": resource,
        }
        condition = self._condition()
        return {**statement, "Condition": condition} if condition else statement

    def _condition(self) -> dict[str, dict[str, str]]:
        equal = {
            "AWS:SourceAccount": self.source_account,
            "aws:PrincipalOrgID": self.principal_org_id,
            "lambda:EventSourceToken": self.event_source_token,
            "lambda:FunctionUrlAuthType": self.function_url_auth_type,
        }
        told = {name: value for name, value in equal.items() if value is not None}
        condition = {"StringEquals": told} if told else {}
        if self.source_arn is not None:
            condition["ArnLike"] = {"AWS:SourceArn": self.source_arn}
        return condition


def _principal(principal: str, place: Place) -> str | dict[str, str]:
    if principal == "*":
        return principal
    if _SERVICE.fullmatch(principal):
        return {"Service": principal}
    if _ACCOUNT.fullmatch(principal):
        return {"AWS": place.root(principal)}
    arn = Arn.parse(principal)
    if arn is None or arn.service not in ("iam", "sts"):
        raise refusals.bad_principal()
    return {"AWS": principal}


def policy_text(policy: Policy) -> str:
    """Return a policy as JSON text."""
    members = {"Version": "2012-10-17", "Id": "default", "Statement": list(policy.statements)}
    return write_plain(members).decode()


def with_statement(policy: Policy | None, statement: Statement, revision: str) -> Policy:
    """Return a policy with one statement more; raises `LambdaError` if its id is taken."""
    statements = policy.statements if policy else ()
    if any(each["Sid"] == statement["Sid"] for each in statements):
        raise refusals.statement_exists(statement["Sid"])
    return Policy((*statements, statement), revision)


def without_statement(policy: Policy, statement_id: str, revision: str) -> Policy | None:
    """Return a policy without a statement, None if it was the last; raises `LambdaError`."""
    left = tuple(each for each in policy.statements if each["Sid"] != statement_id)
    if len(left) == len(policy.statements):
        raise refusals.no_statement(statement_id)
    return Policy(left, revision) if left else None


def lets_invoke(policy: Policy, service: str, source_arn: str | None, account: str) -> bool:
    """Tell whether a policy lets a service invoke, on behalf of a resource of an account."""
    return any(_allows(each, service, source_arn, account) for each in policy.statements)


def _allows(statement: Statement, service: str, source_arn: str | None, account: str) -> bool:
    return (
        statement["Principal"] in ("*", {"Service": service})
        and fits(statement["Action"], _INVOKE)
        and all(
            _holds(kind, key, wanted, source_arn, account)
            for kind, conditions in statement.get("Condition", {}).items()
            for key, wanted in conditions.items()
        )
    )


def _holds(kind: str, key: str, wanted: str, source_arn: str | None, account: str) -> bool:
    match kind, key:
        case "ArnLike", "AWS:SourceArn":
            return source_arn is not None and arn_fits(wanted, source_arn)
        case "StringEquals", "AWS:SourceAccount":
            return wanted == account
    return False


def arn_fits(pattern: str, arn: str) -> bool:
    """Tell whether an ARN is like another: each of its six parts, with `*` and `?`."""
    wanted, parts = pattern.split(":", 5), arn.split(":", 5)
    return len(wanted) == len(parts) and all(map(fits, wanted, parts))


def fits(pattern: str, text: str) -> bool:
    """Tell whether a text is as a pattern with `*` and `?` has it."""
    return _compiled(pattern).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern.replace("[", "[[]")))
