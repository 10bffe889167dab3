"""An observer that keeps sums in memory."""

from collections import Counter, deque
from collections.abc import Mapping
from typing import Final

from eventmatch.delivery.ports import Metric

# So many of the last latencies of a kind are kept.
KEPT: Final = 10_000


class Tally:
    """Counts by metric, whatever the rule, and the last latencies."""

    def __init__(self) -> None:
        self.counts: Counter[Metric] = Counter()
        self._latencies: dict[Metric, deque[float]] = {}

    def count(self, metric: Metric, amount: int, _dimensions: Mapping[str, str], /) -> None:
        """So many more of something."""
        self.counts[metric] += amount

    def measure(self, metric: Metric, seconds: float, _dimensions: Mapping[str, str], /) -> None:
        """One latency."""
        self._latencies.setdefault(metric, deque(maxlen=KEPT)).append(seconds)

    def percentile(self, metric: Metric, share: float) -> float | None:
        """Return the latency in seconds that this share of the last ones, 0 to 1, stays within."""
        latencies = sorted(self._latencies.get(metric, ()))
        if not latencies:
            return None
        return latencies[min(int(share * len(latencies)), len(latencies) - 1)]
