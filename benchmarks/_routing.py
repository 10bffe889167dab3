"""The router of the benchmarks: 1,000 rules, events of real shapes, five targets that count."""

import asyncio
import functools
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import _workloads_rules
from _aws import envelopes
from _measure import expect
from _workloads import all_workloads

from eventmatch.bus.ports import Change
from eventmatch.bus.quotas import Quotas
from eventmatch.delivery.ports import Metric
from eventmatch.router.router import Router

ACCOUNT = "123456789012"
RULES = 1_000
CALLABLES = ("first", "second", "third")
QUEUES = ("left", "right")
FIVE = (*CALLABLES, *QUEUES)
TWO = ("second", "left")
ONE_QUEUE = ("left",)
KINDS = ("aws_10", "prefix_1000", "ignore_case_1000", "wildcard_1000", "numeric_10", "or_100")
EVERYTHING = '{"source": [{"anything-but": {"prefix": "aws."}}], "account": ["123456789012"]}'
_DUE = b'"due":'

Entry = dict[str, Any]


def queue_arn(name: str) -> str:
    """Return the ARN of an embedded queue."""
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


@functools.cache
def _made() -> list[Entry]:
    return [
        {
            "Source": event["source"].replace("aws.", "bench."),
            "DetailType": event["detail-type"],
            "Resources": event["resources"],
            "Detail": json.dumps(event["detail"], separators=(",", ":")),
        }
        for event in map(json.loads, envelopes(2_000))
    ]


def entries(count: int) -> list[Entry]:
    """Return entries of 300 to 2,800 bytes as AWS's API has them; each matches the busy rules."""
    made = _made()
    return [made[number % len(made)] for number in range(count)]


def due_at(entry: Entry, moment: float) -> Entry:
    """Return an entry that says when it is due, in seconds of `time.perf_counter`."""
    return {**entry, "Detail": f'{entry["Detail"][:-1]},"due":{moment:.6f}}}'}


class World:
    """A router whose rules match nothing but for two, which match every event.

    One has callables as targets, the other queues. `counts` is how often each callable was called;
    `delays` the seconds behind the moment at which an event was due; `queued` the seconds from the
    acceptance of an event until it was in a queue.
    """

    def __init__(self, path: Path) -> None:
        self.counts = Counter[str]()
        self.delays: list[float] = []
        self.queued: list[float] = []
        self.router = Router(path, quotas=Quotas(rules_per_bus=1_000_000), observer=self)
        # One takes bytes and looks how late it is; one awaits; one is called as it is.
        self.arns = {name: queue_arn(name) for name in QUEUES} | {
            "first": self.router.register("first", self._first, inline=True, raw=True),
            "second": self.router.register("second", self._second),
            "third": self.router.register("third", self._third, inline=True),
        }

    async def __aenter__(self) -> Self:
        await self.router.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.router.stop()

    def count(self, metric: Metric, amount: int, dimensions: Mapping[str, str], /) -> None:
        """Pass over: a metric is none of what is measured here."""

    def measure(self, _metric: Metric, seconds: float, dimensions: Mapping[str, str], /) -> None:
        """Keep the latency of a queue's delivery."""
        if dimensions["RuleName"] == "queues":
            self.queued.append(seconds)

    def _first(self, body: bytes) -> None:
        self.counts["first"] += 1
        if (place := body.rfind(_DUE)) > 0:
            due = float(body[place + len(_DUE) : body.index(b"}", place)])
            self.delays.append(time.perf_counter() - due)

    async def _second(self, event: Any) -> None:
        self.counts["second"] += event["version"] == "0"

    def _third(self, event: Any) -> None:
        self.counts["third"] += event["version"] == "0"

    async def use(self, targets: Sequence[str]) -> None:
        """Give the two rules these targets and no others, and begin anew with counting."""
        for name in QUEUES:
            await self.router.queues.create_queue(name)
            await self.router.queues.purge(name)
        await self.target("callables", {name: name in targets for name in CALLABLES})
        await self.target("queues", {name: name in targets for name in QUEUES})
        self.counts.clear()
        self.delays.clear()
        self.queued.clear()

    async def target(self, rule: str, wanted: Mapping[str, bool]) -> None:
        """Add those targets to a rule that are wanted, and remove the others."""
        call = self.router.call
        await call("PutRule", {"Name": rule, "EventPattern": EVERYTHING})
        await call("RemoveTargets", {"Rule": rule, "Ids": list(wanted)})
        if any(wanted.values()):
            targets = [{"Id": name, "Arn": self.arns[name]} for name in wanted if wanted[name]]
            await call("PutTargets", {"Rule": rule, "Targets": targets})

    async def put(self, some: Sequence[Entry], size: int, putters: int) -> None:
        """Put entries in parts of that size from so many tasks; return when all are accepted."""
        parts = iter([some[start : start + size] for start in range(0, len(some), size)])
        put = self._put_request if size <= 10 else self.router.put_events
        await asyncio.gather(*(_each(put, parts) for _ in range(putters)))

    async def _put_request(self, part: Sequence[Entry]) -> None:
        answer = await self.router.call("PutEvents", {"Entries": part})
        expect(not answer["FailedEntryCount"], "an entry is refused")

    async def expect_each(self, targets: Sequence[str], events: int) -> None:
        """End with an error unless each target has so many events, and no other has any."""
        seen = {name: self.counts[name] for name in CALLABLES}
        for name in QUEUES:
            seen[name] = (await self.router.queues.counts(name)).visible
        wanted = {name: events if name in targets else 0 for name in FIVE}
        expect(seen == wanted, f"{seen} deliveries instead of {wanted}")


async def _each(put: Callable[[Any], Any], parts: Iterator[Sequence[Entry]]) -> None:
    for part in parts:
        await put(part)


def patterns(count: int) -> Iterator[tuple[str, str]]:
    """Yield so many rules, a tenth of each kind of operator, the others of two exact fields."""
    by_name = {workload.name: workload for workload in all_workloads(None)}
    left = count
    for kind in KINDS:
        for name, text in itertools.islice(by_name[kind].rules().items(), count // 10):
            yield f"{kind}-{name}", text
            left -= 1
    yield from _workloads_rules.pairs(left).items()


async def write_rules(path: Path, count: int) -> None:
    """Write so many rules, of which hardly any matches what is put, into a new file."""
    async with World(path) as world:
        await world.router.call("PutRule", {"Name": "model", "EventPattern": EVERYTHING})
        routes = world.router.plane.routes()
        route = routes.route("model") if routes else None
        if route is None:
            raise LookupError("a rule is lost")
        model = route.rule
        rules = (
            replace(model, name=name, arn=model.arn.replace("model", name), event_pattern=text)
            for name, text in patterns(count)
        )
        changes = [Change("rule", rule.key, rule.to_record()) for rule in rules]
        await world.router.store.records.write(changes)
        await world.router.call("DeleteRule", {"Name": "model"})
