"""Observers side by side."""

from collections.abc import Mapping

from eventmatch.delivery.ports import Metric, Observer
from eventmatch.observers.careful import Careful


class Several:
    """Tells each of any number of observers; what one raises costs its own numbers only."""

    def __init__(self, first: Observer | None = None) -> None:
        self._observers: tuple[Observer, ...] = ()
        if first is not None:
            self.add(first)

    def add(self, observer: Observer) -> None:
        """Tell this one, too, from now on."""
        self._observers += (Careful(observer),)

    def count(self, metric: Metric, amount: int, dimensions: Mapping[str, str], /) -> None:
        """So many more of something."""
        for observer in self._observers:
            observer.count(metric, amount, dimensions)

    def measure(self, metric: Metric, seconds: float, dimensions: Mapping[str, str], /) -> None:
        """One latency."""
        for observer in self._observers:
            observer.measure(metric, seconds, dimensions)
