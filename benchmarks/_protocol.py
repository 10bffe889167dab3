"""Speaks to a harness process: a command a line, an answer a line. See `peers/README.md`."""

import os
import select
import subprocess
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from _builds import NotRun


class Harness:
    """A process that holds rules and events in memory.

    Commands may be posted ahead; `reply` gives the answers in order. `limit` is the time for one
    answer in seconds: an engine that takes longer takes no part.
    """

    def __init__(self, command: Sequence[str], *, limit: float) -> None:
        self._limit = limit
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115, closed by close
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            env=os.environ | {"RUST_BACKTRACE": "0"},
            bufsize=0,
        )
        self._waiting = ["start"]
        self._read = b""

    def post(self, command: str, operand: object = "") -> None:
        """Send a command without waiting."""
        self._waiting.append(command)
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # the reply tells
            self._process.stdin.write(f"{command} {operand}".rstrip().encode() + b"\n")

    def reply(self) -> int:
        """Return the number that answers the oldest open command; raises `NotRun`."""
        command = self._waiting.pop(0)
        line = self._line(command)
        word, _, rest = line.partition(" ")
        if word != "ok":
            raise NotRun(f"{command}: {rest[:160] or self._last_words()}")
        return int(rest or 0)

    def ask(self, command: str, operand: object = "") -> int:
        """Send a command and return its answer, after the answers still open."""
        self.post(command, operand)
        self.settle(1)
        return self.reply()

    def settle(self, left: int = 0) -> None:
        """Wait for the open answers, but for so many of the last."""
        while len(self._waiting) > left:
            self.reply()

    def _line(self, command: str) -> str:
        assert self._process.stdout is not None
        end = time.monotonic() + self._limit
        while b"\n" not in self._read:
            left = max(end - time.monotonic(), 0)
            if not select.select([self._process.stdout], [], [], left)[0]:
                raise NotRun(f"{command} took over {self._limit:.0f} s")
            part = self._process.stdout.read(4096)
            if not part:
                return ""
            self._read += part
        line, _, self._read = self._read.partition(b"\n")
        return line.decode(errors="replace")

    def _last_words(self) -> str:
        """Return what the process said before it ended, without hints."""
        self._process.wait()
        self._complaints.seek(0)
        lines = self._complaints.read().decode(errors="replace").splitlines()
        told = [line for line in lines if line.strip() and not line.startswith("note:")]
        return "the process ended: " + (told[-1][:160] if told else f"{self._process.returncode}")

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()
        self._complaints.close()


def write_rules(path: Path, rules: Mapping[str, str]) -> Path:
    """Write rules as the harnesses read them: name, tab, pattern."""
    path.write_text("".join(f"{name}\t{text}\n" for name, text in rules.items()), "utf-8")
    return path


def write_events(path: Path, events: Iterable[bytes]) -> Path:
    """Write events a line each."""
    path.write_bytes(b"".join(event + b"\n" for event in events))
    return path
