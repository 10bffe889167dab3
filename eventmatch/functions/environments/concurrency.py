"""How many calls may run at once. Source: service reference §6.8."""

from collections import Counter
from collections.abc import Callable
from typing import Final

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.limits import LambdaLimits

_RESERVED: Final = "ReservedFunctionConcurrentInvocationLimitExceeded"
_ACCOUNT: Final = "ConcurrentInvocationLimitExceeded"


class Concurrency:
    """Counts the calls that run on demand, against what is reserved and what the account has.

    `reserved` tells what a function has for itself, and `total_reserved` what all have, whether
    they run or not. What is provisioned is taken off beforehand: it belongs to its version, whether
    it runs a call or not.
    """

    def __init__(
        self,
        limits: LambdaLimits,
        reserved: Callable[[str], int | None],
        total_reserved: Callable[[], int],
    ) -> None:
        self._limits = limits
        self._reserved = reserved
        self._total_reserved = total_reserved
        # What runs or is provisioned of a function, and of all.
        self._taken: Counter[str] = Counter()
        self._total = 0

    def enter(self, function: str) -> None:
        """Count a call that starts; raises `LambdaError` if it must not."""
        reserved = self._reserved(function)
        if reserved is None:
            if self._is_full():
                raise _throttle(_ACCOUNT)
        elif self._taken[function] >= reserved:
            raise _throttle(_RESERVED)
        self._take(function, 1)

    def leave(self, function: str) -> None:
        """Count a call that ended."""
        self._take(function, -1)

    def provision(self, function: str, more: int) -> None:
        """Set aside more for the provisioned environments of a function, or less."""
        self._take(function, more)

    def _take(self, function: str, more: int) -> None:
        self._total += more
        self._taken[function] += more
        if not self._taken[function]:
            del self._taken[function]

    def _is_full(self) -> bool:
        """Whether nothing is left for functions without a reservation.

        Reservations come and go while calls run: they are asked for, but only when it matters.
        """
        least = self._limits.unreserved_executions
        if self._total < least:
            return False
        free = self._limits.concurrent_executions - self._total_reserved()
        shared = sum(
            taken for function, taken in self._taken.items() if self._reserved(function) is None
        )
        return shared >= max(least, free)


def _throttle(reason: str) -> LambdaError:
    return LambdaError(LambdaCode.TOO_MANY_REQUESTS, "Rate Exceeded.", reason)
