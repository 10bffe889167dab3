"""Observers of functions, side by side."""

import logging
from collections.abc import Callable
from typing import Final

from eventmatch.functions.ports import LambdaMetric, LambdaObserver

_log: Final = logging.getLogger("eventmatch.functions")


class LambdaObservers:
    """Tells each of any number of observers; what one raises costs its own numbers only."""

    def __init__(self, first: LambdaObserver | None = None) -> None:
        self._observers: tuple[LambdaObserver, ...] = () if first is None else (first,)
        self._has_failed = False

    def add(self, observer: LambdaObserver) -> None:
        """Tell this one, too, from now on."""
        self._observers += (observer,)

    def count(self, metric: LambdaMetric, amount: int, function: str, /) -> None:
        """So many more of something."""
        for observer in self._observers:
            self._tell(observer.count, metric, amount, function)

    def measure(self, metric: LambdaMetric, seconds: float, function: str, /) -> None:
        """One duration or age."""
        for observer in self._observers:
            self._tell(observer.measure, metric, seconds, function)

    def _tell(
        self,
        tell: Callable[[LambdaMetric, int, str], None] | Callable[[LambdaMetric, float, str], None],
        metric: LambdaMetric,
        number: int | float,
        function: str,
    ) -> None:
        try:
            tell(metric, number, function)  # type: ignore[arg-type]
        except Exception:
            if not self._has_failed:
                self._has_failed = True
                _log.exception("an observer failed; that one does so again is not told")
