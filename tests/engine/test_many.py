"""Many events in one call: `match_many`, `match_many_lines`, and what they return."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

import eventmatch
from eventmatch.errors import EventCode

RULES = {"one": '{"a": [1]}', "any": '{"a": [{"exists": true}]}', "never": '{"z": ["z"]}'}


@pytest.fixture
def matcher(engine: str) -> eventmatch.Matcher:
    return eventmatch.Matcher(RULES, engine=engine)  # type: ignore[arg-type]


def test_each_event_has_its_names(matcher: eventmatch.Matcher) -> None:
    events = [b'{"a":2}', '{"a":1}', {"b": 1}, bytearray(b'{"a":1}'), memoryview(b"{}")]
    found = matcher.match_many(events)
    assert list(found) == [["any"], ["one", "any"], [], ["one", "any"], []]
    assert len(found) == 5


def test_matches_are_numbers_and_names(matcher: eventmatch.Matcher) -> None:
    found = matcher.match_many([{"a": 2}, {"a": 1}, {}])
    assert found.names == ("any", "one")
    assert list(found.offsets) == [0, 1, 3, 3]
    assert list(found.rules) == [0, 1, 0]


def test_the_buffers_are_native_integers_that_nobody_can_change(
    matcher: eventmatch.Matcher,
) -> None:
    found = matcher.match_many([{"a": 1}])
    assert (found.offsets.format, found.offsets.itemsize) == ("Q", 8)
    assert (found.rules.format, found.rules.itemsize) == ("I", 4)
    for buffer in (found.offsets, found.rules):
        assert buffer.readonly
        assert buffer.contiguous
    with pytest.raises(AttributeError):
        found.names = ()  # type: ignore[misc]


def test_matches_are_taken_by_their_place(matcher: eventmatch.Matcher) -> None:
    found = matcher.match_many([{"a": 1}, {}, {"a": 3}])
    assert (found[0], found[1], found[-1]) == (["one", "any"], [], ["any"])
    for place in (3, -4):
        with pytest.raises(IndexError):
            found[place]
    assert repr(found) == "<Matches of 3 events: 3, of 2 rules>"


def test_no_event_has_no_match(matcher: eventmatch.Matcher) -> None:
    for found in (matcher.match_many([]), matcher.match_many_lines(b"")):
        assert (len(found), list(found), found.names) == (0, [], ())
        assert list(found.offsets) == [0]


def test_events_may_come_one_by_one(matcher: eventmatch.Matcher) -> None:
    def events() -> Iterator[dict[str, Any]]:
        yield {"a": 1}
        yield {"a": 2}

    assert list(matcher.match_many(events())) == [["one", "any"], ["any"]]


def test_what_goes_wrong_while_events_come_is_passed_on(matcher: eventmatch.Matcher) -> None:
    def events() -> Iterator[dict[str, Any]]:
        yield {"a": 1}
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        matcher.match_many(events())


@pytest.mark.parametrize(
    ("events", "index", "code", "position"),
    [
        ([b"{}", b"{}", b'{"a":x}'], 2, EventCode.SYNTAX, 5),
        ([b"{", 5], 0, EventCode.SYNTAX, 1),
        ([b"{}", 5, b"{"], 1, EventCode.TYPE, None),
        ([{}, {"a": {1}}, b"{"], 1, EventCode.TYPE, None),
        (["{}", "[]", "{"], 1, EventCode.NOT_AN_OBJECT, 0),
    ],
)
def test_the_first_bad_event_is_told_by_its_index(
    events: list[Any],
    index: int,
    code: EventCode,
    position: int | None,
    matcher: eventmatch.Matcher,
) -> None:
    with pytest.raises(eventmatch.EventError, match=f"^event {index}: ") as caught:
        matcher.match_many(events)
    error = caught.value
    assert (error.index, error.code, error.position) == (index, code, position)


def test_lines_give_what_their_events_give(matcher: eventmatch.Matcher) -> None:
    lines = '{"a":1}\r\n\n \t\r\n{"é":1}\n{"a":2}\n'
    expected = [["one", "any"], [], [], [], ["any"]]
    for text in (lines, lines.encode(), bytearray(lines.encode()), memoryview(lines.encode())):
        assert matcher.match_lines(text) == expected
        assert list(matcher.match_many_lines(text)) == expected


@pytest.mark.parametrize(
    ("lines", "line", "column", "position"),
    [
        (b"\n\n{}}\n{", 3, 3, 4),
        (b"{}\n\xff", 2, 1, 3),
        ('{"a":"é"}\r\n{"é":}', 2, 6, 18),
        ("{}\n[]\n", 2, 1, 3),
    ],
)
def test_a_bad_line_has_its_place(
    lines: bytes | str, line: int, column: int, position: int, matcher: eventmatch.Matcher
) -> None:
    for method in (matcher.match_lines, matcher.match_many_lines):
        with pytest.raises(eventmatch.EventError) as caught:
            method(lines)
        error = caught.value
        assert (error.line, error.column, error.position) == (line, column, position)
        assert error.index is None


def test_a_line_that_is_too_complex_has_a_number_only(engine: str) -> None:
    keys = [f"h{number}" for number in range(19)]
    elements = ",".join(f'{{"{key}":0}}' for key in keys)
    event = "{" + ",".join(f'"d":[{elements}]' for _ in range(18)) + "}"
    matcher = eventmatch.Matcher({"one": {"d": {key: [0] for key in keys}}}, engine=engine)  # type: ignore[arg-type]
    with pytest.raises(eventmatch.EventError) as caught:
        matcher.match_lines(f"{{}}\n{event}")
    error = caught.value
    assert error.code is EventCode.TOO_COMPLEX
    assert (error.line, error.column, error.position) == (2, None, None)


@pytest.mark.parametrize("threads", [None, 1, 2, 7])
def test_many_threads_give_the_same(threads: int | None, matcher: eventmatch.Matcher) -> None:
    events = [{"a": n % 3, "text": "x" * (n % 500)} for n in range(2_000)]
    expected = [matcher.match(event) for event in events]
    lines = "\n".join(map(json.dumps, events))
    assert matcher.match_lines(lines, threads=threads) == expected
    for found in (
        matcher.match_many(events, threads=threads),
        matcher.match_many_lines(lines, threads=threads),
    ):
        assert list(found) == expected
        assert found.names == ("any", "one")


@pytest.mark.parametrize("threads", [1, 3])
def test_the_first_fault_is_told_whoever_finds_it(
    threads: int, matcher: eventmatch.Matcher
) -> None:
    good = '{"a":"' + "x" * 1000 + '"}'
    events = [good] * 1_000
    for bad in (900, 500, 100):
        events[bad] = "{" + str(bad)
        with pytest.raises(eventmatch.EventError) as caught:
            matcher.match_many(events, threads=threads)
        assert caught.value.index == bad
        with pytest.raises(eventmatch.EventError) as caught:
            matcher.match_lines("\n".join(events), threads=threads)
        assert caught.value.line == bad + 1
        assert caught.value.position == bad * (len(good) + 1) + 1


@pytest.mark.parametrize("threads", [0, -1])
def test_no_thread_is_too_few(threads: int, matcher: eventmatch.Matcher) -> None:
    for method in (matcher.match_lines, matcher.match_many_lines):
        with pytest.raises(ValueError, match="threads must be at least 1"):
            method(b"{}", threads=threads)
    with pytest.raises(ValueError, match="threads must be at least 1"):
        matcher.match_many([b"{}"], threads=threads)
