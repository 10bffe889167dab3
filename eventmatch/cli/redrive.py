"""What `eventmatch dlq redrive` does: dead letters go to the targets of today's rules."""

import argparse
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from eventmatch.cli.letters import ID_ROOM, chosen_queues, every_letter, named_letters
from eventmatch.cli.report import write
from eventmatch.cli.terminal import cut, live, width
from eventmatch.cli.wording import count
from eventmatch.clock import Clock, SystemClock
from eventmatch.router.redriving import Letter, Stays
from eventmatch.router.router import Router

_BATCH: Final = 100
# A rate is kept in so many steps a second.
_STEPS: Final = 10


@dataclass(slots=True)
class Redriving:
    """How far it is; changes while it lasts."""

    router: Router
    went: int = 0
    stays: list[str] = field(default_factory=list)

    async def put_back(self, letters: Sequence[Letter]) -> None:
        """Put some letters back, and tell of those that stay."""
        reasons = await self.router.letters.redrive(letters)
        for letter, reason in zip(letters, reasons, strict=True):
            if reason is None:
                self.went += 1
            else:
                self.stay(letter, reason)

    def stay(self, letter: Letter, reason: str) -> None:
        """Tell of a letter that stays."""
        self.stays.append(letter.id)
        sys.stderr.write(f"{letter.id[:ID_ROOM]} stays: {reason}\n")

    def status(self) -> str:
        """Return how far it is, in one line."""
        return f"{count(self.went, 'letter')} put back, {len(self.stays):,} stay"


async def redrive(router: Router, args: argparse.Namespace, clock: Clock | None = None) -> int:
    """Redrive what was asked for, and return 1 if some letters stay or fail again."""
    queues = await chosen_queues(router.letters, args.queue)
    if args.ids:
        letters = await named_letters(router.letters, queues, args.ids)
        return await _some(router, _listed(letters), len(letters), args, clock or SystemClock())
    ends = {queue: await _end(router, queue) for queue in queues}
    total = sum(number for number, _ in ends.values())
    found = _until(router, {queue: last for queue, (_, last) in ends.items()})
    return await _some(router, found, total, args, clock or SystemClock())


async def _some(
    router: Router,
    letters: AsyncIterator[Letter],
    total: int,
    args: argparse.Namespace,
    clock: Clock,
) -> int:
    redriving = Redriving(router)
    if args.dry_run:
        async for letter in letters:
            _tell(redriving, letter)
        write(f"{count(redriving.went, 'letter')} would go, {len(redriving.stays):,} would stay")
        return int(bool(redriving.stays))
    await router.start()
    before = _ends(router)
    with live("redriving", total, redriving.status) as advance:
        started = clock.now()
        async for batch in _batches(letters, _size(args.rate)):
            await redriving.put_back(batch)
            advance(len(batch))
            if args.rate is not None:
                done = redriving.went + len(redriving.stays)
                await clock.sleep_until(started + done / args.rate)
        await router.idle()
    return await _summary(router, redriving, before)


def _ends(router: Router) -> tuple[int, int]:
    """Return how many deliveries were made so far, and how many failed for good."""
    return router.dispatcher.delivered.total(), router.dispatcher.failed.total()


async def _summary(router: Router, redriving: Redriving, before: tuple[int, int]) -> int:
    delivered, failed = (now - then for now, then in zip(_ends(router), before, strict=True))
    waiting = sum((await router.dispatcher.backlog()).values())
    write(redriving.status())
    write(f"{delivered:,} delivered, {failed:,} failed, {waiting:,} left waiting")
    return int(bool(redriving.stays or failed))


def _tell(redriving: Redriving, letter: Letter) -> None:
    try:
        rule, target = redriving.router.letters.goal(letter)
    except Stays as reason:
        redriving.stay(letter, str(reason))
        return
    redriving.went += 1
    write(cut(f"{letter.id[:ID_ROOM]} -> {rule.bus}/{rule.name}/{target.id}", width()))


async def _listed(letters: Sequence[Letter]) -> AsyncIterator[Letter]:
    for letter in letters:
        yield letter


async def _end(router: Router, queue: str) -> tuple[int, int]:
    """Return how many letters a queue has now, and the place of the last."""
    number = last = 0
    async for letter in router.letters.letters(queue):
        number, last = number + 1, letter.sequence
    return number, last


async def _until(router: Router, ends: dict[str, int]) -> AsyncIterator[Letter]:
    """Yield the letters up to those places: one that fails again is not tried for ever."""
    async for letter in every_letter(router.letters, list(ends)):
        if letter.sequence <= ends[letter.queue]:
            yield letter


def _size(rate: float | None) -> int:
    return _BATCH if rate is None else min(max(int(rate / _STEPS), 1), _BATCH)


async def _batches(letters: AsyncIterator[Letter], size: int) -> AsyncIterator[list[Letter]]:
    batch: list[Letter] = []
    async for letter in letters:
        batch.append(letter)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
