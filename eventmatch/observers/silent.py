"""An observer that keeps nothing."""

from collections.abc import Mapping

from eventmatch.delivery.ports import Metric


class Silent:
    """Does nothing."""

    def count(self, _metric: Metric, _amount: int, _dimensions: Mapping[str, str], /) -> None:
        """So many more of something."""

    def measure(self, _metric: Metric, _seconds: float, _dimensions: Mapping[str, str], /) -> None:
        """One latency."""
