"""`Matcher`: names, adding and removing, lines of events, threads."""

import json
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

import eventmatch
from eventmatch.errors import EventCode

STOPPED = '{"detail": {"state": ["stopped"]}}'


def test_names_come_in_the_order_in_which_they_were_added(engine: str) -> None:
    matcher = eventmatch.Matcher({"z": STOPPED, "a": STOPPED}, engine=engine)
    matcher.add("m", STOPPED)
    assert matcher.names() == ["z", "a", "m"]
    assert matcher.match('{"detail": {"state": "stopped"}}') == ["z", "a", "m"]


def test_a_name_with_several_patterns_matches_once(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1]}'}, engine=engine)
    matcher.add("one", '{"b": [2]}')
    assert len(matcher) == 1
    assert matcher.match('{"a": 1, "b": 2}') == ["one"]
    assert matcher.match('{"b": 2}') == ["one"]


def test_removing_a_name_removes_all_its_patterns_and_nothing_else(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1]}', "two": '{"a": [1, 2]}'}, engine=engine)
    matcher.add("one", '{"b": [2]}')
    matcher.remove("one")
    assert "one" not in matcher
    assert matcher.match('{"a": 1, "b": 2}') == ["two"]


def test_removing_an_unknown_name_says_which(engine: str) -> None:
    matcher = eventmatch.Matcher(engine=engine)
    with pytest.raises(eventmatch.NotFound, match='no rule is named "gone"') as caught:
        matcher.remove("gone")
    assert isinstance(caught.value, KeyError)


def test_a_bad_pattern_changes_nothing(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": STOPPED}, engine=engine)
    with pytest.raises(eventmatch.PatternError):
        matcher.add("two", '{"a": 1}')
    assert matcher.names() == ["one"]
    assert "two" not in matcher


def test_an_engine_that_is_not_there_is_refused_by_name() -> None:
    with pytest.raises(eventmatch.EngineUnavailable, match='there is no engine "java"'):
        eventmatch.Matcher(engine="java")  # type: ignore[arg-type]


def test_the_native_engine_is_refused_where_it_is_not_installed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "eventmatch.engine.native", raising=False)
    monkeypatch.setitem(sys.modules, "eventmatch._native", None)  # type: ignore[arg-type]
    with pytest.raises(eventmatch.EngineUnavailable, match=r"install a Rust toolchain"):
        eventmatch.Matcher(engine="native")
    assert eventmatch.engine_name() == eventmatch.Matcher().engine == "python"


def test_the_engine_is_the_one_that_was_asked_for(engine: str) -> None:
    assert eventmatch.Matcher(engine=engine).engine == engine
    assert engine in repr(eventmatch.Matcher(engine=engine))


@pytest.mark.usefixtures("native")
def test_the_native_engine_is_the_default_where_it_is_installed() -> None:
    assert eventmatch.engine_name() == eventmatch.Matcher().engine == "native"


def test_an_unknown_dialect_is_a_value_error() -> None:
    with pytest.raises(ValueError, match=r"unknown dialect \"sqs\"; there are eventbridge, pipes"):
        eventmatch.Matcher({"one": STOPPED}, dialect="sqs")


@pytest.mark.parametrize("lines", [b"", ""])
def test_no_text_has_no_lines(lines: bytes | str, engine: str) -> None:
    assert eventmatch.Matcher({"one": STOPPED}, engine=engine).match_lines(lines) == []


@pytest.mark.parametrize("end", [b"", b"\n"])
def test_each_line_has_its_names(end: bytes, engine: str) -> None:
    matcher = eventmatch.Matcher(
        {"one": '{"a": [1]}', "any": '{"a": [{"exists": true}]}'}, engine=engine
    )
    lines = b'{"a":1}\r\n\n{"b":1}\n{"a":2}' + end
    assert matcher.match_lines(lines) == [["one", "any"], [], [], ["any"]]


def test_a_bad_line_is_told_by_its_place_in_the_whole_text(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": STOPPED}, engine=engine)
    with pytest.raises(eventmatch.EventError) as caught:
        matcher.match_lines('{"é":1}\n{"a":x}\n')
    assert (caught.value.line, caught.value.column, caught.value.position) == (2, 6, 14)


def test_the_line_is_right_where_lines_end_with_two_characters(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": STOPPED}, engine=engine)
    with pytest.raises(eventmatch.EventError) as caught:
        matcher.match_lines(b'{"a":1}\r\n{"a":\r\n')
    assert (caught.value.line, caught.value.column) == (2, 6)


def test_lines_must_be_text(engine: str) -> None:
    with pytest.raises(eventmatch.EventError, match="lines must be NDJSON text, got int"):
        eventmatch.Matcher(engine=engine).match_lines(5)  # type: ignore[arg-type]


def test_has_match_agrees_with_match(engine: str) -> None:
    matcher = eventmatch.Matcher(
        {"one": '{"a": [1]}', "absent": '{"b": [{"exists": false}]}'}, engine=engine
    )
    assert matcher.has_match('{"a": 2}')
    assert not matcher.has_match('{"b": 2}')
    assert not eventmatch.Matcher(engine=engine).has_match("{}")


def test_ten_threads_see_only_whole_changes(engine: str) -> None:
    """Readers run while others add and remove; the lasting rule is always there."""
    matcher = eventmatch.Matcher({"lasting": '{"a": [{"prefix": "x"}], "b": ["y"]}'}, engine=engine)
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


@pytest.mark.parametrize("name", ["", "é", "\U0001f600", "\ud800 alone", "a\0b", "x" * 5000])
def test_any_string_is_a_name(name: str, engine: str) -> None:
    matcher = eventmatch.Matcher({name: '{"a": [1]}'}, engine=engine)
    assert name in matcher
    for event in ('{"a":1}', b'{"a":1}', b'{"a":1,"b":"' + b"x" * 20_000 + b'"}'):
        assert matcher.match(event) == [name]
    assert matcher.match_lines(b'{"a":1}') == [[name]]
    assert matcher.names() == list(matcher.match_many([{"a": 1}]).names) == [name]
    matcher.remove(name)
    assert name not in matcher
    assert len(matcher) == 0


def test_only_a_string_is_a_name(engine: str) -> None:
    matcher = eventmatch.Matcher(engine=engine)
    with pytest.raises(TypeError, match="the name of a rule must be str, got int"):
        matcher.add(5, STOPPED)  # type: ignore[arg-type]
    assert 5 not in matcher
    assert len(matcher) == 0


def test_more_names_than_are_kept_at_hand(engine: str) -> None:
    rules = {f"rule {n}": f'{{"a": [{n}]}}' for n in range(5000)}
    matcher = eventmatch.Matcher(rules, engine=engine)
    event = {"a": list(range(5000))}
    assert matcher.match(event) == list(rules)
    assert matcher.match({"a": [4999, 7]}) == ["rule 7", "rule 4999"]
    assert matcher.match(event) == list(rules)


def test_a_name_that_comes_back_is_a_new_one(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1]}', "two": '{"a": [1]}'}, engine=engine)
    assert matcher.match({"a": 1}) == ["one", "two"]
    matcher.remove("one")
    matcher.add("three", '{"a": [1]}')
    matcher.add("one", '{"a": [1]}')
    assert matcher.match({"a": 1}) == matcher.names() == ["two", "three", "one"]


@pytest.mark.parametrize("source", ["text", "bytes", "view", "object", "parsed"])
def test_every_form_of_a_pattern_gives_the_same(source: str, engine: str) -> None:
    text = '{"a": ["é\U0001f600"], "$or": [{"b": [1]}, {"c": {"d": [{"prefix": "x"}]}}]}'
    form = {
        "text": text,
        "bytes": text.encode(),
        "view": memoryview(text.encode()),
        "object": json.loads(text),
        "parsed": eventmatch.parse(text),
    }[source]
    matcher = eventmatch.Matcher({"one": form}, engine=engine)
    assert matcher.match({"a": "é\U0001f600", "c": {"d": "xy"}}) == ["one"]
    assert matcher.match({"a": "é\U0001f600", "b": 2}) == []


@pytest.mark.parametrize(
    "pattern", [b'{"a": ["\xff"]}', '{"a": 1}', {"a": {1}}, {"a": []}, b"", "x"]
)
def test_the_reference_words_what_is_wrong_with_a_pattern(pattern: object, engine: str) -> None:
    matcher = eventmatch.Matcher(engine=engine)
    with pytest.raises(eventmatch.PatternError) as expected:
        eventmatch.parse(pattern)  # type: ignore[arg-type]
    with pytest.raises(eventmatch.PatternError) as caught:
        matcher.add("one", pattern)  # type: ignore[arg-type]
    assert caught.value.problem == expected.value.problem
    assert matcher.names() == []


@pytest.mark.parametrize(
    "event",
    [b"", "", b'{"a":1,}', '{"\u00e9":tru}', b'{"a":"\xff"}', "[]", 5, {"a": {1}}, bytearray(b"{")],
)
def test_the_reference_words_what_is_wrong_with_an_event(event: object, engine: str) -> None:
    matcher = eventmatch.Matcher({"one": STOPPED}, engine=engine)
    with pytest.raises(eventmatch.EventError) as expected:
        eventmatch.matches(STOPPED, event)  # type: ignore[arg-type]
    for method in (matcher.match, matcher.has_match):
        with pytest.raises(eventmatch.EventError) as caught:
            method(event)  # type: ignore[arg-type]
        assert caught.value.args == expected.value.args


def test_an_event_that_changes_is_copied(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1]}'}, engine=engine)
    event = bytearray(b'{"a":1}')
    assert matcher.match(event) == ["one"]
    event[5:6] = b"2"
    assert matcher.match(event) == []
    assert matcher.match(memoryview(b'_{_"_a_"_:_1_}')[1::2]) == ["one"]


def test_a_large_event_is_like_a_small_one(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1]}'}, engine=engine)
    large = '{"z":"' + "é" * 20_000 + '","a":1}'
    assert matcher.match(large) == matcher.match(large.encode()) == ["one"]
    assert matcher.match_trusted(large.encode()) == ["one"]
    assert matcher.has_match(large)
    with pytest.raises(eventmatch.EventError) as caught:
        matcher.match(large[:-1])
    assert caught.value.position == len(large.encode()) - 1


def test_a_trusted_event_gives_the_same(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1], "b": {"c": ["é"]}}'}, engine=engine)
    for form in forms({"z": [{"y": "\n"}], "a": 1, "b": {"c": "é"}}):
        assert matcher.match_trusted(form) == ["one"]  # type: ignore[arg-type]


@pytest.mark.parametrize("member", ['"deep":%s,"a":1', '"a":1,"deep":%s'])
def test_a_trusted_event_may_hold_the_deepest_detail(engine: str, member: str) -> None:
    matcher = eventmatch.Matcher({"one": '{"detail": {"a": [1]}}'}, engine=engine)
    deepest = "[" * 998 + "1.0" + "]" * 998
    event = f'{{"detail":{{{member % f"[{deepest}]"}}}}}'
    assert matcher.match_trusted(event) == ["one"]
    assert matcher.match_trusted(event.encode()) == ["one"]
    with pytest.raises(eventmatch.EventError) as caught:
        matcher.match(event)
    assert caught.value.code is EventCode.DEPTH


def test_a_subclass_may_change_what_matching_means(engine: str) -> None:
    class Loud(eventmatch.Matcher):
        def match(self, event: object) -> list[str]:
            return [name.upper() for name in super().match(event)]  # type: ignore[arg-type]

    assert Loud({"one": '{"a": [1]}'}, engine=engine).match({"a": 1}) == ["ONE"]


def test_figures_follow_the_rules(engine: str) -> None:
    matcher = eventmatch.Matcher(engine=engine)
    empty = matcher.stats()
    assert (empty.rules, empty.predicates) == (0, 0)
    for n in range(50):
        matcher.add(f"rule {n}", {"a": [n, {"prefix": "x" * n}], "b": ["same"]})
    stats = matcher.stats()
    assert stats.rules == 50
    assert stats.predicates >= 50
    assert 1 <= stats.longest_list <= 50
    assert empty.bytes < stats.bytes
    assert 0 < stats.text_bytes < stats.bytes


def forms(event: dict[str, object]) -> Iterator[object]:
    text = json.dumps(event)
    yield from (event, text, text.encode(), bytearray(text.encode()), memoryview(text.encode()))


def test_every_form_of_an_event_gives_the_same(engine: str) -> None:
    matcher = eventmatch.Matcher({"one": '{"a": [1], "b": {"c": ["é"]}}'}, engine=engine)
    for form in forms({"a": 1, "b": {"c": "é"}}):
        assert matcher.match(form) == ["one"]  # type: ignore[arg-type]
