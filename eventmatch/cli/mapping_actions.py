"""What `eventmatch mapping` does."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from eventmatch.cli.inputs import UsageError
from eventmatch.cli.report import write, write_json
from eventmatch.cli.session import complaints, logging_on, opened_router
from eventmatch.cli.terminal import cut, cut_left, width
from eventmatch.cli.wording import count
from eventmatch.mappings.operations import call
from eventmatch.router.router import Router

Told = dict[str, Any]
"""A mapping in AWS's members."""

_ID_ROOM: Final = 8
_WIDE: Final = 60


def run_action(args: argparse.Namespace) -> int:
    """Do what the action says, and return the exit code."""
    with logging_on(sys.stderr, is_verbose=False):
        return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    async with opened_router(args.config, needs_store=args.action != "list") as router:
        with complaints(args.config):
            await _ACTIONS[args.action](router, args)
    return 0


async def _list(router: Router, args: argparse.Namespace) -> None:
    mappings = await _every(router)
    if args.format == "json":
        write_json(mappings)
        return
    show = _row if width() >= _WIDE else _rows
    for mapping in mappings:
        show(mapping)
    write(count(len(mappings), "mapping"))


async def _every(router: Router) -> list[Told]:
    found: list[Told] = []
    asked: dict[str, Any] = {}
    while True:
        answer = await call(router.mappings, "ListEventSourceMappings", asked)
        found += answer["EventSourceMappings"]
        if (marker := answer.get("NextMarker")) is None:
            return sorted(found, key=lambda each: (each["EventSourceArn"], each["FunctionArn"]))
        asked["Marker"] = marker


def _row(mapping: Told) -> None:
    start = f"{mapping['UUID'][:_ID_ROOM]}  {_state(mapping)}  {mapping['BatchSize']:>6,}  "
    write(start + cut_left(_way(mapping), width() - len(start)))


def _rows(mapping: Told) -> None:
    batches = f"batches of {mapping['BatchSize']:,}"
    write(cut(f"{mapping['UUID'][:_ID_ROOM]}  {_state(mapping).strip()}, {batches}", width()))
    write(f"  {cut_left(_way(mapping), width() - 2)}")


def _state(mapping: Told) -> str:
    return "off" if mapping["State"] == "Disabled" else "on "


def _way(mapping: Told) -> str:
    function = mapping["FunctionArn"].partition(":function:")[2]
    return f"{_source(mapping['EventSourceArn'])} -> {function}"


def _source(arn: str) -> str:
    """Return the kind and the name of a source, as short as they can be told."""
    service, resource = arn.split(":", 5)[2::3]
    return resource if "/" in resource else f"{_KINDS.get(service, service)}/{resource}"


async def _create(router: Router, args: argparse.Namespace) -> None:
    given = {
        "FunctionName": args.function,
        "EventSourceArn": _arn(router, args),
        "BatchSize": args.batch_size,
        "MaximumBatchingWindowInSeconds": args.window,
        "StartingPosition": args.start,
        "FilterCriteria": args.filter and {"Filters": [{"Pattern": each} for each in args.filter]},
        "FunctionResponseTypes": ["ReportBatchItemFailures"] if args.report_failures else None,
        "Enabled": not args.disabled,
    }
    members = {name: value for name, value in given.items() if value is not None}
    _tell(await call(router.mappings, "CreateEventSourceMapping", members), "made")


def _arn(router: Router, args: argparse.Namespace) -> str:
    place = router.plane.place
    if args.queue is not None:
        return place.of("sqs", args.queue)
    if args.stream is not None:
        return place.of("kinesis", f"stream/{args.stream}")
    arn: str = args.source
    return arn


async def _enable(router: Router, args: argparse.Namespace) -> None:
    told = {"UUID": await _uuid(router, args), "Enabled": True}
    _tell(await call(router.mappings, "UpdateEventSourceMapping", told), "enabled")


async def _disable(router: Router, args: argparse.Namespace) -> None:
    told = {"UUID": await _uuid(router, args), "Enabled": False}
    _tell(await call(router.mappings, "UpdateEventSourceMapping", told), "disabled")


async def _delete(router: Router, args: argparse.Namespace) -> None:
    told = {"UUID": await _uuid(router, args)}
    _tell(await call(router.mappings, "DeleteEventSourceMapping", told), "deleted")


async def _uuid(router: Router, args: argparse.Namespace) -> str:
    """Return the UUID that begins so; raises `UsageError` unless there is one."""
    every = [each["UUID"] for each in await _every(router)]
    found: list[str] = [each for each in every if each.startswith(args.uuid)]
    if not found:
        raise UsageError(f'there is no mapping "{args.uuid}"')
    if len(found) > 1:
        raise UsageError(f'"{args.uuid}" may be any of {len(found)} mappings: give more of it')
    if not args.uuid:
        raise UsageError("UUID is empty, and would mean whatever is there")
    return found[0]


def _tell(mapping: Told, done: str) -> None:
    write(f"{mapping['UUID']} is {done}: {_way(mapping)}")


_KINDS: Final = {"sqs": "queue"}
_ACTIONS: Final[Mapping[str, Callable[[Router, argparse.Namespace], Awaitable[None]]]] = {
    "list": _list,
    "create": _create,
    "enable": _enable,
    "disable": _disable,
    "delete": _delete,
}
