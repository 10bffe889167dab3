"""The quotas of the service as settings. Meaning: service reference §2.1, §1.5; all are AWS's."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Quotas:
    """How much of everything there may be.

    `event_buses` counts the default one. `pattern_characters` is bounded by 4,096 whatever it
    says. `put_events_bytes` is for all the entries of one call together.
    """

    event_buses: int = 100
    rules_per_bus: int = 300
    wildcard_rules_per_bus: int = 30
    targets_per_rule: int = 5
    tags_per_resource: int = 50
    pattern_characters: int = 2_048
    policy_characters: int = 10_240
    put_events_entries: int = 10
    put_events_bytes: int = 1_048_576
    concurrent_replays: int = 10
