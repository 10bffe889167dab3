"""The envelope: the text of an event, which rules are matched against and targets get.

Meaning: service reference §1.6; `replay-name` §5. Vectors: patterns/service/envelopes.json.
"""

import re
from typing import Final, NamedTuple

from eventmatch.bus.entries import Entry
from eventmatch.bus.moments import moment_text
from eventmatch.jsontext import to_compact

_STRING: Final = rb'"(?:[^"\\]|\\.)*+"'
_HEAD: Final = re.compile(
    rb'\{"version":"0","id":'
    + _STRING
    + rb'(,"detail-type":'
    + _STRING
    + rb',"source":'
    + _STRING
    + rb',"account":'
    + _STRING
    + rb',"time":'
    + _STRING
    + rb',"region":'
    + _STRING
    + rb')(?:,"replay-name":'
    + _STRING
    + rb")?(?=,)"
)
# Quotes inside of JSON strings are escaped, so these can be nothing but the first such members.
_ID: Final = re.compile(rb'"id":"[^"]*"')
_TIME: Final = re.compile(rb',"time":"[^"]*"')


class Origin(NamedTuple):
    """Where events come in: the account of their publisher, and the region."""

    account: str
    region: str


def envelope(entry: Entry, identity: str, ingested: float, origin: Origin) -> bytes:
    """Return the envelope of an accepted entry: compact JSON, members in AWS's order.

    `identity` is the id of the event; `ingested` the moment in seconds since 1970, which is also
    that of the event if the entry names none.
    """
    seconds = int(ingested // 1) if entry.time is None else entry.time
    return (
        b'{"version":"0","id":%b,"detail-type":%b,"source":%b,"account":%b,"time":"%b",'
        b'"region":%b,"resources":%b,"detail":%b}'
    ) % (
        to_compact(identity),
        to_compact(entry.detail_type),
        to_compact(entry.source),
        to_compact(origin.account),
        moment_text(seconds).encode(),
        to_compact(origin.region),
        to_compact(entry.resources),
        entry.detail,
    )


def replayed(body: bytes, identity: str, replay: str) -> bytes:
    """Return an envelope as the replay of that name delivers it: with an id of its own."""
    head = _HEAD.match(body)
    if head is None:
        raise ValueError("not an envelope")
    begin = b'{"version":"0","id":%b%b,"replay-name":%b'
    return begin % (to_compact(identity), head[1], to_compact(replay)) + body[head.end() :]


def renewed(body: bytes, identity: str, moment: float) -> bytes:
    """Return an envelope as another region accepts it: with another id, and that time."""
    identified = _replace(_ID, b'"id":' + to_compact(identity), body)
    return _replace(_TIME, b',"time":"%b"' % moment_text(int(moment // 1)).encode(), identified)


def _replace(member: re.Pattern[bytes], new: bytes, body: bytes) -> bytes:
    return member.sub(lambda _: new, body, count=1)
