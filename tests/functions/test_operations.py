"""The operations of AWS's API: what they answer, and with which words they refuse."""

import json
from typing import Any, Final

import pytest

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.limits import LambdaLimits
from eventmatch.functions.model import Provisioned, ProvisionedStatus
from eventmatch.functions.operations import OPERATIONS, call
from eventmatch.functions.plane import Functions
from tests.functions.planes import (
    EVENTS,
    FUNCTION,
    QUEUE,
    ROLE,
    RULE,
    FakeRunner,
    ask,
    create,
    new_functions,
    published,
    refused,
    zipped,
)
from tests.loops import in_loop

INVALID: Final = LambdaCode.INVALID_PARAMETER_VALUE
CONFLICT: Final = LambdaCode.RESOURCE_CONFLICT
MISSING: Final = LambdaCode.RESOURCE_NOT_FOUND
PRECONDITION: Final = LambdaCode.PRECONDITION_FAILED
VALIDATION: Final = LambdaCode.VALIDATION
NO_CONFIG: Final = LambdaCode.PROVISIONED_CONCURRENCY_CONFIG_NOT_FOUND


async def filled(**settings: Any) -> Functions:
    """Function `f` with the versions 1 to 3 and the alias `live` for 1; and `g`."""
    functions = await new_functions(limits=LambdaLimits(concurrent_executions=200), **settings)
    await published(functions, 3)
    await create(functions, "g")
    await functions.create_alias("f", name="live", function_version="1")
    return functions


@in_loop
async def test_a_function_is_shown_with_the_members_of_aws() -> None:
    functions = await new_functions()
    made = await ask(
        functions,
        "CreateFunction",
        FunctionName="f",
        Role=ROLE,
        Handler="index.handler",
        Runtime="python3.12",
        Code={"ZipFile": zipped()},
        Timeout=30,
        Environment={"Variables": {"NAME": "x"}},
        DeadLetterConfig={"TargetArn": QUEUE},
        Description=None,
        Unknown="passed over",
    )
    assert made == {
        "FunctionName": "f",
        "FunctionArn": f"{FUNCTION}:f",
        "Runtime": "python3.12",
        "Role": ROLE,
        "Handler": "index.handler",
        "CodeSize": len(zipped()),
        "Description": "",
        "Timeout": 30,
        "MemorySize": 128,
        "LastModified": "2026-01-02T03:04:05.000+0000",
        "CodeSha256": made["CodeSha256"],
        "Version": "$LATEST",
        "Environment": {"Variables": {"NAME": "x"}},
        "DeadLetterConfig": {"TargetArn": QUEUE},
        "TracingConfig": {"Mode": "PassThrough"},
        "RevisionId": "revision-1",
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
    }
    assert await ask(functions, "GetFunctionConfiguration", FunctionName="f") == made
    found = await ask(functions, "GetFunction", FunctionName="f")
    assert found["Configuration"] == made
    assert "Concurrency" not in found
    await ask(functions, "PutFunctionConcurrency", FunctionName="f", ReservedConcurrentExecutions=3)
    found = await ask(functions, "GetFunction", FunctionName="f")
    assert found["Concurrency"] == {"ReservedConcurrentExecutions": 3}


@in_loop
async def test_the_arn_has_the_qualifier_that_was_asked_for() -> None:
    functions = await filled()
    for qualifier in ("1", "live", "$LATEST"):
        shown = await ask(
            functions, "GetFunctionConfiguration", FunctionName="f", Qualifier=qualifier
        )
        assert shown["FunctionArn"] == f"{FUNCTION}:f:{qualifier}"
    assert (await ask(functions, "PublishVersion", FunctionName="f"))["FunctionArn"].endswith(":3")


@in_loop
async def test_code_is_updated_by_members_of_the_request_itself() -> None:
    functions = await filled()
    old = await ask(functions, "GetFunctionConfiguration", FunctionName="f")
    would = await ask(
        functions, "UpdateFunctionCode", FunctionName="f", ZipFile=zipped("new"), DryRun=True
    )
    assert await ask(functions, "GetFunctionConfiguration", FunctionName="f") == old
    new = await ask(
        functions, "UpdateFunctionCode", FunctionName="f", ZipFile=zipped("new"), Publish=True
    )
    assert new["CodeSha256"] == would["CodeSha256"] != old["CodeSha256"]
    assert new["Version"] == "4"


@in_loop
async def test_a_version_is_published_where_something_changed() -> None:
    functions = await new_functions()
    await create(functions)
    first = await functions.publish_version("f", description="first")
    assert (first.number, first.configuration.description) == ("1", "first")
    assert await functions.publish_version("f", description="again") == first
    await functions.update_function_configuration("f", environment={"Variables": {"NAME": "x"}})
    assert (await functions.publish_version("f")).number == "2"
    await functions.update_function_configuration("f", environment={"Variables": {}})
    assert (await functions.publish_version("f")).number == "3"
    assert functions.resolve("f:2").version.configuration.environment == {"NAME": "x"}


@in_loop
async def test_numbers_are_never_used_again() -> None:
    functions = await filled()
    await functions.delete_function("f", qualifier="3")
    assert (await functions.publish_version("f")).number == "4"
    await functions.delete_function("f")
    await create(functions)
    assert (await functions.publish_version("f")).number == "5"


@in_loop
async def test_deleting_a_version_takes_what_belongs_to_it() -> None:
    functions = await filled()
    await functions.put_function_event_invoke_config("f", qualifier="3", maximum_retry_attempts=0)
    await functions.put_provisioned_concurrency_config(
        "f", qualifier="3", provisioned_concurrent_executions=1
    )
    await functions.delete_function("f", qualifier="3")
    assert (await functions.list_function_event_invoke_configs("f")).items == []
    assert (await functions.list_provisioned_concurrency_configs("f")).items == []


@in_loop
async def test_an_alias_moves_and_keeps_what_is_not_told() -> None:
    functions = await filled()
    moved = await ask(
        functions,
        "UpdateAlias",
        FunctionName="f",
        Name="live",
        FunctionVersion="2",
        RoutingConfig={"AdditionalVersionWeights": {"3": 0.1}},
    )
    assert moved == {
        "AliasArn": f"{FUNCTION}:f:live",
        "Name": "live",
        "FunctionVersion": "2",
        "Description": "",
        "RoutingConfig": {"AdditionalVersionWeights": {"3": 0.1}},
        "RevisionId": moved["RevisionId"],
    }
    told = await ask(functions, "UpdateAlias", FunctionName="f", Name="live", Description="new")
    assert told["RoutingConfig"] == moved["RoutingConfig"]
    plain = await ask(functions, "UpdateAlias", FunctionName="f", Name="live", RoutingConfig={})
    assert "RoutingConfig" not in plain
    assert plain["Description"] == "new"


@in_loop
async def test_aliases_are_listed_by_version_too() -> None:
    functions = await filled()
    await functions.create_alias("f", name="next", function_version="2")
    listed = await ask(functions, "ListAliases", FunctionName="f", FunctionVersion="2")
    assert [each["Name"] for each in listed["Aliases"]] == ["next"]


@in_loop
async def test_lists_come_in_pages() -> None:
    functions = await new_functions()
    await published(functions, 11)
    numbers, marker = [], None
    while True:
        listed = await ask(
            functions, "ListVersionsByFunction", FunctionName="f", MaxItems=5, Marker=marker
        )
        numbers += [each["Version"] for each in listed["Versions"]]
        marker = listed.get("NextMarker")
        if marker is None:
            break
        assert len(listed["Versions"]) == 5
    assert numbers == ["$LATEST", *map(str, range(1, 12))]


@in_loop
async def test_provisioned_concurrency_begins_and_gets_ready() -> None:
    functions = await filled()
    named = {"FunctionName": "f", "Qualifier": "live"}
    begun = await ask(
        functions, "PutProvisionedConcurrencyConfig", **named, ProvisionedConcurrentExecutions=2
    )
    assert begun == {
        "RequestedProvisionedConcurrentExecutions": 2,
        "AvailableProvisionedConcurrentExecutions": 0,
        "AllocatedProvisionedConcurrentExecutions": 0,
        "Status": "IN_PROGRESS",
        "LastModified": "2026-01-02T03:04:05.000+0000",
    }
    ready = await ask(functions, "GetProvisionedConcurrencyConfig", **named)
    assert (ready["Status"], ready["AvailableProvisionedConcurrentExecutions"]) == ("READY", 2)
    listed = await ask(functions, "ListProvisionedConcurrencyConfigs", FunctionName="f")
    assert listed == {
        "ProvisionedConcurrencyConfigs": [{"FunctionArn": f"{FUNCTION}:f:live", **ready}]
    }


@in_loop
async def test_provisioned_concurrency_that_fails_tells_why() -> None:
    reason = "FUNCTION_ERROR_INIT_FAILURE"
    runner = FakeRunner()
    functions = await filled(runner=runner)
    named = {"FunctionName": "f", "Qualifier": "live"}
    count = {"ProvisionedConcurrentExecutions": 2}
    await ask(functions, "PutProvisionedConcurrencyConfig", **named, **count)
    runner.failure = Provisioned(2, 0, 0, ProvisionedStatus.FAILED, reason)
    failed = {
        "RequestedProvisionedConcurrentExecutions": 2,
        "AvailableProvisionedConcurrentExecutions": 0,
        "AllocatedProvisionedConcurrentExecutions": 0,
        "Status": "FAILED",
        "StatusReason": reason,
        "LastModified": "2026-01-02T03:04:05.000+0000",
    }
    assert await ask(functions, "GetProvisionedConcurrencyConfig", **named) == failed
    listed = await ask(functions, "ListProvisionedConcurrencyConfigs", FunctionName="f")
    assert listed == {
        "ProvisionedConcurrencyConfigs": [{"FunctionArn": f"{FUNCTION}:f:live", **failed}]
    }


@in_loop
async def test_put_replaces_and_update_merges_what_becomes_of_events() -> None:
    functions = await filled()
    put = await ask(
        functions,
        "PutFunctionEventInvokeConfig",
        FunctionName="f",
        MaximumRetryAttempts=0,
        DestinationConfig={"OnSuccess": {"Destination": f"{FUNCTION}:g"}},
    )
    assert put == {
        "FunctionArn": f"{FUNCTION}:f:$LATEST",
        "LastModified": 1_767_323_045.0,
        "MaximumRetryAttempts": 0,
        "DestinationConfig": {"OnSuccess": {"Destination": f"{FUNCTION}:g"}, "OnFailure": {}},
    }
    merged = await ask(
        functions, "UpdateFunctionEventInvokeConfig", FunctionName="f", MaximumEventAgeInSeconds=60
    )
    assert merged == {**put, "MaximumEventAgeInSeconds": 60}
    assert await ask(functions, "GetFunctionEventInvokeConfig", FunctionName="f") == merged
    config = functions.event_invoke_config("f", "$LATEST")
    assert config is not None
    assert (config.maximum_retry_attempts, config.maximum_event_age) == (0, 60)
    assert functions.event_invoke_config("f", "live") is None
    again = await ask(
        functions, "PutFunctionEventInvokeConfig", FunctionName="f", MaximumRetryAttempts=1
    )
    assert again["DestinationConfig"] == {"OnSuccess": {}, "OnFailure": {}}
    assert "MaximumEventAgeInSeconds" not in again


@in_loop
async def test_what_the_account_may_use_and_uses() -> None:
    functions = await filled()
    await functions.put_function_concurrency("g", reserved_concurrent_executions=10)
    await functions.put_provisioned_concurrency_config(
        "f", qualifier="1", provisioned_concurrent_executions=5
    )
    shown = await ask(functions, "GetAccountSettings")
    assert shown["AccountLimit"]["ConcurrentExecutions"] == 200
    assert shown["AccountLimit"]["UnreservedConcurrentExecutions"] == 185
    assert shown["AccountUsage"]["FunctionCount"] == 2


@in_loop
async def test_a_policy_is_built_of_statements() -> None:
    functions = await filled()
    added = await ask(
        functions,
        "AddPermission",
        FunctionName="f",
        StatementId="s",
        Action="lambda:InvokeFunction",
        Principal=EVENTS,
        SourceArn=RULE,
        SourceAccount="123456789012",
        Qualifier="live",
    )
    statement = {
        "Sid": "s",
        "Effect": "Allow",
        "Principal": {"Service": EVENTS},
        "Action": "lambda:InvokeFunction",
        "Resource": f"{FUNCTION}:f:live",
        "Condition": {
            "StringEquals": {"AWS:SourceAccount": "123456789012"},
            "ArnLike": {"AWS:SourceArn": RULE},
        },
    }
    assert json.loads(added["Statement"]) == statement
    shown = await ask(functions, "GetPolicy", FunctionName="f", Qualifier="live")
    assert json.loads(shown["Policy"]) == {
        "Version": "2012-10-17",
        "Id": "default",
        "Statement": [statement],
    }
    assert await refused(functions, "GetPolicy", MISSING, FunctionName="f")
    await ask(functions, "RemovePermission", FunctionName="f", StatementId="s", Qualifier="live")
    assert await refused(functions, "GetPolicy", MISSING, FunctionName="f", Qualifier="live")


PERMISSION: Final = {
    "StatementId": "s",
    "Action": "lambda:InvokeFunction",
    "Principal": EVENTS,
}

REFUSED: Final[list[tuple[str, dict[str, Any], LambdaCode, str]]] = [
    ("GetFunction", {"FunctionName": "x"}, MISSING, f"Function not found: {FUNCTION}:x"),
    (
        "GetFunction",
        {"FunctionName": "f", "Qualifier": "9"},
        MISSING,
        f"Function not found: {FUNCTION}:f:9",
    ),
    (
        "PublishVersion",
        {"CodeSha256": "other"},
        PRECONDITION,
        "CodeSHA256 (other) is different from current CodeSHA256 in $LATEST",
    ),
    ("PublishVersion", {"RevisionId": "other"}, PRECONDITION, "The Revision Id provided does not"),
    ("PublishVersion", {"FunctionName": "f:1"}, INVALID, "This operation is permitted on Lambda"),
    (
        "UpdateFunctionConfiguration",
        {"RevisionId": "other"},
        PRECONDITION,
        "The Revision Id provided does not match the latest Revision Id. Call the GetFunction",
    ),
    ("UpdateFunctionConfiguration", {"FunctionName": "f:1"}, INVALID, "This operation is"),
    ("UpdateFunctionCode", {}, INVALID, "Please provide a source for function code."),
    ("DeleteFunction", {"Qualifier": "1"}, CONFLICT, "Version 1 is in use by the aliases: live"),
    ("DeleteFunction", {"Qualifier": "$LATEST"}, INVALID, "$LATEST version cannot be deleted"),
    ("DeleteFunction", {"Qualifier": "live"}, INVALID, "Deletion of aliases is not"),
    ("DeleteFunction", {"Qualifier": "9"}, MISSING, f"Function not found: {FUNCTION}:f:9"),
    (
        "CreateAlias",
        {"Name": "live", "FunctionVersion": "1"},
        CONFLICT,
        f"Alias already exists: {FUNCTION}:f:live",
    ),
    (
        "CreateAlias",
        {"Name": "a", "FunctionVersion": "9"},
        MISSING,
        f"Function not found: {FUNCTION}:f:9",
    ),
    ("CreateAlias", {"Name": "12", "FunctionVersion": "1"}, VALIDATION, "1 validation error"),
    ("CreateAlias", {"Name": "a"}, VALIDATION, "1 validation error detected: Value null at"),
    ("GetAlias", {"Name": "gone"}, MISSING, f"Cannot find alias arn: {FUNCTION}:f:gone"),
    ("UpdateAlias", {"Name": "gone"}, MISSING, f"Cannot find alias arn: {FUNCTION}:f:gone"),
    (
        "UpdateAlias",
        {"Name": "live", "RevisionId": "other"},
        PRECONDITION,
        "The Revision Id provided does not match the latest Revision Id. Call the GetAlias",
    ),
    (
        "UpdateAlias",
        {"Name": "live", "RoutingConfig": {"AdditionalVersionWeights": {"2": 0.1, "3": 0.1}}},
        INVALID,
        "Number of items in AdditionalVersionWeights cannot be greater than 1",
    ),
    (
        "UpdateAlias",
        {"Name": "live", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}}},
        INVALID,
        "Invalid function version 1. Function version 1 is already included in routing "
        "configuration.",
    ),
    (
        "UpdateAlias",
        {
            "Name": "live",
            "FunctionVersion": "$LATEST",
            "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.1}},
        },
        INVALID,
        "$LATEST is not supported for an alias pointing to more than 1 version",
    ),
    (
        "UpdateAlias",
        {"Name": "live", "RoutingConfig": {"AdditionalVersionWeights": {"2": 1.01}}},
        VALIDATION,
        "1 validation error detected: Value '{2=1.01}' at 'routingConfig.additionalVersionWeights'",
    ),
    (
        "PutFunctionConcurrency",
        {"ReservedConcurrentExecutions": 101},
        INVALID,
        "Specified ReservedConcurrentExecutions for function decreases account's "
        "UnreservedConcurrentExecution below its minimum value of [100].",
    ),
    (
        "PutFunctionConcurrency",
        {"FunctionName": "f:live", "ReservedConcurrentExecutions": 1},
        INVALID,
        "This operation is permitted on Lambda functions only.",
    ),
    (
        "PutProvisionedConcurrencyConfig",
        {"Qualifier": "$LATEST", "ProvisionedConcurrentExecutions": 1},
        INVALID,
        "Provisioned Concurrency Configs cannot be applied to unpublished function versions.",
    ),
    (
        "PutProvisionedConcurrencyConfig",
        {"Qualifier": "1", "ProvisionedConcurrentExecutions": 0},
        VALIDATION,
        "1 validation error detected: Value '0' at 'provisionedConcurrentExecutions' failed to "
        "satisfy constraint: Member must have value greater than or equal to 1",
    ),
    (
        "GetProvisionedConcurrencyConfig",
        {"Qualifier": "1"},
        NO_CONFIG,
        "No Provisioned Concurrency Config found for this function",
    ),
    (
        "PutFunctionEventInvokeConfig",
        {},
        INVALID,
        "You must specify at least one of error handling or destination setting.",
    ),
    (
        "PutFunctionEventInvokeConfig",
        {"FunctionName": "x", "MaximumRetryAttempts": 1},
        MISSING,
        "The function doesn't exist.",
    ),
    (
        "PutFunctionEventInvokeConfig",
        {"MaximumRetryAttempts": 3, "MaximumEventAgeInSeconds": 59},
        VALIDATION,
        "2 validation errors detected",
    ),
    (
        "PutFunctionEventInvokeConfig",
        {"DestinationConfig": {"OnFailure": {"Destination": f"{FUNCTION}:f"}}},
        INVALID,
        "You can't specify the function as a destination for itself.",
    ),
    (
        "PutFunctionEventInvokeConfig",
        {"DestinationConfig": {"OnSuccess": {"Destination": "arn:aws:s3:::bucket"}}},
        INVALID,
        "The destination ARN arn:aws:s3:::bucket is invalid.",
    ),
    (
        "GetFunctionEventInvokeConfig",
        {},
        MISSING,
        f"The function {FUNCTION}:f:$LATEST doesn't have an EventInvokeConfig",
    ),
    (
        "UpdateFunctionEventInvokeConfig",
        {"Qualifier": "live", "MaximumRetryAttempts": 1},
        MISSING,
        f"The function {FUNCTION}:f:live doesn't have an EventInvokeConfig",
    ),
    ("RemovePermission", {"StatementId": "s"}, MISSING, "No policy is associated"),
    ("AddPermission", {**PERMISSION, "Qualifier": "$LATEST"}, INVALID, "We currently do not"),
    ("AddPermission", {**PERMISSION, "Principal": "me"}, INVALID, "The provided principal was"),
    ("AddPermission", {**PERMISSION, "Action": "sqs:SendMessage"}, VALIDATION, "1 validation"),
    ("AddPermission", {**PERMISSION, "RevisionId": "other"}, PRECONDITION, "The Revision Id"),
    ("ListFunctions", {"Marker": "never given"}, INVALID, "The provided marker is invalid."),
    ("ListFunctions", {"MaxItems": 0}, VALIDATION, "1 validation error"),
]


@pytest.mark.parametrize(("operation", "members", "code", "start"), REFUSED)
@in_loop
async def test_what_is_refused(
    operation: str, members: dict[str, Any], code: LambdaCode, start: str
) -> None:
    functions = await filled()
    message = await refused(functions, operation, code, **{"FunctionName": "f", **members})
    assert message.startswith(start)


MADE: Final[list[tuple[dict[str, Any], LambdaCode, str]]] = [
    ({"FunctionName": "f"}, CONFLICT, "Function already exist: f"),
    ({"FunctionName": "h:1"}, INVALID, "This operation is permitted"),
    ({"FunctionName": "h" * 65}, VALIDATION, "1 validation error"),
    ({"Runtime": None}, INVALID, "Runtime and Handler are mandatory"),
    ({"Handler": None}, INVALID, "Runtime and Handler are mandatory"),
    ({"Runtime": "perl5"}, INVALID, "Value perl5 at 'runtime'"),
    ({"Role": "run"}, VALIDATION, "1 validation error detected: Value 'run' at 'role'"),
    ({"Role": None, "Timeout": 901}, VALIDATION, "2 validation errors detected"),
    ({"Timeout": "1"}, LambdaCode.SERIALIZATION, "the value at 'timeout' must be an integer"),
    ({"MemorySize": 127}, VALIDATION, "1 validation error"),
    ({"EphemeralStorage": {"Size": 511}}, VALIDATION, "1 validation error"),
    ({"Environment": {"Variables": {"AWS_REGION": "x"}}}, INVALID, "Lambda was unable"),
    ({"Environment": {"Variables": {"1A": "x"}}}, VALIDATION, "1 validation error"),
    ({"Environment": {"Variables": {"AA": "x" * 4095}}}, INVALID, "Lambda was unable"),
    ({"DeadLetterConfig": {"TargetArn": f"{QUEUE}.fifo"}}, INVALID, "The provided dead letter"),
    ({"DeadLetterConfig": {"TargetArn": ROLE}}, INVALID, "The provided dead letter"),
]


@pytest.mark.parametrize(("members", "code", "start"), MADE)
@in_loop
async def test_what_cannot_be_made(members: dict[str, Any], code: LambdaCode, start: str) -> None:
    functions = await filled()
    given = {
        "FunctionName": "new",
        "Role": ROLE,
        "Handler": "index.handler",
        "Runtime": "python3.12",
        "Code": {"ZipFile": zipped()},
        **members,
    }
    assert (await refused(functions, "CreateFunction", code, **given)).startswith(start)
    assert len((await functions.list_functions()).items) == 2


@in_loop
async def test_the_versions_of_an_alias_share_role_and_dead_letters() -> None:
    functions = await filled()
    for number, change in (
        ("4", {"role": f"{ROLE}2"}),
        ("5", {"role": ROLE, "dead_letter_config": {"TargetArn": QUEUE}}),
    ):
        await functions.update_function_configuration("f", **change)
        await functions.publish_version("f")
        with pytest.raises(LambdaError, match="must have the same") as error:
            await functions.update_alias(
                "f", name="live", routing_config={"AdditionalVersionWeights": {number: 0.5}}
            )
        assert error.value.code is INVALID


@in_loop
async def test_a_version_is_provisioned_once() -> None:
    functions = await filled()
    put = functions.put_provisioned_concurrency_config
    await put("f", qualifier="live", provisioned_concurrent_executions=1)
    with pytest.raises(LambdaError, match="Version is pointed by a Provisioned Concurrency alias"):
        await put("f", qualifier="1", provisioned_concurrent_executions=1)
    await put("f", qualifier="2", provisioned_concurrent_executions=1)
    with pytest.raises(LambdaError, match="Alias can't be used for Provisioned Concurrency") as no:
        await functions.update_alias("f", name="live", function_version="2")
    assert no.value.code is CONFLICT
    await functions.create_alias("f", name="two", function_version="2")
    with pytest.raises(LambdaError, match="on an already Provisioned version"):
        await put("f", qualifier="two", provisioned_concurrent_executions=1)
    with pytest.raises(LambdaError, match="cannot be applied to unpublished"):
        await functions.update_alias("f", name="live", function_version="$LATEST")


@in_loop
async def test_reserved_and_provisioned_concurrency_bound_each_other() -> None:
    functions = await filled()
    put = functions.put_provisioned_concurrency_config
    await put("f", qualifier="1", provisioned_concurrent_executions=1)
    await put("f", qualifier="2", provisioned_concurrent_executions=1)
    with pytest.raises(LambdaError) as low:
        await functions.put_function_concurrency("f", reserved_concurrent_executions=1)
    assert low.value.message == (
        " ReservedConcurrentExecutions  1 should not be lower than function's total provisioned "
        "concurrency [2]."
    )
    await functions.put_function_concurrency("f", reserved_concurrent_executions=2)
    with pytest.raises(LambdaError, match="Requested Provisioned Concurrency should not be great"):
        await put("f", qualifier="2", provisioned_concurrent_executions=2)
    await functions.delete_function_concurrency("f")
    await put("f", qualifier="2", provisioned_concurrent_executions=99)
    with pytest.raises(LambdaError, match=r"below its minimum value of \[100\]"):
        await put("f", qualifier="2", provisioned_concurrent_executions=100)


@in_loop
async def test_the_account_keeps_some_concurrency_free() -> None:
    functions = await filled()
    await functions.put_function_concurrency("f", reserved_concurrent_executions=60)
    await functions.put_function_concurrency("g", reserved_concurrent_executions=40)
    await functions.put_function_concurrency("f", reserved_concurrent_executions=60)
    with pytest.raises(LambdaError):
        await functions.put_function_concurrency("g", reserved_concurrent_executions=41)
    assert functions.reserved("g") == 40
    assert functions.reserved(f"{FUNCTION}:g:live") == 40
    await functions.put_function_concurrency("g", reserved_concurrent_executions=0)
    assert functions.reserved("g") == 0


@in_loop
async def test_a_destination_must_be_there() -> None:
    functions = await new_functions(known_destination=lambda arn: arn == QUEUE)
    await create(functions)
    for place, is_there in ((QUEUE, True), (f"{QUEUE}2", False), (f"{QUEUE}.fifo", False)):
        config = {"OnFailure": {"Destination": place}}
        if is_there:
            await functions.put_function_event_invoke_config("f", destination_config=config)
        else:
            with pytest.raises(LambdaError, match=f"The destination ARN {place} is invalid."):
                await functions.put_function_event_invoke_config("f", destination_config=config)


@pytest.mark.parametrize("name", ["Nothing", None, 3])
@in_loop
async def test_an_operation_that_nobody_offers(name: Any) -> None:
    with pytest.raises(LambdaError) as error:
        await call(await new_functions(), name, {})
    assert error.value.code is LambdaCode.UNKNOWN_OPERATION


@in_loop
async def test_parameters_are_an_object() -> None:
    with pytest.raises(LambdaError) as error:
        await call(await new_functions(), "ListFunctions", [])  # type: ignore[arg-type]
    assert error.value.code is LambdaCode.SERIALIZATION


@pytest.mark.parametrize("operation", sorted(set(OPERATIONS) - {"GetAccountSettings"}))
@pytest.mark.parametrize("junk", [3, True, [], {}, "a b", "\0"])
@in_loop
async def test_junk_is_refused_and_nothing_else(operation: str, junk: Any) -> None:
    members = ("FunctionName", "Marker", "MaxItems", "Name", "Code", "Qualifier", "Role")
    with pytest.raises(LambdaError):
        await ask(await filled(), operation, **dict.fromkeys(members, junk))
