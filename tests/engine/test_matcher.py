"""`Matcher`: names, adding and removing, lines of events, threads."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import eventmatch

STOPPED = '{"detail": {"state": ["stopped"]}}'


def test_names_come_in_the_order_in_which_they_were_added() -> None:
    matcher = eventmatch.Matcher({"z": STOPPED, "a": STOPPED})
    matcher.add("m", STOPPED)
    assert matcher.names() == ["z", "a", "m"]
    assert matcher.match('{"detail": {"state": "stopped"}}') == ["z", "a", "m"]


def test_a_name_with_several_patterns_matches_once() -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1]}'})
    matcher.add("one", '{"b": [2]}')
    assert len(matcher) == 1
    assert matcher.match('{"a": 1, "b": 2}') == ["one"]
    assert matcher.match('{"b": 2}') == ["one"]


def test_removing_a_name_removes_all_its_patterns_and_nothing_else() -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1]}', "two": '{"a": [1, 2]}'})
    matcher.add("one", '{"b": [2]}')
    matcher.remove("one")
    assert "one" not in matcher
    assert matcher.match('{"a": 1, "b": 2}') == ["two"]


def test_removing_an_unknown_name_says_which() -> None:
    matcher = eventmatch.Matcher()
    with pytest.raises(eventmatch.NotFound, match='no rule is named "gone"') as caught:
        matcher.remove("gone")
    assert isinstance(caught.value, KeyError)


def test_a_bad_pattern_changes_nothing() -> None:
    matcher = eventmatch.Matcher({"one": STOPPED})
    with pytest.raises(eventmatch.PatternError):
        matcher.add("two", '{"a": 1}')
    assert matcher.names() == ["one"]
    assert "two" not in matcher


def test_an_engine_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(eventmatch.EngineUnavailable, match="native"):
        eventmatch.Matcher(engine="native")
    assert eventmatch.Matcher(engine="python").engine == eventmatch.engine_name() == "python"


def test_an_unknown_dialect_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"unknown dialect \"sqs\"; there are eventbridge, pipes"):
        eventmatch.Matcher({"one": STOPPED}, dialect="sqs")


@pytest.mark.parametrize("lines", [b"", ""])
def test_no_text_has_no_lines(lines: bytes | str) -> None:
    assert eventmatch.Matcher({"one": STOPPED}).match_lines(lines) == []


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_each_line_has_its_names(end: bytes) -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1]}', "any": '{"a": [{"exists": true}]}'})
    lines = b'{"a":1}\r\n\n{"b":1}\n{"a":2}' + end
    assert matcher.match_lines(lines) == [["one", "any"], [], [], ["any"]]


def test_a_bad_line_is_told_by_its_place_in_the_whole_text() -> None:
    matcher = eventmatch.Matcher({"one": STOPPED})
    with pytest.raises(eventmatch.EventError) as caught:
        matcher.match_lines('{"é":1}\n{"a":x}\n')
    assert (caught.value.line, caught.value.column, caught.value.position) == (2, 6, 14)


def test_the_line_is_right_where_lines_end_with_two_characters() -> None:
    matcher = eventmatch.Matcher({"one": STOPPED})
    with pytest.raises(eventmatch.EventError) as caught:
        matcher.match_lines(b'{"a":1}\r\n{"a":\r\n')
    assert (caught.value.line, caught.value.column) == (2, 6)


def test_lines_must_be_text() -> None:
    with pytest.raises(eventmatch.EventError, match="lines must be NDJSON text, got int"):
        eventmatch.Matcher().match_lines(5)  # type: ignore[arg-type]


def test_has_match_agrees_with_match() -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1]}', "absent": '{"b": [{"exists": false}]}'})
    assert matcher.has_match('{"a": 2}')
    assert not matcher.has_match('{"b": 2}')
    assert not eventmatch.Matcher().has_match("{}")


def test_ten_threads_see_only_whole_changes() -> None:
    """Readers run while others add and remove; the lasting rule is always there."""
    matcher = eventmatch.Matcher({"lasting": '{"a": [{"prefix": "x"}], "b": ["y"]}'})
    event = b'{"a":"xx","b":"y"}'

    def change(thread: int) -> None:
        for number in range(100):
            name = f"{thread}-{number}"
            matcher.add(name, '{"$or": [{"a": [{"prefix": "x"}]}, {"b": ["z"]}]}')
            assert name in matcher.match(event)
            matcher.remove(name)
            assert name not in matcher.match(event)

    def read(_: int) -> None:
        for _ in range(400):
            assert matcher.match(event)[0] == "lasting"

    with often_switching(), ThreadPoolExecutor(10) as pool:
        jobs = [pool.submit(change if n % 2 else read, n) for n in range(10)]
        for job in jobs:
            job.result()
    assert matcher.match(event) == ["lasting"]


class often_switching:  # noqa: N801  used as a statement
    """Let threads interrupt each other a thousand times more often."""

    def __enter__(self) -> None:
        self.before = sys.getswitchinterval()
        sys.setswitchinterval(0.000005)

    def __exit__(self, *_: object) -> None:
        sys.setswitchinterval(self.before)


def forms(event: dict[str, object]) -> Iterator[object]:
    text = json.dumps(event)
    yield from (event, text, text.encode(), bytearray(text.encode()), memoryview(text.encode()))


def test_every_form_of_an_event_gives_the_same() -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1], "b": {"c": ["é"]}}'})
    for form in forms({"a": 1, "b": {"c": "é"}}):
        assert matcher.match(form) == ["one"]  # type: ignore[arg-type]
