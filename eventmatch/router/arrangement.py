"""From a configuration to a router that has all it names."""

import importlib
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from eventmatch.bus.arn import DEFAULT_BUS
from eventmatch.bus.model import RuleState
from eventmatch.bus.quotas import Quotas
from eventmatch.errors import ConfigurationError, EventmatchError, ServiceCode, ServiceError
from eventmatch.functions.errors import LambdaError, sentence
from eventmatch.jsontext import write_plain
from eventmatch.queues.filtering import FilterScope
from eventmatch.queues.model import QueueSettings, RedrivePolicy
from eventmatch.queues.subscription import SubscriptionSettings
from eventmatch.router.configuration import Configuration
from eventmatch.router.deployment import Deployment
from eventmatch.router.mapping import put_mapping
from eventmatch.router.router import Router
from eventmatch.router.short_names import ShortNames
from eventmatch.store.port import Store
from eventmatch.store.sqlite import SqliteStore
from eventmatch.streams.errors import StreamError
from eventmatch.streams.model import StreamSettings

_PASSED_ON: Final = ("account", "region", "partition", "dead_letters")


def router_of(configuration: Configuration, **options: Any) -> Router:
    """Return a router that is not started, as a configuration says.

    `options` are arguments of `Router` that go before it. Raises `ConfigurationError` for a
    function that cannot be imported.
    """
    members = configuration.members
    said = {name: members[name] for name in _PASSED_ON if name in members}
    if "quotas" in members:
        said["quotas"] = Quotas(**members["quotas"])
    if "aws" in members:
        from eventmatch.targets.aws.clients import Clients

        said["clients"] = Clients(endpoint_url=members["aws"].get("endpoint_url"))
    router = Router(**{"store": _store(configuration), **said, **options})
    for name, place in members.get("functions", {}).items():
        _register(router, name, place, configuration)
    return router


async def arrange(router: Router, configuration: Configuration) -> None:
    """Give a router that is started all that a configuration names; may be done again.

    A rule has exactly the targets that it names; rules and queues that it does not name are left
    alone. Raises `ConfigurationError` with the place of what the router refuses.
    """
    members = configuration.members
    names = ShortNames.of(router.plane.place, members)
    deployment = Deployment(router.functions, names, configuration.folder, router.store)
    for name, settings in members.get("streams", {}).items():
        with _At(f"streams.{name}"):
            await _put_stream(router, name, StreamSettings(**settings))
    for name, settings in members.get("queues", {}).items():
        with _At(f"queues.{name}"):
            await _put_queue(router, name, _settings(settings))
    for name, bus in members.get("buses", {}).items():
        with _At(f"buses.{name}"):
            await _put_bus(router, name, bus)
    for name in members.get("topics", {}):
        with _At(f"topics.{name}"):
            await _put_topic(router, name)
    for name, archive in members.get("archives", {}).items():
        with _At(f"archives.{name}"):
            await _put_archive(router, name, archive)
    await _deploy(deployment, members)
    for name, subscribers in members.get("topics", {}).items():
        with _At(f"topics.{name}"):
            await _put_subscriptions(router, name, subscribers, names, deployment)
    for number, mapping in enumerate(members.get("mappings", ())):
        with _At(f"mappings[{number}]"):
            await put_mapping(router.mappings, names.mapping(mapping))
    for name, schedule in members.get("schedules", {}).items():
        with _At(f"schedules.{name}"):
            await _put_schedule(router, name, schedule, names)
    for number, rule in enumerate(members.get("rules", ())):
        with _At(f"rules[{number}]"):
            await _put_rule(router, rule, names, deployment)


async def _deploy(deployment: Deployment, members: Mapping[str, Any]) -> None:
    told = members.get("functions", {}).items()
    functions = {name: each for name, each in told if not isinstance(each, str)}
    for name, role in members.get("roles", {}).items():
        with _At(f"roles.{name}"):
            await deployment.put_role(name, role)
    for put in (deployment.put_function, deployment.put_event_invoke_config):
        for name, function in functions.items():
            with _At(f"functions.{name}"):
                await put(name, function)


class _At:
    """Turns what is refused within into a `ConfigurationError` with its place."""

    def __init__(self, path: str) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, EventmatchError):
            text = str(error)
            if isinstance(error, LambdaError):
                text = sentence(error)
            elif isinstance(error, ServiceError | StreamError):
                text = error.message
            raise ConfigurationError(self._path, text) from error


def _store(configuration: Configuration) -> Store | None:
    path = configuration.members.get("store")
    if path is None:
        return None
    synchronous = configuration.members.get("synchronous", "full")
    return SqliteStore(configuration.folder / path, synchronous=synchronous)


def _register(
    router: Router, name: str, told: str | Mapping[str, Any], configuration: Configuration
) -> None:
    """Register a plain function as a target, or as the code of a Lambda function."""
    path = f"functions.{name}"
    if isinstance(told, str):
        router.register(name, _function(told, path, configuration))
    elif "Callable" in told:
        handler = _function(told["Callable"], f"{path}.Callable", configuration)
        router.register_handler(name, handler)


def _function(place: str, path: str, configuration: Configuration) -> Callable[..., Any]:
    """Import a function; modules beside the configuration are found, too."""
    folder = str(configuration.folder.absolute())
    if folder not in sys.path:
        sys.path.insert(0, folder)
    module, _, name = place.partition(":")
    try:
        found: Any = importlib.import_module(module)
        for step in name.split("."):
            found = getattr(found, step)
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(path, str(error)) from error
    except (Exception, SystemExit) as error:  # whatever the module does when it is imported
        text = f"{module} cannot be imported: {type(error).__name__}: {error}"
        raise ConfigurationError(path, text) from error
    if not callable(found):
        raise ConfigurationError(path, f"{place} is no function")
    function: Callable[..., Any] = found
    return function


def _settings(members: Mapping[str, Any]) -> QueueSettings:
    redrive = members.get("redrive")
    return QueueSettings(**{**members, "redrive": RedrivePolicy(**redrive) if redrive else None})


async def _put_queue(router: Router, name: str, settings: QueueSettings) -> None:
    if name in router.queues.list_queues(name):
        await router.queues.update_queue(name, settings)
    else:
        await router.queues.create_queue(name, settings)


async def _put_stream(router: Router, name: str, settings: StreamSettings) -> None:
    streams = router.streams
    if name not in streams.list_streams(name):
        await streams.create_stream(name, settings)
        return
    before = streams.describe_stream(name)
    if before.shards != settings.shards:
        text = f"the stream has {before.shards} shards, which cannot become {settings.shards}"
        raise ConfigurationError("", text)
    if before.retention != settings.retention:
        await streams.update_retention(name, settings.retention)


async def _or_else(create: Awaitable[object], update: Callable[[], Awaitable[object]]) -> None:
    """Create something; update it where it is there already."""
    try:
        await create
    except ServiceError as error:
        if error.code not in _THERE_ALREADY:
            raise
        await update()


async def _put_bus(router: Router, name: str, members: Mapping[str, Any]) -> None:
    description, plane = members.get("Description"), router.plane
    await _or_else(
        plane.create_event_bus(name, description=description),
        lambda: plane.update_event_bus(name, description=description or ""),
    )


async def _put_topic(router: Router, name: str) -> None:
    if name not in router.topics.list_topics():
        await router.topics.create_topic(name)


async def _put_subscriptions(
    router: Router,
    topic: str,
    subscribers: Mapping[str, Mapping[str, Any]],
    names: ShortNames,
    deployment: Deployment,
) -> None:
    topics = router.topics
    functions = {name: names.subscribed(name) for name in subscribers}
    await deployment.permit(router.plane.place.of("sns", topic), filter(None, functions.values()))
    before = {
        each.queue or each.function: each
        for each in topics.list_subscriptions(topic)
        if not each.is_callable
    }
    for name, members in subscribers.items():
        settings, function = _subscription(members), functions[name]
        known = before.pop(names.function(function) if function else name, None)
        if known is not None:
            await topics.update_subscription(known.id, settings)
        elif function:
            await topics.subscribe_function(topic, function, settings)
        else:
            await topics.subscribe(topic, name, settings)
    for gone in before.values():
        await topics.unsubscribe(gone.id)


def _subscription(members: Mapping[str, Any]) -> SubscriptionSettings:
    given = dict(members)
    if "filter_policy" in given:
        given["filter_policy"] = write_plain(given["filter_policy"]).decode()
    if "filter_scope" in given:
        given["filter_scope"] = FilterScope(given["filter_scope"])
    return SubscriptionSettings(**given)


async def _put_archive(router: Router, name: str, members: Mapping[str, Any]) -> None:
    pattern = members.get("EventPattern", "")
    text = pattern if isinstance(pattern, str) else write_plain(pattern).decode()
    days, description = members.get("RetentionDays", 0), members.get("Description", "")
    bus = members.get("EventBusName", DEFAULT_BUS)
    create = router.archives.create_archive(
        name,
        event_bus_name=bus,
        event_pattern=text or None,
        retention_days=days,
        description=description or None,
    )
    update = router.archives.update_archive
    await _or_else(
        create,
        lambda: update(name, event_pattern=text, retention_days=days, description=description),
    )


async def _put_schedule(
    router: Router, name: str, members: Mapping[str, Any], names: ShortNames
) -> None:
    given = {_SCHEDULE[member]: value for member, value in members.items() if member in _SCHEDULE}
    given["target"] = names.target(members["Target"])
    schedules = router.schedules
    await _or_else(
        schedules.create_schedule(name, **given),
        lambda: schedules.update_schedule(name, **given),
    )


async def _put_rule(
    router: Router, rule: Mapping[str, Any], names: ShortNames, deployment: Deployment
) -> None:
    name, bus = rule["Name"], rule.get("EventBusName", DEFAULT_BUS)
    targets = [names.target(target) for target in rule.get("Targets", ())]
    await router.put_rule(
        name,
        event_pattern=rule.get("EventPattern"),
        schedule_expression=rule.get("ScheduleExpression"),
        event_bus_name=bus,
        state=RuleState(rule.get("State", "ENABLED")),
        description=rule.get("Description"),
    )
    there = await router.plane.describe_rule(name, event_bus_name=bus)
    functions = filter(None, map(names.invoked, rule.get("Targets", ())))
    await deployment.permit(there.arn, functions)
    before = there.targets
    named = {target["Id"] for target in targets}
    if gone := [target.id for target in before if target.id not in named]:
        await router.plane.remove_targets(name, gone, event_bus_name=bus)
    if targets:
        await router.plane.put_targets(name, targets, event_bus_name=bus)


# The members of a schedule, as Python names them.
_SCHEDULE: Final = {
    "ScheduleExpression": "schedule_expression",
    "ScheduleExpressionTimezone": "schedule_expression_timezone",
    "FlexibleTimeWindow": "flexible_time_window",
    "State": "state",
    "ActionAfterCompletion": "action_after_completion",
    "Description": "description",
}
# How the parts of a router say that something is there already.
_THERE_ALREADY: Final = frozenset({ServiceCode.RESOURCE_ALREADY_EXISTS, ServiceCode.CONFLICT})
