"""Random cron expressions, all valid, and full of what AWS's cron has beyond ordinary cron."""

from collections.abc import Callable
from random import Random
from typing import Final

MONTHS: Final = ("JAN", "feb", "Mar", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
DAYS: Final = ("SUN", "mon", "Tue", "WED", "THU", "FRI", "SATURDAY")
ZONES: Final = (
    *["UTC"] * 3,
    "America/Los_Angeles",
    "Europe/Berlin",
    "Australia/Lord_Howe",  # clocks are set by half an hour
    "Asia/Kathmandu",
)


def expression(random: Random) -> str:
    """The six fields of an expression."""
    day_of_month, day_of_week = _day_of_month(random), "?"
    if random.random() < 0.5:
        day_of_month, day_of_week = "?", _day_of_week(random)
    return " ".join(
        [
            _list(random, lambda: _item(random, 0, 59)),
            _list(random, lambda: _item(random, 0, 23)),
            day_of_month,
            random.choice(["*", "*", _list(random, lambda: _item(random, 1, 12, MONTHS))]),
            day_of_week,
            random.choice(["*", "*", "*", _list(random, lambda: _year(random))]),
        ]
    )


def _list(random: Random, item: Callable[[], str]) -> str:
    return ",".join(item() for _ in range(random.choice([1, 1, 1, 2, 3])))


def _item(random: Random, low: int, high: int, names: tuple[str, ...] = ()) -> str:
    """A value, a range that may wrap or have equal bounds, or either with a step of any size."""

    def value() -> str:
        number = random.randint(low, high)
        if names and random.random() < 0.5:
            return names[number - low]
        return f"{number:0{random.choice([1, 1, 1, 2, 3])}}"

    first = value()
    forms = ["*", first, first, first, f"{first}-{value()}", f"{first}-{first}"]
    steps = ["", "", "", f"/{random.randint(0, high + 3)}", "/2", "/0", "/99999999999"]
    return random.choice(forms) + random.choice(steps)


def _day_of_month(random: Random) -> str:
    day, last = random.randint(1, 31), random.randint(0, 30)
    days = f"{min(day, 25)}-{random.randint(25, 31)}"
    special = ["L", "LW", f"L-{last}", f"{day}W", f"{day}w", f"{days}W"]
    return random.choice(
        [
            "*",
            _list(random, lambda: _item(random, 1, 31)),
            random.choice(special),
            _list(random, lambda: random.choice([*special, _item(random, 1, 31)])),
        ]
    )


def _day_of_week(random: Random) -> str:
    day = random.choice([str(random.randint(1, 7)), random.choice(DAYS)])
    last = random.choice(["L", f"{day[:3]}L"])
    return random.choice(
        [
            "*",
            _list(random, lambda: _item(random, 1, 7, DAYS)),
            f"{day}#{random.randint(1, 5)}",
            last,
            _list(random, lambda: random.choice([last, _item(random, 1, 7, DAYS)])),
        ]
    )


def _year(random: Random) -> str:
    first = random.randint(2020, 2034)
    forms = [f"{first}", f"{first}-{random.randint(first, 2040)}", "*"]
    return random.choice(forms) + random.choice(["", "", f"/{random.randint(0, 5)}"])
