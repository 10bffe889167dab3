"""What the control plane says when it refuses: AWS's codes and texts, each in one place.

Meaning: service reference §2, §5; where it tells no text, docs/deviations.md says so.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from eventmatch.errors import PatternError, ServiceCode, ServiceError

# Why an archive or a replay is in the state that it is in.
RULE_DELETED: Final = "Managed rule for the archive was forcefully deleted."
ARCHIVE_DELETED: Final = "Archive resource not found."
INTERNAL_ERROR: Final = "Internal error."


class Fault(NamedTuple):
    """A parameter outside its constraints: its value as AWS shows it (None: it is missing)."""

    value: str | None
    path: str
    constraint: str

    def __str__(self) -> str:
        value = "null" if self.value is None else f"'{self.value}'"
        return f"Value {value} at '{self.path}' failed to satisfy constraint: {self.constraint}"


def invalid(message: str) -> ServiceError:
    """Return the refusal of a request that says nothing sensible."""
    return ServiceError(ServiceCode.VALIDATION, message)


def constraints_failed(faults: Sequence[Fault]) -> ServiceError:
    """Return the refusal of parameters outside their constraints."""
    errors = "error" if len(faults) == 1 else "errors"
    return invalid(f"{len(faults)} validation {errors} detected: {'; '.join(map(str, faults))}")


def wrong_type(path: str, expected: str) -> ServiceError:
    """Return the refusal of a JSON value of another type than the parameter has."""
    place = f"the value at '{path}'" if path else "the request"
    return ServiceError(ServiceCode.SERIALIZATION, f"{place} must be {expected}")


def unknown_operation(name: str) -> ServiceError:
    """Return the refusal of an operation that nobody offers."""
    message = f"the operation {name} is not known or not offered here"
    return ServiceError(ServiceCode.UNKNOWN_OPERATION, message)


def limit_exceeded() -> ServiceError:
    """Return the refusal of more than a quota allows."""
    message = "The requested resource exceeds the maximum number allowed."
    return ServiceError(ServiceCode.LIMIT_EXCEEDED, message)


def missing(parameters: str) -> ServiceError:
    """Return the refusal of a request without something that it needs."""
    return invalid(f"Parameter(s) {parameters} must be specified.")


def bad_parameter(name: str, reason: str = "") -> ServiceError:
    """Return the refusal of a parameter that means nothing, with the reason if there is one."""
    return invalid(f"Parameter {name} is not valid." + (f" Reason: {reason}" if reason else ""))


def bad_token() -> ServiceError:
    """Return the refusal of a NextToken that was never given."""
    return bad_parameter("NextToken", "Malformed request.")


def bad_arn(arn: str) -> ServiceError:
    """Return the refusal of an ARN that is none, or none of the kind that is needed."""
    return bad_parameter(arn, "Provided Arn is not in correct format.")


def bad_pattern(error: PatternError) -> ServiceError:
    """Return the refusal of an event pattern, with the reason as AWS words it."""
    message = f"Event pattern is not valid. Reason: {error.aws_message}"
    return ServiceError(ServiceCode.INVALID_EVENT_PATTERN, message)


def _not_found(message: str) -> ServiceError:
    return ServiceError(ServiceCode.RESOURCE_NOT_FOUND, message)


def no_bus(name: str) -> ServiceError:
    """Return the refusal of a bus that is not there."""
    return _not_found(f"Event bus {name} does not exist.")


def no_event_source(name: str) -> ServiceError:
    """Return the refusal of a bus for a partner's events: there are no partners."""
    return _not_found(f"Event source {name} does not exist.")


def no_rule(name: str, bus: str) -> ServiceError:
    """Return the refusal of a rule that is not there."""
    return _not_found(f"Rule {name} does not exist on EventBus {bus}.")


def may_not_put_events(bus: str, account: str) -> ServiceError:
    """Nothing lets the caller put events on a bus."""
    return ServiceError(
        ServiceCode.ACCESS_DENIED,
        f"User: {account} is not authorized to perform: events:PutEvents on resource: {bus}",
    )


def no_statement() -> ServiceError:
    """Return the refusal of a policy statement that is not there."""
    return _not_found("Statement with the provided id does not exist.")


def bus_exists(name: str) -> ServiceError:
    """Return the refusal of a second bus of a name."""
    return ServiceError(ServiceCode.RESOURCE_ALREADY_EXISTS, f"Event bus {name} already exists.")


def no_archive(name: str) -> ServiceError:
    """Return the refusal of an archive that is not there."""
    return _not_found(f"Archive {name} does not exist.")


def archive_exists(name: str) -> ServiceError:
    """Return the refusal of a second archive of a name."""
    return ServiceError(ServiceCode.RESOURCE_ALREADY_EXISTS, f"Archive {name} already exists.")


def archive_rule_exists(name: str) -> ServiceError:
    """Return the refusal of an archive whose managed rule would replace another rule."""
    return ServiceError(ServiceCode.RESOURCE_ALREADY_EXISTS, f"Rule {name} already exists.")


def no_archive_source() -> ServiceError:
    """Return the refusal to archive the events of anything but a bus."""
    return bad_parameter("EventSourceArn", "Must contain an event bus ARN.")


def no_archive_changes() -> ServiceError:
    """Return the refusal of an update that changes nothing."""
    return invalid("At least one of EventPattern, RetentionDays or Description must be provided.")


def two_filters(operation: str) -> ServiceError:
    """Return the refusal of a list by more than one filter."""
    return invalid(
        f"At most one filter is allowed for {operation}. "
        "Use either : State, EventSourceArn, or NamePrefix."
    )


def no_archive_to_replay(name: str) -> ServiceError:
    """Return the refusal to replay an archive that is not there."""
    return bad_parameter("EventSourceArn", f"Archive {name} does not exist.")


def no_replay_destination() -> ServiceError:
    """Return the refusal to replay events on anything but a bus."""
    return bad_parameter("Destination.Arn", "Must contain an event bus ARN.")


def replay_to_another_bus() -> ServiceError:
    """Return the refusal of a replay on another bus than that of the archive."""
    return bad_parameter("Destination.Arn", "Cross event bus replay is not permitted.")


def replay_window_empty() -> ServiceError:
    """Return the refusal of a replay that ends before it starts."""
    return bad_parameter("EventEndTime", "EventStartTime must be before EventEndTime.")


def no_replay(name: str) -> ServiceError:
    """Return the refusal of a replay that is not there."""
    return _not_found(f"Replay {name} does not exist.")


def replay_exists(name: str) -> ServiceError:
    """Return the refusal of a second replay of a name."""
    return ServiceError(ServiceCode.RESOURCE_ALREADY_EXISTS, f"Replay {name} already exists.")


def replay_not_cancellable(name: str) -> ServiceError:
    """Return the refusal to call off a replay that has ended, or is being called off."""
    message = f"Replay {name} is not in a valid state for this operation."
    return ServiceError(ServiceCode.ILLEGAL_STATUS, message)


def bus_name_has_slash() -> ServiceError:
    """Return the refusal of a name that only partners' buses have."""
    return invalid("Event bus name must not contain '/'.")


def default_bus_stays(name: str) -> ServiceError:
    """Return the refusal to delete the default bus."""
    return invalid(f"Cannot delete event bus {name}.")


def bus_has_rules() -> ServiceError:
    """Return the refusal to delete a bus that has rules."""
    return invalid("EventBus can't be deleted since it has rules.")


def rule_has_targets() -> ServiceError:
    """Return the refusal to delete a rule that has targets."""
    return invalid("Rule can't be deleted since it has targets.")


def rule_is_managed(name: str, manager: str) -> ServiceError:
    """Return the refusal to change what a service keeps for itself."""
    message = f"Rule {name} is managed by {manager}."
    return ServiceError(ServiceCode.MANAGED_RULE, message)


def schedule_on_custom_bus() -> ServiceError:
    """Return the refusal of a schedule anywhere but on the default bus."""
    return invalid("ScheduleExpression is supported only on the default event bus.")


def bad_schedule() -> ServiceError:
    """Return the refusal of a schedule expression."""
    return bad_parameter("ScheduleExpression")


def cloudtrail_with_schedule() -> ServiceError:
    """Return the refusal of a state that is for patterns alone."""
    state = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
    return invalid(f"The state {state} is not supported for rules with a ScheduleExpression.")


def no_fifo_parameters(target: str) -> ServiceError:
    """Return the refusal of a FIFO queue without a message group."""
    return invalid(f"Parameter(s) SqsParameters must be specified for target: {target}.")


def bus_with_input(target: str) -> ServiceError:
    """Return the refusal of an input for a bus, which gets the event as it is."""
    which = "Input, InputPath and InputTransformer are not supported"
    return invalid(f"{which} for the event bus target {target}.")


def own_bus(target: str) -> ServiceError:
    """Return the refusal of a target that is the bus of its rule."""
    return invalid(f"Target {target} must not be the event bus of the rule.")


def duplicate_tags() -> ServiceError:
    """Return the refusal of a key that is twice in one call."""
    return invalid("Invalid parameter: Duplicated keys are not allowed.")


def too_many_tags(limit: int) -> ServiceError:
    """Return the refusal of more tags than a resource may have."""
    return invalid(f"A resource must not have more than {limit} tags.")


def unsupported(parameter: str) -> ServiceError:
    """Return the refusal of a value that the service knows and does not take."""
    return invalid(f"Provided value in parameter '{parameter}' is not supported.")


def bad_condition_value() -> ServiceError:
    """Return the refusal of what is not the id of an organisation."""
    return invalid("Provided value in parameter 'condition.value' is invalid.")


def policy_combined() -> ServiceError:
    """Return the refusal of a whole policy beside the members of a statement."""
    return invalid(
        "Action, Principal, StatementId and Condition could not be combined with Policy parameter."
    )


def policy_no_json() -> ServiceError:
    """Return the refusal of a policy that is no JSON."""
    return invalid("This policy contains invalid Json")


def no_policy() -> ServiceError:
    """Return the refusal of JSON that is no policy."""
    return invalid("This text appears not to be a policy")


def policy_without(field: str) -> ServiceError:
    """Return the refusal of a policy or statement that lacks a field."""
    return invalid(f"Missing required field {field}")


def policy_without_statements() -> ServiceError:
    """Return the refusal of a policy that says nothing."""
    return invalid("Could not parse the policy: Statement is empty!")


def duplicate_statements(line: int, column: int) -> ServiceError:
    """Return the refusal of a policy with one id for two statements."""
    return invalid(
        f"Invalid statement at line {line} column {column}: "
        "The Statement Ids in the policy are not unique"
    )


def policy_too_long(limit: int) -> ServiceError:
    """Return the refusal of a policy that is too long."""
    message = f"The policy exceeds the maximum length of {limit} characters."
    return ServiceError(ServiceCode.POLICY_LENGTH_EXCEEDED, message)
