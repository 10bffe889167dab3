"""The names of metrics outside of AWS."""

import re
from enum import StrEnum
from typing import Final

from eventmatch.delivery.ports import Metric
from eventmatch.functions.ports import LambdaMetric

LATENCIES: Final = frozenset(metric for metric in Metric if metric.endswith("Latency"))
COUNTS: Final = frozenset(Metric) - LATENCIES

LAMBDA_TIMES: Final = frozenset({LambdaMetric.DURATION, LambdaMetric.ASYNC_EVENT_AGE})
LAMBDA_COUNTS: Final = frozenset(LambdaMetric) - LAMBDA_TIMES


def snake_case(metric: StrEnum) -> str:
    """Return the name in small letters: `matched_events`; those of functions begin `lambda_`."""
    name = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", metric)
    return f"lambda{name}" if isinstance(metric, LambdaMetric) else name.removeprefix("_")
