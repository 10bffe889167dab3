"""An observer that cannot spoil what it is told of."""

import logging
from collections.abc import Mapping
from typing import Final

from eventmatch.delivery.ports import Metric, Observer

_log: Final = logging.getLogger("eventmatch.delivery")


class Careful:
    """Tells another observer; what that raises costs its own numbers only.

    It is logged once: what is counted comes many thousand times a second.
    """

    def __init__(self, observer: Observer) -> None:
        self._observer = observer
        self._has_failed = False

    def count(self, metric: Metric, amount: int, dimensions: Mapping[str, str], /) -> None:
        """So many more of something."""
        try:
            self._observer.count(metric, amount, dimensions)
        except Exception:
            self._tell()

    def measure(self, metric: Metric, seconds: float, dimensions: Mapping[str, str], /) -> None:
        """One latency."""
        try:
            self._observer.measure(metric, seconds, dimensions)
        except Exception:
            self._tell()

    def _tell(self) -> None:
        if not self._has_failed:
            self._has_failed = True
            _log.exception("the observer failed; that it does so again is not told")
