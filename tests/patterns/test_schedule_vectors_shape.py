"""The vectors of `patterns/schedules/` are well formed; the format is told in its README."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import jsonschema
import pytest

from tests.schedule.naive import fire_times, fires, unix_fire_times
from tests.vectors import SCHEDULES, load

FILES: Final = sorted(set(SCHEDULES.glob("*.json")) - {SCHEDULES / "schema.json"})
ENOUGH: Final = 10
CALENDAR: Final = 400  # years, after which the days of the calendar are the same again
SECOND: Final = timedelta(seconds=1)
SECONDS: Final = {"minute": 60, "hour": 3600, "day": 86400}

each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def vectors(member: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every vector that has this, under the names of its file and itself."""
    for path in FILES:
        for vector in load(path)["vectors"]:
            if member in vector:
                yield f"{path.stem}: {vector['name']}", vector


def fire_vectors(*kinds: str) -> list[Any]:
    """Every vector with fire times, of these kinds of expressions."""
    found = ((name, vector, *parts(vector["expression"])) for name, vector in vectors("fires"))
    return [
        pytest.param(vector, inside, id=name)
        for name, vector, kind, inside in found
        if kind in kinds
    ]


def parts(expression: str) -> tuple[str, str]:
    """Take `cron` and `0 12 * * ? *` out of `cron(0 12 * * ? *)`."""
    kind, _, inside = expression.removesuffix(")").partition("(")
    return kind, inside


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def moments(vector: Mapping[str, Any]) -> list[datetime]:
    return [moment(text) for text in vector["fires"]]


def message(dialect: str, expression: str) -> str | None:
    """What AWS says; nothing is said of what it does not know."""
    return {
        "rules": "Parameter ScheduleExpression is not valid.",
        "scheduler": f"Invalid Schedule Expression {expression}.",
    }.get(dialect)


@each_file
def test_file_has_the_published_format(path: Path) -> None:
    schema = load(SCHEDULES / "schema.json")
    jsonschema.validate(load(path), schema, cls=jsonschema.Draft202012Validator)


@each_file
def test_names_are_unique_in_a_file(path: Path) -> None:
    names = [data["name"] for data in load(path)["vectors"]]
    assert sorted(names) == sorted(set(names))


def test_an_expression_has_one_verdict_in_a_dialect() -> None:
    verdicts = defaultdict(set)
    for _, vector in vectors("verdicts"):
        for dialect, verdict in vector["verdicts"].items():
            verdicts[dialect, vector["expression"]].add(verdict == "valid")
    for _, vector in vectors("fires"):
        for dialect in vector["dialects"]:
            verdicts[dialect, vector["expression"]].add(True)
    assert [key for key, each in verdicts.items() if len(each) > 1] == []


def test_an_expression_is_judged_once_in_a_dialect() -> None:
    judged = [
        (d, vector["expression"]) for _, vector in vectors("verdicts") for d in vector["verdicts"]
    ]
    assert sorted(judged) == sorted(set(judged))


def test_errors_are_told_as_the_dialect_does() -> None:
    for name, vector in vectors("verdicts"):
        for dialect, verdict in vector["verdicts"].items():
            if verdict != "valid":
                said = message(dialect, vector["expression"])
                assert verdict.get("message") == said, name


def test_fire_times_are_after_and_in_order() -> None:
    for name, vector in vectors("fires"):
        times = [moment(vector["after"]), *moments(vector)]
        assert all(one < next_one for one, next_one in pairwise(times)), name


def test_local_times_are_the_same_moments() -> None:
    for name, vector in vectors("local"):
        zone = ZoneInfo(vector["zone"])
        local = [time.astimezone(zone).isoformat() for time in moments(vector)]
        assert vector["local"] == local, name


@pytest.mark.parametrize(("vector", "inside"), fire_vectors("cron"))
def test_cron_fires_as_it_reads(vector: Mapping[str, Any], inside: str) -> None:
    fields = inside.split(" ")
    after = moment(vector["after"])
    zone = ZoneInfo(vector.get("zone", "UTC"))
    is_never = fields[5:] in ([], ["*"]) and not vector["fires"]
    last_year = after.year + CALENDAR if is_never else datetime.max.year
    found = fire_times(fields, after, zone, last_year)
    assert list(islice(found, ENOUGH)) == moments(vector)
    assert all(fires(fields, time.astimezone(zone)) for time in moments(vector))


@pytest.mark.parametrize(("vector", "inside"), fire_vectors("unix"))
def test_ordinary_cron_fires_as_it_reads(vector: Mapping[str, Any], inside: str) -> None:
    found = unix_fire_times(inside.split(" "), moment(vector["after"]))
    assert list(islice(found, ENOUGH)) == moments(vector)


@pytest.mark.parametrize(("vector", "inside"), fire_vectors("rate"))
def test_rate_fires_at_multiples_since_its_creation(vector: Mapping[str, Any], inside: str) -> None:
    value, unit = inside.split(" ")
    period = int(value) * SECONDS[unit.removesuffix("s")]
    created, after = moment(vector["created"]), moment(vector["after"])
    first = max(0, (after - created) // SECOND // period + 1)
    last = (datetime.max.replace(tzinfo=UTC) - created) // SECOND // period
    numbers = islice(range(first, last + 1), ENOUGH)
    assert moments(vector) == [created + n * period * SECOND for n in numbers]


@pytest.mark.parametrize(("vector", "inside"), fire_vectors("at"))
def test_at_fires_once_where_its_time_exists(vector: Mapping[str, Any], inside: str) -> None:
    zone = ZoneInfo(vector.get("zone", "UTC"))
    local = datetime.fromisoformat(inside)
    time = local.replace(tzinfo=zone).astimezone(UTC)
    exists = time.astimezone(zone).replace(tzinfo=None) == local
    is_due = exists and time > moment(vector["after"])
    assert moments(vector) == ([time] if is_due else [])


def test_there_is_enough_of_each() -> None:
    verdicts = list(vectors("verdicts"))
    for dialect in ("rules", "scheduler", "unix"):
        given = [v["verdicts"][dialect] for _, v in verdicts if dialect in v["verdicts"]]
        assert "valid" in given
        assert any(verdict != "valid" for verdict in given)
    assert len({v["zone"] for _, v in vectors("zone")}) >= 3
    assert len({v["expression"] for _, v in vectors("fires") if v["fires"]}) >= 150
