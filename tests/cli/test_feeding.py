"""Texts of files, handed from a thread to an event loop."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from eventmatch.cli import feeding
from eventmatch.cli.feeding import Feed
from tests.cli.command import file, ndjson

pytestmark = pytest.mark.usefixtures("cli")


def play(scene: Callable[[Feed], Awaitable[Any]], *paths: str) -> Any:
    async def whole() -> Any:
        feed = Feed(paths)
        with feed:
            return await scene(feed)

    return asyncio.run(whole())


async def everything(feed: Feed) -> list[int]:
    """Return how many texts came in each batch."""
    sizes = []
    while batch := await feed.batch():
        sizes.append(len(batch))
    return sizes


def test_every_text_comes_once() -> None:
    sizes = play(everything, file("a.ndjson", ndjson(*range(1201))), file("b.json", [1, 2]))
    assert sum(sizes) == 1203
    assert max(sizes) <= 500


def test_an_empty_file_has_no_texts() -> None:
    assert play(everything, file("a.ndjson", "\n\n")) == []


def test_a_missing_file_is_noted() -> None:
    async def scene(feed: Feed) -> list[str]:
        assert await everything(feed) == [1]
        return feed.missing

    paths = ("none.ndjson", file("a.ndjson", "1\n"))
    assert play(scene, *paths) == ["none.ndjson: no such file or directory"]


def test_no_more_is_read_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "_MOST_BYTES", 10)
    sizes = play(everything, file("a.ndjson", ndjson(*range(1000, 1100))))
    assert (sum(sizes), max(sizes)) == (100, 2)


def test_a_thread_that_fails_tells_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_path: str) -> None:
        raise MemoryError("too much")

    monkeypatch.setattr(feeding, "read_events", fail)
    with pytest.raises(MemoryError, match="too much"):
        play(everything, "a.ndjson")


def test_a_text_comes_before_the_stream_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    end, begin = os.pipe()

    async def scene(feed: Feed) -> list[bytes]:
        found = []
        for text in (b"1", b"2"):
            os.write(begin, text + b"\n")
            found += [each.data for each in await feed.batch()]
        os.close(begin)
        assert not await feed.batch()
        return found

    with open(end) as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert play(scene, "-") == [b"1", b"2"]


def test_a_feed_that_is_closed_has_ended() -> None:
    async def scene(feed: Feed) -> list[int]:
        feed.close()
        return await everything(feed)

    assert play(scene, file("a.ndjson", ndjson(*range(10_000)))) == []
