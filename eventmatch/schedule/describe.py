"""Schedules in plain words: what they name, not how it was written."""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Final, assert_never

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
    is_every_day,
)
from eventmatch.schedule.fields import DAY_NAMES, EVERY_YEAR, MONTH_NAMES
from eventmatch.schedule.model import UTC, At, Cron, Rate, Schedule, Unix
from eventmatch.schedule.parser import parse_schedule

_MOST_TIMES: Final = 6
_ORDINALS: Final = ("first", "second", "third", "fourth", "fifth")
_ENDINGS: Final = {1: "st", 2: "nd", 3: "rd"}
_SHORTEST_SPAN: Final = 3
_HOURS, _MINUTES = 24, 60


def explain_schedule(expression: Schedule | str) -> str:
    """Return in plain words when a schedule fires, such as "at 10:00 UTC on Monday to Friday".

    A text is read as that of a rule; raises `ScheduleError`.
    """
    schedule = parse_schedule(expression) if isinstance(expression, str) else expression
    match schedule:
        case Rate(value=1):
            return f"every {schedule.unit}"
        case Rate():
            return f"every {schedule.value:,} {schedule.unit}s"
        case At():
            return f"once, on {schedule.local:%Y-%m-%d} at {_clock(schedule)} {schedule.timezone}"
        case Unix():
            return f"by the cron fields {schedule.fields} in {schedule.timezone}"
        case Cron():
            return " ".join(filter(None, [_times(schedule), _days(schedule), _years(schedule)]))
        case _:
            assert_never(schedule)


def _clock(at: At) -> str:
    return f"{at.local:%H:%M:%S}" if at.local.second else f"{at.local:%H:%M}"


def _times(cron: Cron) -> str:
    """Return the times of the day, with their zone."""
    if _has_few_times(cron):
        times = [f"{hour:02}:{minute:02}" for hour, minute in product(cron.hours, cron.minutes)]
        return f"at {_and(times)} {cron.timezone}"
    period = _period(cron.hours, _HOURS)
    if period == 1:
        zone = "" if cron.timezone == UTC else f" in {cron.timezone}"
        return f"{_often(cron.minutes)}{zone}"
    if period is not None and len(cron.minutes) == 1:
        first = f"{cron.hours[0]:02}:{cron.minutes[0]:02}"
        return f"every {period} hours from {first} {cron.timezone}"
    spans = [f"{first:02}:00 to {last:02}:59" for first, last in _runs(cron.hours, _HOURS)]
    return f"{_often(cron.minutes)} from {_and(spans)} {cron.timezone}"


def _has_few_times(cron: Cron) -> bool:
    return len(cron.hours) < _HOURS and len(cron.hours) * len(cron.minutes) <= _MOST_TIMES


def _often(minutes: Sequence[int]) -> str:
    """Return how often within an hour."""
    period = _period(minutes, _MINUTES)
    if period == 1:
        return "every minute"
    if period is not None and period < _MINUTES:
        start = f", from minute {minutes[0]} of the hour" if minutes[0] else ""
        return f"every {period} minutes{start}"
    if tuple(minutes) == (0,):
        return "every hour"
    noun = "minutes" if len(minutes) > 1 else "minute"
    return f"at {noun} {_and(_spans(minutes, str))} of every hour"


def _period(values: Sequence[int], size: int) -> int | None:
    """Return how far apart values are that come round evenly; None if they do not."""
    step = values[1] - values[0] if len(values) > 1 else size
    is_even = size % step == 0 and list(values) == list(range(values[0] % step, size, step))
    return step if is_even else None


def _days(cron: Cron) -> str:
    """Return the days, and the months if they are not all."""
    is_whole = len(cron.months) == len(MONTH_NAMES)
    months = "" if is_whole else f"in {_named(cron.months, MONTH_NAMES)}"
    if is_every_day(cron.days):
        day = "every day" if _has_few_times(cron) else ""
        return f"{day} {months}".strip()
    of_month = " of the month" if is_whole and not isinstance(cron.days, DaysOfWeek) else ""
    return f"on {days_in_words(cron.days)}{of_month} {months}".rstrip()


def days_in_words(days: Days) -> str:
    """Return the days of a month in words."""
    match days:
        case LastDay(before):
            return f"the {_th(before)} day before the last" if before else "the last day"
        case LastWeekday():
            return "the last weekday"
        case LastDayOfWeek(number):
            return f"the last {DAY_NAMES[number - 1]}"
        case NthDayOfWeek(number, nth):
            return f"the {_ORDINALS[nth - 1]} {DAY_NAMES[number - 1]}"
        case DaysOfWeek(numbers):
            return _named(numbers, DAY_NAMES)
        case DaysOfMonth(numbers):
            return f"the {_and(_spans(numbers, _th))}"
        case NearestWeekdays(numbers):
            return f"the weekday nearest to the {_and(_spans(numbers, _th))}"
        case AnyOf(rules):
            return _and([days_in_words(rule) for rule in rules])
        case _:
            assert_never(days)


def _th(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th and so on."""
    is_teen = 10 <= number % 100 < 20
    return f"{number}{'th' if is_teen else _ENDINGS.get(number % 10, 'th')}"


def _years(cron: Cron) -> str:
    if cron.years == EVERY_YEAR:
        return ""
    if not cron.years:
        return "in no year that there is"
    return f"in {_and([_years_in_words(years) for years in cron.years])}"


def _years_in_words(years: range) -> str:
    if len(years) == 1 or years.step == 1:
        return _span(str(years[0]), str(years[-1]))
    return f"every {_th(years.step)} year from {years[0]} to {years[-1]}"


def _named(numbers: Sequence[int], names: Sequence[str]) -> str:
    """Name days or months, which are numbered from 1 and come round."""
    return _and(_spans(numbers, lambda number: names[number - 1], len(names)))


def _spans(values: Sequence[int], name: Callable[[int], str], size: int | None = None) -> list[str]:
    """Name values; three and more that follow each other are a span."""
    spans: list[str] = []
    for first, last in _runs(values, size):
        length = last - first + 1 if last >= first else last - first + 1 + (size or 0)
        if length < _SHORTEST_SPAN:
            spans += [name(value) for value in dict.fromkeys([first, last])]
        else:
            spans.append(_span(name(first), name(last)))
    return spans


def _runs(values: Sequence[int], size: int | None = None) -> list[tuple[int, int]]:
    """Return the first and the last of each run of values, over the end where they come round."""
    starts = [value for value in values if value - 1 not in values]
    ends = [value for value in values if value + 1 not in values]
    if size is not None and len(starts) > 1 and values[-1] - values[0] == size - 1:
        starts, ends = starts[1:], [*ends[1:-1], ends[0]]
    return list(zip(starts, ends, strict=True))


def _span(first: str, last: str) -> str:
    return first if first == last else f"{first} to {last}"


def _and(words: Sequence[str]) -> str:
    """Join words as a sentence does."""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
