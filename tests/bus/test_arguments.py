"""Whatever Python gives to the control plane, it does or refuses it, and has changed nothing."""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import pytest

from eventmatch.bus.arguments import checked
from eventmatch.bus.constraints import Number, Text
from eventmatch.bus.plane import ControlPlane
from eventmatch.bus.policies import Condition
from eventmatch.errors import ServiceCode, ServiceError
from tests.bus.fakes import MemoryRecords, new_plane, run

QUEUE: Final = "arn:aws:sqs:us-east-1:123456789012:orders"
RULE: Final = "arn:aws:events:us-east-1:123456789012:rule/r"
TARGET: Final = {"Id": "t", "Arn": QUEUE}
JUNK: Final[list[Any]] = [
    True,
    -1,
    2**70,
    1.5,
    float("nan"),
    "\0\ud800",
    b"x",
    [],
    [None],
    {},
    {"a": object()},
    {1: 2},
    {"x"},
    object(),
    len,
]

Step = Callable[[ControlPlane, Any], Awaitable[Any]]

STEPS: Final[dict[str, Step]] = {
    "create_event_bus": lambda plane, junk: plane.create_event_bus(junk),
    "a bus's settings": lambda plane, junk: plane.create_event_bus(
        "b", settings={"KmsKeyIdentifier": junk}
    ),
    "describe_event_bus": lambda plane, junk: plane.describe_event_bus(junk),
    "delete_event_bus": lambda plane, junk: plane.delete_event_bus(junk),
    "a limit": lambda plane, junk: plane.list_rules(limit=junk),
    "a token": lambda plane, junk: plane.list_event_buses(next_token=junk),
    "a prefix": lambda plane, junk: plane.list_rules(name_prefix=junk),
    "put_rule": lambda plane, junk: plane.put_rule(junk, event_pattern='{"a":[1]}'),
    "a pattern": lambda plane, junk: plane.put_rule("r", event_pattern=junk),
    "a schedule": lambda plane, junk: plane.put_rule("r", schedule_expression=junk),
    "a state": lambda plane, junk: plane.put_rule("r", event_pattern='{"a":[1]}', state=junk),
    "describe_rule": lambda plane, junk: plane.describe_rule(junk),
    "a rule's bus": lambda plane, junk: plane.describe_rule("r", event_bus_name=junk),
    "delete_rule": lambda plane, junk: plane.delete_rule(junk),
    "targets": lambda plane, junk: plane.put_targets("r", junk),
    "a target": lambda plane, junk: plane.put_targets("r", [junk]),
    "a target's members": lambda plane, junk: plane.put_targets("r", [TARGET | {"Input": junk}]),
    "remove_targets": lambda plane, junk: plane.remove_targets("r", junk),
    "list_rule_names_by_target": lambda plane, junk: plane.list_rule_names_by_target(
        junk, limit=junk
    ),
    "a principal": lambda plane, junk: plane.put_permission(
        action="events:PutEvents", principal=junk, statement_id="s"
    ),
    "a statement": lambda plane, junk: plane.put_permission(
        action="events:PutEvents", principal="*", statement_id=junk
    ),
    "a condition": lambda plane, junk: plane.put_permission(
        action="events:PutEvents", principal="*", statement_id="s", condition=junk
    ),
    "a condition's value": lambda plane, junk: plane.put_permission(
        action="events:PutEvents",
        principal="*",
        statement_id="s",
        condition=Condition(type="StringEquals", key="aws:PrincipalOrgID", value=junk),
    ),
    "a policy": lambda plane, junk: plane.put_permission(policy=junk),
    "a resource": lambda plane, junk: plane.list_tags_for_resource(junk),
    "tags": lambda plane, junk: plane.tag_resource(junk, {"k": "v"}),
    "a tag": lambda plane, junk: plane.tag_resource(RULE, {"k": [junk]}),  # type: ignore[dict-item]
    "keys": lambda plane, junk: plane.untag_resource(RULE, [junk, 1]),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
@pytest.mark.parametrize("junk", JUNK, ids=lambda junk: type(junk).__name__)
def test_junk_is_refused_and_changes_nothing(step: Step, junk: Any) -> None:
    async def scene() -> None:
        records = MemoryRecords()
        plane = await new_plane(records)
        await plane.put_rule("r", event_pattern='{"source":["shop"]}')
        before = {kind: await records.load(kind) for kind in ("event-bus", "rule")}
        with pytest.raises(ServiceError):
            await step(plane, junk)
        assert {kind: await records.load(kind) for kind in ("event-bus", "rule")} == before

    run(scene())


class Clerk:
    @checked(name=Text(most=3), limit=Number(most=9))
    async def note(self, name: str, *, limit: int | None = None, other: Any = 0) -> Any:
        return name, limit, other


def test_arguments_come_as_they_were_given() -> None:
    assert run(Clerk().note("a", other=len)) == ("a", None, len)
    assert run(Clerk().note(name="a", limit=3)) == ("a", 3, 0)


def test_none_stands_for_what_may_be_left_out() -> None:
    assert run(Clerk().note("a", limit=None)) == ("a", None, 0)
    with pytest.raises(ServiceError) as refused:
        run(Clerk().note(None))  # type: ignore[arg-type]
    assert refused.value.code is ServiceCode.SERIALIZATION


def test_a_refusal_names_the_argument_as_aws_does() -> None:
    with pytest.raises(ServiceError, match="Value '10' at 'limit' failed"):
        run(Clerk().note("a", limit=10))
