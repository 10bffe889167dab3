"""What `eventmatch function` does."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, Final

from eventmatch.cli.function_invoke import invoke
from eventmatch.cli.function_logs import show_logs
from eventmatch.cli.inputs import UsageError
from eventmatch.cli.report import write, write_json
from eventmatch.cli.session import complaints, logging_on, opened_router
from eventmatch.cli.terminal import cut, width
from eventmatch.cli.wording import count
from eventmatch.functions.code import source_at
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import LATEST, Alias, Version
from eventmatch.functions.operations import call
from eventmatch.router.parts import refuse_store
from eventmatch.router.router import Router

_NAME_ROOM: Final = 30
_RUNTIME: Final = "python3.12"


def run_action(args: argparse.Namespace) -> int:
    """Do what the action says, and return the exit code."""
    with logging_on(sys.stderr, is_verbose=False):
        if args.action == "logs":
            return show_logs(args)
        return asyncio.run(_run(args))


async def _run(args: argparse.Namespace) -> int:
    needs_store = args.action not in _READING and getattr(args, "type", "Event") == "Event"
    async with opened_router(args.config, needs_store=needs_store) as router:
        with complaints(args.config):
            return await _DOING[args.action](router, args)


async def _list(router: Router, args: argparse.Namespace) -> int:
    versions = "ALL" if args.versions else None
    if args.format == "json":
        write_json([each async for each in _told(router, versions)])
        return 0
    found = [each async for each in _functions(router, versions)]
    room = min(max((len(_name(each)) for each in found), default=0), _NAME_ROOM, width() // 2)
    for version in found:
        write(cut(f"{cut(_name(version), room):<{room}}  {await _facts(router, version)}", width()))
    write(count(len(found), "version" if args.versions else "function"))
    return 0


async def _functions(router: Router, versions: str | None) -> AsyncIterator[Version]:
    marker: str | None = None
    while True:
        page = await router.functions.list_functions(function_version=versions, marker=marker)
        for version in page.items:
            yield version
        if (marker := page.next_marker) is None:
            return


async def _told(router: Router, versions: str | None) -> AsyncIterator[Mapping[str, Any]]:
    """Yield functions in AWS's members."""
    parameters: dict[str, Any] = {"FunctionVersion": versions} if versions else {}
    while True:
        answer = await call(router.functions, "ListFunctions", parameters)
        for function in answer["Functions"]:
            yield function
        if (marker := answer.get("NextMarker")) is None:
            return
        parameters["Marker"] = marker


def _name(version: Version) -> str:
    published = version.number if version.number.isdecimal() else ""
    return f"{version.function}:{published}" if published else version.function


async def _facts(router: Router, version: Version) -> str:
    """Return what there is to tell of a version; its aliases come last."""
    configuration, aliases = version.configuration, await _aliases(router, version.function)
    told = [_arrow(alias) for alias in aliases]
    if version.number != LATEST:
        told = [each.name for each in aliases if version.number in (each.version, *each.weights)]
    memory, timeout = f"{configuration.memory_size:,} MB", f"{configuration.timeout} s"
    return f"{configuration.runtime:<10}  {memory:>9}  {timeout:>5}  {'; '.join(told)}".rstrip()


async def _aliases(router: Router, name: str) -> list[Alias]:
    found: list[Alias] = []
    marker: str | None = None
    while True:
        page = await router.functions.list_aliases(name, marker=marker)
        found += page.items
        if (marker := page.next_marker) is None:
            return found


def _arrow(alias: Alias) -> str:
    shares = "".join(f", {share:.0%} {version}" for version, share in alias.weights.items())
    return f"{alias.name} -> {alias.version}{shares}"


async def _create(router: Router, args: argparse.Namespace) -> int:
    place = router.plane.place
    given = _configuration(args)
    given.setdefault("runtime", _RUNTIME)
    given.setdefault("role", f"arn:{place.partition}:iam::{place.account}:role/{args.name}")
    version = await router.functions.create_function(
        args.name, code=_code(router, args.code), publish=args.publish, **given
    )
    _tell(version)
    return 0


async def _update(router: Router, args: argparse.Namespace) -> int:
    given, code = _configuration(args), None if args.code is None else _code(router, args.code)
    version = None
    if given and code is not None:
        # First what may be refused of both, so that neither is changed alone.
        await router.functions.update_function_code(args.name, code=code, dry_run=True)
    if given:
        version = await router.functions.update_function_configuration(args.name, **given)
    if code is not None:
        version = await router.functions.update_function_code(args.name, code=code)
    if args.publish:
        version = await router.functions.publish_version(args.name)
    if version is None:
        raise UsageError("there is nothing to change: name --code, or a part of the configuration")
    _tell(version)
    return 0


def _configuration(args: argparse.Namespace) -> dict[str, Any]:
    given = {
        "handler": args.handler,
        "runtime": args.runtime,
        "role": args.role,
        "timeout": args.timeout,
        "memory_size": args.memory,
        "description": args.description,
        "environment": args.env and {"Variables": dict(args.env)},
    }
    return {name: value for name, value in given.items() if value is not None}


def _code(router: Router, path: str) -> dict[str, Any]:
    try:
        refuse_store(Path(path), router.store)
        return source_at(Path(path))
    except OSError as error:
        raise UsageError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    except ValueError as error:
        raise UsageError(str(error)) from error


async def _publish(router: Router, args: argparse.Namespace) -> int:
    _tell(await router.functions.publish_version(args.name, description=args.description))
    return 0


def _tell(version: Version) -> None:
    size = f"{version.code.size:,} bytes of code"
    write(f"{version.function}: {version.number}, {size}, sha256 {version.code.sha256}")


async def _alias(router: Router, args: argparse.Namespace) -> int:
    _refuse_alias(args)
    if args.alias is None:
        for alias in await _aliases(router, args.name):
            write(cut(_arrow(alias), width()))
    elif args.delete:
        await router.functions.get_alias(args.name, name=args.alias)
        await router.functions.delete_alias(args.name, name=args.alias)
        write(f"{args.alias} is deleted")
    elif args.version is None:
        write(_arrow(await router.functions.get_alias(args.name, name=args.alias)))
    else:
        write(_arrow(await _put_alias(router, args)))
    return 0


def _refuse_alias(args: argparse.Namespace) -> None:
    """Raise `UsageError` for options of which a part is missing, or has no meaning."""
    if args.delete and args.alias is None:
        raise UsageError("ALIAS is needed: which one is to be deleted?")
    if args.delete and (args.version or args.weight):
        raise UsageError("--delete takes no VERSION and no --weight")
    if args.weight and args.version is None:
        raise UsageError("ALIAS and VERSION are needed with --weight")


async def _put_alias(router: Router, args: argparse.Namespace) -> Alias:
    """Make an alias, or move the one of that name."""
    weights = {"AdditionalVersionWeights": dict([args.weight])} if args.weight else {}
    told = {"function_version": args.version, "routing_config": weights}
    try:
        return await router.functions.create_alias(args.name, name=args.alias, **told)
    except LambdaError as error:
        if error.code is not LambdaCode.RESOURCE_CONFLICT:
            raise
        return await router.functions.update_alias(args.name, name=args.alias, **told)


async def _delete(router: Router, args: argparse.Namespace) -> int:
    await router.functions.delete_function(args.name, qualifier=args.qualifier)
    write(f"{args.name}{f':{args.qualifier}' if args.qualifier else ''} is deleted")
    return 0


_READING: Final = ("list", "logs")
_DOING: Final[Mapping[str, Callable[[Router, argparse.Namespace], Awaitable[int]]]] = {
    "list": _list,
    "invoke": invoke,
    "create": _create,
    "update": _update,
    "publish": _publish,
    "alias": _alias,
    "delete": _delete,
}
