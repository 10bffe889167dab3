"""The command line as a user meets it, and the files that it is given."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

_NUMBERS: Final = count()


@dataclass(frozen=True, slots=True)
class Outcome:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Cli = Callable[..., Outcome]


def file(name: str, content: object) -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    Path(name).parent.mkdir(parents=True, exist_ok=True)
    Path(name).write_text(text, "utf-8")
    return name


def ndjson(*events: object) -> str:
    return "".join(f"{json.dumps(event)}\n" for event in events)


def module(text: str) -> str:
    """Write a module of a name that no other test has imported; return the name."""
    name = f"targets_{next(_NUMBERS)}"
    file(f"{name}.py", text)
    return name
