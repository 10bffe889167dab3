"""Ends what is left of environments when the process that runs them is gone, however it ended.

A program of its own, which knows no module of the package: `orphans.py FOLDER`. Its input names
process groups, `+NUMBER` when one begins and `-NUMBER` when it has ended. At the end of the input
it kills those that are left and, where /proc tells, all processes whose code is in the folder: one
may have begun that was not named yet, or have left its group. Then it removes the folder.
"""

# It begins beside the first environment of a router, in a third of the time as long as modules that
# Python itself does not need can wait for the end of the input.
import io
import os
import sys

# So often it is tried: what is killed may fork, and fill the folder, until it is gone; and one that
# was about to begin has its variables a little later.
_TRIES = 20
_QUIET = 3
_PAUSE = 0.05


def remaining(told: io.BufferedIOBase) -> set[int]:
    """Return the process groups that have begun and not ended at the end of what is told."""
    groups: set[int] = set()
    for line in told:
        change = groups.add if line.startswith(b"+") else groups.discard
        change(int(line[1:]))
    return groups


def end_strays(marks: list[bytes]) -> bool:
    """Kill each process, as far as such can be seen, that began with a variable like one of these.

    Return whether there were any.

    A mark is a part of `\\0NAME=VALUE\\0`. What a function has started has its variables, whatever
    session it has made for itself.
    """
    import contextlib
    import signal

    for tried in range(_TRIES):
        strays = [process for process in _processes() if _has(process, marks)]
        if not strays:
            return tried > 0
        for process in strays:
            with contextlib.suppress(OSError):
                os.kill(process, signal.SIGKILL)
    return True


def remove(folder: str | os.PathLike[str]) -> None:
    """Remove a folder, whatever may be read or written in it."""
    import contextlib
    import shutil

    with contextlib.suppress(OSError):
        os.chmod(folder, 0o700)
    for path, folders, _ in os.walk(folder):
        for each in [os.path.join(path, name) for name in folders]:
            # What a link leads to is not ours.
            if not os.path.islink(each):
                with contextlib.suppress(OSError):
                    os.chmod(each, 0o700)
    shutil.rmtree(folder, ignore_errors=True)


def main(folder: str) -> None:
    """Wait for the end of the input, and end what is left."""
    with open(0, "rb") as told:
        groups = remaining(told)
    marks = [b"\0LAMBDA_TASK_ROOT=" + os.fsencode(folder) + b"/"]
    if groups or os.path.exists(folder) or end_strays(marks):
        end(groups, marks, folder)


def end(groups: set[int], marks: list[bytes], folder: str) -> None:
    """Kill process groups and strays, and remove the folder."""
    import contextlib
    import signal
    import time

    for group in groups:
        with contextlib.suppress(OSError):
            os.killpg(group, signal.SIGKILL)
    quiet = 0
    for _ in range(_TRIES):
        had_strays = end_strays(marks)
        remove(folder)
        quiet = 0 if had_strays or os.path.exists(folder) else quiet + 1
        if quiet == _QUIET:
            return
        time.sleep(_PAUSE)


def _processes() -> list[int]:
    try:
        return [int(name) for name in os.listdir("/proc") if name.isdigit()]
    except OSError:
        return []


def _has(process: int, marks: list[bytes]) -> bool:
    try:
        with open(f"/proc/{process}/environ", "rb") as variables:
            told = b"\0" + variables.read()
    except OSError:
        return False
    return any(mark in told for mark in marks)


if __name__ == "__main__":
    main(sys.argv[1])
