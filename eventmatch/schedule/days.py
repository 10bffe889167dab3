"""Which days of a month a schedule names: the part of AWS's cron that ordinary cron lacks.

Source: reference §4.3. Days of the week are numbered as AWS does, 1 is Sunday.
"""

from bisect import bisect_right
from calendar import monthrange
from dataclasses import dataclass
from typing import Final

_SATURDAY: Final = 7
_SUNDAY: Final = 1


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """`1,15` and `*/2`: days by number."""

    numbers: tuple[int, ...]

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, sorted."""
        last = monthrange(year, month)[1]
        return self.numbers[: bisect_right(self.numbers, last)]


@dataclass(frozen=True, slots=True)
class NearestWeekdays:
    """`15W` and `1-5W`: of each day, the nearest of Monday to Friday."""

    numbers: tuple[int, ...]

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, sorted."""
        last = monthrange(year, month)[1]
        days = {_nearest_weekday(year, month, day) for day in self.numbers if day <= last}
        return tuple(sorted(days))


@dataclass(frozen=True, slots=True)
class LastDay:
    """`L` and `L-3`: so many days before the last day of the month."""

    before: int = 0

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, sorted."""
        day = monthrange(year, month)[1] - self.before
        return (day,) if day >= 1 else ()


@dataclass(frozen=True, slots=True)
class LastWeekday:
    """`LW`: the last of Monday to Friday in the month."""

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, sorted."""
        return (_nearest_weekday(year, month, monthrange(year, month)[1]),)


@dataclass(frozen=True, slots=True)
class DaysOfWeek:
    """`MON-FRI` and `2,4`: each such day of the month."""

    numbers: tuple[int, ...]

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, sorted."""
        last = monthrange(year, month)[1]
        first = {_first(year, month, number) for number in self.numbers}
        return tuple(day for day in range(1, last + 1) if (day - 1) % 7 + 1 in first)


@dataclass(frozen=True, slots=True)
class NthDayOfWeek:
    """`3#2`: the second Tuesday of the month."""

    number: int
    nth: int

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, sorted."""
        day = _first(year, month, self.number) + 7 * (self.nth - 1)
        return (day,) if day <= monthrange(year, month)[1] else ()


@dataclass(frozen=True, slots=True)
class LastDayOfWeek:
    """`6L`: the last Friday of the month."""

    number: int

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, sorted."""
        first, last = _first(year, month, self.number), monthrange(year, month)[1]
        return (first + (last - first) // 7 * 7,)


_OfMonth = DaysOfMonth | NearestWeekdays | LastDay | LastWeekday
_OfWeek = DaysOfWeek | NthDayOfWeek | LastDayOfWeek
OneRule = _OfMonth | _OfWeek


@dataclass(frozen=True, slots=True)
class AnyOf:
    """`1,15W,L`: a list in which not all are plain days."""

    rules: tuple[OneRule, ...]

    def of(self, year: int, month: int) -> tuple[int, ...]:
        """Return the days of that month, sorted."""
        return tuple(sorted({day for rule in self.rules for day in rule.of(year, month)}))


Days = OneRule | AnyOf

EVERY_DAY: Final = DaysOfMonth(tuple(range(1, 32)))
EVERY_DAY_OF_WEEK: Final = DaysOfWeek(tuple(range(1, 8)))


def is_every_day(days: Days) -> bool:
    """Tell whether no day of any month is left out."""
    return days in (EVERY_DAY, EVERY_DAY_OF_WEEK)


def _first(year: int, month: int, number: int) -> int:
    """Return the first such day of the week in a month."""
    return (number - _day_of_week(year, month, 1)) % 7 + 1


def _day_of_week(year: int, month: int, day: int) -> int:
    monday_is_0 = monthrange(year, month)[0] + day - 1
    return (monday_is_0 + 1) % 7 + 1


def _nearest_weekday(year: int, month: int, day: int) -> int:
    """Return the nearest of Monday to Friday, without leaving the month."""
    number = _day_of_week(year, month, day)
    if number == _SATURDAY:
        return day - 1 if day > 1 else day + 2
    if number == _SUNDAY:
        return day + 1 if day < monthrange(year, month)[1] else day - 2
    return day
