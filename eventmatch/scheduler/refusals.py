"""What EventBridge Scheduler says when it refuses. Meaning: reference §4.4."""

from eventmatch.bus.refusals import invalid
from eventmatch.errors import ScheduleCode, ScheduleError, ServiceCode, ServiceError


def bad_expression(expression: str, error: ScheduleError) -> ServiceError:
    """Return the refusal of a text that is no schedule expression, or of its time zone."""
    if error.code is ScheduleCode.TIME_ZONE:
        return invalid("The ScheduleExpressionTimezone is not valid.")
    return invalid(f"Invalid Schedule Expression {expression}.")


def bad_arn(arn: str) -> ServiceError:
    """Return the refusal of an ARN that is none, or none of a resource here."""
    return invalid(f"Provided Arn is not in correct format: {arn}")


def starts_in_the_past() -> ServiceError:
    """Return the refusal of a start that is long over."""
    return invalid("The StartDate you specify cannot be earlier than 5 minutes ago.")


def ends_before_the_start() -> ServiceError:
    """Return the refusal of an end that is not behind the start."""
    return invalid("The EndDate you specify must be later than the StartDate.")


def window_does_not_fit() -> ServiceError:
    """Return the refusal of a flexible window without its minutes, or of minutes without one."""
    return invalid("MaximumWindowInMinutes is for the FlexibleTimeWindow mode FLEXIBLE, and only.")


def default_group_stays() -> ServiceError:
    """Return the refusal to delete the group that is always there."""
    return invalid("The default schedule group cannot be deleted.")


def no_schedule(name: str) -> ServiceError:
    """Return the refusal of a schedule that is not there."""
    return ServiceError(ServiceCode.RESOURCE_NOT_FOUND, f"Schedule {name} does not exist.")


def no_group(name: str) -> ServiceError:
    """Return the refusal of a group that is not there."""
    return ServiceError(ServiceCode.RESOURCE_NOT_FOUND, f"Schedule group {name} does not exist.")


def schedule_exists(name: str) -> ServiceError:
    """Return the refusal of a second schedule of a name in a group."""
    return ServiceError(ServiceCode.CONFLICT, f"Schedule {name} already exists.")


def group_exists(name: str) -> ServiceError:
    """Return the refusal of a second group of a name."""
    return ServiceError(ServiceCode.CONFLICT, f"Schedule group {name} already exists.")


def input_is_no_object() -> ServiceError:
    """Return the refusal of an Input that cannot be the detail of an event."""
    return invalid("The Input of a target that is an event bus must be a JSON object.")
