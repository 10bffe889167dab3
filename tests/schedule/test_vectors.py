"""Every vector of `patterns/schedules/`, and what the package makes of it."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

import pytest

import eventmatch
from eventmatch import ScheduleCode, ScheduleError
from tests.vectors import SCHEDULES, load

FILES: Final = sorted(set(SCHEDULES.glob("*.json")) - {SCHEDULES / "schema.json"})
ENOUGH: Final = 10


def vectors(member: str) -> Iterator[Any]:
    """Each vector that has this, once for each dialect."""
    for path in FILES:
        for vector in load(path)["vectors"]:
            for dialect in vector.get(member, ()):
                yield pytest.param(vector, dialect, id=f"{path.stem}: {vector['name']} {dialect}")


@pytest.mark.parametrize(("vector", "dialect"), list(vectors("verdicts")))
def test_verdict(vector: Mapping[str, Any], dialect: Any) -> None:
    expected = vector["verdicts"][dialect]
    if expected == "valid":
        schedule = eventmatch.parse_schedule(vector["expression"], dialect=dialect)
        assert schedule.text == vector["expression"]
        return
    with pytest.raises(ScheduleError) as caught:
        eventmatch.parse_schedule(vector["expression"], dialect=dialect)
    assert caught.value.aws_message == expected.get("message", caught.value.aws_message)


@pytest.mark.parametrize(("vector", "dialect"), list(vectors("dialects")))
def test_fire_times(vector: Mapping[str, Any], dialect: Any) -> None:
    schedule = eventmatch.parse_schedule(
        vector["expression"], dialect=dialect, timezone=vector.get("zone", "UTC")
    )
    after = datetime.fromisoformat(vector["after"])
    anchor = datetime.fromisoformat(vector["created"]) if "created" in vector else None
    fires = list(islice(eventmatch.fire_times(schedule, after, anchor=anchor), ENOUGH))
    assert [f"{fire.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" for fire in fires] == vector["fires"]
    if "local" in vector:
        assert [fire.isoformat() for fire in fires] == vector["local"]
    first = eventmatch.next_fire_time(schedule, after, anchor=anchor)
    assert first == (fires[0] if fires else None)


def test_every_code_has_a_vector() -> None:
    codes = {code for vector in refused() for code in codes_of(vector)}
    assert codes | {ScheduleCode.TIME_ZONE} == set(ScheduleCode)


def refused() -> Iterator[Mapping[str, Any]]:
    for path in FILES:
        yield from (vector for vector in load(path)["vectors"] if "verdicts" in vector)


def codes_of(vector: Mapping[str, Any]) -> Iterator[ScheduleCode]:
    for dialect in vector["verdicts"]:
        try:
            eventmatch.parse_schedule(vector["expression"], dialect=dialect)
        except ScheduleError as error:
            yield error.code
