"""A rule takes a schedule of AWS's grammar for rules, and no other."""

import pytest

from eventmatch.bus.rules import check_schedule
from eventmatch.errors import ServiceCode, ServiceError
from tests.bus.fakes import MemoryRecords, new_plane, run


@pytest.mark.parametrize(
    "expression",
    [
        "cron(71 8 1 * ? *)",
        "cron(0 dummy ? * MON-FRI *)",
        "cron(0 10 ? * MON-FRI)",
        "at(2027-01-01T00:00:00)",
        "unix(0 10 * * 1-5)",
        "rate(1 hours)",
    ],
)
def test_put_rule_refuses_what_is_no_schedule_of_a_rule(expression: str) -> None:
    async def scenario() -> None:
        plane = await new_plane(MemoryRecords())
        await plane.put_rule("r", schedule_expression="rate(1 hour)")
        with pytest.raises(ServiceError) as caught:
            await plane.put_rule("r", schedule_expression=expression)
        assert caught.value.code is ServiceCode.VALIDATION
        assert caught.value.message == "Parameter ScheduleExpression is not valid."
        assert (await plane.describe_rule("r")).schedule_expression == "rate(1 hour)"

    run(scenario())


@pytest.mark.parametrize("expression", ["cron(0 0 LW * ? *)", "cron(0 0 31 2 ? *)", "rate(2 days)"])
def test_a_schedule_is_taken_whether_it_ever_fires_or_not(expression: str) -> None:
    check_schedule(expression)
