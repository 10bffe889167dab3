"""Replays: events of an archive once more on their bus. Meaning: service reference §5.

A replay reads its archive page by page. A page is durably on its way before the replay notes that
it has come so far; so a replay goes on behind the end of a process, and repeats one page at most.
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from eventmatch.bus import refusals
from eventmatch.bus.archive_model import DAY, Archive, Replay, ReplayState
from eventmatch.bus.archives import ArchivePage, Archives
from eventmatch.bus.arguments import checked
from eventmatch.bus.arn import Place
from eventmatch.bus.envelope import replayed
from eventmatch.bus.paging import Names, Page
from eventmatch.bus.ports import Change, Records
from eventmatch.bus.quotas import Quotas
from eventmatch.bus.registry import Beside, read_record, write_together
from eventmatch.bus.shapes import ARN, MOMENT, REPLAY_NAME, REPLAY_STATE, SOURCE_ARN
from eventmatch.clock import Clock
from eventmatch.errors import StoreCode, StoreError

# So many events are read, and may be repeated behind a sudden end, at once.
PAGE: Final = 100
# The seconds behind which a store that failed is asked again.
STORE_RETRY: Final = 1.0
HISTORY: Final = 90 * DAY

_REPLAY: Final = "replay"
_NOTHING: Final = ArchivePage((), None)

_log: Final = logging.getLogger("eventmatch.bus")

Emit = Callable[[str, Sequence[bytes], Collection[str] | None], Awaitable[None]]
"""Puts envelopes on a bus, for the rules with these ARNs or for all; returns when that is durable.

It waits while there is no room, and raises `StoreError`.
"""


class Replays:
    """The replays of an account, and what they are doing.

    An operation is durable and visible when it returns; one that raises has changed nothing. It
    raises `ServiceError` for what AWS refuses, and `StoreError`. One lock keeps writers apart.
    """

    def __init__(
        self,
        records: Records,
        archives: Archives,
        emit: Emit,
        *,
        place: Place,
        quotas: Quotas,
        clock: Clock,
        new_id: Callable[[], str],
    ) -> None:
        self._records = records
        self._archives = archives
        self._emit = emit
        self._place = place
        self._quotas = quotas
        self._clock = clock
        self._new_id = new_id
        self._lock = asyncio.Lock()
        self._replays: dict[str, Replay] = {}
        self._running: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Read all records, and go on with the replays that have not ended."""
        for name, record in (await self._records.load(_REPLAY)).items():
            self._replays[name] = read_record(Replay.from_record, name, record)
        for replay in self._replays.values():
            if replay.state.is_active:
                self._begin(replay)

    async def stop(self) -> None:
        """End all tasks; the replays go on behind the next start."""
        tasks = list(self._running)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def idle(self) -> None:
        """Return when no replay is running."""
        while self._running:
            await asyncio.wait(self._running)

    @checked(name=REPLAY_NAME, archive=ARN, start=MOMENT, end=MOMENT)
    async def start_replay(
        self,
        name: str,
        *,
        archive: str,
        start: float,
        end: float,
        destination: str | None = None,
        filter_arns: Collection[str] = (),
        description: str | None = None,
    ) -> Replay:
        """Begin to put the events of an archive, told by name or ARN, on its bus once more.

        They are those whose time is in [start, end), in seconds since 1970. `destination` is the
        ARN of the bus of the archive; `filter_arns` are the ARNs of the rules that see the events,
        all if there are none.
        """
        async with self._lock:
            if destination is not None:
                self._archives.check_destination(destination)
            source = self._source(archive)
            if destination not in (None, source.source):
                raise refusals.replay_to_another_bus()
            if start >= end:
                raise refusals.replay_window_empty()
            self._check_room(name)
            replay = Replay(
                name=name,
                id=self._new_id(),
                arn=self._place.replay(name),
                archive=source.key,
                source=source.arn,
                bus=source.bus,
                destination=source.source,
                start=start,
                end=end,
                started=self._clock.now(),
                filter_arns=tuple(filter_arns),
                description=description,
            )
            await self._write(replay)
        self._begin(replay)
        return replay

    @checked(name=REPLAY_NAME)
    async def describe_replay(self, name: str) -> Replay:
        """Return a replay."""
        return self._replay(name)

    @checked(name_prefix=REPLAY_NAME, event_source_arn=SOURCE_ARN, state=REPLAY_STATE)
    async def list_replays(
        self,
        *,
        name_prefix: str | None = None,
        event_source_arn: str | None = None,
        state: ReplayState | None = None,
        limit: int | None = None,
        next_token: str | None = None,
    ) -> Page[Replay]:
        """Return replays by name, of one prefix, archive or state; `limit` is 100 at most."""
        if sum(each is not None for each in (name_prefix, event_source_arn, state)) > 1:
            raise refusals.two_filters("ListReplays")
        chosen = {
            replay.name: replay
            for replay in self._replays.values()
            if not self._is_over(replay)
            and event_source_arn in (None, replay.source)
            and state in (None, replay.state)
        }
        page = Names(chosen).page(next_token, limit, name_prefix)
        return Page([chosen[name] for name in page.items], page.next_token)

    @checked(name=REPLAY_NAME)
    async def cancel_replay(self, name: str) -> Replay:
        """Let a replay end where it is; what it has put on its bus stays there."""
        async with self._lock:
            replay = self._replay(name)
            if not replay.state.is_cancellable:
                raise refusals.replay_not_cancellable(name)
            return await self._write(replace(replay, state=ReplayState.CANCELLING))

    def _replay(self, name: str) -> Replay:
        replay = self._replays.get(name)
        if replay is None or self._is_over(replay):
            raise refusals.no_replay(name)
        return replay

    def _source(self, name_or_arn: str) -> Archive:
        name = self._place.name_of("archive", name_or_arn)
        if name is None or not self._archives.exists(name):
            raise refusals.no_archive_to_replay(name or name_or_arn.rpartition(":archive/")[2])
        return self._archives.archive(name)

    def _check_room(self, name: str) -> None:
        if name in self._replays and not self._is_over(self._replays[name]):
            raise refusals.replay_exists(name)
        active = sum(replay.state.is_active for replay in self._replays.values())
        if active >= self._quotas.concurrent_replays:
            raise refusals.limit_exceeded()

    def _is_over(self, replay: Replay) -> bool:
        """Tell whether a replay is so long ago that it is unknown."""
        return replay.ended is not None and self._clock.now() > replay.ended + HISTORY

    async def _write(self, replay: Replay) -> Replay:
        """Write a replay, and forget those that are over."""
        over = [name for name, each in self._replays.items() if self._is_over(each)]
        changes = [
            *(Change(_REPLAY, name, None) for name in over),
            Change(_REPLAY, replay.name, replay.to_record()),
        ]

        def publish() -> None:
            for name in over:
                del self._replays[name]
            self._replays[replay.name] = replay

        await write_together(self._records, Beside(changes, publish))
        return replay

    async def _change(self, name: str, changes: Mapping[str, Any]) -> None:
        async with self._lock:
            await self._write(replace(self._replays[name], **changes))

    async def _end(self, name: str, state: ReplayState, reason: str | None = None) -> None:
        await self._change(
            name, {"state": state, "state_reason": reason, "ended": self._clock.now()}
        )

    def _begin(self, replay: Replay) -> None:
        task = asyncio.create_task(self._run(replay.name))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _run(self, name: str) -> None:
        is_broken = False
        while (replay := self._replays[name]).state.is_active:
            try:
                if is_broken:
                    await self._end(name, ReplayState.FAILED, refusals.INTERNAL_ERROR)
                else:
                    await self._step(replay)
            except StoreError as error:
                _log.error("replay %s: %s", name, error)
                if error.code is StoreCode.CLOSED:
                    return
                await self._clock.sleep_until(self._clock.now() + STORE_RETRY)
            except Exception:
                _log.exception("replay %s: it cannot go on", name)
                is_broken = True
            await asyncio.sleep(0)  # others have their turn, also where no store lets them

    async def _step(self, replay: Replay) -> None:
        """Put a page of events on the bus, or end."""
        page = await self._page(replay)
        # Meanwhile the replay may have been called off, or its archive deleted.
        if self._replays[replay.name].state is ReplayState.CANCELLING:
            await self._end(replay.name, ReplayState.CANCELLED)
        elif self._archives.find(replay.archive) is None:
            await self._end(replay.name, ReplayState.FAILED, refusals.ARCHIVE_DELETED)
        elif page.last is None:
            await self._end(replay.name, ReplayState.COMPLETED)
        else:
            bodies = [again(event.body, replay) for event in page.events]
            await self._emit(replay.bus, bodies, frozenset(replay.filter_arns) or None)
            await self._advance(replay.name, page)

    async def _page(self, replay: Replay) -> ArchivePage:
        archive = self._archives.find(replay.archive)
        if archive is None:
            return _NOTHING
        return await self._archives.read(archive, replay.start, replay.end, replay.cursor, PAGE)

    async def _advance(self, name: str, page: ArchivePage) -> None:
        """Note how far a replay has come; one that was called off meanwhile stays so."""
        async with self._lock:
            replay = self._replays[name]
            is_starting = replay.state is ReplayState.STARTING
            state = ReplayState.RUNNING if is_starting else replay.state
            await self._write(replace(replay, state=state, cursor=page.last))


def again(body: bytes, replay: Replay) -> bytes:
    """Return an envelope as a replay delivers it.

    Its id is the same whenever this replay comes to this event, so that whoever gets it twice can
    tell.
    """
    digits = hashlib.blake2b(body, digest_size=16, key=replay.id.encode()[:64]).hexdigest()
    parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
    return replayed(body, "-".join(parts), replay.name)
