"""The functions of `crash_functions.py`: what they have done is in logs that outlive a SIGKILL."""

import asyncio
import base64
from collections.abc import Callable, Mapping
from functools import partial
from random import Random
from typing import Any, Final

from _crashing import Log

from eventmatch.streams.sharding import sequence_number, shard_number

STEADY, SHAKY, FAILING, PROCESS = "steady", "shaky", "failing", "process"
INVOKED: Final = (STEADY, SHAKY, FAILING, PROCESS)
"""Functions that are invoked asynchronously."""
ROUTED, WORKER, ORDERED, SHARDED, KEYED = "routed", "worker", "ordered", "sharded", "keyed"
"""What a rule, a queue, a FIFO queue and, twice, a stream invoke."""
FUNCTIONS: Final = (*INVOKED, ROUTED, WORKER, ORDERED, SHARDED, KEYED)

CODE: Final = """
import os, subprocess, time
subprocess.Popen(["sleep", "600"])
def handler(event, context):
    time.sleep(0.01)
    with open(os.environ["LOG"], "a") as log:
        log.write(f"{event}:{context.aws_request_id}\\n")
"""
"""What runs as a process, and what is to end with it."""

Handler = Callable[[Any, Any], Any]
Read = Callable[[Any], str]

_CHANCES: Final = {STEADY: 0.0, SHAKY: 0.5, FAILING: 1.0}
_BATCH_CHANCE: Final = 0.05


class NotNow(Exception):
    """A function fails."""


class Handlers:
    """The functions that run in this process, which fail by chance while it is `shaking`."""

    def __init__(
        self, tried: Mapping[str, Log], done: Mapping[str, Log], random: Random, *, shaking: bool
    ) -> None:
        self._tried = tried
        self._done = done
        self._random = random
        self._is_shaking = shaking

    def all(self) -> Mapping[str, Handler]:
        """Return the handlers by the names of their functions."""
        return {
            **{name: partial(self._invoked, name) for name in _CHANCES},
            ROUTED: self._routed,
            WORKER: partial(self._batch, WORKER, _body),
            SHARDED: partial(self._batch, SHARDED, _of_shard),
            ORDERED: partial(self._partial_batch, ORDERED, _body, _message_id),
            KEYED: partial(self._partial_batch, KEYED, _of_key, _sequence_number),
        }

    async def _invoked(self, name: str, event: Any, context: Any) -> None:
        what = f"{event}:{context.aws_request_id}"
        self._tried[name].write([what])
        await self._shake(_CHANCES[name])
        self._done[name].write([what])

    async def _routed(self, event: Any, _context: Any) -> None:
        self._done[ROUTED].write([event["id"]])

    async def _batch(self, name: str, read: Read, event: Any, _context: Any) -> None:
        """Do one record after the other, and fail with the first that cannot be done."""
        for record in event["Records"]:
            await self._shake(_BATCH_CHANCE)
            self._done[name].write([read(record)])

    async def _partial_batch(
        self, name: str, read: Read, identify: Read, event: Any, _context: Any
    ) -> Any:
        """Do one record after the other, and tell all from the first that cannot be done."""
        records = event["Records"]
        for done, record in enumerate(records):
            try:
                await self._shake(_BATCH_CHANCE)
            except NotNow:
                left = [{"itemIdentifier": identify(each)} for each in records[done:]]
                return {"batchItemFailures": left}
            self._done[name].write([read(record)])
        return None

    async def _shake(self, chance: float) -> None:
        """Take a moment, and fail with that chance."""
        await asyncio.sleep(self._random.uniform(0.0, 0.002))
        if chance == 1.0 or (self._is_shaking and self._random.random() < chance):
            raise NotNow


def _body(record: Any) -> str:
    return str(record["body"])


def _message_id(record: Any) -> str:
    return str(record["messageId"])


def _of_shard(record: Any) -> str:
    shard, _, sequence = record["eventID"].partition(":")
    return f"{shard_number(shard)}:{sequence_number(sequence)}"


def _of_key(record: Any) -> str:
    told = record["kinesis"]
    return f"{told['partitionKey']}:{base64.b64decode(told['data']).decode()}"


def _sequence_number(record: Any) -> str:
    return str(record["kinesis"]["sequenceNumber"])
