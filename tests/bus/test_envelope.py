"""Envelopes of replays, and ids of events."""

import os
import re
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmatch.bus.entries import Entry
from eventmatch.bus.envelope import Origin, envelope, replayed
from eventmatch.bus.identity import RandomIds
from tests.bus.json_texts import parsed

UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
ORIGIN: Final = Origin("123456789012", "us-east-1")
NAMES: Final = "version id detail-type source account time region replay-name resources detail"


@given(st.text(), st.text(), st.text(), st.lists(st.text()))
def test_a_replayed_event_differs_in_id_and_replay_name(
    source: str, detail_type: str, name: str, resources: list[str]
) -> None:
    entry = Entry("default", source, detail_type, b'{"region":"x","a":1.0}', resources)
    body = envelope(entry, "first", 5.0, ORIGIN)
    told = parsed(replayed(body, "second", name))
    assert list(told) == NAMES.split()
    assert told == parsed(body) | {"id": "second", "replay-name": name}


def test_a_replay_of_a_replay_has_the_name_of_the_last() -> None:
    body = envelope(Entry("default", "a", "b", b"{}"), "1", 0.0, ORIGIN)
    again = replayed(replayed(body, "2", "first"), "3", "last")
    assert again == replayed(body, "3", "last")


@pytest.mark.parametrize("body", [b"", b"{}", b'{"version":"0","id":"x"}', b'{"id":"x"}'])
def test_only_an_envelope_can_be_replayed(body: bytes) -> None:
    with pytest.raises(ValueError, match="not an envelope"):
        replayed(body, "id", "name")


def test_ids_have_the_shape_of_a_uuid_and_differ() -> None:
    new_id = RandomIds()
    ids = [new_id() for _ in range(1000)]
    assert all(UUID.fullmatch(identity) for identity in ids)
    assert len(set(ids)) == 1000


def test_ids_are_made_of_the_bytes_that_are_given() -> None:
    new_id = RandomIds(lambda count: bytes(i % 256 for i in range(count)))
    assert new_id() == "00010203-0405-0607-0809-0a0b0c0d0e0f"
    assert new_id() == "10111213-1415-1617-1819-1a1b1c1d1e1f"


def test_threads_get_ids_of_their_own() -> None:
    new_id = RandomIds()
    with ThreadPoolExecutor(4) as pool:
        lists = pool.map(lambda _: [new_id() for _ in range(2000)], range(4))
        ids = [identity for made in lists for identity in made]
    assert len(set(ids)) == 8000


def drawn_in_a_child(new_id: RandomIds) -> str:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writer, new_id().encode())
        os._exit(0)
    os.waitpid(child, 0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        return pipe.read()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_process_gets_ids_of_its_own() -> None:
    new_id = RandomIds()
    new_id()
    told = drawn_in_a_child(new_id)
    assert UUID.fullmatch(told)
    assert told != new_id()
