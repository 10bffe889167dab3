"""Functions to run, and what is left of them."""

import asyncio
import io
import json
import os
import zipfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from eventmatch.functions.environments import EnvironmentSettings, Fleet
from eventmatch.functions.model import Call, Code, CodeKind, Configuration, Reply, Version

ARN = "arn:aws:lambda:eu-west-1:123456789012:function:shop"
BASH = r"""#!/bin/bash
# A custom runtime without any program but the shell.
IFS=: read -r host port <<< "$AWS_LAMBDA_RUNTIME_API"
ask() {  # method, path, body
    exec 3<>"/dev/tcp/$host/$port"
    printf '%s %s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s' "$1" "$2" "${#3}" "$3" >&3
    length=0
    while IFS=$' \r' read -r name value <&3 && [ -n "$name" ]; do
        case "$name" in
            Content-Length:) length=$value ;;
            Lambda-Runtime-Aws-Request-Id:) id=$value ;;
        esac
    done
    body=""
    [ "$length" -gt 0 ] && IFS= read -r -N "$length" body <&3
    exec 3>&-
}
path=/2018-06-01/runtime/invocation
while :; do
    ask GET $path/next ""
    event=$body
    ask POST "$path/$id/response" "{\"echo\":$event,\"process\":$$}"
done
"""


class Shelf:
    """Archives in memory."""

    def __init__(self) -> None:
        self.archives: dict[str, bytes] = {}
        self.reads: list[str] = []

    async def read(self, sha256: str) -> bytes:
        self.reads.append(sha256)
        return self.archives[sha256]


class Lines:
    """A log in memory."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, str, bytes]] = []

    def write(self, function: str, stream: str, lines: Sequence[bytes]) -> None:
        self.lines.extend((function, stream, line) for line in lines)

    async def has(self, line: bytes, count: int = 1) -> None:
        """Return once a line is there so many times."""
        while [each for _, _, each in self.lines].count(line) < count:
            await asyncio.sleep(0)


class World:
    """A fleet and what it runs."""

    def __init__(self, **options: Any) -> None:
        self.shelf = Shelf()
        self.sink = Lines()
        self.fleet = Fleet(self.shelf, sink=self.sink, **options)

    def version(
        self, files: Mapping[str, str] | str, number: str = "$LATEST", **changes: Any
    ) -> Version:
        """A version with these files; a text is the module `app`."""
        files = {"app.py": files} if isinstance(files, str) else files
        archive = zipped(files)
        sha256 = str(hash(archive))
        self.shelf.archives[sha256] = archive
        code = Code(kind=CodeKind.ARCHIVE, sha256=sha256, size=len(archive))
        return version(code, number, **changes)

    async def run(self, version: Version, event: object = None, **changes: Any) -> Reply:
        call = Call(str(uuid4()), json.dumps(event).encode(), version.arn)
        return await self.fleet.run(version, call._replace(**changes))


@asynccontextmanager
async def world(
    settings: EnvironmentSettings | None = None, **options: Any
) -> AsyncIterator[World]:
    """A world with a fleet that runs."""
    made = World(settings=settings, **options)
    await made.fleet.start()
    try:
        yield made
    finally:
        await made.fleet.stop()


def version(code: Code, number: str = "$LATEST", **changes: Any) -> Version:
    """A version of the function `shop`."""
    configuration = Configuration(**{"handler": "app.handler", "role": "", "timeout": 20} | changes)
    return Version(
        function="shop",
        number=number,
        arn=ARN,
        code=code,
        configuration=configuration,
        revision=uuid4().hex,
        last_modified=0.0,
    )


def named(name: str, **changes: Any) -> Version:
    """A version that is a function of this process."""
    code = Code(kind=CodeKind.CALLABLE, sha256="", size=0, name=name)
    return version(code, **changes)


def zipped(files: Mapping[str, str]) -> bytes:
    """A zip file; what begins like a script may be executed."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            member = zipfile.ZipInfo(name)
            member.external_attr = (0o755 if text.startswith("#!") else 0o644) << 16
            archive.writestr(member, text)
    return buffer.getvalue()


def answer(reply: Reply) -> Any:
    """What a function that succeeded returned."""
    assert reply.error is None, reply
    return json.loads(reply.payload)


def error(reply: Reply) -> Any:
    """What a function that failed told."""
    assert reply.error == "Unhandled", reply
    return json.loads(reply.payload)


def open_files() -> set[str]:
    """What this process has open."""
    links = [Path("/proc/self/fd") / name for name in os.listdir("/proc/self/fd")]
    return {f"{link.name} {os.readlink(link)}" for link in links if link.is_symlink()}


def is_alive(process: int) -> bool:
    """Whether there is such a process, other than one that is only not asked for its status."""
    try:
        status = Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rpartition(")")[2].split()[0] != "Z"


Handler = Callable[[Any, Any], Any]
