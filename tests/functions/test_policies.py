"""Whom the policy of a function lets in, and what a role lets a function do."""

from typing import Any

import pytest

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.policies import arn_fits
from tests.functions.planes import EVENTS, RULE, create, new_functions, published
from tests.loops import in_loop

ACCOUNT = "123456789012"


@pytest.mark.parametrize(
    ("permission", "lets_in"),
    [
        ({}, True),
        ({"principal": "*"}, True),
        ({"principal": "sns.amazonaws.com"}, False),
        ({"principal": ACCOUNT}, False),
        ({"action": "lambda:*"}, True),
        ({"action": "*"}, True),
        ({"action": "lambda:GetFunction"}, False),
        ({"source_arn": RULE}, True),
        ({"source_arn": f"{RULE}2"}, False),
        ({"source_arn": "arn:aws:events:us-east-1:123456789012:rule/*"}, True),
        ({"source_arn": "arn:aws:events:us-east-1:123456789012:*"}, True),
        ({"source_arn": "arn:aws:events:us-east-1:999999999999:rule/*"}, False),
        ({"source_account": ACCOUNT}, True),
        ({"source_account": "999999999999"}, False),
        ({"source_arn": RULE, "source_account": "999999999999"}, False),
        ({"principal": "*", "principal_org_id": "o-1234567890"}, False),
    ],
)
@in_loop
async def test_whom_a_permission_lets_in(permission: dict[str, Any], lets_in: bool) -> None:
    functions = await new_functions()
    await create(functions)
    resolved = functions.resolve("f")
    assert not functions.may_invoke(resolved, EVENTS, RULE, ACCOUNT)
    given = {"action": "lambda:InvokeFunction", "principal": EVENTS, **permission}
    await functions.add_permission("f", statement_id="s", **given)
    assert functions.may_invoke(resolved, EVENTS, RULE, ACCOUNT) is lets_in


@in_loop
async def test_without_its_source_a_service_is_not_let_in_by_one() -> None:
    functions = await new_functions()
    await create(functions)
    await functions.add_permission(
        "f", statement_id="s", action="*", principal=EVENTS, source_arn=RULE
    )
    assert not functions.may_invoke(functions.resolve("f"), EVENTS, None, ACCOUNT)


@in_loop
async def test_a_permission_belongs_to_the_qualifier_that_is_used() -> None:
    functions = await new_functions()
    await published(functions, 1)
    await functions.create_alias("f", name="live", function_version="1")
    await functions.add_permission(
        "f", statement_id="s", action="*", principal=EVENTS, qualifier="live"
    )
    allowed = {
        qualifier: functions.may_invoke(functions.resolve("f", qualifier), EVENTS, RULE, ACCOUNT)
        for qualifier in (None, "$LATEST", "1", "live")
    }
    assert allowed == {None: False, "$LATEST": False, "1": False, "live": True}
    await functions.add_permission("f", statement_id="s", action="*", principal=EVENTS)
    assert functions.may_invoke(functions.resolve("f", "$LATEST"), EVENTS, RULE, ACCOUNT)


@in_loop
async def test_a_statement_id_is_used_once_and_a_policy_has_a_revision() -> None:
    functions = await new_functions()
    version = await create(functions)
    given = {"action": "*", "principal": EVENTS}
    await functions.add_permission("f", statement_id="a", revision_id=version.revision, **given)
    with pytest.raises(LambdaError, match=r"The statement id \(a\) provided already exists") as no:
        await functions.add_permission("f", statement_id="a", **given)
    assert no.value.code is LambdaCode.RESOURCE_CONFLICT
    first = (await functions.get_policy("f")).revision
    await functions.add_permission("f", statement_id="b", revision_id=first, **given)
    with pytest.raises(LambdaError) as old:
        await functions.remove_permission("f", statement_id="b", revision_id=first)
    assert old.value.code is LambdaCode.PRECONDITION_FAILED
    with pytest.raises(LambdaError, match="Statement c is not found"):
        await functions.remove_permission("f", statement_id="c")
    await functions.remove_permission("f", statement_id="a")
    left = (await functions.get_policy("f")).statements
    assert [statement["Sid"] for statement in left] == ["b"]


@in_loop
async def test_a_policy_has_a_limit() -> None:
    functions = await new_functions(limits=LambdaLimits(policy_bytes=300))
    await create(functions)
    await functions.add_permission("f", statement_id="a", action="*", principal=EVENTS)
    with pytest.raises(LambdaError, match=r"The final policy size \(\d+\) is bigger") as refused:
        await functions.add_permission("f", statement_id="b" * 90, action="*", principal=EVENTS)
    assert refused.value.code is LambdaCode.POLICY_LENGTH_EXCEEDED


@pytest.mark.parametrize(
    ("pattern", "arn", "fits"),
    [
        (RULE, RULE, True),
        ("arn:aws:events:*:*:rule/?", RULE, True),
        ("arn:aws:events:*:rule/r", RULE, False),
        ("arn:aws:*", RULE, False),
        ("arn:aws:events:us-east-1:123456789012:rule/[r]", RULE, False),
    ],
)
def test_an_arn_is_like_another_part_by_part(pattern: str, arn: str, fits: bool) -> None:
    assert arn_fits(pattern, arn) is fits


@in_loop
async def test_a_role_may_what_it_is_described_to_and_others_everything() -> None:
    functions = await new_functions()
    role = "arn:aws:iam::123456789012:role/service/poor"
    queue = "arn:aws:sqs:us-east-1:123456789012:q"
    assert functions.role_allows(role, "sqs:SendMessage", queue)
    await functions.put_role("poor", actions=["SQS:Send*", "sns:*"], resources=["arn:aws:s?s:*q"])
    assert functions.role_allows(role, "sqs:SendMessage", queue)
    assert functions.role_allows("poor", "sns:Publish", "arn:aws:sns:us-east-1:123456789012:q")
    assert not functions.role_allows(role, "sqs:ReceiveMessage", queue)
    assert not functions.role_allows(role, "sqs:SendMessage", f"{queue}2")
    assert (await functions.get_role("poor")).actions == ("SQS:Send*", "sns:*")
    await functions.delete_role("poor")
    assert functions.role_allows(role, "sqs:ReceiveMessage", queue)


@in_loop
async def test_a_role_that_nobody_described_is_told() -> None:
    functions = await new_functions()
    for change in (functions.get_role, functions.delete_role):
        with pytest.raises(LambdaError) as refused:
            await change("gone")
        assert refused.value.code is LambdaCode.RESOURCE_NOT_FOUND
    with pytest.raises(LambdaError):
        await functions.put_role("a b", actions=["*"])
    with pytest.raises(LambdaError):
        await functions.put_role("a", actions="*")
