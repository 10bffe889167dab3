"""What a target gets of an event: the envelope, a constant, a part, or a transformed text.

Meaning: service reference §3.1 to §3.3; vectors: patterns/transforms/.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from eventmatch.bus import payload_refusals as refusals
from eventmatch.bus.constraints import accept
from eventmatch.bus.paths import MISSING, InvalidPath, Path, parse_path, select
from eventmatch.bus.shapes import INPUTS
from eventmatch.bus.template import parse_template
from eventmatch.bus.transformer import transformer
from eventmatch.delivery.model import Event
from eventmatch.jsontext import WHITE_SPACE, read_document, read_merged, to_compact
from eventmatch.pattern.report import source_location

Render = Callable[[Event], bytes | None]
"""Makes the payload of an event, or None where nothing is to be delivered.

It may raise `eventmatch.delivery.ports.InvalidPayload`.
"""


def compile_payload(
    target: Mapping[str, Any], *, rule_name: str, rule_arn: str, place: str = "targets.1.member"
) -> Render | None:
    """Return what makes the payloads of a target, given as PutTargets has it.

    None says that the envelope itself is the payload. `place` is how AWS names the target in the
    request. Raises `ServiceError`.
    """
    given = accept(INPUTS, target, place)
    identity = str(target.get("Id", ""))
    if not given:
        return None
    if len(given) > 1:
        raise refusals.two_inputs(identity)
    if "Input" in given:
        return _compile_input(given["Input"], identity)
    if "InputPath" in given:
        return _compile_path(given["InputPath"], identity)
    members = given["InputTransformer"]
    declared = members.get("InputPathsMap")
    paths = {name: _path(text, identity) for name, text in (declared or {}).items()}
    template = parse_template(members["InputTemplate"], declared, identity)
    return transformer(template, paths, rule_name=rule_name, rule_arn=rule_arn)


def _compile_input(text: str, target: str) -> Render:
    if not text.strip(WHITE_SPACE):
        return _nothing
    fault = read_document(text).fault
    if fault is not None:
        raise refusals.bad_input(target, source_location(text, fault.start))
    return partial(_constant, text.encode("utf-8", "backslashreplace"))


def _compile_path(text: str, target: str) -> Render | None:
    if not text:
        return partial(_constant, b"{}")
    path = _path(text, target)
    return None if path == Path((), ()) else partial(_part, path)


def _path(text: str, target: str) -> Path:
    try:
        return parse_path(text)
    except InvalidPath:
        raise refusals.bad_path(target) from None


def _nothing(_: Event) -> None:
    return None


def _constant(payload: bytes, _: Event) -> bytes:
    return payload


def _part(path: Path, event: Event) -> bytes:
    value = select(path, read_merged(event.body))
    return b"{}" if value is MISSING or value is None else to_compact(value)
