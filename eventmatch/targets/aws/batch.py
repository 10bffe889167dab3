"""Batches as the services take them: so many entries and bytes, one answer for each entry."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any, Final, NamedTuple, TypeVar

from eventmatch.delivery.model import DELIVERED, ErrorCode, Outcome
from eventmatch.targets.aws.errors import failure, refusal

Result = TypeVar("Result")
MOST_ENTRIES: Final = 10

# One entry may be the reason why all of a batch were refused.
_OF_ONE_ENTRY: Final = frozenset({ErrorCode.INVALID_PARAMETER, ErrorCode.INVALID_JSON})


class Entry(NamedTuple):
    """One entry of a batch, without its id, and the bytes that count against the limit."""

    members: Mapping[str, Any]
    size: int


Call = Callable[[Sequence[Mapping[str, Any]]], Sequence[Outcome]]
"""Sends one batch, and returns an outcome for each entry; raises what the client raises."""


async def in_thread(threads: Executor | None, call: Callable[[], Result]) -> Result:
    """Run a blocking call in the pool, or in that of the loop."""
    return await asyncio.get_running_loop().run_in_executor(threads, call)


def send_all(entries: Sequence[Entry], most_bytes: int, call: Call, service: str) -> list[Outcome]:
    """Send entries in as few batches as they fit in, in order."""
    return [
        outcome
        for batch in batches(entries, most_bytes)
        for outcome in _send([entry.members for entry in batch], call, service)
    ]


def batches(entries: Sequence[Entry], most_bytes: int) -> Iterator[Sequence[Entry]]:
    """Divide entries into batches; one that is too large goes alone, for the service to refuse."""
    batch: list[Entry] = []
    size = 0
    for entry in entries:
        if batch and (len(batch) == MOST_ENTRIES or size + entry.size > most_bytes):
            yield batch
            batch, size = [], 0
        batch.append(entry)
        size += entry.size
    if batch:
        yield batch


def _send(entries: Sequence[Mapping[str, Any]], call: Call, service: str) -> Sequence[Outcome]:
    """Send one batch; if one entry may have spoilt it for the others, each alone."""
    try:
        return call(entries)
    except Exception as error:
        outcome = failure(error, service)
    if len(entries) > 1 and outcome.code in _OF_ONE_ENTRY:
        return [each for entry in entries for each in _send([entry], call, service)]
    return [outcome] * len(entries)


def message_attributes(attributes: Mapping[str, str | tuple[str, str]]) -> dict[str, Any]:
    """Return attributes of a message as SQS and SNS take them; a plain text is a String."""
    typed = {
        name: (value, "String") if isinstance(value, str) else value
        for name, value in attributes.items()
    }
    return {name: {"StringValue": text, "DataType": kind} for name, (text, kind) in typed.items()}


def numbered(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Give each entry its place as its id."""
    return [{"Id": str(number), **entry} for number, entry in enumerate(entries)]


def outcomes_by_id(response: Mapping[str, Any], count: int, service: str) -> list[Outcome]:
    """Return the outcomes of numbered entries; one that was not answered may be tried again."""
    unanswered = Outcome(ErrorCode.INTERNAL_ERROR, f"{service} did not answer for this entry")
    outcomes = dict.fromkeys((entry["Id"] for entry in response.get("Successful", ())), DELIVERED)
    request = response.get("ResponseMetadata", {}).get("RequestId", "null")
    for entry in response.get("Failed", ()):
        status = 400 if entry.get("SenderFault") else 500
        text = entry.get("Message", "")
        outcomes[entry["Id"]] = refusal(entry["Code"], text, service, status, request)
    return [outcomes.get(str(number), unanswered) for number in range(count)]
