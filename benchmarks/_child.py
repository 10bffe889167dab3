"""eventmatch behind the line protocol of `peers/README.md`, for what needs a fresh process."""

import gc
import itertools
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import eventmatch

CHUNK = 1_000


def main() -> None:
    """Answer commands until `quit`."""
    child = Child()
    print("ok", flush=True)
    for line in sys.stdin:
        command, _, operand = line.strip().partition(" ")
        if command == "quit":
            return
        try:
            print("ok", getattr(child, command)(operand), flush=True)
        except Exception as problem:
            print("error", repr(problem).replace("\n", " "), flush=True)


class Child:
    """A matcher and events; a method a command."""

    def __init__(self) -> None:
        self._matcher = eventmatch.Matcher()
        self._events: list[bytes] = []

    def add(self, path: str) -> int:
        """Add the rules of a file; return the nanoseconds."""
        taken = 0
        for rules in _chunks(path):
            add = self._matcher.add
            started = time.perf_counter_ns()
            for name, text in rules:
                add(name, text)
            taken += time.perf_counter_ns() - started
        return taken

    def remove(self, path: str) -> int:
        """Remove the rules of a file; return the nanoseconds."""
        taken = 0
        for rules in _chunks(path):
            remove = self._matcher.remove
            started = time.perf_counter_ns()
            for name, _ in rules:
                remove(name)
            taken += time.perf_counter_ns() - started
        return taken

    def events(self, path: str) -> int:
        """Read the events of a file."""
        self._events = Path(path).read_bytes().splitlines()
        return len(self._events)

    def match(self, count: str) -> int:
        """Match so many events; return the nanoseconds."""
        batch = list(itertools.islice(itertools.cycle(self._events), int(count)))
        match = self._matcher.match
        started = time.perf_counter_ns()
        for event in batch:
            match(event)
        return time.perf_counter_ns() - started

    def memory(self, _: str) -> int:
        """Return the bytes of resident memory."""
        gc.collect()
        status = Path("/proc/self/status").read_text()
        return next(
            int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:")
        )

    def overhead(self, _: str) -> int:
        """Return the bytes held beyond the text of names and values, by the engine's own count."""
        stats = self._matcher.stats()
        return stats.bytes - stats.text_bytes


def _chunks(path: str) -> Iterator[list[list[str]]]:
    with open(path, encoding="utf-8") as lines:
        while rules := [
            line.rstrip("\n").split("\t", 1) for line in itertools.islice(lines, CHUNK)
        ]:
            yield rules


if __name__ == "__main__":
    main()
