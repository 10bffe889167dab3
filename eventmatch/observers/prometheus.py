"""Metrics for Prometheus; needs the extra `prometheus`."""

from collections.abc import Mapping
from typing import Final

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram

from eventmatch.delivery.ports import Metric
from eventmatch.observers.naming import COUNTS, LATENCIES, snake_case

LABELS: Final = ("EventBusName", "RuleName")
# From a millisecond to the day that a retry policy may take.
_BUCKETS: Final = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 30, 300, 3600, 86_400)


class PrometheusObserver:
    """Counts as `eventmatch_..._total`, latencies as `eventmatch_..._seconds`, by bus and rule."""

    def __init__(self, registry: CollectorRegistry = REGISTRY) -> None:
        self._counters = {
            metric: Counter(_name(metric), f"AWS/Events {metric}", LABELS, registry=registry)
            for metric in COUNTS
        }
        self._histograms = {
            metric: Histogram(
                f"{_name(metric)}_seconds",
                f"AWS/Events {metric}",
                LABELS,
                registry=registry,
                buckets=_BUCKETS,
            )
            for metric in LATENCIES
        }

    def count(self, metric: Metric, amount: int, dimensions: Mapping[str, str]) -> None:
        """So many more of something."""
        self._counters[metric].labels(*_labels(dimensions)).inc(amount)

    def measure(self, metric: Metric, seconds: float, dimensions: Mapping[str, str]) -> None:
        """One latency."""
        self._histograms[metric].labels(*_labels(dimensions)).observe(seconds)


def _name(metric: Metric) -> str:
    return f"eventmatch_{snake_case(metric)}"


def _labels(dimensions: Mapping[str, str]) -> list[str]:
    return [dimensions.get(label, "") for label in LABELS]
