"""Payloads beyond the vectors: refusals of wrong types, and what holds for any template."""

import json
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from eventmatch.bus.entries import Entry
from eventmatch.bus.envelope import Origin, envelope
from eventmatch.bus.paths import MISSING, InvalidPath, parse_path, select
from eventmatch.bus.payload import Render, compile_payload
from eventmatch.delivery.model import Event
from eventmatch.delivery.ports import InvalidPayload
from eventmatch.errors import ServiceCode, ServiceError
from tests.bus.json_texts import json_objects, parsed, written

ORIGIN: Final = Origin("123456789012", "us-east-1")
PATHS: Final = {"a": "$.detail.a", "b": "$.detail.b", "all": "$", "many": "$.detail.a[*].b"}
NAMED: Final = st.sampled_from((*PATHS, "aws.events.rule-name", "aws.events.event.json"))
PLACEHOLDERS: Final = NAMED.map("<{}>".format)
BROKEN: Final = st.sampled_from((*'"{}[]:,\n 1\\<>é', '{"x":', '"y":', "null"))
SHAPES: Final = st.sampled_from(
    ('{{"x":{},"y":"{} {}"}}', '{{"x":[{}]}}\n{}\n"{}"', '"{}-{}{}"', "[{},{}]\n{}", "{}\n{}\n{}")
)
TEMPLATES: Final = st.one_of(
    st.builds(str.format, SHAPES, PLACEHOLDERS, PLACEHOLDERS, PLACEHOLDERS),
    st.lists(PLACEHOLDERS | BROKEN, max_size=12).map("".join),
)


def compiled(target: dict[str, Any]) -> Render | None:
    return compile_payload({"Id": "t1"} | target, rule_name="orders", rule_arn="arn:rule")


def event(detail: str) -> Event:
    body = envelope(
        Entry("default", "shop", "order", written(parsed(detail)).encode()), "id", 0.0, ORIGIN
    )
    return Event(1, body, 5.0)


def is_lines_of_json(text: str) -> bool:
    """Whether a text is JSON values with a newline between each two, by Python's own reader."""
    decoder = json.JSONDecoder(parse_constant=int)
    at = len(text) - len(text.lstrip(" \t\r\n"))
    while True:
        try:
            end = decoder.raw_decode(text, at)[1]
        except ValueError:
            return False
        rest = text[end:].lstrip(" \t\r\n")
        if not rest:
            return True
        at = len(text) - len(rest)
        if "\n" not in text[end:at]:
            return False


def outcome(template: str, detail: str) -> tuple[str, bytes]:
    """What becomes of a template: "refused", "invalid", "delivered" or "nothing", and the text."""
    transformer = {"InputPathsMap": PATHS, "InputTemplate": template}
    try:
        render = compiled({"InputTransformer": transformer})
    except ServiceError:
        return "refused", b""
    assert render is not None
    try:
        payload = render(event(detail))
    except InvalidPayload as invalid:
        return "invalid", invalid.text
    return ("nothing", b"") if payload is None else ("delivered", payload)


@given(TEMPLATES, json_objects())
def test_a_payload_is_json_or_it_is_told_that_it_is_not(template: str, detail: str) -> None:
    kind, text = outcome(template, detail)
    assert (kind == "delivered") is is_lines_of_json(text.decode())


@given(json_objects())
def test_values_keep_their_digits_in_json(detail: str) -> None:
    template = '{"a":<a>,"all":<all>}'
    render = compiled({"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": template}})
    assert render is not None
    carrier = event(detail)
    payload = render(carrier)
    assert payload is not None
    told = parsed(payload)
    assert told == {"a": parsed(detail).get("a", ""), "all": parsed(carrier.body)}


@given(json_objects())
def test_a_part_keeps_its_digits(detail: str) -> None:
    render = compiled({"InputPath": "$.detail"})
    assert render is not None
    assert render(event(detail)) == written(parsed(detail)).encode()


def test_a_target_without_input_gets_the_envelope_itself() -> None:
    assert compiled({}) is None
    assert compiled({"Input": None, "InputPath": None, "InputTransformer": None}) is None
    assert compiled({"InputPath": "$"}) is None


def test_a_part_of_the_deepest_detail_is_found() -> None:
    render = compiled({"InputPath": "$.detail.a"})
    detail = '{"a":' * 999 + "{}" + "}" * 999
    body = envelope(Entry("default", "shop", "order", detail.encode()), "id", 0.0, ORIGIN)
    assert render is not None
    assert render(Event(1, body, 0.0)) == detail[5:-1].encode()


@pytest.mark.parametrize(
    ("target", "place"),
    [
        ({"Input": 7}, "input"),
        ({"Input": {"a": 1}}, "input"),
        ({"InputPath": ["$"]}, "inputPath"),
        ({"InputTransformer": "x"}, "inputTransformer"),
        ({"InputTransformer": {"InputTemplate": 7}}, "inputTransformer.inputTemplate"),
        (
            {"InputTransformer": {"InputTemplate": "1", "InputPathsMap": ["a"]}},
            "inputTransformer.inputPathsMap",
        ),
        (
            {"InputTransformer": {"InputTemplate": "1", "InputPathsMap": {"a": 7}}},
            "inputTransformer.inputPathsMap",
        ),
        (
            {"InputTransformer": {"InputTemplate": "1", "InputPathsMap": {7: "$"}}},
            "inputTransformer.inputPathsMap",
        ),
    ],
)
def test_wrong_types_are_refused(target: dict[str, Any], place: str) -> None:
    with pytest.raises(ServiceError) as refused:
        compiled(target)
    assert refused.value.code is ServiceCode.SERIALIZATION
    assert f"the value at 'targets.1.member.{place}' must be " in refused.value.message


def test_a_transformer_needs_a_template() -> None:
    with pytest.raises(ServiceError) as refused:
        compiled({"InputTransformer": {"InputPathsMap": {}}})
    assert refused.value.message == (
        "1 validation error detected: Value null at 'targets.1.member.inputTransformer"
        ".inputTemplate' failed to satisfy constraint: Member must not be null"
    )


def test_names_that_begin_with_aws_are_reserved() -> None:
    with pytest.raises(ServiceError) as refused:
        compiled({"InputTransformer": {"InputPathsMap": {"AWSx": "$"}, "InputTemplate": "1"}})
    assert refused.value.message == (
        "1 validation error detected: Value '{AWSx=$}' at 'targets.1.member.inputTransformer"
        ".inputPathsMap' failed to satisfy constraint: Map keys must not begin with AWS"
    )


def test_all_violations_are_told_with_the_place_of_the_target() -> None:
    with pytest.raises(ServiceError) as refused:
        compile_payload(
            {"Id": "t", "Input": "x" * 8193, "InputPath": "y" * 257},
            rule_name="r",
            rule_arn="a",
            place="targets.3.member",
        )
    assert refused.value.message.startswith("2 validation errors detected: Value 'xxx")
    assert "; Value 'yyy" in refused.value.message
    assert "at 'targets.3.member.inputPath'" in refused.value.message


def test_a_long_input_is_told_in_part() -> None:
    with pytest.raises(ServiceError) as refused:
        compiled({"Input": "x" * 600})
    assert refused.value.message == (
        "JSON syntax error in input for target t1: "
        f'[Source: (String)"{"x" * 500}"[truncated 100 chars]; line: 1, column: 1]'
    )


@pytest.mark.parametrize(
    "text", ["", "$.", "$$", "$.a.", "$[-1]", "$['a']", "$.*", "$..a", "$.a\n"]
)
def test_other_paths_are_refused(text: str) -> None:
    with pytest.raises(InvalidPath):
        parse_path(text)


def test_what_a_path_selects_may_be_null_or_missing() -> None:
    document = {"a": None, "b": [{"c": 1}, {}, {"c": None}]}
    assert select(parse_path("$.a"), document) is None
    assert select(parse_path("$.a.b"), document) is MISSING
    assert select(parse_path("$.b[*].c"), document) == [1, None]
    assert select(parse_path("$.b[3]"), document) is MISSING


@pytest.mark.parametrize(
    ("target", "payload"),
    [
        ({"Input": '"\ud800"'}, b'"\\ud800"'),
        ({"InputTransformer": {"InputTemplate": '"\ud800"'}}, b'"\\ud800"'),
        ({"InputPath": "$.detail.a"}, b'"\\ud800"'),
        ({"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": '"<a>"'}}, b'"\\ud800"'),
        (
            {"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": '{"x":<a>}'}},
            b'{"x":"\\ud800"}',
        ),
        (
            {"InputTransformer": {"InputPathsMap": PATHS, "InputTemplate": '{"x":"<a>"}'}},
            b'{"x":"\\ud800"}',
        ),
    ],
)
def test_a_surrogate_on_its_own_becomes_an_escape(target: dict[str, Any], payload: bytes) -> None:
    render = compiled(target)
    assert render is not None
    assert render(event('{"a":"\\ud800"}')) == payload


@given(st.integers(0, 4_102_444_800_000))
def test_the_ingestion_time_keeps_its_milliseconds(milliseconds: int) -> None:
    template = '"<aws.events.event.ingestion-time>"'
    render = compiled({"InputTransformer": {"InputTemplate": template}})
    assert render is not None
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC).isoformat().removesuffix("+00:00")
    told = f'"{moment}.{milliseconds % 1000:03}Z"'
    assert render(event("{}")._replace(accepted=milliseconds / 1000)) == told.encode()
