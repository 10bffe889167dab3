"""From the arguments of CreateSchedule and UpdateSchedule to a schedule: reference §4.4."""

from collections.abc import Mapping
from typing import Any, Final

from eventmatch.bus.arn import Arn, Place
from eventmatch.bus.constraints import accept
from eventmatch.errors import ScheduleError
from eventmatch.jsontext import compact
from eventmatch.scheduler import refusals
from eventmatch.scheduler.firing import parsed
from eventmatch.scheduler.model import ActionAfterCompletion, Schedule, ScheduleState
from eventmatch.scheduler.shapes import SCHEDULE

# The seconds that a start may be in the past.
_LATE: Final = 300.0
_NO_WINDOW: Final = {"Mode": "OFF"}


def arn_of(place: Place, resource: str) -> str:
    """Return the ARN of a schedule or a group."""
    return str(Arn(place.partition, "scheduler", place.region, place.account, resource))


def schedule_of(
    name: str, group: str, given: Mapping[str, Any], place: Place, now: float
) -> Schedule:
    """Return the schedule that is asked for; raises `ServiceError`, and TypeError for no argument.

    `given` are arguments in snake case; None is one that is left out.
    """
    if unknown := given.keys() - _MEMBERS.keys():
        raise TypeError(f"a schedule has no {', '.join(sorted(unknown))}")
    members = {_MEMBERS[each]: value for each, value in given.items()}
    members.setdefault("FlexibleTimeWindow", _NO_WINDOW)
    told = accept(SCHEDULE, {**members, "Name": name, "GroupName": group})
    schedule = Schedule(
        name=name,
        group=group,
        arn=arn_of(place, f"schedule/{group}/{name}"),
        expression=told["ScheduleExpression"],
        target=told["Target"],
        created=now,
        modified=now,
        timezone=told.get("ScheduleExpressionTimezone", "UTC"),
        window=_window(told["FlexibleTimeWindow"]),
        start=told.get("StartDate"),
        end=told.get("EndDate"),
        state=ScheduleState(told.get("State", "ENABLED")),
        action_after_completion=ActionAfterCompletion(told.get("ActionAfterCompletion", "NONE")),
        description=told.get("Description"),
        kms_key_arn=told.get("KmsKeyArn"),
    )
    _check(schedule, now)
    return schedule


_MEMBERS: Final = {
    "schedule_expression": "ScheduleExpression",
    "schedule_expression_timezone": "ScheduleExpressionTimezone",
    "flexible_time_window": "FlexibleTimeWindow",
    "start_date": "StartDate",
    "end_date": "EndDate",
    "state": "State",
    "action_after_completion": "ActionAfterCompletion",
    "description": "Description",
    "kms_key_arn": "KmsKeyArn",
    "target": "Target",
}


def _window(members: Mapping[str, Any]) -> int | None:
    minutes: int | None = members.get("MaximumWindowInMinutes")
    if (members["Mode"] == "FLEXIBLE") != (minutes is not None):
        raise refusals.window_does_not_fit()
    return minutes


def _check(schedule: Schedule, now: float) -> None:
    try:
        parsed(schedule.expression, schedule.timezone)
    except ScheduleError as error:
        raise refusals.bad_expression(schedule.expression, error) from error
    if schedule.start is not None and schedule.start < now - _LATE:
        raise refusals.starts_in_the_past()
    if schedule.end is not None and schedule.end <= (schedule.start or 0):
        raise refusals.ends_before_the_start()
    _check_target(schedule.target)


def _check_target(target: Mapping[str, Any]) -> None:
    if Arn.parse(target["Arn"]) is None:
        raise refusals.bad_arn(target["Arn"])
    if "EventBridgeParameters" in target and not _is_object(target.get("Input", "{}")):
        raise refusals.input_is_no_object()


def _is_object(text: str) -> bool:
    try:
        return compact(text).startswith(b"{")
    except ValueError:
        return False
