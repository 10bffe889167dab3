"""A year of schedules in the terminal: the days on which they fire, and the busiest minutes."""

from calendar import Calendar
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import zip_longest
from typing import Any, Final

from eventmatch.cli.report import write, write_json
from eventmatch.cli.terminal import Paint, fill, width
from eventmatch.cli.wording import count
from eventmatch.schedule.fields import MONTH_NAMES
from eventmatch.schedule.model import Rate, Schedule
from eventmatch.schedule.year import BusyMinute, Year, year_of

_DAYS: Final = "Mo Tu We Th Fr Sa Su"
_GAP: Final = "   "
_MOST_MONTHS: Final = 3
_MOST_MINUTES: Final = 5
_NO_FIRE: Final = " ."


def show_calendar(
    schedules: Sequence[Schedule], year: int, timezone: str, format: str, paint: Paint
) -> int:
    """Show a year of schedules on the clocks of a zone; return 1 if nothing fires in it."""
    found = year_of(schedules, year, timezone)
    if format == "json":
        write_json(_facts(found, year, timezone))
        return int(not found.fires)
    write(paint(fill(_title(schedules, found, year, timezone)), "bold"))
    columns = max(min((width() + len(_GAP)) // (len(_DAYS) + len(_GAP)), _MOST_MONTHS), 1)
    months = [_month(year, month, found.fires, paint) for month in range(1, 13)]
    for first in range(0, len(months), columns):
        write()
        for lines in zip_longest(*months[first : first + columns], fillvalue=" " * len(_DAYS)):
            write(_GAP.join(lines).rstrip())
    if len(schedules) > 1 and found.fires:
        _show_busiest(found.busiest)
    return int(not found.fires)


def _show_busiest(minutes: Sequence[BusyMinute]) -> None:
    shared = [minute for minute in minutes[:_MOST_MINUTES] if minute.schedules > 1]
    write("\nbusiest minutes:" if shared else "\nno two fire in the same minute")
    for minute in shared:
        write(f"  {_busy(minute)}")


def _title(schedules: Sequence[Schedule], year: Year, number: int, timezone: str) -> str:
    fires, days = sum(year.fires.values()), len(year.fires)
    rates = sum(isinstance(schedule, Rate) for schedule in schedules)
    shown = f"{count(len(schedules) - rates, 'schedule')}, {count(fires, 'fire')}"
    title = f"{number} {timezone}: {shown} on {count(days, 'day')}"
    return title if not rates else f"{title}; not shown: {count(rates, 'rate')}"


def _month(year: int, month: int, fires: Mapping[date, int], paint: Paint) -> list[str]:
    """Return the lines of a month, all equally wide; a day without a fire is a dot."""
    lines = [f"{MONTH_NAMES[month - 1]:^{len(_DAYS)}}", _DAYS]
    for week in Calendar().monthdatescalendar(year, month):
        lines.append(" ".join(_day(day, month, fires, paint) for day in week))
    return lines


def _day(day: date, month: int, fires: Mapping[date, int], paint: Paint) -> str:
    if day.month != month:
        return "  "
    if day not in fires:
        return paint(_NO_FIRE, "dim")
    return paint(f"{day.day:>2}", "bold green")


def _busy(minute: BusyMinute) -> str:
    return (
        f"{minute.time:%H:%M}  {count(minute.schedules, 'schedule')} "
        f"on {count(minute.days, 'day')}, first on {minute.first}"
    )


def _facts(year: Year, number: int, timezone: str) -> dict[str, Any]:
    return {
        "year": number,
        "timezone": timezone,
        "fires": {day.isoformat(): fires for day, fires in year.fires.items()},
        "busiest_minutes": [
            {
                "time": f"{minute.time:%H:%M}",
                "schedules": minute.schedules,
                "days": minute.days,
                "first": minute.first.isoformat(),
            }
            for minute in year.busiest[:_MOST_MINUTES]
        ],
    }
