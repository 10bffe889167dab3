"""Operations on what belongs to functions: concurrency, asynchronous invocations, permissions.

Meaning: service reference §6.8, §6.2, §3.5.
"""

from collections.abc import Mapping
from typing import Final

from eventmatch.functions.concurrency import AccountSettings, ProvisionedConcurrency
from eventmatch.functions.event_invoke import Configured
from eventmatch.functions.operations.operation import (
    Answer,
    Operation,
    moment,
    operation,
    paged,
    present,
)
from eventmatch.functions.policies import Statement, policy_text
from eventmatch.functions.state import Policy
from eventmatch.jsontext import write_plain


def _reserved(count: int | None) -> Answer:
    return present({"ReservedConcurrentExecutions": count})


def _provisioned(found: ProvisionedConcurrency) -> Answer:
    told = found.provisioned
    return present(
        {
            "RequestedProvisionedConcurrentExecutions": told.requested,
            "AvailableProvisionedConcurrentExecutions": told.available,
            "AllocatedProvisionedConcurrentExecutions": told.allocated,
            "Status": told.status.value,
            "StatusReason": told.reason,
            "LastModified": moment(found.last_modified),
        }
    )


def _listed(found: ProvisionedConcurrency) -> Answer:
    return {"FunctionArn": found.arn, **_provisioned(found)}


def _event_invoke(found: Configured) -> Answer:
    arn, config = found
    return present(
        {
            "FunctionArn": arn,
            "LastModified": config.last_modified,
            "MaximumRetryAttempts": config.maximum_retry_attempts,
            "MaximumEventAgeInSeconds": config.maximum_event_age,
            "DestinationConfig": {
                "OnSuccess": present({"Destination": config.on_success}),
                "OnFailure": present({"Destination": config.on_failure}),
            },
        }
    )


def _statement(statement: Statement) -> Answer:
    return {"Statement": write_plain(dict(statement)).decode()}


def _policy(policy: Policy) -> Answer:
    return {"Policy": policy_text(policy), "RevisionId": policy.revision}


def _account(settings: AccountSettings) -> Answer:
    limits = settings.limits
    return {
        "AccountLimit": {
            "TotalCodeSize": limits.storage_bytes,
            "CodeSizeUnzipped": limits.unpacked_bytes,
            "CodeSizeZipped": limits.archive_bytes,
            "ConcurrentExecutions": limits.concurrent_executions,
            "UnreservedConcurrentExecutions": settings.unreserved,
        },
        "AccountUsage": {
            "TotalCodeSize": settings.code_size,
            "FunctionCount": settings.functions,
        },
    }


OPERATIONS: Final[Mapping[str, Operation]] = {
    "PutFunctionConcurrency": operation(
        lambda functions: functions.put_function_concurrency, _reserved
    ),
    "GetFunctionConcurrency": operation(
        lambda functions: functions.get_function_concurrency, _reserved
    ),
    "DeleteFunctionConcurrency": operation(lambda functions: functions.delete_function_concurrency),
    "PutProvisionedConcurrencyConfig": operation(
        lambda functions: functions.put_provisioned_concurrency_config, _provisioned
    ),
    "GetProvisionedConcurrencyConfig": operation(
        lambda functions: functions.get_provisioned_concurrency_config, _provisioned
    ),
    "DeleteProvisionedConcurrencyConfig": operation(
        lambda functions: functions.delete_provisioned_concurrency_config
    ),
    "ListProvisionedConcurrencyConfigs": operation(
        lambda functions: functions.list_provisioned_concurrency_configs,
        paged("ProvisionedConcurrencyConfigs", _listed),
    ),
    "PutFunctionEventInvokeConfig": operation(
        lambda functions: functions.put_function_event_invoke_config, _event_invoke
    ),
    "UpdateFunctionEventInvokeConfig": operation(
        lambda functions: functions.update_function_event_invoke_config, _event_invoke
    ),
    "GetFunctionEventInvokeConfig": operation(
        lambda functions: functions.get_function_event_invoke_config, _event_invoke
    ),
    "DeleteFunctionEventInvokeConfig": operation(
        lambda functions: functions.delete_function_event_invoke_config
    ),
    "ListFunctionEventInvokeConfigs": operation(
        lambda functions: functions.list_function_event_invoke_configs,
        paged("FunctionEventInvokeConfigs", _event_invoke),
    ),
    "AddPermission": operation(lambda functions: functions.add_permission, _statement),
    "RemovePermission": operation(lambda functions: functions.remove_permission),
    "GetPolicy": operation(lambda functions: functions.get_policy, _policy),
    "GetAccountSettings": operation(lambda functions: functions.get_account_settings, _account),
}
