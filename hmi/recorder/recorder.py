"""Recording beside the engine's loop: what it is told is queued at once, and written by a thread of its own.

The loop never waits for a disk. What cannot be queued or written is counted; from there on the machine is not
recorded, and is again with a stretch that says how much is missing, as soon as that works.
"""

from __future__ import annotations

import logging
import threading
import zlib
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import numpy as np
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hmi.config.epoch import Epoch
from hmi.config.recording import RecordingRules
from hmi.config.shifts import ShiftCalendar
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.context import ContextEvent
from hmi.model.samples import SourceMessage
from hmi.recorder import kinds
from hmi.recorder.calendar import shift_at
from hmi.recorder.feed import MOST_WAITING, Beginning, Ending, Feed, Item, Kept, Said, samples
from hmi.recorder.housekeeping import Housekeeping, Removal
from hmi.recorder.journal import MachineJournal
from hmi.recorder.kinds import Begin, ClockSet, Context, Latency, Screen, Touch
from hmi.recorder.records import Record
from hmi.recorder.room import Room
from hmi.recorder.state import MachineState
from hmi.recorder.writer import MachineWriter, Standing

_log = logging.getLogger(__name__)

BATCH_SECONDS: Final = 0.1
"""How long what was taken waits to be written: so much is lost at most in a power cut."""

BETWEEN_KEYFRAMES: Final = 25
"""So many times what a state takes is recorded between two of them: they make a file some percent larger."""

LEAST_KEYFRAME: Final = 4000
"""Bytes; what is known of a machine with some ten tags."""

TRY_AGAIN: Final = 2 * SECOND
_END_SECONDS: Final = 5.0
_NEWS_KEPT: Final = 1000

StateOf = Callable[[str], MachineState]
"""Gives the present state of a machine, by its id."""


def machine_texts(epoch: Epoch) -> dict[str, bytes]:
    """Of each machine the canonical JSON of its own epoch, deflated: for `Recorder.begin`.

    It takes tenths of a second for ten thousand tags, and may be done in any thread.
    """
    return {each.id: zlib.compress(epoch.of_machine(each.id).canonical, 1) for each in epoch.machines}


class Recorder:
    """Records the machines of a site, each into a folder of its own in ``folder``.

    To be used by the engine's thread alone; `close` ends the recorder's own.
    """

    def __init__(self, folder: Path, site: str, key: Ed25519PrivateKey) -> None:
        self._folder = folder
        self._site = site
        self._calendar = ShiftCalendar()
        self._rules = RecordingRules()
        self._now: Instant | None = None
        self._key = key
        self._feeds: dict[str, Feed] = {}
        self._state_of: StateOf | None = None
        self._news: deque[Standing | Room | Removal] = deque(maxlen=_NEWS_KEPT)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)

    def begin(self, epoch: Epoch, texts: Mapping[str, bytes], state_of: StateOf, now: Instant) -> None:
        """``epoch`` is in force from now on; ``texts`` as `machine_texts` gives them.

        ``state_of`` is called for every machine at once, and again whenever a stretch begins.
        """
        self._state_of, self._calendar, self._rules = state_of, epoch.shifts, epoch.recording
        self._now = now
        former, feeds = self._feeds, {}
        for machine in epoch.machines:
            index = epoch.tags_of(machine.id)
            local = np.full(len(epoch.tags), 2**32 - 1, np.uint32)
            local[list(index)] = np.arange(len(index), dtype=np.uint32)
            endpoints = {name: number for number, name in enumerate(machine.endpoints)}
            shift, text = shift_at(self._calendar, now.utc), texts[machine.id]
            feed = former.get(machine.id)
            if feed is None:
                feed = Feed(machine.id, endpoints, local, text, shift)
            else:
                feed.endpoints, feed.local, feed.epoch, feed.gone = endpoints, local, text, False
            feeds[machine.id] = feed
        for machine_id in former.keys() - feeds.keys():
            gone = feeds[machine_id] = former[machine_id]  # its file has still to be closed; it may come back
            if not gone.gone:
                gone.put(Ending(kinds.STOPPED, now))
                gone.gone = True
        self._feeds = feeds
        for machine in epoch.machines:
            known = machine.id in former
            self._begin(feeds[machine.id], kinds.RELOADED if known else kinds.STARTED, now)
        if self._thread.ident is None:
            self._thread.start()

    def take(self, machine: str, endpoint: str, message: SourceMessage, now: Instant) -> None:
        """What a source said, and when the engine took it; before the engine acts on it."""
        feed = self._feeds[machine]
        self._put(feed, Said(feed.endpoints[endpoint], message, now), now)

    def clock_set(self, by: int, now: Instant) -> None:
        """Our wall clock was found set; before the engine acts on it."""
        payload = kinds.packed(ClockSet(by))
        for feed in self._feeds.values():
            self._put(feed, Record(kinds.CLOCK, now, payload), now)

    def context(self, event: ContextEvent, now: Instant) -> None:
        """What a machine works on has changed."""
        payload = kinds.packed(Context(str(event.key), event.value, event.utc))
        self._put(self._feeds[event.machine], Record(kinds.CONTEXT, now, payload), now)

    def seen(self, kind: str, form: Screen | Touch | Latency, machine: str, now: Instant) -> None:
        """What was to be seen on a panel, or done there; of ``machine`` alone, or "" of all."""
        record = Record(kind, now, kinds.packed(form))
        for feed in self._feeds.values():
            if machine in ("", feed.machine):
                self._put(feed, record, now)

    def tick(self, now: Instant) -> list[Standing | Room]:
        """To be called about once a second: shifts end also where nothing is said. Gives what is news."""
        self._now = now
        for feed in self._feeds.values():
            self._look(feed, now)
            self._keep(feed, now)
        if not self._thread.is_alive() and not self._ended.is_set():
            self._ended.set()
            why = "the recorder ended by a defect of its own; see the engine's log"
            return [Standing(machine, now.utc, why=why) for machine in self._feeds]
        news: list[Standing | Room] = []
        for _ in range(len(self._news)):
            each = self._news.popleft()
            if isinstance(each, Removal):
                self._removed(each, now)
            else:
                news.append(each)
        return news

    def waiting(self, machine: str) -> int:
        """Bytes of a machine that wait for the disk, about."""
        return self._feeds[machine].waiting

    def close(self, now: Instant, seconds: float = _END_SECONDS) -> None:
        """Write what waits and close all files; a disk that does not answer is waited for so long."""
        if self._thread.ident is None:
            return
        for feed in self._feeds.values():
            feed.put(Ending(kinds.STOPPED, now))
        self._ended.set()
        self._thread.join(seconds)
        if self._thread.is_alive():
            _log.error("the recordings are not closed: their disk has not answered for %g s", seconds)

    def _removed(self, removal: Removal, now: Instant) -> None:
        feed = self._feeds.get(removal.machine)
        if feed is not None:
            self._put(feed, Record(kinds.REMOVED, now, kinds.packed(removal.removed)), now)

    def _put(self, feed: Feed, item: Item, now: Instant) -> None:
        if feed.gone:
            return
        if not feed.shift.holds(now.utc):
            self._look(feed, now)
        if feed.waiting > MOST_WAITING and not feed.full:
            feed.full = True
            why = "the disk takes less than there is to record"
            self._news.append(Standing(feed.machine, now.utc, why=why))
        if feed.broken or feed.full:
            feed.lost += samples(item)
            return
        feed.put(item)

    def _look(self, feed: Feed, now: Instant) -> None:
        """Begin a new stretch where the shift is another, or where recording may work again."""
        if feed.gone:
            return
        if feed.broken or feed.full:
            caught_up = feed.waiting < MOST_WAITING // 2
            if caught_up and (feed.tried == NO_TIME or now.monotonic - feed.tried >= TRY_AGAIN):
                feed.full, feed.broken = False, ""
                self._begin(feed, kinds.AGAIN, now)
        elif not feed.shift.holds(now.utc):
            self._begin(feed, kinds.SHIFT, now)

    def _keep(self, feed: Feed, now: Instant) -> None:
        """Queue the state, where so much was recorded since the last one that it does not count."""
        if feed.gone or feed.broken or feed.full or self._state_of is None:
            return
        if feed.queued - feed.kept >= max(feed.state_bytes, LEAST_KEYFRAME) * BETWEEN_KEYFRAMES:
            self._put(feed, Kept(self._state_of(feed.machine), now), now)
            feed.kept = feed.queued

    def _begin(self, feed: Feed, cause: str, now: Instant) -> None:
        assert self._state_of is not None  # noqa: S101 there is no feed before `begin`
        feed.shift, feed.tried = shift_at(self._calendar, now.utc), now.monotonic
        state = self._state_of(feed.machine)
        feed.put(Beginning(Begin(cause), feed.shift, feed.epoch, feed.local, state, feed.lost, now))
        feed.kept, feed.state_bytes = feed.queued, state.size

    def _run(self) -> None:
        writers: dict[str, MachineWriter] = {}
        housekeeping = Housekeeping(self._folder)
        ends = False
        while not ends:
            ends = self._ended.wait(BATCH_SECONDS)
            now = self._now
            if now is not None and not ends and housekeeping.due(now):
                written = sum(each.written for each in writers.values())
                self._news.extend(housekeeping.look(list(self._feeds), self._rules, written, now))
            for machine, feed in self._feeds.items():
                if machine not in writers:
                    journal = MachineJournal(self._folder / machine, self._site, machine, self._key)
                    writers[machine] = MachineWriter(journal, self._news.append)
                writers[machine].drain(feed)
