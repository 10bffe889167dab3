"""Moments of requests, to the second and exactly."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import pytest

from eventmatch.bus.constraints import Moment, accept
from eventmatch.bus.moments import read_instant, read_moment
from eventmatch.errors import ServiceCode, ServiceError

MOMENT: Final = 1_767_323_045
THERE: Final = timezone(timedelta(hours=2))


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        (MOMENT, MOMENT),
        (MOMENT + 0.25, MOMENT + 0.25),
        (-0.75, -0.75),
        ("2026-01-02T03:04:05.25Z", MOMENT + 0.25),
        ("2026-01-02T05:04:05+02:00", MOMENT),
        (datetime(2026, 1, 2, 3, 4, 5, 250_000, UTC), MOMENT + 0.25),
        (datetime(2026, 1, 2, 5, 4, 5, 250_000, THERE), MOMENT + 0.25),
        (datetime(2026, 1, 2, 3, 4, 5), MOMENT),
        (datetime(1969, 12, 31, 23, 59, 59, 250_000, UTC), -0.75),
    ],
)
def test_an_instant_is_exact_and_a_moment_its_second(value: object, instant: float) -> None:
    assert read_instant(value) == instant
    assert read_moment(value) == instant // 1


@pytest.mark.parametrize("value", ["soon", True, None, [], float("nan"), float("inf"), 1e30])
def test_what_names_no_moment_is_refused(value: object) -> None:
    with pytest.raises(ServiceError) as refused:
        accept(Moment(whole=False), value, "eventStartTime")
    assert refused.value.code is ServiceCode.SERIALIZATION
    assert "eventStartTime" in refused.value.message
