"""The life of an execution environment: init, one call after the other, resets, the end.

Source: service reference §6.1, §6.7.
"""

from datetime import UTC, datetime

from eventmatch.clock import Clock
from eventmatch.functions.environments.failures import timed_out, told
from eventmatch.functions.environments.log import Log, report
from eventmatch.functions.environments.runtime import Result, Runtime, RuntimeFailed
from eventmatch.functions.model import Call, Reply, Version


class Environment:
    """Runs the calls of one version, one at a time; who takes it has it for themselves."""

    def __init__(self, version: Version, runtime: Runtime, log: Log, clock: Clock) -> None:
        self.runtime = runtime
        self.is_provisioned = False
        self.idle_since = 0.0
        self._version = version
        self._log = log
        self._clock = clock
        # What the init phase took, until the first call tells it.
        self._init_duration: float | None = None

    @property
    def stream(self) -> str:
        """The name of its log stream, which no other environment has."""
        return self._log.stream

    async def init(self, limit: float) -> None:
        """Make ready within so many seconds; raises `RuntimeFailed` and OSError."""
        started = self._clock.now()
        try:
            async with self._clock.timeout(limit):
                await self.runtime.boot()
        except TimeoutError as error:
            await self.runtime.reset()
            raise RuntimeFailed("Sandbox.Timedout", "init timed out") from error
        except RuntimeFailed:
            await self.runtime.reset()
            raise
        self.idle_since = self._clock.now()
        self._init_duration = max(0.0, self.idle_since - started)

    async def run(self, call: Call) -> Reply:
        """Run a call, and start the code anew first if it has ended.

        Whatever the code does is told by the reply; raises OSError if the code cannot be started.
        """
        init_duration, self._init_duration = self._init_duration, None
        if self.is_provisioned:
            init_duration = None
        self._log.begin(call.request_id, self._version.number)
        started = self._clock.now()
        result = await self._result(call, started)
        self.idle_since = self._clock.now()
        # Also where the clock was set back meanwhile.
        duration = max(0.0, self.idle_since - started)
        self.runtime.flush()
        configuration = self._version.configuration
        line = report(
            call.request_id,
            duration,
            configuration.memory_size,
            self.runtime.peak_memory(),
            init_duration,
        )
        return Reply(
            result.payload,
            "Unhandled" if result.is_error else None,
            duration,
            init_duration,
            self._log.end(call.request_id, line),
            self.is_provisioned,
        )

    async def close(self) -> None:
        """End it; nothing is left."""
        await self.runtime.close()

    async def _result(self, call: Call, started: float) -> Result:
        seconds = self._version.configuration.timeout
        try:
            async with self._clock.timeout(seconds):
                return await self._invoke(call, started + seconds)
        except TimeoutError:
            await self.runtime.reset()
            moment = datetime.fromtimestamp(self._clock.now(), UTC)
            stamp = moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            self._log.tell(f"{stamp} {call.request_id} Task timed out after {seconds:.2f} seconds")
            return Result(timed_out(call.request_id, seconds), is_error=True)
        except RuntimeFailed as failure:
            await self.runtime.reset()
            if failure.payload:
                return Result(failure.payload, is_error=True)
            self._log.tell(f"RequestId: {call.request_id} Error: {failure.message}")
            self._log.tell(failure.error_type)
            payload = told(failure.error_type, failure.message, call.request_id)
            return Result(payload, is_error=True)

    async def _invoke(self, call: Call, deadline: float) -> Result:
        if self.runtime.is_ready:
            try:
                return await self.runtime.invoke(call, deadline)
            except RuntimeFailed as failure:
                if not failure.is_untaken:
                    raise
            # It ended between two calls, which is not the fault of the second.
            await self.runtime.reset()
        await self.runtime.boot()
        return await self.runtime.invoke(call, deadline)
