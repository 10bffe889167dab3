"""Whether a mapping may be made: its function, its role and its source are looked at.

Meaning: service reference §6.5; the order of the checks is ours.
"""

import re
from collections.abc import Mapping
from typing import Final

from eventmatch.bus.arn import Place
from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import Resolved
from eventmatch.functions.ports import Directory
from eventmatch.mappings import refusals
from eventmatch.mappings.model import EventSourceMapping
from eventmatch.mappings.permissions import refuse_reading, refuse_sending, role_of
from eventmatch.mappings.ports import SourceFailure, SourceMissing
from eventmatch.mappings.sources.opening import Sources

_FUNCTION: Final = re.compile(r"(?:.*?\bfunction:|\d{12}:)?([^:]+)(:.+)?")


class Admission:
    """Asks the functions and the sources that there are. Everything raises `LambdaError`."""

    def __init__(self, directory: Directory, sources: Sources) -> None:
        self._directory = directory
        self._sources = sources

    def resolve(self, function: str) -> Resolved:
        """Return the function that a mapping names."""
        try:
            return self._directory.resolve(function)
        except LambdaError as error:
            if error.code is LambdaCode.RESOURCE_NOT_FOUND:
                raise refusals.no_function() from error
            raise

    async def check(self, mapping: EventSourceMapping) -> None:
        """Refuse a role that may not do what it must, and a source that does not fit."""
        configuration = self.resolve(mapping.function).version.configuration
        refuse_reading(self._directory, mapping)
        if mapping.settings.on_failure is not None:
            refuse_sending(self._directory, mapping)
        if mapping.kind.is_queue:
            visibility = await self._visibility(mapping)
            if visibility < configuration.timeout:
                raise refusals.visibility_too_short(visibility, configuration.timeout)

    async def places(self, mapping: EventSourceMapping) -> Mapping[str, str]:
        """Return where the shards of a stream begin to be read; nothing for a queue."""
        if mapping.start is None:
            return {}
        role = role_of(self._directory, mapping)
        try:
            source = self._sources.stream(mapping.kind, mapping.source, lambda: role)
            shards = await source.shards()
            return {each.id: await source.place(each.id, mapping.start) for each in shards}
        except SourceMissing as error:
            raise refusals.no_stream(mapping.source) from error
        except SourceFailure as error:
            raise refusals.invalid(str(error)) from error

    async def _visibility(self, mapping: EventSourceMapping) -> int:
        try:
            return await self._sources.queue(mapping.source).visibility_timeout()
        except SourceMissing as error:
            raise refusals.no_queue() from error
        except SourceFailure as error:
            raise refusals.invalid(str(error)) from error


def function_arn(place: Place, function: str) -> str:
    """Return the ARN of a function of a place named by its name, partial ARN or ARN."""
    found = _FUNCTION.fullmatch(function)
    name = function if found is None else found[1] + (found[2] or "")
    return place.of("lambda", f"function:{name}")
