"""The names of metrics outside of AWS."""

import re
from typing import Final

from eventmatch.delivery.ports import Metric

LATENCIES: Final = frozenset(metric for metric in Metric if metric.endswith("Latency"))
COUNTS: Final = frozenset(Metric) - LATENCIES


def snake_case(metric: Metric) -> str:
    """Return the name in small letters: `matched_events`."""
    return re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", metric).removeprefix("_")
