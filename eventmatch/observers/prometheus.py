"""Metrics for Prometheus; needs the extra `prometheus`."""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Final, TypeVar

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

from eventmatch.delivery.ports import Metric
from eventmatch.functions.ports import LambdaMetric
from eventmatch.observers.naming import (
    COUNTS,
    LAMBDA_COUNTS,
    LAMBDA_TIMES,
    LATENCIES,
    snake_case,
)

LABELS: Final = ("EventBusName", "RuleName")
LAMBDA_LABELS: Final = ("FunctionName",)
# From a millisecond to the day that a retry policy may take.
_BUCKETS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 300, 3600, 86_400)

_Metric = TypeVar("_Metric", bound=StrEnum)


class PrometheusObserver:
    """Counts as `eventmatch_..._total`, latencies as `eventmatch_..._seconds`, by bus and rule."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._counters = _counters(COUNTS, "AWS/Events", LABELS, registry)
        self._histograms = _histograms(LATENCIES, "AWS/Events", LABELS, registry)

    def count(self, metric: Metric, amount: int, dimensions: Mapping[str, str]) -> None:
        """So many more of something."""
        self._counters[metric].labels(*_labels(dimensions)).inc(amount)

    def measure(self, metric: Metric, seconds: float, dimensions: Mapping[str, str]) -> None:
        """One latency."""
        self._histograms[metric].labels(*_labels(dimensions)).observe(seconds)


class PrometheusLambdaObserver:
    """Counts as `eventmatch_lambda_..._total`, times as `..._seconds`, by function."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._counters = _counters(LAMBDA_COUNTS, "AWS/Lambda", LAMBDA_LABELS, registry)
        self._histograms = _histograms(LAMBDA_TIMES, "AWS/Lambda", LAMBDA_LABELS, registry)

    def count(self, metric: LambdaMetric, amount: int, function: str, /) -> None:
        """So many more of something."""
        self._counters[metric].labels(function).inc(amount)

    def measure(self, metric: LambdaMetric, seconds: float, function: str, /) -> None:
        """One duration or age."""
        self._histograms[metric].labels(function).observe(seconds)


def _counters(
    metrics: Iterable[_Metric], namespace: str, labels: Sequence[str], registry: CollectorRegistry
) -> dict[_Metric, Counter]:
    return {
        metric: Counter(_name(metric), f"{namespace} {metric}", labels, registry=registry)
        for metric in metrics
    }


def _histograms(
    metrics: Iterable[_Metric], namespace: str, labels: Sequence[str], registry: CollectorRegistry
) -> dict[_Metric, Histogram]:
    return {
        metric: Histogram(
            f"{_name(metric)}_seconds",
            f"{namespace} {metric}",
            labels,
            registry=registry,
            buckets=_BUCKETS,
        )
        for metric in metrics
    }


def _name(metric: StrEnum) -> str:
    return f"eventmatch_{snake_case(metric)}"


def _labels(dimensions: Mapping[str, str]) -> list[str]:
    return [dimensions.get(label, "") for label in LABELS]
