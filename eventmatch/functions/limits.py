"""How much there may be: AWS's quotas of Lambda. Meaning: service reference §6.7, §6.8."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class LambdaLimits:
    """The quotas of an account. Sizes are in bytes."""

    concurrent_executions: int = 1_000
    unreserved_executions: int = 100
    """At least so many concurrent executions stay free for functions that reserve none."""
    archive_bytes: int = 50 << 20
    unpacked_bytes: int = 250 << 20
    storage_bytes: int = 75 << 30
    policy_bytes: int = 20_480
    variables_bytes: int = 4_096
