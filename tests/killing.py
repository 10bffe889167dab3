"""A process of Python that says what it has done, until it is killed."""

import subprocess
import sys


def told_until_killed(module: str, *arguments: str, lines: int) -> list[str]:
    """Let a module run until it has said so many lines, kill it, and return all that it said.

    The first line, by which it says that it has begun, is left out.
    """
    command = [sys.executable, "-m", module, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(lines)]
        child.kill()
        told += child.stdout.readlines()
    # The last line may be cut off.
    return [line.strip() for line in told if line.endswith("\n")][1:]
