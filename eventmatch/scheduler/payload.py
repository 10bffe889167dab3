"""What the target of a schedule gets. Meaning: reference §4.4."""

from collections.abc import Mapping
from functools import partial
from typing import Any, Final, NamedTuple

from eventmatch.bus.arn import Arn
from eventmatch.bus.entries import Entry
from eventmatch.bus.envelope import Origin, envelope
from eventmatch.bus.moments import moment_text
from eventmatch.delivery.attempt import Render
from eventmatch.delivery.changing import Changing
from eventmatch.delivery.model import Attempt, Event
from eventmatch.delivery.ports import Adapter
from eventmatch.jsontext import compact, read_plain, write_plain
from eventmatch.scheduler.model import Schedule

# Facts of an event, which its dead letter tells as well.
EXECUTION_ID: Final = "execution-id"
SCHEDULED_TIME: Final = "scheduled-time"

_ARN: Final = "<aws.scheduler.schedule-arn>"
_TIME: Final = "<aws.scheduler.scheduled-time>"
_EXECUTION: Final = "<aws.scheduler.execution-id>"
_ATTEMPT: Final = b"<aws.scheduler.attempt-number>"


class Described(NamedTuple):
    """What the description of a lane tells: a schedule, and its target in AWS's members."""

    key: str
    arn: str
    target: Mapping[str, Any]


def describe(schedule: Schedule) -> bytes:
    """Return the description of a schedule's lane, the same for the same target."""
    return write_plain(
        {"schedule": schedule.key, "arn": schedule.arn, "target": dict(schedule.target)}
    )


def undescribe(description: bytes) -> Described:
    """Return what `describe` told; raises ValueError, TypeError or KeyError for anything else."""
    told = read_plain(description)
    return Described(told["schedule"], told["arn"], told["target"])


def facts(moment: float, execution_id: str) -> Mapping[str, str]:
    """Return what travels beside the event of a fire."""
    return {EXECUTION_ID: execution_id, SCHEDULED_TIME: moment_text(int(moment))}


def body(schedule: Schedule, moment: float, event_id: str, told: Mapping[str, str]) -> bytes:
    """Return the envelope of a fire: what a bus gets, or else what says that a schedule fired."""
    arn = Arn.parse(schedule.arn)
    assert arn is not None
    origin, second = Origin(arn.account, arn.region), int(moment)
    if (put := schedule.target.get("EventBridgeParameters")) is not None:
        detail = compact(_filled(schedule.target.get("Input", "{}"), schedule.arn, told))
        entry = Entry("", put["Source"], put["DetailType"], detail, (), second)
    else:
        resources = (schedule.arn,)
        entry = Entry("", "aws.scheduler", "Scheduled Event", b'"{}"', resources, second)
    return envelope(entry, event_id, moment, origin)


def render(told: Described) -> Render | None:
    """Return what makes the payloads of a schedule's target; None where it is the envelope."""
    text = told.target.get("Input")
    if text is None or "EventBridgeParameters" in told.target:
        return None
    return partial(_render, text, told.arn)


def _render(text: str, arn: str, event: Event) -> bytes:
    return _filled(text, arn, event.facts)


def _filled(text: str, arn: str, told: Mapping[str, str]) -> bytes:
    """Return an Input with what is known of its fire."""
    for name, value in (
        (_ARN, arn),
        (_TIME, told.get(SCHEDULED_TIME, "")),
        (_EXECUTION, told.get(EXECUTION_ID, "")),
    ):
        text = text.replace(name, value)
    return text.encode("utf-8", "backslashreplace")


def numbered(adapter: Adapter, target: Mapping[str, Any]) -> Adapter:
    """Return an adapter that tells the target the number of the attempt, if the Input asks."""
    return (
        Changing(adapter, _with_number) if _ATTEMPT.decode() in target.get("Input", "") else adapter
    )


def _with_number(attempt: Attempt) -> Attempt:
    payload = attempt.payload.replace(_ATTEMPT, b"%d" % attempt.number)
    return attempt._replace(payload=payload)
