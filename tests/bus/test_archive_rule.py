"""The managed rule of an archive, and how its target tells which archive it fills."""

from dataclasses import replace
from typing import Any, Final

import pytest

from eventmatch.bus.archive_model import Archive
from eventmatch.bus.archive_rule import archive_key, archive_rule, check_archive_pattern, fills
from eventmatch.bus.arn import Place
from eventmatch.bus.model import RuleState
from eventmatch.bus.quotas import Quotas
from eventmatch.errors import ServiceCode, ServiceError

PLACE: Final = Place(partition="aws", region="us-east-1", account="123456789012")


def archive(**members: Any) -> Archive:
    given = {"name": "a", "id": "id-1", "bus": "default", "created": 1.5, **members}
    arn, source = PLACE.archive(given["name"]), PLACE.bus(given["bus"])
    return Archive(arn=arn, source=source, **given)


@pytest.mark.parametrize(
    ("pattern", "merged"),
    [
        (None, '{"replay-name":[{"exists":false}]}'),
        ('{ "source": ["shop"] }', '{"source":["shop"],"replay-name":[{"exists":false}]}'),
        (
            '{"replay-name": ["x"], "detail": {"n": [{"numeric": [">", 1.50]}]}}',
            '{"replay-name":[{"exists":false}],"detail":{"n":[{"numeric":[">",1.50]}]}}',
        ),
        (
            '{"source": ["a"], "source": ["b"]}',
            '{"source":["b"],"replay-name":[{"exists":false}]}',
        ),
    ],
)
def test_the_pattern_leaves_out_what_was_replayed(pattern: str | None, merged: str) -> None:
    assert archive_rule(archive(event_pattern=pattern), PLACE).event_pattern == merged


def test_the_target_tells_which_archive_it_fills() -> None:
    one, other = archive(name="a.b-c_D", id="one"), archive(name="a.b-c_D", id="other")
    rule = archive_rule(one, PLACE)
    (target,) = rule.targets
    assert target.arn == "arn:aws:events:us-east-1:::"
    assert archive_key(target.members) == one.key != other.key
    assert archive_key({"Id": "t", "Arn": target.arn}) is None
    assert fills(rule, one)
    assert not fills(rule, other)


def test_a_rule_fills_an_archive_while_it_is_whole() -> None:
    rule = archive_rule(archive(), PLACE)
    assert not fills(None, archive())
    assert not fills(replace(rule, targets=()), archive())
    assert not fills(replace(rule, managed_by=None), archive())
    assert not fills(replace(rule, state=RuleState.DISABLED), archive())


def test_an_archive_comes_back_from_its_record() -> None:
    for each in (archive(), archive(retention_days=3, event_pattern="{}", description="d")):
        assert Archive.from_record(each.to_record()) == each


def test_the_pattern_has_the_length_of_those_of_rules() -> None:
    check_archive_pattern('{"source":["shop"]}', Quotas(pattern_characters=19))
    with pytest.raises(ServiceError) as refused:
        check_archive_pattern('{"source":["shop"]}', Quotas(pattern_characters=18))
    assert refused.value.code is ServiceCode.LIMIT_EXCEEDED
