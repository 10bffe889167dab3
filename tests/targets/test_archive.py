"""An archive as a target: which events it is given, and what becomes of them."""

from collections.abc import Sequence

import pytest

from eventmatch.bus.ports import ArchivedEvent
from eventmatch.delivery.model import DELIVERED, ErrorCode
from eventmatch.errors import NotFound
from eventmatch.targets import Arn, Resources, Target
from eventmatch.targets.archive import ArchiveTarget, archive_maker
from tests.targets.attempts import NOW, attempt, codes, deliver

ARN = "arn:aws:events:us-east-1:::"


class Kept:
    """An archive in memory."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, Sequence[ArchivedEvent]]] = []

    async def __call__(self, archive: str, events: Sequence[ArchivedEvent]) -> None:
        self.calls.append((archive, events))


def test_an_event_is_kept_with_its_time_and_that_of_its_ingestion() -> None:
    kept = Kept()
    old = attempt(b'{"transformed":1}', time="2020-01-02T03:04:05Z", detail={"time": "x"})
    assert deliver(ArchiveTarget(kept, "a:1"), old) == [DELIVERED]
    assert kept.calls == [("a:1", [ArchivedEvent(old.event.body, 1_577_934_245, NOW)])]


def test_a_time_that_is_text_of_another_member_is_not_the_time() -> None:
    kept = Kept()
    tricky = attempt(source='shop","time":"1999-01-01T00:00:00Z', detail={"a": 1})
    assert deliver(ArchiveTarget(kept, "a:1"), tricky) == [DELIVERED]
    ((_, (event,)),) = kept.calls
    assert event.time == NOW


@pytest.mark.parametrize("time", ["never", "", "é"])
def test_an_event_that_does_not_tell_its_time_is_refused_alone(time: str) -> None:
    kept = Kept()
    outcomes = deliver(ArchiveTarget(kept, "a:1"), attempt(time=time), attempt())
    assert codes(outcomes) == [ErrorCode.INVALID_JSON, None]
    assert [len(events) for _, events in kept.calls] == [1]


def test_a_target_that_names_no_archive_cannot_be_made() -> None:
    parsed = Arn.parse(ARN)
    assert parsed is not None
    resources = Resources(account="123456789012", region="us-east-1")
    with pytest.raises(NotFound, match="archive"):
        archive_maker(Kept())(Target(parsed, {"Id": "t", "Arn": ARN}), resources)
