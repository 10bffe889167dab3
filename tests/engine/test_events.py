"""Events that are refused: the code, the place, and no overflow however deep."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest

import eventmatch
from eventmatch.errors import EventCode

ANY = '{"a": [{"exists": true}]}'

Matches = Callable[[Any, Any], bool]


@pytest.fixture
def matches(engine: str) -> Matches:
    """Whether a pattern matches an event, asked of each engine."""

    def answer(pattern: Any, event: Any) -> bool:
        matcher = eventmatch.Matcher({"rule": pattern}, engine=engine)
        return matcher.match(event) == ["rule"]

    return answer


@pytest.mark.parametrize(
    ("event", "code", "position"),
    [
        (b'{"a":"\xff"}', EventCode.ENCODING, 6),
        (b'\xef\xbb\xbf{"a":1}', EventCode.SYNTAX, 0),
        (b"", EventCode.SYNTAX, 0),
        (b'{"a":1,}', EventCode.SYNTAX, 7),
        ('{"é":tru}', EventCode.SYNTAX, 6),
        (b"[]", EventCode.NOT_AN_OBJECT, 0),
        (b'"text"', EventCode.NOT_AN_OBJECT, 0),
        (b'{"a":1} {"b":2}', EventCode.TRAILING_CONTENT, 8),
        (b'{"a":' + b"[" * 1000 + b"]" * 1000 + b"}", EventCode.DEPTH, 1004),
        (b'{"a":' + b"9" * 1001 + b"}", EventCode.NUMBER_LENGTH, 5),
        (b'{"unused":' + b"[" * 200_000, EventCode.DEPTH, 1009),
    ],
)
def test_a_bad_event_has_a_code_and_a_place(
    matches: Matches, event: bytes | str, code: EventCode, position: int
) -> None:
    with pytest.raises(eventmatch.EventError) as caught:
        matches(ANY, event)
    assert (caught.value.code, caught.value.position) == (code, position)


@pytest.mark.parametrize("event", [{"a": {1, 2}}, {"a": float("nan")}, {"a": b"x"}])
def test_an_object_that_json_cannot_hold_is_refused(
    matches: Matches, event: dict[str, object]
) -> None:
    with pytest.raises(eventmatch.EventError) as caught:
        matches(ANY, event)
    assert caught.value.code is EventCode.TYPE
    assert caught.value.position is None


def test_an_object_that_holds_itself_is_refused(matches: Matches) -> None:
    event: dict[str, object] = {}
    event["a"] = event
    with pytest.raises(eventmatch.EventError) as caught:
        matches(ANY, event)
    assert caught.value.code is EventCode.TYPE


@pytest.mark.parametrize("depth", [250, 600, 998])
def test_deep_events_are_searched(matches: Matches, depth: int) -> None:
    """Arrays are transparent, however many lie around a value."""
    event = b'{"a":' + b"[" * depth + b'"x"' + b"]" * depth + b"}"
    assert matches('{"a": ["x"]}', event)
    assert eventmatch.matches('{"a": ["x"]}', event)
    assert eventmatch.explain('{"a": ["x"]}', event).matched


def test_the_fast_reader_forgets_nothing_that_counts(matches: Matches) -> None:
    """Number text and repeated names survive in compact events, too."""
    assert not matches('{"a": [0.1]}', b'{"a":0.10000000000000001}')
    assert matches('{"a": [9007199254740993]}', b'{"a":9007199254740993}')
    assert matches('{"a": ["x"], "b": [1]}', b'{"a":"x","a":"y","b":1}')
    assert matches('{"a": [1e400]}', b'{"a":1e400}')


def test_lone_surrogates_are_ordinary_characters(matches: Matches) -> None:
    assert matches('{"a": ["\\ud800"]}', '{"a":"\ud800"}')
    assert matches('{"a": ["\\ud800"]}', b'{"a":"\\ud800"}')
    assert not matches('{"a": ["\\ud800"]}', b'{"a":"\\ud801"}')


@pytest.mark.parametrize("text", ["\ud83d\ude80", "\ud83d\\ude80", "\\ud83d\\ude80", "\U0001f680"])
def test_a_pair_of_surrogates_is_one_character(matches: Matches, text: str) -> None:
    assert matches('{"a": ["\U0001f680"]}', f'{{"a":"{text}"}}')
    assert matches('{"\U0001f680": ["x"]}', f'{{"{text}":"x"}}')


def test_an_event_is_judged_alone_whatever_was_refused_before(matches: Matches) -> None:
    for event in (b'{"a":{}}}[]]{}', b"{}]]}", b"{[[]]]]}{}", b"{},{}", b"{},[]", b'{},"a":{}'):
        with pytest.raises(eventmatch.EventError):
            matches(ANY, event)


def pigeonholes(arrays: int) -> tuple[dict[str, object], str]:
    """A repeated name gives that many arrays; the pattern needs an element more than there are."""
    keys = [f"h{number}" for number in range(arrays + 1)]
    elements = ",".join(f'{{"{key}":0}}' for key in keys)
    event = "{" + ",".join(f'"d":[{elements}]' for _ in range(arrays)) + "}"
    return {"d": {key: [0] for key in keys}}, event


def test_few_repeated_names_are_decided(matches: Matches) -> None:
    assert not matches(*pigeonholes(5))


def test_repeated_names_cannot_buy_unbounded_work(matches: Matches) -> None:
    """Each repeated array offers a choice, and together they make a puzzle that is NP-hard."""
    with pytest.raises(eventmatch.EventError) as caught:
        matches(*pigeonholes(18))
    assert caught.value.code is EventCode.TOO_COMPLEX


@pytest.mark.parametrize("depth", [100, 250, 990])
def test_deep_arrays_with_two_fields_are_decided(matches: Matches, depth: int) -> None:
    event = '{"d":' + "[" * depth + '{"x":1,"y":1}' + "]" * depth + "}"
    assert matches({"d": {"x": [1], "y": [1]}}, event)
    assert not matches({"d": {"x": [1], "y": [2]}}, event)


def test_many_fields_in_many_elements_are_decided(matches: Matches) -> None:
    """No name repeats here, so the bound on work must not be reached."""
    pattern = {"d": {"a": [1]} | {f"b{n}": [1] for n in range(255)}}
    elements = [{"a": 1}] * 400 + [{"a": 1, f"b{n}": 1} for n in range(255)]
    assert not matches(pattern, {"d": elements})


def test_a_surrogate_is_no_escape(matches: Matches) -> None:
    with pytest.raises(eventmatch.EventError) as caught:
        matches(ANY, '{"a":"\\\ud800"}')
    assert caught.value.code is EventCode.SYNTAX


def test_any_mapping_is_an_event(matches: Matches) -> None:
    event = MappingProxyType({"a": MappingProxyType({"b": 1})})
    assert matches({"a": {"b": [1]}}, event)
