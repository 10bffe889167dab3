"""How functions are named: by name, partial ARN or ARN. Meaning: service reference §6.1."""

import re
from functools import lru_cache
from typing import Final, NamedTuple

from eventmatch.bus.arn import Place
from eventmatch.functions import refusals
from eventmatch.functions.model import LATEST
from eventmatch.functions.shapes import FUNCTION_NAME, QUALIFIER, accept

_REFERENCE: Final = re.compile(
    r"(?:arn:(?P<partition>aws[a-zA-Z-]*):lambda:)?(?:(?P<region>[a-z]{2}(?:-gov)?-[a-z]+-\d):)?"
    r"(?:(?P<account>\d{12}):)?(?:function:)?"
    r"(?P<name>[a-zA-Z0-9-_]+)(?::(?P<qualifier>\$LATEST|[a-zA-Z0-9-_]+))?",
    re.ASCII,
)


class Reference(NamedTuple):
    """Which function is meant, and which of its versions or aliases, if that was told."""

    name: str
    qualifier: str | None

    @property
    def target(self) -> str:
        """The qualifier; $LATEST where none was told."""
        return self.qualifier or LATEST


def reference(place: Place, function: str, qualifier: str | None = None) -> Reference:
    """Return what a name, partial ARN or ARN means, together with a qualifier beside it.

    Raises `LambdaError` for what is no name, for two qualifiers that differ, and for a function
    that is elsewhere.
    """
    if not isinstance(function, str):
        accept(FUNCTION_NAME, function, "functionName")
    if not (qualifier is None or isinstance(qualifier, str)):
        accept(QUALIFIER, qualifier, "qualifier")
    return _reference(place, function, qualifier)


@lru_cache(maxsize=4096)
def _reference(place: Place, function: str, qualifier: str | None) -> Reference:
    accept(FUNCTION_NAME, function, "functionName")
    if qualifier is not None:
        accept(QUALIFIER, qualifier, "qualifier")
    found = _REFERENCE.fullmatch(function)
    # The pattern of the shape asks for no partition.
    if found is None or not _is_here(place, found):
        raise refusals.no_function(function)
    told = found["qualifier"]
    if qualifier is not None and told not in (None, qualifier):
        raise refusals.qualifiers_differ()
    return Reference(found["name"], qualifier or told)


def function_arn(place: Place, name: str, qualifier: str | None = None) -> str:
    """Return the ARN of a function, or of one of its versions or aliases."""
    return place.of("lambda", f"function:{name}" + (f":{qualifier}" if qualifier else ""))


def _is_here(place: Place, found: re.Match[str]) -> bool:
    return (
        found["partition"] in (None, place.partition)
        and found["region"] in (None, place.region)
        and found["account"] in (None, place.account)
    )
