"""What streams refuse, with the names and texts of Kinesis."""

from enum import StrEnum

from eventmatch.bus.refusals import Fault
from eventmatch.errors import EventmatchError, NotFound


class StreamCode(StrEnum):
    """Why a stream refuses a request: Kinesis's names of its exceptions."""

    INVALID_ARGUMENT = "InvalidArgumentException"
    RESOURCE_IN_USE = "ResourceInUseException"
    RESOURCE_NOT_FOUND = "ResourceNotFoundException"
    VALIDATION = "ValidationException"


class StreamError(EventmatchError):
    """A stream refuses a request. `code` is Kinesis's name of the exception, `message` its text."""

    def __init__(self, code: StreamCode, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.code}: {self.message}"


class StreamNotFound(StreamError, NotFound):
    """No stream or shard has that name; `kind` says which of them."""

    def __init__(self, message: str, kind: str, name: str) -> None:
        super().__init__(StreamCode.RESOURCE_NOT_FOUND, message)
        self.kind = kind
        self.name = name


def missing_stream(name: str, account: str) -> str:
    """Return what Kinesis says of a stream that is not there."""
    return f"Stream {name} under account {account} not found."


def no_stream(name: str, account: str) -> StreamNotFound:
    """Return the refusal of a stream that is not there."""
    return StreamNotFound(missing_stream(name, account), "stream", name)


def no_shard(shard: str, name: str, account: str) -> StreamNotFound:
    """Return the refusal of a shard that the stream has not."""
    text = f"Shard {shard} in stream {name} under account {account} does not exist"
    return StreamNotFound(text, "shard", shard)


def stream_exists(name: str, account: str) -> StreamError:
    """Return the refusal of a second stream with a name."""
    text = f"Stream {name} under account {account} already exists."
    return StreamError(StreamCode.RESOURCE_IN_USE, text)


def invalid_argument(text: str) -> StreamError:
    """Return the refusal of an argument that means nothing."""
    return StreamError(StreamCode.INVALID_ARGUMENT, text)


def out_of_range(value: object, path: str, bound: str) -> StreamError:
    """Return the refusal of a parameter outside its range; `bound` is what it must have."""
    fault = Fault(str(value), path, f"Member must have {bound}")
    return StreamError(StreamCode.VALIDATION, f"1 validation error detected: {fault}")


def too_much_data(most: int) -> StreamError:
    """Return the refusal of a record with too much data."""
    return StreamError(
        StreamCode.VALIDATION,
        "1 validation error detected: Value at 'data' failed to satisfy constraint: "
        f"Member must have length less than or equal to {most}",
    )
