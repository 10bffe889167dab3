"""The six fields of AWS's cron: what may stand in each, and which values it names.

Source: reference §4.3. A step of zero, or one beyond the field, leaves the value it starts at; a
range may wrap, but not in years; a range of equal bounds is that value.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR
from functools import lru_cache
from typing import Final

from eventmatch.errors import ScheduleCode
from eventmatch.schedule.days import (
    AnyOf,
    Days,
    DaysOfMonth,
    DaysOfWeek,
    LastDay,
    LastDayOfWeek,
    LastWeekday,
    NearestWeekdays,
    NthDayOfWeek,
    OneRule,
)
from eventmatch.schedule.refusal import Refusal, quoted

LARGEST: Final = 2_147_483_647
"""The largest number that AWS reads."""

_ITEM: Final = re.compile(r"(\*|[0-9]+|[A-Z]+)(?:-([0-9]+|[A-Z]+))?(?:/([0-9]+))?", re.IGNORECASE)
_SPECIAL: Final = re.compile(r"[LW#]", re.IGNORECASE)
_WEEKDAY: Final = re.compile(r"([0-9]+)(?:-([0-9]+))?W")
_BEFORE_LAST: Final = re.compile(r"L-([0-9]+)")
_LAST_OF: Final = re.compile(r"([0-9]+|[A-Z]+)L")
_NTH: Final = re.compile(r"([0-9]+|[A-Z]+)#([0-9]+)")
_MOST_WEEKS: Final = 5
_MOST_DAYS: Final = 31

MONTH_NAMES: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
DAY_NAMES: Final = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """A field: the values from `low` to `high`, and the names of values in upper case.

    An item that is written as a number may go up to `largest`, if that is beyond `high`.
    """

    name: str
    low: int
    high: int
    names: Mapping[str, int]
    wraps: bool = True
    smallest: int | None = None
    largest: int | None = None

    @property
    def admitted(self) -> tuple[int, int]:
        """The least and the greatest number that may be written."""
        least = self.low if self.smallest is None else self.smallest
        return least, self.high if self.largest is None else self.largest


def _named(names: tuple[str, ...]) -> dict[str, int]:
    """Number names from 1; their first three letters name the same."""
    whole = {name.upper(): number for number, name in enumerate(names, 1)}
    return {name[:3]: number for name, number in whole.items()} | whole


MINUTES: Final = Field(name="minutes", low=0, high=59, names={})
HOURS: Final = Field(name="hours", low=0, high=23, names={})
DAY_OF_MONTH: Final = Field(name="day-of-month", low=1, high=31, names={})
MONTH: Final = Field(name="month", low=1, high=12, names=_named(MONTH_NAMES))
DAY_OF_WEEK: Final = Field(name="day-of-week", low=1, high=7, names=_named(DAY_NAMES))
YEAR: Final = Field(
    name="year", low=1970, high=MAXYEAR, names={}, wraps=False, smallest=0, largest=LARGEST
)
FIELDS: Final = (MINUTES, HOURS, DAY_OF_MONTH, MONTH, DAY_OF_WEEK, YEAR)

EVERY_YEAR: Final = (range(YEAR.low, MAXYEAR + 1),)


@lru_cache(maxsize=4096)
def minutes_of(text: str) -> tuple[int, ...]:
    """Return the minutes that a field names; raises `Refusal`."""
    return _values(text, MINUTES)


@lru_cache(maxsize=4096)
def hours_of(text: str) -> tuple[int, ...]:
    """Return the hours that a field names; raises `Refusal`."""
    return _values(text, HOURS)


@lru_cache(maxsize=4096)
def months_of(text: str) -> tuple[int, ...]:
    """Return the months that a field names; raises `Refusal`."""
    return _values(text, MONTH)


@lru_cache(maxsize=4096)
def years_of(text: str) -> tuple[range, ...]:
    """Return the years, those that a date can have; raises `Refusal`."""
    ranges = (_range(item, at, YEAR) for at, item in _items(text))
    return tuple(years for each in ranges if (years := _dated(each)))


@lru_cache(maxsize=4096)
def days_of_month(text: str) -> Days:
    """Return the days that a day-of-month field names; raises `Refusal`."""
    if _SPECIAL.search(text) is None:
        return DaysOfMonth(_values(text, DAY_OF_MONTH))
    return _any_of([_day_of_month(item, at) for at, item in _items(text)])


def _day_of_month(item: str, at: int) -> OneRule:
    upper = item.upper()
    if upper in _LAST:
        return _LAST[upper]
    if found := _BEFORE_LAST.fullmatch(upper):
        span = (at + found.start(1), at + found.end(1))
        return LastDay(number_within(found[1], span, DAY_OF_MONTH.name, 0, _MOST_DAYS - 1))
    is_nearest = _WEEKDAY.fullmatch(upper) is not None
    days = _range(item[:-1] if is_nearest else item, at, DAY_OF_MONTH)
    numbers = tuple(sorted(set(_wrapped(days, DAY_OF_MONTH))))
    return NearestWeekdays(numbers) if is_nearest else DaysOfMonth(numbers)


_LAST: Final[Mapping[str, OneRule]] = {"L": LastDay(), "LW": LastWeekday()}


@lru_cache(maxsize=4096)
def days_of_week(text: str) -> Days:
    """Return the days that a day-of-week field names; raises `Refusal`."""
    if _SPECIAL.search(text) is None:
        return DaysOfWeek(_values(text, DAY_OF_WEEK))
    if "#" in text and "," in text:
        message = f"# stands only behind a single day, got {quoted(text)}"
        raise Refusal(ScheduleCode.LIST, message, (0, len(text)), DAY_OF_WEEK.name)
    return _any_of([_day_of_week(item, at) for at, item in _items(text)])


def _day_of_week(item: str, at: int) -> OneRule:
    upper = item.upper()
    if upper == "L":
        return DaysOfWeek((DAY_OF_WEEK.high,))
    if found := _LAST_OF.fullmatch(upper):
        return LastDayOfWeek(_number(found[1], at, DAY_OF_WEEK))
    if found := _NTH.fullmatch(upper):
        span = (at + found.start(2), at + found.end(2))
        nth = number_within(found[2], span, DAY_OF_WEEK.name, 1, _MOST_WEEKS)
        return NthDayOfWeek(_number(found[1], at, DAY_OF_WEEK), nth)
    return DaysOfWeek(tuple(sorted(set(_wrapped(_range(item, at, DAY_OF_WEEK), DAY_OF_WEEK)))))


def _any_of(rules: list[OneRule]) -> Days:
    return rules[0] if len(rules) == 1 else AnyOf(tuple(rules))


def _values(text: str, field: Field) -> tuple[int, ...]:
    ranges = (_range(item, at, field) for at, item in _items(text))
    return tuple(sorted({value for each in ranges for value in _wrapped(each, field)}))


def _items(text: str) -> Iterator[tuple[int, str]]:
    """Yield each item of a list, and where it begins."""
    at = 0
    for item in text.split(","):
        yield at, item
        at += len(item) + 1


def _range(item: str, at: int, field: Field) -> range:
    """Return the values of an item, beyond the greatest where it wraps; raises `Refusal`."""
    found = _ITEM.fullmatch(item)
    if found is None or (found[1] == "*" and found[2]):
        raise _not_a_value(item, (at, at + len(item)), field)
    first = field.low if found[1] == "*" else _number(found[1], at, field)
    last = field.high if found[1] == "*" or found[3] else first
    if found[2]:
        last = _number(found[2], at + found.start(2), field)
    if last < first:
        last += _turn(item, at, field)
    step = int(found[3].lstrip("0")[:10] or 0) if found[3] else 1  # ten digits are beyond all
    return range(first, last + 1, step) if step else range(first, first + 1)


def _turn(item: str, at: int, field: Field) -> int:
    """Return how many values there are till a range comes to the same again."""
    if field.wraps:
        return field.high - field.low + 1
    message = f"expected a range from an earlier to a later year, got {quoted(item)}"
    raise Refusal(ScheduleCode.YEAR_ORDER, message, (at, at + len(item)), field.name)


def _wrapped(values: range, field: Field) -> Iterator[int]:
    size = field.high - field.low + 1
    return ((value - field.low) % size + field.low for value in values)


def _dated(years: range) -> range:
    """Return those of the years that dates can have."""
    missing = max(-(-(MINYEAR - years.start) // years.step), 0)
    return years[missing : max(-(-(MAXYEAR + 1 - years.start) // years.step), 0)]


def _number(text: str, at: int, field: Field) -> int:
    if not text.isdigit():
        if text.upper() not in field.names:
            raise _not_a_value(text, (at, at + len(text)), field)
        return field.names[text.upper()]
    return number_within(text, (at, at + len(text)), field.name, *field.admitted)


def number_within(text: str, span: tuple[int, int], field: str, low: int, high: int) -> int:
    """Return a number that must lie between two; raises `Refusal`."""
    digits = text.lstrip("0") or "0"
    if len(digits) > len(str(LARGEST)) or not low <= int(digits) <= high:
        message = f"expected a number from {low} to {high}, got {quoted(text)}"
        raise Refusal(ScheduleCode.VALUE_RANGE, message, span, field)
    return int(digits)


def _not_a_value(text: str, span: tuple[int, int], field: Field) -> Refusal:
    if text == "?":
        message = "? stands alone, and only in one of day-of-month and day-of-week"
        return Refusal(ScheduleCode.QUESTION_MARK, message, span, field.name)
    names = [name[:3] for name in field.names]
    named = f" or {names[0]} to {names[-1]}" if names else ""
    least, greatest = field.admitted
    message = f"expected a number from {least} to {greatest}{named}, got {quoted(text)}"
    return Refusal(ScheduleCode.VALUE, message, span, field.name)
