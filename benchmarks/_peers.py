"""The peers: how each is built and started, what its language lacks, where its answers differ."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from _builds import BuildSteps, NotRun, built
from _measure import progress

Commands = Mapping[str, Sequence[str]]

LACKS: Mapping[str, Mapping[str, str]] = {
    "quamina": {
        "cidr": "no cidr",
        "numeric": "no numeric ranges",
        "or": "no $or",
        "suffix": "no suffix",
    },
    "quamina_rs": {"or": "no $or"},
    "moto": {
        "arrays": "does not look into arrays of objects",
        "long": "its wildcards take the cube of a text's length",
    },
}
"""What a peer's pattern language has no word for: a workload that `needs` it runs without it."""

DIFFERS: Mapping[tuple[str, str], str] = {}
"""Workload and peer whose answers are known to differ, and why; the peer is timed all the same."""


@dataclass(frozen=True)
class Peer:
    """A harness under `peers/`: the commands that build it, and the one that starts it.

    `uses` are the files of the tree that it is built with, beside those of its folder. `own` marks
    the loops of eventmatch itself, which are shown beside it and not as peers.
    """

    name: str
    package: str
    build: BuildSteps
    start: Sequence[str]
    uses: Sequence[str] = ()
    own: bool = False

    def command(self, *, again: bool = False) -> list[str]:
        """Return the command that starts it, built; raises `NotRun`."""
        folder = built(self.name, self.build, self.uses, again=again)
        return [part.format(folder=folder) for part in self.start]


# The folder is named because the environment may name another.
_CARGO = ("cargo", "build", "--quiet", "--release", "--target-dir", "target")
_PROTOCOL = "benchmarks/peers/protocol.rs"

NATIVE_LOOP = "eventmatch_rust"
PEERS = (
    Peer(
        "event_ruler",
        "software.amazon.event.ruler:event-ruler of Maven Central",
        (("mvn", "-B", "-q", "package"), ("java", "-version")),
        ("java", "-Xmx12g", "-cp", "{folder}/target/harness.jar:{folder}/target/lib/*", "Harness"),
    ),
    Peer(
        "quamina",
        "the Go module quamina.net/go/quamina/v2",
        (("go", "mod", "tidy"), ("go", "build", "-o", "harness", ".")),
        ("{folder}/harness",),
    ),
    Peer(
        "quamina_rs",
        "the crate quamina",
        (_CARGO,),
        ("{folder}/target/release/quamina-harness",),
        (_PROTOCOL,),
    ),
    Peer(
        NATIVE_LOOP,
        "the crate in native/",
        (("cp", "../../../native/Cargo.lock", "."), _CARGO),
        ("{folder}/target/release/eventmatch-harness",),
        (_PROTOCOL, "native/Cargo.toml", "native/Cargo.lock", "native/src", "native/benches"),
        own=True,
    ),
)

OWN = frozenset(peer.name for peer in PEERS if peer.own)
IN_PROCESS = ("moto", "pysimdjson", "orjson")

EVENTMATCH = [sys.executable, str(Path(__file__).with_name("_child.py"))]
"""The same protocol spoken by eventmatch in Python, for what needs a fresh process."""


def names() -> list[str]:
    """Return the names of all peers, the native loop among them."""
    return [*(peer.name for peer in PEERS), *IN_PROCESS]


def shown(engine: str) -> str:
    """Return the name of an engine as people read it."""
    return "native loop" if engine == NATIVE_LOOP else engine


def commands_of(wanted: Sequence[str], *, again: bool) -> tuple[Commands, dict[str, str]]:
    """Return how to start the peers, none for those in this process, and why others have none."""
    found: dict[str, Sequence[str]] = {}
    missing: dict[str, str] = {}
    for name in wanted:
        try:
            found[name] = _command(name, again=again)
        except NotRun as problem:
            missing[name] = str(problem)
    return found, missing


def _command(name: str, *, again: bool) -> Sequence[str]:
    for peer in PEERS:
        if peer.name == name:
            progress(f"building {name}")
            return peer.command(again=again)
    module = "simdjson" if name == "pysimdjson" else name
    if find_spec(module) is None:
        raise NotRun(f"{name} is not installed: pip install '.[bench]'")
    return ()


def citylots_of_quamina() -> Path | None:
    """Return the real data set, which comes in quamina's Go module, if that is here."""
    quamina = next(peer for peer in PEERS if peer.name == "quamina")
    try:
        folder = built(quamina.name, quamina.build)
    except NotRun:
        return None
    command = ["go", "list", "-m", "-json", "quamina.net/go/quamina/v2"]
    listed = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    if listed.returncode:
        return None
    module = Path(json.loads(listed.stdout)["Dir"])
    return next(iter(sorted(module.rglob("citylots.jlines*"))), None)
