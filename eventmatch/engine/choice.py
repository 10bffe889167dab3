"""Which engine runs: the native one where it is installed, else the reference."""

from typing import TYPE_CHECKING, Literal

from eventmatch.engine.python import PythonEngine
from eventmatch.errors import EngineUnavailable

if TYPE_CHECKING:
    from eventmatch.engine.native import NativeEngine

EngineChoice = Literal["auto", "python", "native"]


def engine_name() -> str:
    """Return the name of the engine that `Matcher(engine="auto")` uses: "native" or "python"."""
    return engine_class("auto").name


def engine_class(choice: EngineChoice) -> "type[PythonEngine] | type[NativeEngine]":
    """Return the class of an engine; raises `EngineUnavailable`."""
    if choice == "python":
        return PythonEngine
    if choice not in ("auto", "native"):
        raise EngineUnavailable(choice)
    try:
        from eventmatch.engine.native import NativeEngine
    except ImportError as error:
        if choice == "native":
            raise EngineUnavailable(choice) from error
        return PythonEngine
    return NativeEngine
