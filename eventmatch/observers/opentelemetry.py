"""Metrics for OpenTelemetry; needs the extra `opentelemetry`."""

from collections.abc import Mapping
from enum import StrEnum

from opentelemetry.metrics import Meter, get_meter

from eventmatch.delivery.ports import Metric
from eventmatch.functions.ports import LambdaMetric
from eventmatch.observers.naming import (
    COUNTS,
    LAMBDA_COUNTS,
    LAMBDA_TIMES,
    LATENCIES,
    snake_case,
)


class OpenTelemetryObserver:
    """Counts and latencies as `eventmatch.matched_events` and so on, by bus and rule."""

    def __init__(self, meter: Meter | None = None) -> None:
        meter = meter or get_meter("eventmatch")
        self._counters = {metric: meter.create_counter(_name(metric)) for metric in COUNTS}
        self._histograms = {
            metric: meter.create_histogram(_name(metric), "s") for metric in LATENCIES
        }

    def count(self, metric: Metric, amount: int, dimensions: Mapping[str, str]) -> None:
        """So many more of something."""
        self._counters[metric].add(amount, dict(dimensions))

    def measure(self, metric: Metric, seconds: float, dimensions: Mapping[str, str]) -> None:
        """One latency."""
        self._histograms[metric].record(seconds, dict(dimensions))


class OpenTelemetryLambdaObserver:
    """Counts and times as `eventmatch.lambda_invocations` and so on, by function."""

    def __init__(self, meter: Meter | None = None) -> None:
        meter = meter or get_meter("eventmatch")
        self._counters = {metric: meter.create_counter(_name(metric)) for metric in LAMBDA_COUNTS}
        self._histograms = {
            metric: meter.create_histogram(_name(metric), "s") for metric in LAMBDA_TIMES
        }

    def count(self, metric: LambdaMetric, amount: int, function: str, /) -> None:
        """So many more of something."""
        self._counters[metric].add(amount, {"FunctionName": function})

    def measure(self, metric: LambdaMetric, seconds: float, function: str, /) -> None:
        """One duration or age."""
        self._histograms[metric].record(seconds, {"FunctionName": function})


def _name(metric: StrEnum) -> str:
    return f"eventmatch.{snake_case(metric)}"
