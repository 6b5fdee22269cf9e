"""The recorder's thread, for one machine: what waits becomes records, and records batches on the disk."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import msgspec
import numpy as np

from hmi.model.clock import Instant
from hmi.model.samples import U32
from hmi.recorder import kinds
from hmi.recorder.errors import RecordingError
from hmi.recorder.feed import Beginning, Ending, Feed, Kept, Said, samples, size
from hmi.recorder.journal import MachineJournal, Stretch
from hmi.recorder.payloads import PayloadWriter
from hmi.recorder.records import Record
from hmi.recorder.state import Keyframe

_log = logging.getLogger(__name__)

MOST_IN_A_BATCH: Final = 4 * 1024 * 1024
"""Bytes; what has piled up goes into several."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a machine's recording stands since ``utc`` (ns).

    It goes into the file called ``file``, and ``missing`` samples of the time before could not be recorded;
    or it is not recorded, and ``why`` says why not.
    """

    machine: str
    utc: int
    file: str = ""
    why: str = ""
    missing: int = 0


class MachineWriter:
    """Writes what one feed brings; ``told`` is called from the recorder's thread."""

    def __init__(self, journal: MachineJournal, told: Callable[[Standing], None]) -> None:
        self._journal = journal
        self._told = told
        self._payloads = PayloadWriter()
        self._local: U32 = np.zeros(0, np.uint32)
        self._recording = False
        self._in_trouble = False
        self._written: Instant | None = None  # what is on the disk was taken until then
        self._dropped = 0  # samples that were queued, and not written
        self._missing = 0  # of all that are missing, how many the recordings say

    @property
    def written(self) -> int:
        """Bytes that were recorded."""
        return self._journal.written

    def drain(self, feed: Feed) -> None:
        """Write all that waits now."""
        records: list[Record] = []
        unwritten = bytes_ = 0
        for _ in range(len(feed.items)):
            item = feed.items.popleft()
            feed.done += size(item)
            if isinstance(item, Beginning | Ending):
                self._write(feed, records, unwritten)
                records, unwritten, bytes_ = [], 0, 0
                self._turn(feed, item)
            elif self._recording:
                records += self._records(item)
                unwritten += samples(item)
                bytes_ += size(item)
                if bytes_ > MOST_IN_A_BATCH:
                    self._write(feed, records, unwritten)
                    records, unwritten, bytes_ = [], 0, 0
            else:
                self._dropped += samples(item)
        self._write(feed, records, unwritten)

    def _records(self, item: Said | Record | Kept) -> list[Record]:
        if isinstance(item, Record):
            return [item]
        if isinstance(item, Kept):
            keyframe = Keyframe(item.state, self._payloads.sets)
            return [Record(kinds.KEYFRAME, item.now, kinds.packed(keyframe))]
        return self._payloads.records(item.endpoint, item.message, self._local, item.now)

    def _write(self, feed: Feed, records: list[Record], unwritten: int) -> None:
        if not records:
            return
        try:
            self._journal.add(records, records[-1].now)
        except RecordingError as error:
            self._dropped += unwritten
            self._fail(feed, error, records[0].now)
        else:
            self._written = records[-1].now

    def _turn(self, feed: Feed, item: Beginning | Ending) -> None:
        if isinstance(item, Ending):
            if self._recording:
                try:
                    self._journal.end(item.cause, item.now)
                except RecordingError as error:
                    _log.error("%s: not closed: %s", feed.machine, error)
            self._recording = False
            return
        missing = item.lost + self._dropped - self._missing
        begin = item.begin
        if begin.cause == kinds.AGAIN or missing:
            since = None if self._written is None else self._written.utc
            begin = msgspec.structs.replace(begin, cause=kinds.AGAIN, since=since, samples=missing)
        self._payloads, self._local = PayloadWriter(), item.local
        stretch = Stretch(begin, item.shift, zlib.decompress(item.epoch), item.state, item.now)
        try:
            self._journal.begin(stretch)
        except RecordingError as error:
            self._fail(feed, error, item.now)
            return
        self._recording, self._written = True, item.now
        self._missing += missing
        self._in_trouble = False
        path = self._journal.path
        self._told(
            Standing(feed.machine, item.now.utc, file="" if path is None else path.name, missing=missing)
        )

    def _fail(self, feed: Feed, error: RecordingError, now: Instant) -> None:
        self._recording = False
        feed.broken = str(error)
        if not self._in_trouble:
            self._in_trouble = True
            self._told(Standing(feed.machine, now.utc, why=str(error)))
