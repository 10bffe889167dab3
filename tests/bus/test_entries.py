"""What PutEvents refuses beyond the vectors, and what it makes of values of Python."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from eventmatch.bus.entries import Entry, read_entries
from eventmatch.bus.envelope import Origin, envelope
from eventmatch.bus.payload_refusals import MALFORMED_DETAIL
from eventmatch.errors import ServiceCode, ServiceError
from tests.bus.json_texts import SPACES, json_objects, parsed, written

ORIGIN: Final = Origin("123456789012", "us-east-1")
TRACE: Final = "Root=1-5759e988-bd862e3fe1be46a994272793"
NAMES: Final = "version id detail-type source account time region resources detail"


def entry(**members: object) -> dict[str, object]:
    return {"Source": "shop", "DetailType": "order", "Detail": "{}"} | members


def accepted(**members: object) -> Entry:
    (verdict,) = read_entries([entry(**members)])
    assert isinstance(verdict, Entry)
    return verdict


def refusal(entries: Any, **limits: Any) -> str:
    with pytest.raises(ServiceError) as refused:
        read_entries(entries, **limits)
    assert refused.value.code is ServiceCode.VALIDATION
    return refused.value.message


def wrong_type(entries: Any) -> str:
    with pytest.raises(ServiceError) as refused:
        read_entries(entries)
    assert refused.value.code is ServiceCode.SERIALIZATION
    return refused.value.message


def event(verdict: Entry) -> Any:
    return parsed(envelope(verdict, "id", 0.0, ORIGIN))


def test_an_entry_is_told_as_it_was_given() -> None:
    assert accepted(EventBusName="b", TraceHeader=TRACE, Time=5, Resources=["r"]) == Entry(
        "b", "shop", "order", b"{}", ["r"], 5, TRACE
    )
    assert accepted() == Entry("default", "shop", "order", b"{}", (), None, None)


@pytest.mark.parametrize(
    "header", [TRACE, f"{TRACE};Parent=53995c3f42cd8ad8;Sampled=1", f"Self=1-2-3; {TRACE}"]
)
def test_a_trace_header_travels_as_it_is(header: str) -> None:
    assert accepted(TraceHeader=header).trace == header


@pytest.mark.parametrize("header", ["no trace", "Root=1", f"x{TRACE}", f"{TRACE}0", "Root=1-é"])
def test_an_entry_with_a_malformed_trace_header_has_no_trace(header: str) -> None:
    assert accepted(TraceHeader=header).trace is None


def test_null_is_like_nothing() -> None:
    assert accepted(EventBusName=None, TraceHeader=None, Time=None, Resources=None) == accepted()


@pytest.mark.parametrize("entries", ["x", {"Source": "x"}, 7, b"x"])
def test_entries_must_be_a_list(entries: object) -> None:
    assert wrong_type(entries) == "the value at 'entries' must be a list"


def test_entries_must_be_there() -> None:
    assert refusal(None) == (
        "1 validation error detected: Value null at 'entries' failed to satisfy constraint: "
        "Member must not be null"
    )


@pytest.mark.parametrize("wrong", [None, "x", 7, ["Source"]])
def test_an_entry_must_be_an_object(wrong: object) -> None:
    assert wrong_type([entry(), wrong]) == "the value at 'entries.2.member' must be an object"


def test_a_wrong_type_is_told_before_the_number_of_entries() -> None:
    assert wrong_type([7] * 11) == "the value at 'entries.1.member' must be an object"


@pytest.mark.parametrize(
    "member", ["Source", "DetailType", "Detail", "EventBusName", "TraceHeader"]
)
@pytest.mark.parametrize("wrong", [7, True, {"a": 1}, b"x", ["x"]])
def test_texts_must_be_strings(member: str, wrong: object) -> None:
    place = f"entries.1.member.{member[0].lower()}{member[1:]}"
    assert wrong_type([entry(**{member: wrong})]) == f"the value at '{place}' must be a string"


@pytest.mark.parametrize("wrong", ["arn", 7, {"a": 1}, [7], [None]])
def test_resources_must_be_a_list_of_strings(wrong: object) -> None:
    assert "the value at 'entries.1.member.resources" in wrong_type([entry(Resources=wrong)])


@pytest.mark.parametrize(
    "wrong",
    [
        "yesterday",
        "",
        True,
        [5],
        {"a": 1},
        float("nan"),
        float("inf"),
        10**400,
        1e12,
        -1e12,
        10**12,
        pytest.param(10**5000, id="too long to be told"),
    ],
)
def test_a_time_must_name_a_moment(wrong: object) -> None:
    message = wrong_type([entry(Time=wrong)])
    assert message == "the value at 'entries.1.member.time' must be a moment"


@pytest.mark.parametrize(
    ("time", "told"),
    [
        (0, "1970-01-01T00:00:00Z"),
        (-0.5, "1969-12-31T23:59:59Z"),
        (253402300799.9, "9999-12-31T23:59:59Z"),
        (-62135596800, "0001-01-01T00:00:00Z"),
        (datetime(2026, 1, 2, 3, 4, 5, 999_999, tzinfo=UTC), "2026-01-02T03:04:05Z"),
        (datetime(2026, 1, 2, 3, 4, 5), "2026-01-02T03:04:05Z"),
        (datetime(2026, 1, 2, 3, tzinfo=timezone(timedelta(hours=2))), "2026-01-02T01:00:00Z"),
        ("2026-01-02", "2026-01-02T00:00:00Z"),
        ("2026-01-02T03:04:05.5-01:30", "2026-01-02T04:34:05Z"),
    ],
)
def test_a_time_is_told_in_utc_and_whole_seconds(time: object, told: str) -> None:
    assert event(accepted(Time=time))["time"] == told


@pytest.mark.parametrize(
    "name",
    [
        "é",
        "arn:awsé:events:us-east-1:123456789012:event-bus/shop",
        "arn:aws:events:us-east-1:١٢٣٤٥٦٧٨٩٠١٢:event-bus/shop",
        "shop\n",
    ],
)
def test_names_of_buses_are_ascii(name: str) -> None:
    assert f"Value '{name}' at 'entries.1.member.eventBusName'" in refusal(
        [entry(EventBusName=name)]
    )


def test_all_violations_are_told_at_once() -> None:
    message = refusal([entry(TraceHeader=""), entry(EventBusName="a/b")])
    assert message.startswith("2 validation errors detected: Value '' at 'entries.1.member.trace")
    assert "; Value 'a/b' at 'entries.2.member.eventBusName' failed" in message


def test_the_number_of_entries_may_be_free() -> None:
    assert len(read_entries([entry()] * 1000, most_entries=None)) == 1000
    assert "less than or equal to 2" in refusal([entry()] * 3, most_entries=2)
    assert "greater than or equal to 1" in refusal([], most_entries=None)


def test_the_size_is_a_setting() -> None:
    assert len(read_entries([entry()], most_bytes=11)) == 1
    assert refusal([entry()], most_bytes=10) == (
        "Total size of the entries in the request is over the limit."
    )


def test_a_surrogate_on_its_own_stays_an_escape() -> None:
    verdict = accepted(Source="a\ud800", Resources=["\udfff"], Detail='{"a":"\ud800"}')
    assert event(verdict)["source"] == "a\ud800"
    assert event(verdict)["resources"] == ["\udfff"]
    assert event(verdict)["detail"] == {"a": "\ud800"}


@given(json_objects(), SPACES, SPACES)
def test_the_detail_of_an_envelope_is_the_detail(text: str, before: str, behind: str) -> None:
    body = envelope(accepted(Detail=f"{before}{text}{behind}"), "id", 0.0, ORIGIN)
    assert parsed(body)["detail"] == parsed(text)
    assert body.endswith(b',"detail":%b}' % written(parsed(text)).encode())


@given(st.text(min_size=1), st.text(min_size=1), st.lists(st.text()))
def test_texts_cannot_leave_their_strings(source: str, detail_type: str, names: list[str]) -> None:
    told = event(accepted(Source=f"x{source}", DetailType=detail_type, Resources=names))
    assert list(told) == NAMES.split()
    assert (told["source"], told["detail-type"]) == (f"x{source}", detail_type)
    assert told["resources"] == names


@given(st.text(st.sampled_from('{}[]",:\\ \n01ax'), min_size=1, max_size=14))
@example('{},"x":1')
@example("{}}{")
@example('{}},{"a":{')
@example('{"a":1},"source":"other"')
@example('{"a":"\\"}')
@example('{} ,"b":{}')
@example("{}\x00")
def test_nothing_can_be_injected_by_a_detail(text: str) -> None:
    (verdict,) = read_entries([entry(Detail=text)])
    try:
        detail = parsed(text)
    except ValueError:
        detail = None
    if isinstance(detail, dict):
        assert isinstance(verdict, Entry)
        told = event(verdict)
        assert list(told) == NAMES.split()
        assert told["detail"] == detail
    else:
        assert verdict == MALFORMED_DETAIL
