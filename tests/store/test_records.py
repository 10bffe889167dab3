"""Records are written together or not at all, in every store."""

from eventmatch.bus.ports import Change
from tests.loops import in_loop
from tests.store.conftest import OpenStore


@in_loop
async def test_records_are_kept_by_kind_and_key(open_store: OpenStore) -> None:
    async with open_store() as store:
        rules = [Change("rule", "default/ü", b'{"a":1}'), Change("rule", "b", b"\xff\x00")]
        await store.records.write([*rules, Change("bus", "b", b"bus")])
    async with open_store() as store:
        assert await store.records.load("rule") == {"default/ü": b'{"a":1}', "b": b"\xff\x00"}
        assert await store.records.load("bus") == {"b": b"bus"}
        assert await store.records.load("archive") == {}
        assert await store.records.read("rule", "b") == b"\xff\x00"
        assert await store.records.read("bus", "default/ü") is None


@in_loop
async def test_the_last_change_of_a_record_counts(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.records.write([Change("rule", "a", b"1"), Change("rule", "b", b"1")])
        await store.records.write(
            [
                Change("rule", "a", b"2"),
                Change("rule", "a", b"3"),
                Change("rule", "b", None),
                Change("rule", "never", None),
            ]
        )
        assert await store.records.load("rule") == {"a": b"3"}


@in_loop
async def test_what_was_loaded_does_not_change(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.records.write([Change("rule", "a", b"1")])
        before = await store.records.load("rule")
        await store.records.write([Change("rule", "b", b"2")])
        assert before == {"a": b"1"}
