"""Every vector of `patterns/transforms/`, run as a target would be: put, then rendered."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

import pytest

from eventmatch.bus.payload import compile_payload
from eventmatch.delivery.model import Event
from eventmatch.delivery.ports import InvalidPayload
from eventmatch.errors import ServiceError
from eventmatch.jsontext import compact
from tests.vectors import TRANSFORMS, load

SHARED: Final = load(TRANSFORMS / "events.json")
NO_VECTORS: Final = ("events.json", "schema.json")
FILES: Final = [path for path in sorted(TRANSFORMS.glob("*.json")) if path.name not in NO_VECTORS]


def vectors() -> Iterator[tuple[str, Mapping[str, Any]]]:
    for path in FILES:
        for vector in load(path)["vectors"]:
            yield f"{path.stem}: {vector['name']}", vector


def each_with(verdict: str) -> pytest.MarkDecorator:
    chosen = [pytest.param(vector, id=name) for name, vector in vectors() if verdict in vector]
    return pytest.mark.parametrize("vector", chosen)


def text_of(data: Any) -> Any:
    """A value whose long texts, given in pieces, are joined."""
    if isinstance(data, Mapping) and set(data) == {"repeat"}:
        return "".join(text * times for text, times in data["repeat"])
    if isinstance(data, Mapping):
        return {name: text_of(member) for name, member in data.items()}
    return data


def context_of(vector: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**SHARED["context"], **vector.get("context", {})}


def rendered(vector: Mapping[str, Any]) -> bytes | None:
    context = context_of(vector)
    target = {"Id": context["target_id"], **text_of(vector["target"])}
    render = compile_payload(target, rule_name=context["rule_name"], rule_arn=context["rule_arn"])
    accepted = context["ingestion_time_ms"] / 1000
    event = Event(1, compact(SHARED["events"][vector["event"]]), accepted)
    return event.body if render is None else render(event)


@each_with("payload")
def test_the_payload_is_delivered_to_the_byte(vector: Mapping[str, Any]) -> None:
    payload = rendered(vector)
    assert payload is not None
    assert payload.decode() == text_of(vector["payload"])


@each_with("invalid_json")
def test_what_is_no_json_is_told_as_it_is(vector: Mapping[str, Any]) -> None:
    with pytest.raises(InvalidPayload) as refused:
        rendered(vector)
    assert refused.value.text.decode() == vector["invalid_json"]


@each_with("nothing")
def test_nothing_is_delivered(vector: Mapping[str, Any]) -> None:
    assert rendered(vector) is None


@each_with("error")
def test_the_target_is_refused(vector: Mapping[str, Any]) -> None:
    expected = vector["error"]
    target = {"Id": context_of(vector)["target_id"], **text_of(vector["target"])}
    with pytest.raises(ServiceError) as refused:
        compile_payload(target, rule_name="orders", rule_arn="arn")
    assert refused.value.code == expected["code"]
    message = refused.value.message
    assert message == expected.get("message", message)
    assert message.startswith(expected.get("message_start", ""))
    assert message.endswith(expected.get("message_end", ""))
