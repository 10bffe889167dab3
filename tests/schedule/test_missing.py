"""What fires late, and what does not fire at all."""

from typing import Any

import pytest

from eventmatch.schedule.missing import MissedFires, Plan, plan

MINUTES, HOURS = 60.0, 3600.0


class Every:
    """A schedule that fires at each multiple of a period; `calls` counts how often it was asked."""

    def __init__(self, period: float) -> None:
        self._period = period
        self.calls = 0

    def __call__(self, after: float) -> float:
        self.calls += 1
        return (after // self._period + 1) * self._period


def test_what_is_due_now_fires_and_goes_on() -> None:
    assert plan(600.0, 600.0, Every(5 * MINUTES), MissedFires()) == Plan((600.0,), 900.0)


def test_what_is_late_by_less_than_a_minute_is_on_time() -> None:
    assert plan(600.0, 659.9, Every(5 * MINUTES), MissedFires()) == Plan((600.0,), 900.0)
    assert plan(600.0, 660.0, Every(5 * MINUTES), MissedFires()) == Plan((), 900.0)


def test_of_many_that_were_missed_the_one_of_this_minute_fires() -> None:
    assert plan(600.0, 90030.0, Every(MINUTES), MissedFires()) == Plan((90000.0,), 90060.0)


def test_the_last_ones_are_made_up_for_in_order() -> None:
    planned = plan(600.0, 1230.0, Every(5 * MINUTES), MissedFires(most=2))
    assert planned == Plan((600.0, 900.0, 1200.0), 1500.0)
    planned = plan(600.0, 1290.0, Every(5 * MINUTES), MissedFires(most=2))
    assert planned == Plan((900.0, 1200.0), 1500.0)


def test_what_is_too_old_is_not_made_up_for() -> None:
    planned = plan(600.0, 10 * HOURS + 90, Every(HOURS), MissedFires(most=100, oldest=2 * HOURS))
    assert planned == Plan((9 * HOURS, 10 * HOURS), 11 * HOURS)


def test_a_schedule_that_fires_no_more_says_so() -> None:
    assert plan(600.0, 610.0, lambda _: None, MissedFires()) == Plan((600.0,), None)
    assert plan(600.0, 900.0, lambda _: None, MissedFires()) == Plan((), None)
    assert plan(600.0, 900.0, lambda _: None, MissedFires(most=1)) == Plan((600.0,), None)


def test_a_long_absence_takes_no_longer_than_a_short_one() -> None:
    schedule = Every(MINUTES)
    plan(600.0, 1e9, schedule, MissedFires())
    assert schedule.calls <= 3


@pytest.mark.parametrize(
    "wrong", [{"most": -1}, {"most": 1.5}, {"oldest": 59.0}, {"oldest": float("nan")}]
)
def test_bounds_make_sense(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        MissedFires(**wrong)
