"""Operations on functions, their versions and their aliases. Meaning: service reference §6.6."""

from collections.abc import Mapping
from typing import Final

from eventmatch.functions.model import LATEST, Alias, Version
from eventmatch.functions.names import reference
from eventmatch.functions.operations.operation import (
    Answer,
    Operation,
    Parameters,
    ask,
    moment,
    operation,
    paged,
    present,
)
from eventmatch.functions.plane import Functions

_CODE: Final = ("ZipFile", "Folder", "Callable")


def configuration(version: Version, arn: str | None = None) -> Answer:
    """Return a version in AWS's members; the ARN of $LATEST is that of the function."""
    own = version.arn if version.number == LATEST else version.qualified_arn
    told = version.configuration
    return present(
        {
            "FunctionName": version.function,
            "FunctionArn": arn or own,
            "Runtime": told.runtime,
            "Role": told.role,
            "Handler": told.handler or None,
            "CodeSize": version.code.size,
            "Description": told.description,
            "Timeout": told.timeout,
            "MemorySize": told.memory_size,
            "LastModified": moment(version.last_modified),
            "CodeSha256": version.code.sha256,
            "Version": version.number,
            "Environment": {"Variables": dict(told.environment)} if told.environment else None,
            "DeadLetterConfig": {"TargetArn": told.dead_letters} if told.dead_letters else None,
            "TracingConfig": {"Mode": "PassThrough"},
            "RevisionId": version.revision,
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": ["x86_64"],
            "EphemeralStorage": {"Size": told.ephemeral_storage},
            **told.settings,
        }
    )


def _qualified(version: Version) -> Answer:
    return configuration(version, version.qualified_arn)


async def _update_code(functions: Functions, parameters: Parameters) -> Answer:
    code = {name: parameters[name] for name in _CODE if parameters.get(name) is not None}
    version = await ask(functions.update_function_code, {**parameters, "Code": code})
    return configuration(version)


async def _get_configuration(functions: Functions, parameters: Parameters) -> Answer:
    version = await ask(functions.get_function, parameters)
    name = reference(functions.place, parameters["FunctionName"], parameters.get("Qualifier"))
    return configuration(version, name.qualifier and f"{version.arn}:{name.qualifier}")


async def _get(functions: Functions, parameters: Parameters) -> Answer:
    shown = await _get_configuration(functions, parameters)
    reserved = functions.reserved(shown["FunctionName"])
    concurrency = None if reserved is None else {"ReservedConcurrentExecutions": reserved}
    return present({"Configuration": shown, "Code": {}, "Concurrency": concurrency})


async def _list(functions: Functions, parameters: Parameters) -> Answer:
    found = await ask(functions.list_functions, parameters)
    show = _qualified if parameters.get("FunctionVersion") else configuration
    return paged("Functions", show)(found)


def _alias(alias: Alias) -> Answer:
    weights = {"AdditionalVersionWeights": dict(alias.weights)} if alias.weights else None
    return present(
        {
            "AliasArn": alias.arn,
            "Name": alias.name,
            "FunctionVersion": alias.version,
            "Description": alias.description,
            "RoutingConfig": weights,
            "RevisionId": alias.revision,
        }
    )


OPERATIONS: Final[Mapping[str, Operation]] = {
    "CreateFunction": operation(lambda functions: functions.create_function, configuration),
    "GetFunction": Operation(_get),
    "GetFunctionConfiguration": Operation(_get_configuration),
    "UpdateFunctionCode": Operation(_update_code),
    "UpdateFunctionConfiguration": operation(
        lambda functions: functions.update_function_configuration, configuration
    ),
    "DeleteFunction": operation(lambda functions: functions.delete_function),
    "ListFunctions": Operation(_list),
    "PublishVersion": operation(lambda functions: functions.publish_version, _qualified),
    "ListVersionsByFunction": operation(
        lambda functions: functions.list_versions_by_function, paged("Versions", _qualified)
    ),
    "CreateAlias": operation(lambda functions: functions.create_alias, _alias),
    "UpdateAlias": operation(lambda functions: functions.update_alias, _alias),
    "GetAlias": operation(lambda functions: functions.get_alias, _alias),
    "DeleteAlias": operation(lambda functions: functions.delete_alias),
    "ListAliases": operation(lambda functions: functions.list_aliases, paged("Aliases", _alias)),
}
