"""The replay's process: what an engine is to its screens, with a recording in the place of machines.

It has no source, no driver and no way to a machine: nothing can be written to one from here.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from hmi.engine.history import MOST_POINTS, decimate
from hmi.link import epoch_text
from hmi.link.directory import prepare
from hmi.link.lock import EngineLock
from hmi.link.messages import (
    PROTOCOL_VERSION,
    EndpointNews,
    HistoryReply,
    HistoryRequest,
    LatencyShown,
    Notice,
    Refusal,
    ReplayAbout,
    ReplayControl,
    ReplayLoop,
    ReplayRate,
    ReplaySeek,
    ReplayStanding,
    ReplayStep,
    ScreenShown,
    Seen,
    ToClient,
    Welcome,
)
from hmi.link.server import LinkServer
from hmi.model.clock import MILLISECOND, SECOND, Clock
from hmi.recorder.chain import fingerprint
from hmi.recorder.reading import RecordingReader
from hmi.replay.index import Mark, RecordingIndex
from hmi.replay.keyframes import Keyframes
from hmi.replay.playback import Stage
from hmi.replay.player import Player
from hmi.replay.reached import ReachedRate
from hmi.replay.scan import Scan
from hmi.replay.shown_table import ShownTable

TICK: Final = 0.016
"""Seconds between two moments that are shown: about a frame."""

_PLAYED: Final = 12 * MILLISECOND
"""Of a tick, for playing; the rest is for whoever asks something."""

_SCANNED: Final = 4 * MILLISECOND
"""Of a tick, for what makes jumps quick; of one that plays nothing as much as for playing."""

_FRAME: Final = 16 * MILLISECOND

_STANDING_EVERY: Final = SECOND // 5


class AlreadyRunning(Exception):
    """Another process has the run directory."""


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """``directory``: where screens find it; ``at``: UTC ns to begin at, None: at the recording's begin.

    ``linger``: seconds after the last screen has left at which it ends.
    """

    file: Path
    directory: Path
    at: int | None = None
    linger: float = 5.0


async def run_replay(options: ReplayOptions, clock: Clock) -> None:
    """Serve one recording to screens until SIGTERM, SIGINT or the end of ``linger``.

    Raises:
        AlreadyRunning: another process has the run directory.
        LinkUnavailable: the run directory cannot be used, or has no room.
        RecordingError: the file cannot be read, or has nothing in it that can be played.
    """
    prepare(options.directory)
    with RecordingReader(options.file) as reader:
        replay = _Replay(options, reader, clock)
        lock = EngineLock.acquire(options.directory, managed="panel", site=replay.index.header.site)
        if lock is None:
            raise AlreadyRunning(f"{options.directory} is in use")
        try:
            await replay.run()
        finally:
            lock.release()


class _Replay:
    def __init__(self, options: ReplayOptions, reader: RecordingReader, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self.index = RecordingIndex(reader)
        keyframes = Keyframes()
        self._table: ShownTable | None = None
        self._player = Player(reader, self.index, keyframes, between=self._beat)
        self._scan = Scan(reader, self.index, keyframes)
        if options.at is not None:
            self._player.seek(options.at)
        self._server = LinkServer(options.directory, self._greeting, self._answer, control=self._control)
        self._stop = asyncio.Event()
        self._rate = 0.0
        self._reached = ReachedRate()
        self._generation = 0
        self._stage: Stage | None = None
        self._text = b""
        self._loop: tuple[int, int] | None = None
        self._owed = False  # whether somebody has got a part of a trend
        self._mark: Mark | None = None  # that was jumped to last
        self._seen: dict[type[Seen], Seen] = {}  # what a panel showed at the moment that is shown
        self._look_for_seen()
        self._told = 0
        self._was_standing: ReplayStanding | None = None

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        numbers = (signal.SIGTERM, signal.SIGINT)
        for number in numbers:
            loop.add_signal_handler(number, self._stop.set)
        try:
            self._show()
            await self._server.start()
            await self._play()
        finally:
            await self._server.close()
            if self._table is not None:
                self._table.close()
            for number in numbers:
                loop.remove_signal_handler(number)

    async def _play(self) -> None:
        last = self._clock.now().monotonic
        unused_since = last
        while not self._stop.is_set():
            began = self._clock.now().monotonic
            self._tick(began, began - last)
            last = began
            if self._server.clients:
                unused_since = began
            elif began - unused_since > self._options.linger * SECOND:
                return
            spent = (self._clock.now().monotonic - began) / SECOND
            await asyncio.sleep(max(TICK - spent, 0.001))

    def _tick(self, now: int, since: int) -> None:
        if self._rate and (self._loop is not None or not self._player.ended):
            before = self._player.now.monotonic
            news = self._player.advance(round(since * self._rate), lambda: self._spent(now) > _PLAYED)
            self._reached.note(now, since, self._player.now.monotonic - before)
            if self._loop is not None and (self._player.ended or self._player.now.utc >= self._loop[1]):
                self._seek(self._loop[0])
                news = []  # of what is not shown any more
            self._show(news)
        scanned = self._scan.ended
        self._scan.go_on(lambda: self._spent(now) > (_PLAYED + _SCANNED if self._rate else _PLAYED))
        if self._scan.ended and not scanned:
            self._scanned()
        self._beat()
        self._tell_standing(now)

    def _scanned(self) -> None:
        """All was read through: there are more marks, and who has got a part of a trend asks again."""
        self.index.add(self._scan.marks)
        if self._owed:
            self._owed = False
            self._server.regreet()
        else:
            self._server.broadcast(self._about())

    def _beat(self) -> None:
        """Say that we are alive; also during a jump, for which all else has to wait."""
        if self._table is not None:
            self._table.table.beat(self._clock.now().monotonic)

    def _spent(self, since: int) -> int:
        return self._clock.now().monotonic - since

    def _show(self, news: Sequence[ToClient] = ()) -> None:
        """Show what the player holds; screens begin anew where it plays on something else than they know."""
        stage = self._player.stage
        if stage is None:
            return
        self._seen |= {type(each): each for each in news if isinstance(each, ScreenShown | LatencyShown)}
        if stage is not self._stage:
            self._begin(stage)
            # The greeting has told how all stands; what was news before would undo it.
            news = [each for each in news if isinstance(each, Notice)]
        assert self._table is not None  # noqa: S101 `_begin` has made one
        self._table.show(stage.pipeline.columns, self._player.now)
        for each in news:
            self._server.broadcast(each)
        self._server.ring()

    def _begin(self, stage: Stage) -> None:
        before, self._stage = self._stage, stage
        if before is None or before.epoch is not stage.epoch:
            former, self._generation = self._table, self._generation + 1
            self._table = ShownTable(self._options.directory, self._generation, stage.epoch)
            self._text = epoch_text.packed(stage.epoch)
            if former is not None:
                former.close()
        assert self._table is not None  # noqa: S101 made with the first stage
        now = self._clock.now()
        self._table.table.beat(now.monotonic)
        self._table.show(stage.pipeline.columns, self._player.now)
        self._server.regreet()

    def _greeting(self) -> Sequence[ToClient]:
        stage, table = self._stage, self._table
        if stage is None or table is None:
            return [Refusal(f"{self._options.file}: nothing in it can be played")]
        return [
            Welcome(
                version=PROTOCOL_VERSION,
                engine_pid=os.getpid(),
                started=self.index.begin_utc,
                epoch=self._text,
                digest=stage.epoch.digest,
                table=table.table.path.name,
                acquisition=stage.epoch.acquisition,
                replay=True,
            ),
            self._about(),
            self._standing(),
            *self._past(stage),
            *stage.pipeline.greeting(),
            *self._seen.values(),
        ]

    def _past(self, stage: Stage) -> list[ToClient]:
        """What links did before: a screen tells it as events, as if it had been there."""
        (machine,) = stage.epoch.machines
        names = list(machine.endpoints)
        found: list[ToClient] = []
        for number, link in self.index.links_before(self.index.place(self._player.now.utc)):
            if number < len(names):
                found.append(
                    EndpointNews(
                        machine=machine.id,
                        endpoint=names[number],
                        state=link.state,
                        since=link.utc,
                        since_monotonic=link.monotonic,
                        cause=link.cause,
                        secured=link.secured,
                    )
                )
        return found

    def _about(self) -> ReplayAbout:
        index, header = self.index, self.index.header
        return ReplayAbout(
            file=self._options.file.name,
            machine=header.machine,
            shift=header.shift,
            day=header.day,
            begin=index.begin_utc,
            end=index.end_utc,
            spans=np.array(index.spans, "<i8").tobytes(),
            marks=np.array([each.utc for each in index.marks], "<i8").tobytes(),
            kinds=tuple(each.kind for each in index.marks),
            key=fingerprint(header.key),
        )

    def _standing(self) -> ReplayStanding:
        return ReplayStanding(
            self._player.now.utc,
            self._rate,
            self._reached.rate if self._rate else 0.0,
            self._player.ended,
        )

    def _tell_standing(self, now: int) -> None:
        standing = self._standing()
        if now - self._told >= _STANDING_EVERY and standing != self._was_standing:
            self._told, self._was_standing = now, standing
            self._server.broadcast(standing)

    def _control(self, control: ReplayControl) -> None:
        match control:
            case ReplayRate(rate):
                self._rate = rate
                self._reached.begin()
            case ReplayLoop(begin, end):
                self._loop = (begin, end) if begin < end else None
            case ReplaySeek(utc):
                self._seek(utc)
            case ReplayStep("change", back):
                self._rate = 0.0
                if back:
                    self._player.step_back()
                    self._look_for_seen()
                else:
                    self._show(self._player.step())
            case ReplayStep(_, back):
                self._rate = 0.0
                self._to_mark(back=back)
        self._show()
        self._told = 0

    def _to_mark(self, *, back: bool) -> None:
        """Show what a person could see first of the next mark: what came with it, at the next frame."""
        now = self._player.now.utc
        at = self._mark.utc if self._mark is not None and now == self._mark.utc + _FRAME else now
        self._mark = self.index.next_mark(at, back=back)
        if self._mark is not None:
            self._seek(self._mark.utc + _FRAME)

    def _seek(self, utc: int) -> None:
        self._player.seek(utc)
        self._look_for_seen()

    def _look_for_seen(self) -> None:
        found = self.index.seen_before(self.index.place(self._player.now.utc))
        self._seen = {type(each): each for each in found}

    def _answer(self, request: HistoryRequest) -> ToClient:
        stage = self._stage
        if stage is None or not 0 <= request.index < len(stage.epoch.tags):
            return Refusal(f"there is no tag of index {request.index} in this epoch", request.request)
        tag = stage.epoch.tags[request.index].id
        if self._scan.sequence > self._player.sequence or self._scan.ended:
            found, complete_from = (
                self._scan.trends.series(tag, request.begin, request.end),
                self.index.begin_utc,
            )
        else:
            self._owed = True
            history, complete_from = stage.pipeline.history, stage.began.utc
            found = history.series(request.index, request.begin, request.end)
        found = decimate(found, min(request.points, MOST_POINTS))
        return HistoryReply(
            request=request.request,
            index=request.index,
            time=found.time.tobytes(),
            value=found.value.tobytes(),
            severity=found.severity.tobytes(),
            complete_from=complete_from,
        )
