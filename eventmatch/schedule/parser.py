"""Reads schedule expressions as AWS does. Source: reference §4.2 to §4.4.

What AWS's own reader overlooks behind a number or a name (`33x`, `MONDAYS`) is refused here.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from eventmatch.errors import ScheduleCode
from eventmatch.schedule import fields
from eventmatch.schedule.days import Days
from eventmatch.schedule.fields import LARGEST, number_within
from eventmatch.schedule.model import UTC, At, Cron, Dialect, Rate, Schedule, Unit, Unix
from eventmatch.schedule.refusal import Refusal, error_of, quoted
from eventmatch.schedule.zones import zone_named

_FORM: Final = re.compile(r"([a-z]+)\((.*)\)", re.DOTALL)
_WORD: Final = re.compile(r"[^ ]+")
_STRAY_SPACE: Final = re.compile(r"(?<=\() +| {2,}| +$|[^\S ]+")
_RATE: Final = re.compile(r"([0-9]+) ([a-z]+)")
_AT: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_AT_FORM: Final = "%Y-%m-%dT%H:%M:%S"
_NO_DAY: Final = "?"
_EVERY: Final = "*"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An expression as it came; `start` and `end` are where its brackets begin and end."""

    text: str
    start: int
    dialect: Dialect
    timezone: str

    @property
    def end(self) -> int:
        """Where the closing bracket is."""
        return len(self.text) - 1

    @property
    def inside(self) -> str:
        """What stands in the brackets."""
        return self.text[self.start : self.end]


def parse_schedule(text: str, *, dialect: Dialect = "rules", timezone: str = UTC) -> Schedule:
    """Return a schedule expression as a value; raises `ScheduleError`.

    `dialect` is "rules" for the rules of a bus, "scheduler" for EventBridge Scheduler, "unix" for
    `unix(...)`. `timezone` is the IANA name of the zone whose clocks it is read by; those of rules
    are always in UTC.
    """
    if dialect not in KINDS:
        raise ValueError(f'expected "rules", "scheduler" or "unix", got {dialect!r}')
    try:
        _check_zone(timezone, dialect)
        form = _FORM.fullmatch(text)
        if form is None or form[1] not in _READERS:
            raise _no_form(text, dialect)
        if form[1] not in KINDS[dialect]:
            raise _not_here(form[1], dialect)
        source = Source(text=text, start=form.start(2), dialect=dialect, timezone=timezone)
        return _READERS[form[1]](source)
    except Refusal as refusal:
        raise error_of(refusal, text, dialect) from None


KINDS: Final[Mapping[Dialect, tuple[str, ...]]] = {
    "rules": ("cron", "rate"),
    "scheduler": ("cron", "rate", "at"),
    "unix": ("unix",),
}
"""The kinds of expression that each dialect has."""


def _check_zone(timezone: str, dialect: Dialect) -> None:
    if dialect == "rules" and timezone != UTC:
        message = f"the schedules of rules are in UTC, not in {quoted(timezone)}"
        raise Refusal(ScheduleCode.TIME_ZONE, message, (0, 0))
    if zone_named(timezone) is None:
        message = f"there is no time zone {quoted(timezone)}"
        hint = "zones are named as Europe/Berlin is"
        raise Refusal(ScheduleCode.TIME_ZONE, message, (0, 0), hint=hint)


def _no_form(text: str, dialect: Dialect) -> Refusal:
    forms = " or ".join(f"{kind}(...)" for kind in KINDS[dialect])
    message = f"expected {forms}, got {quoted(text)}"
    lower = text.strip().lower()
    kind = next((kind for kind in KINDS[dialect] if lower.startswith(kind)), None)
    hint = f'"{kind}(" is in lower case, with nothing before it, inside or behind' if kind else None
    return Refusal(ScheduleCode.FORM, message, (0, len(text)), hint=hint)


def _not_here(kind: str, dialect: Dialect) -> Refusal:
    places = " and ".join(each for each, kinds in KINDS.items() if kind in kinds)
    message = f"{kind}(...) is not of the dialect {dialect}"
    hint = f"it is of the dialect {places}"
    return Refusal(ScheduleCode.KIND, message, (0, len(kind)), hint=hint)


def fields_of(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield the fields between the brackets of an expression, and where each stands in it."""
    for word in _WORD.finditer(text, text.index("(") + 1, len(text) - 1):
        yield word[0], word.span()


def _cron(source: Source) -> Cron:
    _check_white_space(source)
    found = list(fields_of(source.text))
    _check_count(source, len(found))
    every_year = (_EVERY, (source.end, source.end))
    minutes, hours, day_of_month, month, day_of_week, year = [*found, every_year][:6]
    return Cron(
        text=source.text,
        minutes=_read(minutes, fields.MINUTES, fields.minutes_of),
        hours=_read(hours, fields.HOURS, fields.hours_of),
        days=_days(day_of_month, day_of_week),
        months=_read(month, fields.MONTH, fields.months_of),
        years=_read(year, fields.YEAR, fields.years_of),
        timezone=source.timezone,
    )


def _check_white_space(source: Source) -> None:
    """Raise `Refusal` for anything but single spaces between what stands in the brackets."""
    fault = _STRAY_SPACE.search(source.text, source.start, source.end)
    if fault is not None:
        message = "expected single spaces between the fields and none around them"
        raise Refusal(ScheduleCode.WHITE_SPACE, message, fault.span())


def _check_count(source: Source, count: int) -> None:
    if count not in _COUNTS[source.dialect]:
        counts = " or ".join(map(str, _COUNTS[source.dialect]))
        names = ", ".join(field.name for field in fields.FIELDS[: max(_COUNTS[source.dialect])])
        message = f"expected {counts} fields ({names}), got {count}"
        raise Refusal(ScheduleCode.FIELD_COUNT, message, (source.start, source.end))


_COUNTS: Final[Mapping[Dialect, tuple[int, ...]]] = {
    "rules": (6,),
    "scheduler": (5, 6),
    "unix": (5,),
}

Word = tuple[str, tuple[int, int]]
"""A field as it is written, and where."""

_T = TypeVar("_T")


def _read(word: Word, field: fields.Field, reader: Callable[[str], _T]) -> _T:
    """Return what a reader makes of a field; raises `Refusal` with its place in the expression."""
    text, (start, end) = word
    if not text.isascii():
        message = f"expected plain letters, digits and signs, got {quoted(text)}"
        raise Refusal(ScheduleCode.VALUE, message, (start, end), field.name)
    try:
        return reader(text)
    except Refusal as refusal:
        first, behind = refusal.span
        raise replace(refusal, span=(start + first, start + behind)) from None


def _days(day_of_month: Word, day_of_week: Word) -> Days:
    """Return the days of the one field that is not `?`; raises `Refusal` if that is not one."""
    (of_month, (start, _)), (of_week, (_, end)) = day_of_month, day_of_week
    if (of_month == _NO_DAY) == (of_week == _NO_DAY):
        message = (
            f"expected ? in exactly one of day-of-month and day-of-week, "
            f"got {quoted(of_month)} and {quoted(of_week)}"
        )
        hint = "write ? in the one that does not count, and days or * in the other"
        raise Refusal(ScheduleCode.QUESTION_MARK, message, (start, end), "day-of-month", hint)
    if of_week == _NO_DAY:
        return _read(day_of_month, fields.DAY_OF_MONTH, fields.days_of_month)
    return _read(day_of_week, fields.DAY_OF_WEEK, fields.days_of_week)


def _rate(source: Source) -> Rate:
    _check_white_space(source)
    found = _RATE.fullmatch(source.text, source.start, source.end)
    if found is None:
        message = f'expected such as "5 minutes", got {quoted(source.inside)}'
        raise Refusal(ScheduleCode.VALUE, message, (source.start, source.end), "value")
    unit = _UNITS.get(found[2])
    if unit is None:
        message = f"expected minutes, hours or days, got {quoted(found[2])}"
        raise Refusal(ScheduleCode.RATE_UNIT, message, found.span(2), "unit")
    value = number_within(found[1], found.span(1), "value", 1, LARGEST)
    right = unit if value == 1 else f"{unit}s"
    if found[2] != right:
        message = f'expected "{right}" with {value}, got {quoted(found[2])}'
        raise Refusal(ScheduleCode.RATE_PLURAL, message, found.span(2), "unit")
    return Rate(text=source.text, value=value, unit=unit, timezone=source.timezone)


_UNITS: Final[Mapping[str, Unit]] = {
    "minute": "minute",
    "minutes": "minute",
    "hour": "hour",
    "hours": "hour",
    "day": "day",
    "days": "day",
}


def _at(source: Source) -> At:
    inside = source.inside
    try:
        if _AT.fullmatch(inside):
            local = datetime.strptime(inside, _AT_FORM)
            return At(text=source.text, local=local, timezone=source.timezone)
        message = "expected a time such as 2026-11-20T13:00:00, without a zone"
    except ValueError:
        message = "expected a day and a time that there are"
    span = (source.start, source.end)
    raise Refusal(ScheduleCode.TIME, f"{message}, got {quoted(inside)}", span, "time")


def _unix(source: Source) -> Unix:
    from eventmatch.schedule.crontab import fault  # croniter takes its time to load

    _check_white_space(source)
    _check_count(source, len(list(fields_of(source.text))))
    message = fault(source.inside)
    if message is not None:
        raise Refusal(ScheduleCode.VALUE, message, (source.start, source.end))
    return Unix(text=source.text, fields=source.inside, timezone=source.timezone)


_READERS: Final[Mapping[str, Callable[[Source], Schedule]]] = {
    "cron": _cron,
    "rate": _rate,
    "at": _at,
    "unix": _unix,
}
