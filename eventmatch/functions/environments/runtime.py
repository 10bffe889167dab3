"""What an environment needs of the runtime inside it, and what comes of a call."""

from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from eventmatch.functions.model import Call

TASK_ROOT: Final = "/var/task"
"""Where AWS keeps the code; it is told so in stack traces and log lines, wherever it is here."""


class Result(NamedTuple):
    """What a function answered: JSON text, and whether it is that of an error."""

    payload: bytes
    is_error: bool = False


class RuntimeFailed(Exception):
    """A runtime could not begin, or ended: AWS's type and text of the error.

    `payload` is what the runtime itself told, if it did. `is_untaken` says that it ended before it
    took the call.
    """

    def __init__(
        self, error_type: str, message: str, payload: bytes = b"", *, is_untaken: bool = False
    ) -> None:
        super().__init__(error_type, message)
        self.error_type = error_type
        self.message = message
        self.payload = payload
        self.is_untaken = is_untaken


class Runtime(Protocol):
    """Runs the code of one version, one call at a time; `on_exit` is told when it ends."""

    on_exit: Callable[[], None]

    @property
    def is_ready(self) -> bool:
        """Whether a call can be run without another `boot`."""

    async def boot(self) -> None:
        """Start the code; raises `RuntimeFailed`, or OSError if the machine cannot."""

    async def invoke(self, call: Call, deadline: float) -> Result:
        """Run a call that ends by itself; `deadline` is in seconds since 1970.

        Raises `RuntimeFailed` if the runtime ends meanwhile.
        """

    def flush(self) -> None:
        """Bring to the log what the code has written so far."""

    def peak_memory(self) -> int:
        """Return the most memory that was used, in MB."""

    async def reset(self) -> None:
        """End what runs at once; what is in the folder for temporary files stays."""

    async def close(self) -> None:
        """End what runs, and leave nothing."""
