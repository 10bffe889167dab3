"""What follows when a batch of a stream failed."""

import pytest

from eventmatch.mappings.batches import Gathering, Item, event_of
from eventmatch.mappings.model import Settings
from eventmatch.mappings.units import Unit, after_failure, expired, expiry


def _items(count: int, arrived: float = 0.0) -> list[Item]:
    return [Item(str(n), {}, b"{}", arrived=arrived + n) for n in range(count)]


def _parts(units: object) -> list[list[str]]:
    return [[each.id for each in unit.items] for unit in units]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("most", "retries", "is_left"),
    [(-1, 0, True), (-1, 10_000, True), (0, 0, False), (1, 0, True), (1, 1, False), (2, 1, True)],
)
def test_retries(most: int, retries: int, *, is_left: bool) -> None:
    settings = Settings(batch_size=10, maximum_retry_attempts=most)
    plan = after_failure(Unit(_items(2), retries=retries), 0, settings)
    assert bool(plan.units) is is_left
    assert (plan.discarded is None) is is_left
    if is_left:
        assert plan.units[0].retries == retries + 1


def test_only_the_rest_is_sent_again_or_discarded() -> None:
    again = after_failure(Unit(_items(4)), 2, Settings(batch_size=10))
    assert _parts(again.units) == [["2", "3"]]
    gone = after_failure(Unit(_items(4)), 2, Settings(batch_size=10, maximum_retry_attempts=0))
    assert gone.discarded is not None
    assert _parts([gone.discarded]) == [["2", "3"]]


def test_a_split_costs_no_retry() -> None:
    settings = Settings(batch_size=10, maximum_retry_attempts=0, bisects=True)
    plan = after_failure(Unit(_items(5), attempts=1, invocations=1), 0, settings)
    assert _parts(plan.units) == [["0", "1", "2"], ["3", "4"]]
    assert {unit.retries for unit in plan.units} == {0}
    assert {unit.invocations for unit in plan.units} == {1}


def test_a_split_is_where_the_first_failed() -> None:
    settings = Settings(batch_size=10, maximum_retry_attempts=0, bisects=True)
    assert _parts(after_failure(Unit(_items(5)), 1, settings).units) == [["1", "2", "3", "4"]]


def test_one_record_is_not_split() -> None:
    settings = Settings(batch_size=10, maximum_retry_attempts=0, bisects=True)
    assert after_failure(Unit(_items(1)), 0, settings).discarded is not None


@pytest.mark.parametrize(("now", "count"), [(159.0, 0), (160.0, 1), (161.5, 2), (999.0, 3)])
def test_age(now: float, count: int) -> None:
    unit = Unit(_items(3, 100.0))
    assert expired(unit, Settings(batch_size=1, maximum_record_age=60), now) == count
    assert expired(unit, Settings(batch_size=1), now) == 0


def test_the_first_record_is_the_first_too_old() -> None:
    unit = Unit(_items(3, 100.0))
    assert expiry(unit, Settings(batch_size=1, maximum_record_age=60)) == 160.0
    assert expiry(unit, Settings(batch_size=1)) is None


def test_a_batch_is_full_by_number_or_by_bytes() -> None:
    gathering = Gathering(3, 60)
    gathering.add(_items(2))
    assert not gathering.is_full
    assert gathering.room == 1
    gathering.add([Item("big", {}, b"x" * 60)])
    assert gathering.is_full
    assert [each.id for each in gathering.take()] == ["0", "1"]
    assert [each.id for each in gathering.take()] == ["big"]
    assert gathering.take() == []


def test_a_batch_is_as_long_as_what_fits() -> None:
    texts = [Item("a", {}, b"x" * 20), Item("b", {}, b"y" * 20)]
    exact = Gathering(10, len(event_of(texts)))
    exact.add(texts)
    assert not exact.is_full
    assert event_of(exact.take()) == b'{"Records":[' + b"x" * 20 + b"," + b"y" * 20 + b"]}"
    short = Gathering(10, len(event_of(texts)) - 1)
    short.add(texts)
    assert short.is_full
    assert len(short.take()) == 1


def test_what_comes_again_keeps_its_place_and_takes_the_new_receipt() -> None:
    gathering = Gathering(10)
    gathering.add([Item("a", {}, b"{}", handle="1"), Item("b", {}, b"{}")])
    gathering.add([Item("a", {}, b"{}", handle="2")])
    assert [(each.id, each.handle) for each in gathering.take()] == [("a", "2"), ("b", "")]
