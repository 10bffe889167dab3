"""Numbers and nouns in sentences."""


def count(number: int, noun: str) -> str:
    """Return a number with its noun: 1 rule, 2 rules, 3 matches, 4 deliveries."""
    return f"{number:,} {noun if number == 1 else _plural(noun)}"


def _plural(noun: str) -> str:
    if noun.endswith("ry"):
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith("ch") else f"{noun}s"


def elapsed(events: int, seconds: float) -> str:
    """Return how long it took, and how fast that is if it took long enough to tell."""
    return rate(events, seconds) if seconds >= 0.1 else f"{seconds:.2f} s"


def rate(events: int, seconds: float) -> str:
    """Return how fast it went."""
    return f"{seconds:.2f} s, {events / max(seconds, 1e-9):,.0f} events/s"
