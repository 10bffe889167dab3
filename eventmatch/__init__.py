"""eventmatch: the EventBridge engine as a library.

Check patterns, match events against many rules at once, and be told why an event did not match;
or let a `Router` bring events to the targets of their rules, and run functions, and lose none.
All names here are public, and so are `eventmatch.pattern.schema` and `eventmatch.testing`; whatever
else is private. A part is imported when a name of it is first used, so that whoever only checks
patterns does not wait for the engine.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from eventmatch.bus.payload_refusals import Refused
    from eventmatch.bus.policies import Caller
    from eventmatch.bus.quotas import Quotas
    from eventmatch.engine.choice import engine_name
    from eventmatch.engine.explain import (
        BranchExplanation,
        Explanation,
        LeafExplanation,
        RuleExplanation,
        explain,
        nearest,
    )
    from eventmatch.engine.matcher import Matcher, matches
    from eventmatch.engine.matches import Matches
    from eventmatch.engine.reason import Reason
    from eventmatch.engine.stats import MatcherStats
    from eventmatch.errors import (
        ConfigurationError,
        EngineUnavailable,
        EventCode,
        EventError,
        EventmatchError,
        LintCode,
        NotFound,
        PatternCode,
        PatternError,
        Problem,
        QueueCode,
        QueueError,
        ScheduleCode,
        ScheduleError,
        ScheduleLintCode,
        ServiceCode,
        ServiceError,
        StoreCode,
        StoreError,
    )
    from eventmatch.functions.environments.settings import EnvironmentSettings
    from eventmatch.functions.errors import LambdaCode, LambdaError
    from eventmatch.functions.invoking import InvocationLimits
    from eventmatch.functions.limits import LambdaLimits
    from eventmatch.functions.model import InvocationType, Invoked
    from eventmatch.functions.ports import LambdaMetric
    from eventmatch.pattern import EventPattern, check, parse
    from eventmatch.queues.model import Message, QueueSettings, RedrivePolicy
    from eventmatch.router.functions import LambdaSettings
    from eventmatch.router.publishing import Accepted
    from eventmatch.router.router import Router
    from eventmatch.router.synchronous import SyncRouter
    from eventmatch.schedule.describe import explain_schedule
    from eventmatch.schedule.firing import fire_times, next_fire_time
    from eventmatch.schedule.lints import check_schedule
    from eventmatch.schedule.missing import MissedFires
    from eventmatch.schedule.model import At, Cron, Rate, Unix
    from eventmatch.schedule.parser import parse_schedule
    from eventmatch.streams.model import Record, StreamSettings
    from eventmatch.targets.callable import Retryable

__version__ = "0.1.0"

__all__ = [
    "Accepted",
    "At",
    "BranchExplanation",
    "Caller",
    "ConfigurationError",
    "Cron",
    "EngineUnavailable",
    "EnvironmentSettings",
    "EventCode",
    "EventError",
    "EventPattern",
    "EventmatchError",
    "Explanation",
    "InvocationLimits",
    "InvocationType",
    "Invoked",
    "LambdaCode",
    "LambdaError",
    "LambdaLimits",
    "LambdaMetric",
    "LambdaSettings",
    "LeafExplanation",
    "LintCode",
    "Matcher",
    "MatcherStats",
    "Matches",
    "Message",
    "MissedFires",
    "NotFound",
    "PatternCode",
    "PatternError",
    "Problem",
    "QueueCode",
    "QueueError",
    "QueueSettings",
    "Quotas",
    "Rate",
    "Reason",
    "Record",
    "RedrivePolicy",
    "Refused",
    "Retryable",
    "Router",
    "RuleExplanation",
    "ScheduleCode",
    "ScheduleError",
    "ScheduleLintCode",
    "ServiceCode",
    "ServiceError",
    "StoreCode",
    "StoreError",
    "StreamSettings",
    "SyncRouter",
    "Unix",
    "check",
    "check_schedule",
    "engine_name",
    "explain",
    "explain_schedule",
    "fire_times",
    "matches",
    "nearest",
    "next_fire_time",
    "parse",
    "parse_schedule",
]

_HOMES: Final = {
    "eventmatch.bus.payload_refusals": ("Refused",),
    "eventmatch.bus.policies": ("Caller",),
    "eventmatch.bus.quotas": ("Quotas",),
    "eventmatch.engine.choice": ("engine_name",),
    "eventmatch.engine.explain": (
        "BranchExplanation",
        "Explanation",
        "LeafExplanation",
        "RuleExplanation",
        "explain",
        "nearest",
    ),
    "eventmatch.engine.matcher": ("Matcher", "matches"),
    "eventmatch.engine.matches": ("Matches",),
    "eventmatch.engine.reason": ("Reason",),
    "eventmatch.engine.stats": ("MatcherStats",),
    "eventmatch.errors": (
        "ConfigurationError",
        "EngineUnavailable",
        "EventCode",
        "EventError",
        "EventmatchError",
        "LintCode",
        "NotFound",
        "PatternCode",
        "PatternError",
        "Problem",
        "QueueCode",
        "QueueError",
        "ScheduleCode",
        "ScheduleError",
        "ScheduleLintCode",
        "ServiceCode",
        "ServiceError",
        "StoreCode",
        "StoreError",
    ),
    "eventmatch.functions.environments.settings": ("EnvironmentSettings",),
    "eventmatch.functions.errors": ("LambdaCode", "LambdaError"),
    "eventmatch.functions.invoking": ("InvocationLimits",),
    "eventmatch.functions.limits": ("LambdaLimits",),
    "eventmatch.functions.model": ("InvocationType", "Invoked"),
    "eventmatch.functions.ports": ("LambdaMetric",),
    "eventmatch.pattern": ("EventPattern", "check", "parse"),
    "eventmatch.queues.model": ("Message", "QueueSettings", "RedrivePolicy"),
    "eventmatch.router.functions": ("LambdaSettings",),
    "eventmatch.router.publishing": ("Accepted",),
    "eventmatch.router.router": ("Router",),
    "eventmatch.router.synchronous": ("SyncRouter",),
    "eventmatch.schedule.describe": ("explain_schedule",),
    "eventmatch.schedule.firing": ("fire_times", "next_fire_time"),
    "eventmatch.schedule.lints": ("check_schedule",),
    "eventmatch.schedule.model": ("At", "Cron", "Rate", "Unix"),
    "eventmatch.schedule.missing": ("MissedFires",),
    "eventmatch.schedule.parser": ("parse_schedule",),
    "eventmatch.streams.model": ("Record", "StreamSettings"),
    "eventmatch.targets.callable": ("Retryable",),
}
_HOME_OF: Final = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Import a public name from its home, once."""
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
