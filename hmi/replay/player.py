"""A recording that is played: at any moment the machine as it was, its values with the age they had then.

No clock is read: whoever drives it says how much time goes by. Between two records time goes on from the one
that was taken last, on both scales, so that ages grow as they did.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from hmi.engine.machine_state import state_of
from hmi.link.messages import Notice, ToClient
from hmi.model.clock import Instant
from hmi.recorder import kinds
from hmi.recorder.errors import Damaged, RecordingError
from hmi.recorder.kinds import Begin
from hmi.recorder.payloads import samples_in
from hmi.recorder.reading import RecordingReader
from hmi.recorder.records import Record
from hmi.replay import seen
from hmi.replay.index import Place, RecordingIndex
from hmi.replay.keyframes import SAMPLES_A_RECORD, Keyframe, Keyframes
from hmi.replay.playback import HistoryOf, Playback, Stage, begin, roomy

GAP: Final = "event.replay_gap"
DAMAGED: Final = "event.replay_damaged"
"""Text ids of notices: recording began anew here; what follows cannot be read."""

CHANGES: Final = frozenset((kinds.SAMPLES, kinds.LINK))
"""What can change what is to be seen, apart from ages."""


def _never() -> bool:
    return False


def _nothing() -> None:
    return


class Player:
    """Plays one file, from its begin; a jump costs what lies between it and the last keyframe before it.

    ``last_change`` is when what is to be seen changed last, apart from ages; None: not since the last jump.
    """

    def __init__(
        self,
        reader: RecordingReader,
        index: RecordingIndex,
        keyframes: Keyframes | None = None,
        history: HistoryOf = roomy,
        between: Callable[[], None] = _nothing,
    ) -> None:
        """``keyframes`` may be shared by several players of the same file; ``history`` as of `Playback`.

        ``between`` is called again and again during a jump, which may take a while.

        Raises:
            RecordingError: its begin cannot be read.
        """
        self._reader = reader
        self._index = index
        self._keyframes = Keyframes() if keyframes is None else keyframes
        self._history = history
        self._between = between
        self._playback = Playback(history, index.epochs)
        self._next = 0  # the batch to read
        self._waiting: deque[Record] = deque()
        self._monotonic = self._offset = 0
        self._began = 0  # the batch with which the stretch begins
        self._work: int | None = 0  # what was played since then; None: not known
        self._told: list[ToClient] = []
        self.last_change: Instant | None = None
        self.seek(index.begin_utc)

    @property
    def now(self) -> Instant:
        """The moment that is shown."""
        return Instant(self._monotonic + self._offset, self._monotonic)

    @property
    def stage(self) -> Stage | None:
        """What it plays on; another one after each begin of a stretch and each jump."""
        return self._playback.stage

    @property
    def ended(self) -> bool:
        """Whether all was played."""
        return not self._waiting and self._next >= self._index.end

    @property
    def sequence(self) -> int:
        """The batch that comes next; of the one before it something may be left."""
        return self._next

    def advance(self, by: int, enough: Callable[[], bool] = _never) -> list[ToClient]:
        """Let ``by`` ns go by; gives what the engine told its screens in that time.

        It stops where ``enough`` says so, and where a stretch begins: the time between two stretches is none
        of the recording's.

        Raises:
            RecordingError: the file cannot be read at all any more.
        """
        goal = self._monotonic + by
        news: list[ToClient] = []
        while not enough():
            record = self._peek()
            news += self._take_told()
            if record is None:
                break
            if record.kind == kinds.BEGIN:
                return [*news, *self._stretch()]
            if record.now.monotonic > goal:
                self._monotonic = goal
                break
            news += self._take()
        return news

    def step(self) -> list[ToClient]:
        """Go on to the next change."""
        news: list[ToClient] = []
        while (record := self._peek()) is not None:
            news += self._take_told()
            if record.kind == kinds.BEGIN:
                return [*news, *self._stretch()]
            news += self._take()
            if record.kind in CHANGES:
                break
        return [*news, *self._take_told()]

    def step_back(self) -> None:
        """Go back to the change before the last one.

        Raises:
            RecordingError: the file cannot be read.
        """
        at = self.now if self.last_change is None else self.last_change
        self.seek(at.utc - 1)
        if self.last_change is not None:
            self._monotonic = self.last_change.monotonic
            self._offset = self.last_change.utc - self.last_change.monotonic

    def seek(self, utc: int) -> None:
        """Show the moment ``utc`` (ns): the last value before it of every tag, with the age it had then.

        Raises:
            RecordingError: the file cannot be read.
        """
        self.go_to(self._index.place(utc))

    def go_to(self, place: Place) -> None:
        """As `seek`, where a moment came twice.

        Raises:
            RecordingError: the file cannot be read.
        """
        passed = self._keyframes.before(place.sequence, place.stretch)
        recorded = self._index.keyframe(place.stretch, place.sequence)
        nearest = max(
            (each for each in (passed, recorded) if each is not None),
            key=lambda each: each.sequence,
            default=None,
        )
        self._begin_at(nearest, place.stretch)
        while (self._waiting or self._next < place.sequence) and self._peek() is not None:
            self._take()
        self._next_batch(place.sequence)
        self._take_until(place.utc)
        self._told.clear()

    def _begin_at(self, keyframe: Keyframe | None, stretch: int) -> None:
        self._waiting.clear()
        self.last_change = None
        self._next = stretch
        self._playback.stage = None
        if keyframe is None:
            return
        try:
            self._playback.stage = begin(
                keyframe.epoch, keyframe.state, keyframe.now, history=self._history, sets=keyframe.sets
            )
        except Damaged:
            return  # what was kept makes no sense, what it was made of may
        self._next, self._began, self._work = keyframe.sequence, keyframe.stretch, keyframe.work
        self._set_clock(keyframe.now)
        if keyframe.place:
            self._next_batch(self._index.end)
            for _ in range(min(keyframe.place, len(self._waiting))):
                self._waiting.popleft()

    def _take_until(self, utc: int) -> None:
        """Take what waits of one batch until a moment, but in any case what sets its clock or begins it."""
        turns = [n for n, each in enumerate(self._waiting) if each.kind in (kinds.CLOCK, kinds.STATE)]
        for _ in range(turns[-1] + 1 if turns else 0):
            self._take()
        while self._waiting and self._waiting[0].now.utc <= utc:
            self._take()
        self._monotonic = max(self._monotonic, utc - self._offset)

    def _peek(self) -> Record | None:
        """The record that comes next; None: there is none."""
        while not self._waiting and self._next < self._index.end:
            self._next_batch(self._index.end)
        return self._waiting[0] if self._waiting else None

    def _next_batch(self, end: int) -> None:
        """Have the next batch wait; where it cannot be read, the stretch ends and the next one comes."""
        if self._next > end or self._next >= self._index.end:
            return
        number = self._next
        self._between()
        try:
            records = self._reader.records(number).records
        except RecordingError as error:
            self._told.append(Notice(self.now.utc, self._index.header.machine, str(error), DAMAGED))
            following = self._index.next_stretch(number)
            self._next = self._index.end if following is None else following
            return
        self._next = number + 1
        self._waiting.extend(records)

    def _take(self) -> tuple[ToClient, ...]:
        record = self._waiting.popleft()
        self._set_clock(record.now)
        try:
            news = self._playback.take(record)
        except Damaged as error:
            news = (Notice(record.now.utc, self._index.header.machine, str(error), DAMAGED),)
        if record.kind in seen.KINDS:
            news = (*news, *self._seen(record))
        if record.kind == kinds.BEGIN:
            self._began, self._work = self._next - 1, 0
        if record.kind in CHANGES:
            self.last_change = record.now
        if self._work is not None:
            self._work += 1 + samples_in([record]) // SAMPLES_A_RECORD
        if not self._waiting:
            self._keep()
        return news

    def _seen(self, record: Record) -> tuple[ToClient, ...]:
        try:
            found = seen.seen_of(record, self._index.header.machine)
        except Damaged:
            return ()  # of the machine it says nothing
        return () if found is None else (found,)

    def _set_clock(self, now: Instant) -> None:
        self._monotonic, self._offset = now.monotonic, now.utc - now.monotonic

    def _stretch(self) -> list[ToClient]:
        """Take the begin of a stretch, with the configuration and the state that follow it."""
        news: list[ToClient] = []
        while (record := self._peek()) is not None:
            if record.kind == kinds.BEGIN:
                news += self._gap(record)
            news += [*self._take_told(), *self._take()]
            if record.kind == kinds.STATE:
                break
        return news

    def _gap(self, record: Record) -> list[ToClient]:
        try:
            said = kinds.unpacked(record.payload, Begin)
        except Damaged:
            return []  # `_take` tells it
        if said.cause in (kinds.RESUMED, kinds.AGAIN) and said.since is not None:
            return [Notice(record.now.utc, self._index.header.machine, said.why, GAP)]
        return []

    def _take_told(self) -> list[ToClient]:
        told, self._told = self._told, []
        return told

    def _keep(self) -> None:
        """Keep a keyframe between two batches, where one is worth its room."""
        stage = self._playback.stage
        if stage is None or self._work is None:
            return
        if not self._keyframes.wanted(self._began, self._next, self._work):
            return
        state = state_of(stage.pipeline, stage.epoch, stage.machine)
        sets = stage.payloads.sets
        self._keyframes.add(
            Keyframe(self._began, self._next, 0, self.now, stage.epoch, state, sets, self._work)
        )
