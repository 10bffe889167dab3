"""The part of `eventmatch demo` with functions: real code, in a process, invoked by a rule."""

import asyncio
import re
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, Final

from eventmatch.cli.report import write
from eventmatch.cli.terminal import cut, fill, paint_for, width
from eventmatch.clock import Clock, SystemClock
from eventmatch.jsontext import read_plain, write_plain
from eventmatch.router.router import Router
from eventmatch.testing.clock import VirtualClock, settle

HANDLER: Final = '''\
"""What AWS would run, unchanged."""

RATES = {"DE": 19, "FR": 20}  # read once, by the cold start


def handler(event, context):
    order = event["detail"]
    print("order", order["id"])
    return {"id": order["id"], "tax": order["total"] * RATES[order["country"]] / 100}
'''
_TITLE: Final = "A rule invokes real code in a process"
_NAME, _FAILURES = "invoice", "failed-invoices"
_QUEUE: Final = f"arn:aws:sqs:us-east-1:123456789012:{_FAILURES}"
_RULE: Final = "arn:aws:events:us-east-1:123456789012:rule/orders"
_NEEDED: Final = ("awslambdaric", "httptools")
# The part of awslambdaric that is compiled, and for Linux alone.
_CLIENT: Final = "runtime_client"
# The seconds after which AWS has tried an event three times, and those that it all takes here.
_RETRIED, _PATIENCE = 180.0, 60.0
_REPORT: Final = re.compile(
    rb"REPORT .*?\tDuration: ([\d.]+) ms(?:.*\tInit Duration: ([\d.]+) ms)?"
)


async def tell(faults: list[str]) -> None:
    """Show it, and add what was not as it should be; where it cannot be shown, say why."""
    story = _Story(faults)
    if reason := _hindrance():
        story.title(_TITLE)
        write(fill(f"  {reason}"))
        return
    with TemporaryDirectory(prefix="eventmatch-demo-") as folder:
        Path(folder, "index.py").write_text(HANDLER, "utf-8")
        try:
            async with asyncio.timeout(_PATIENCE):
                await story.starts(folder)
                write()
                await story.failure(folder)
        except TimeoutError:
            faults.append(f"functions run within {_PATIENCE:.0f} s")


def _hindrance() -> str:
    """Return what keeps functions from being shown; empty if nothing does."""
    if missing := [name for name in _NEEDED if find_spec(name) is None]:
        return f"left out, for lack of {', '.join(missing)}: pip install 'eventmatch[lambda]'"
    if find_spec(_CLIENT) is None:
        return "left out: awslambdaric is complete on Linux only"
    return ""


class _Story:
    """Two scenes on two clocks: durations are real, and the minutes between retries are not."""

    def __init__(self, faults: list[str]) -> None:
        self._faults = faults
        self._paint = paint_for(sys.stdout)

    async def starts(self, folder: str) -> None:
        """Show what a cold start and a warm one take."""
        self.title(_TITLE)
        async with _router(SystemClock(), folder) as router:
            self._say(f"orders -> function {_NAME}: index.handler, python3.12, 128 MB")
            for number in (1, 2):
                await _order(router, number, "DE")
            lines = router.lambda_service.logs.read(_NAME)
        self._say(f"{'':<6}{'Init Duration':>15}{'Duration':>12}")
        reports = [found for line in lines if (found := _REPORT.match(line.text))]
        for name, report in zip(("cold", "warm"), reports, strict=False):
            duration, init = (each and f"{float(each):.2f} ms" for each in report.groups())
            self._say(f"{name:<6}{init or '-':>15}{duration:>12}")
        printed = [line.text.decode() for line in lines if line.text.startswith(b"order")]
        self._say(f"its log has: {', '.join(printed)}")
        inits = [report[2] is not None for report in reports]
        self._check(inits == [True, False], "the first start is cold, the second is warm")
        self._check(printed == ["order 1", "order 2"], "the function gets both events")
        self._check(len({line.stream for line in lines}) == 1, "one process runs both")

    async def failure(self, folder: str) -> None:
        """Show how an event is tried again, and what its destination gets in the end."""
        self.title("It fails, is tried again, then sent on")
        clock = VirtualClock()
        began = clock.now()
        async with _router(clock, folder) as router:

            async def rest() -> None:
                await settle()
                await router.idle()
                await settle()

            await _order(router, 3, "XX")
            await clock.advance(_RETRIED, rest)
            lines = router.lambda_service.logs.read(_NAME)
            messages = await router.queues.receive(_FAILURES, 10)
        errors = [line for line in lines if line.text.startswith(b"[ERROR]")]
        for line in errors:
            message = line.text.decode().partition("\r")[0]
            self._say(f"{line.moment - began:5.1f} s  {message}")
        times = [round(line.moment - began) for line in errors]
        self._check(times == [0, 60, 180], "the function is tried again after 60 and 120 s")
        self._check(len(messages) == 1, "the destination gets one record")
        for received in messages:
            self._record(read_plain(received.stored.message.body))

    def _record(self, record: Any) -> None:
        self._say(f"queue {_FAILURES}, on-failure destination, gets (shortened):")
        context, error = record["requestContext"], record["responsePayload"]
        self._say(f"  condition: {context['condition']}")
        self._say(f"  approximateInvokeCount: {context['approximateInvokeCount']}")
        self._say(f"  requestPayload: {{..., {_member('detail', record['requestPayload'])}}}")
        self._say(f"  responsePayload: {{{_member('errorType', error)}, ...}}")
        self._check(context["condition"] == "RetriesExhausted", "the retries are exhausted")
        self._check(context["approximateInvokeCount"] == 3, "the function is tried three times")

    def title(self, text: str) -> None:
        """Begin with something."""
        write(self._paint(cut(text, width()), "bold"))

    def _say(self, text: str) -> None:
        write(cut(f"  {text}", width()))

    def _check(self, is_so: bool, claim: str) -> None:
        if not is_so:
            self._faults.append(claim)


@asynccontextmanager
async def _router(clock: Clock, folder: str) -> AsyncIterator[Router]:
    """A router with a function, the rule that invokes it, and where its failures go."""
    async with Router(clock=clock, random=Random(1)) as router:
        await router.queues.create_queue(_FAILURES)
        functions = router.functions
        version = await functions.create_function(
            _NAME,
            role="arn:aws:iam::123456789012:role/demo",
            runtime="python3.12",
            handler="index.handler",
            code={"Folder": folder},
        )
        await functions.put_function_event_invoke_config(
            _NAME, destination_config={"OnFailure": {"Destination": _QUEUE}}
        )
        await functions.add_permission(
            _NAME,
            statement_id="orders",
            action="lambda:InvokeFunction",
            principal="events.amazonaws.com",
            source_arn=_RULE,
        )
        await router.put_rule("orders", event_pattern={"detail-type": ["order"]})
        await router.put_targets("orders", {_NAME: version.arn})
        yield router


async def _order(router: Router, number: int, country: str) -> None:
    detail = {"id": number, "total": 250, "country": country}
    await router.put_events([{"Source": "shop", "DetailType": "order", "Detail": detail}])
    await router.idle()


def _member(name: str, members: Mapping[str, Any]) -> str:
    return f'"{name}": {write_plain(members.get(name)).decode()}'
