"""Events of any shape. Meaning: event-pattern language reference §3."""

from typing import Final

from hypothesis import strategies as st

from eventmatch.testing.vocabulary import (
    COMMON_SCALARS,
    FIELDS,
    SCALARS,
    Json,
    JsonObject,
    JsonScalar,
)

_MAX_DEPTH: Final = 3


def events() -> st.SearchStrategy[JsonObject]:
    """Events with objects and arrays in each other, of the names and values of `event_patterns`."""
    return _objects_of(json_values())


def json_values() -> st.SearchStrategy[Json]:
    """Any JSON value, not too deep."""
    values: st.SearchStrategy[Json] = scalars()
    for _ in range(_MAX_DEPTH):
        values = scalars() | st.lists(values, max_size=3) | _objects_of(values)
    return values


def scalars() -> st.SearchStrategy[JsonScalar]:
    """Any scalar, half of them of the most common few."""
    return st.sampled_from(COMMON_SCALARS) | st.sampled_from(SCALARS)


def _objects_of(values: st.SearchStrategy[Json]) -> st.SearchStrategy[JsonObject]:
    return st.fixed_dictionaries({}, optional=dict.fromkeys(FIELDS, values))
