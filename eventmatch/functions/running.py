"""A runner whose runs are counted, as Lambda's metrics count them."""

from typing import Final

from eventmatch.functions.errors import LambdaCode, LambdaError
from eventmatch.functions.model import Call, Reply, Version
from eventmatch.functions.ports import LambdaMetric, LambdaObserver, Runner

_SPILLOVER: Final = LambdaMetric.PROVISIONED_CONCURRENCY_SPILLOVER_INVOCATIONS


class CountedRuns:
    """Runs calls, and tells an observer of each."""

    def __init__(self, runner: Runner, observer: LambdaObserver) -> None:
        self._runner = runner
        self._observer = observer

    async def run(self, version: Version, call: Call) -> Reply:
        """Run one call to its end; raises as `Runner.run`."""
        function, count = version.function, self._observer.count
        try:
            reply = await self._runner.run(version, call)
        except LambdaError as error:
            if error.code is LambdaCode.TOO_MANY_REQUESTS:
                count(LambdaMetric.THROTTLES, 1, function)
            raise
        count(LambdaMetric.INVOCATIONS, 1, function)
        if reply.error is not None:
            count(LambdaMetric.ERRORS, 1, function)
        if not reply.is_provisioned and self._runner.provisioned(version) is not None:
            count(_SPILLOVER, 1, function)
        self._observer.measure(LambdaMetric.DURATION, reply.duration, function)
        return reply
