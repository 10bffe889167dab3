"""Numbers and nouns in sentences."""


def count(number: int, noun: str) -> str:
    """Return a number with its noun: 1 rule, 2 rules, 3 matches."""
    ending = "" if number == 1 else "es" if noun.endswith("ch") else "s"
    return f"{number:,} {noun}{ending}"


def rate(events: int, seconds: float) -> str:
    """Return how fast it went."""
    return f"{seconds:.2f} s, {events / max(seconds, 1e-9):,.0f} events/s"
