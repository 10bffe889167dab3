"""What the control plane of functions says when it refuses: AWS's codes and texts, in one place.

Meaning: service reference §6.2, §6.6, §6.8; where it tells no text, docs/deviations.md says so.
"""

from collections.abc import Iterable, Sequence

from eventmatch.functions.errors import LambdaCode, LambdaError


def invalid(message: str) -> LambdaError:
    """Return the refusal of a parameter that means nothing, or not together with the rest."""
    return LambdaError(LambdaCode.INVALID_PARAMETER_VALUE, message)


def not_found(message: str) -> LambdaError:
    """Return the refusal of something that is not there."""
    return LambdaError(LambdaCode.RESOURCE_NOT_FOUND, message)


def conflict(message: str) -> LambdaError:
    """Return the refusal of what does not go together with what is there."""
    return LambdaError(LambdaCode.RESOURCE_CONFLICT, message)


def unknown_operation(name: object) -> LambdaError:
    """Return the refusal of an operation that nobody offers."""
    message = f"the operation {name} is not known or not offered here"
    return LambdaError(LambdaCode.UNKNOWN_OPERATION, message)


def no_object() -> LambdaError:
    """Return the refusal of parameters that are no JSON object."""
    return LambdaError(LambdaCode.SERIALIZATION, "the request must be an object")


def no_function(arn: str) -> LambdaError:
    """Return the refusal of a function, a version or (where it is invoked) an alias not there."""
    return not_found(f"Function not found: {arn}")


def function_exists(name: str) -> LambdaError:
    """Return the refusal of a second function of a name."""
    return conflict(f"Function already exist: {name}")


def qualifiers_differ() -> LambdaError:
    """Return the refusal of an ARN with one qualifier beside another."""
    return invalid(
        "The derived qualifier from the function name does not match the specified qualifier."
    )


def functions_only() -> LambdaError:
    """Return the refusal to change a version or an alias as if it were the function."""
    return invalid(
        "This operation is permitted on Lambda functions only. Aliases and versions do not "
        "support this operation. Please specify either a function name or an unqualified "
        "function ARN."
    )


def latest_stays() -> LambdaError:
    """Return the refusal to delete $LATEST alone."""
    return invalid("$LATEST version cannot be deleted without deleting the function.")


def alias_is_no_version() -> LambdaError:
    """Return the refusal to delete an alias as if it were a version."""
    return invalid("Deletion of aliases is not currently supported.")


def version_in_use(number: str, aliases: Iterable[str]) -> LambdaError:
    """Return the refusal to delete a version that aliases use."""
    return conflict(f"Version {number} is in use by the aliases: {', '.join(sorted(aliases))}")


def other_revision(operation: str) -> LambdaError:
    """Return the refusal of a change to another revision; `operation` tells the current one."""
    return LambdaError(
        LambdaCode.PRECONDITION_FAILED,
        "The Revision Id provided does not match the latest Revision Id. "
        f"Call the {operation} API to retrieve the latest Revision Id",
    )


def other_code(given: str, current: str) -> LambdaError:
    """Return the refusal to publish other code than the caller knows."""
    return LambdaError(
        LambdaCode.PRECONDITION_FAILED,
        f"CodeSHA256 ({given}) is different from current CodeSHA256 in $LATEST ({current}). "
        "Please try again with the CodeSHA256 in $LATEST.",
    )


def no_code() -> LambdaError:
    """Return the refusal of code from nowhere, or from more than one place."""
    return invalid("Please provide a source for function code.")


def archive_alone() -> LambdaError:
    """Return the refusal of an archive without what runs it and what is to be called in it."""
    return invalid(
        "Runtime and Handler are mandatory parameters for functions created with deployment "
        "packages."
    )


def no_runtime(name: str, runtimes: Sequence[str]) -> LambdaError:
    """Return the refusal of a runtime that is not offered."""
    return invalid(
        f"Value {name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value "
        f"set: [{', '.join(runtimes)}] or be a valid ARN"
    )


def bad_archive(reason: str = "") -> LambdaError:
    """Return the refusal of an archive that is none, or would write outside of its folder."""
    message = "Could not unzip uploaded file. Please check your file, then try to upload again."
    return invalid(f"{message} {reason}".rstrip())


def archive_too_large(limit: int) -> LambdaError:
    """Return the refusal of an archive whose files need too much room."""
    return invalid(f"Unzipped size must be smaller than {limit} bytes")


def upload_too_large(limit: int) -> LambdaError:
    """Return the refusal of an archive that is too large as it is."""
    return LambdaError(
        LambdaCode.REQUEST_TOO_LARGE, f"Request must be smaller than {limit} bytes for this"
    )


def storage_exceeded() -> LambdaError:
    """Return the refusal of more code than an account may keep."""
    return LambdaError(LambdaCode.CODE_STORAGE_EXCEEDED, "Code storage limit exceeded.")


def no_folder(folder: str, reason: str) -> LambdaError:
    """Return the refusal of a folder whose files cannot be read."""
    return invalid(f"The code in the folder {folder} cannot be read: {reason}")


def variables_too_large(limit: int) -> LambdaError:
    """Return the refusal of environment variables that need too much room."""
    return invalid(
        "Lambda was unable to configure your environment variables because the environment "
        f"variables you have provided exceeded the {limit // 1024}KB limit."
    )


def variables_reserved(names: Iterable[str]) -> LambdaError:
    """Return the refusal of environment variables that Lambda sets itself."""
    return invalid(
        "Lambda was unable to configure your environment variables because the environment "
        "variables you have provided contains reserved keys that are currently not supported for "
        f"modification. Reserved keys used in this request: {', '.join(sorted(names))}"
    )


def bad_dead_letters(arn: str) -> LambdaError:
    """Return the refusal of a place for dead letters that is no standard queue or topic."""
    return invalid(f"The provided dead letter target {arn} is no standard SQS queue or SNS topic.")


def alias_exists(arn: str) -> LambdaError:
    """Return the refusal of a second alias of a name."""
    return conflict(f"Alias already exists: {arn}")


def no_alias(arn: str) -> LambdaError:
    """Return the refusal of an alias that is not there."""
    return not_found(f"Cannot find alias arn: {arn}")


def too_many_weights() -> LambdaError:
    """Return the refusal of an alias for more than two versions."""
    return invalid("Number of items in AdditionalVersionWeights cannot be greater than 1")


def version_weighed_twice(number: str) -> LambdaError:
    """Return the refusal of an alias that has one version twice."""
    return invalid(
        f"Invalid function version {number}. Function version {number} is already included in "
        "routing configuration."
    )


def latest_not_weighed() -> LambdaError:
    """Return the refusal of an alias that has $LATEST beside another version."""
    return invalid("$LATEST is not supported for an alias pointing to more than 1 version")


def versions_too_different(setting: str) -> LambdaError:
    """Return the refusal of an alias for versions that differ in what they must share."""
    return invalid(f"The versions that an alias points to must have the same {setting}.")


def no_event_invoke_function() -> LambdaError:
    """Return the refusal of a configuration for a function or qualifier that is not there."""
    return not_found("The function doesn't exist.")


def no_event_invoke_config(arn: str) -> LambdaError:
    """Return the refusal of a configuration that is not there."""
    return not_found(f"The function {arn} doesn't have an EventInvokeConfig")


def empty_event_invoke_config() -> LambdaError:
    """Return the refusal of a configuration that says nothing."""
    return invalid("You must specify at least one of error handling or destination setting.")


def bad_destination(arn: str) -> LambdaError:
    """Return the refusal of a destination that cannot be one, or is not there."""
    return invalid(f"The destination ARN {arn} is invalid.")


def destination_is_itself() -> LambdaError:
    """Return the refusal of a function as its own destination."""
    return invalid("You can't specify the function as a destination for itself.")


def too_few_unreserved(least: int) -> LambdaError:
    """Return the refusal to take concurrency that must stay free for everybody."""
    return invalid(
        "Specified ReservedConcurrentExecutions for function decreases account's "
        f"UnreservedConcurrentExecution below its minimum value of [{least}]."
    )


def too_few_unprovisioned(least: int) -> LambdaError:
    """Return the refusal to provision what must stay free for everybody."""
    return invalid(
        "Specified ConcurrentExecutions for function decreases account's "
        f"UnreservedConcurrentExecution below its minimum value of [{least}]."
    )


def reserved_below_provisioned(reserved: int, provisioned: int) -> LambdaError:
    """Return the refusal to reserve less than is provisioned."""
    return invalid(
        f" ReservedConcurrentExecutions  {reserved} should not be lower than function's total "
        f"provisioned concurrency [{provisioned}]."
    )


def provisioned_above_reserved() -> LambdaError:
    """Return the refusal to provision more than is reserved."""
    return invalid(
        "Requested Provisioned Concurrency should not be greater than the "
        "reservedConcurrentExecution for function"
    )


def latest_not_provisioned() -> LambdaError:
    """Return the refusal to provision $LATEST."""
    return invalid(
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions."
    )


def version_is_provisioned() -> LambdaError:
    """Return the refusal to provision a version by an alias too."""
    return conflict(
        "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned "
        "version"
    )


def alias_is_provisioned() -> LambdaError:
    """Return the refusal to provision a version beside its alias."""
    return conflict("Version is pointed by a Provisioned Concurrency alias")


def no_provisioned_config() -> LambdaError:
    """Return the refusal of provisioned concurrency that is not there."""
    return LambdaError(
        LambdaCode.PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND,
        "No Provisioned Concurrency Config found for this function",
    )


def statement_exists(statement_id: str) -> LambdaError:
    """Return the refusal of a second statement of an id."""
    return conflict(
        f"The statement id ({statement_id}) provided already exists. Please provide a new "
        "statement id, or remove the existing statement."
    )


def no_statement(statement_id: str) -> LambdaError:
    """Return the refusal of a statement that is not there."""
    return not_found(f"Statement {statement_id} is not found in resource policy.")


def no_policy() -> LambdaError:
    """Return the refusal of a policy where nothing was permitted."""
    return not_found("The resource you requested does not exist.")


def no_policy_to_change() -> LambdaError:
    """Return the refusal to remove a statement where nothing was permitted."""
    return not_found("No policy is associated with the given resource.")


def no_policy_for_latest() -> LambdaError:
    """Return the refusal to permit something on $LATEST by its name."""
    return invalid("We currently do not support adding policies for $LATEST.")


def bad_principal() -> LambdaError:
    """Return the refusal of a principal that is no service, account or everybody."""
    return invalid("The provided principal was invalid. Please check the principal and try again.")


def policy_too_long(size: int, limit: int) -> LambdaError:
    """Return the refusal of a policy that is too long."""
    message = f"The final policy size ({size}) is bigger than the limit ({limit})."
    return LambdaError(LambdaCode.POLICY_LENGTH_EXCEEDED, message)


def bad_marker() -> LambdaError:
    """Return the refusal of a Marker that was never given."""
    return invalid("The provided marker is invalid.")


def no_role(name: str) -> LambdaError:
    """Return the refusal of a role that nobody described."""
    return not_found(f"The role with name {name} cannot be found.")
