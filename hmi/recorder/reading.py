"""The reading end of a recording's file. What it says is believed only within bounds."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Self

import zstandard

from hmi.recorder import kinds
from hmi.recorder.chain import HEAD_BYTES, START, Checkpoint, head_after
from hmi.recorder.errors import Damaged, RecordingError
from hmi.recorder.kinds import Header
from hmi.recorder.records import LARGEST_BATCH, Records, parsed
from hmi.recorder.sqlite import reason, to_read

LEAST_ROW: Final = 64
"""Bytes of a file that each batch takes at least: its head alone has half of that."""


FIRST_SEQUENCE: Final = -(2**63)
LAST_SEQUENCE: Final = 2**63 - 1
"""What SQLite can hold: a batch that somebody put outside of the series is to be seen as well."""


class StoredBatch(NamedTuple):
    """A row of ``batch``, not looked into yet."""

    sequence: int
    utc: int
    samples: int
    size: int
    head: bytes
    content: bytes

    @property
    def left_out(self) -> bool:
        """Whether only its head is there, and stands for all batches since the last one: an excerpt's."""
        return self.size == 0 and not self.content


class RareRecord(NamedTuple):
    """Where a record stands that is no sample, by the file's index."""

    sequence: int
    place: int
    kind: str
    utc: int


class RecordingReader:
    """Reads one file; a context manager. Another process may be writing it."""

    def __init__(self, path: Path) -> None:
        """Open it.

        Raises:
            RecordingError: it cannot be read, or is no recording of this layout.
        """
        self.path = path
        self._connection = to_read(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of it."""
        self._connection.close()

    @property
    def size(self) -> int:
        """Bytes on the disk, with what SQLite keeps beside the file.

        Raises:
            RecordingError: it cannot be looked at.
        """
        try:
            beside = self.path.with_name(f"{self.path.name}-wal")
            return self.path.stat().st_size + (beside.stat().st_size if beside.exists() else 0)
        except OSError as error:
            raise RecordingError(f"{self.path}: {reason(error)}") from error

    @property
    def last(self) -> int:
        """The sequence of the last batch that is there now; −1: none.

        Raises:
            RecordingError: it cannot be read.
        """
        for (last,) in self._rows("SELECT max(sequence) FROM batch"):
            if isinstance(last, int):
                return last
        return -1

    def header(self) -> Header:
        """What the file is, as its first record says.

        Raises:
            RecordingError: it has none.
            Damaged: it is not what was recorded.
        """
        records = self.records(0).records
        if not records or records[0].kind != kinds.HEADER:
            raise Damaged(f"{self.path}: its first record is no header")
        return kinds.unpacked(records[0].payload, Header)

    def stored(self, begin: int = 0, end: int | None = None) -> Iterator[StoredBatch]:
        """The rows of batches, from the sequence ``begin`` on, before ``end``; in order, not looked into.

        Raises:
            RecordingError: the file cannot be read on.
            Damaged: a row is none of a recording.
        """
        for row in self._rows(
            "SELECT sequence, utc, samples, bytes, head, content FROM batch"
            " WHERE sequence BETWEEN ? AND ? ORDER BY sequence",
            (begin, LAST_SEQUENCE if end is None else end - 1),
        ):
            if not all(isinstance(part, bytes) for part in row[-2:]):
                raise Damaged(f"{self.path}: batch {row[0]} has no content")
            yield StoredBatch(*row)

    def records(self, sequence: int) -> Records:
        """One batch, looked into and held against its head.

        Raises:
            RecordingError: it is not there.
            Damaged: it is not what was recorded.
        """
        for batch in self.batches(sequence, sequence + 1):
            return batch
        raise RecordingError(f"{self.path}: no batch {sequence} in it")

    def batches(self, begin: int, end: int) -> Iterator[Records]:
        """The batches from the sequence ``begin`` on, before ``end``, each held against its head.

        It ends before the first one that is not there.

        Raises:
            RecordingError: the file cannot be read on.
            Damaged: the batch is not what was recorded.
        """
        before = START if begin == 0 else None
        for expected, stored in enumerate(self.stored(begin, end), begin):
            if stored.sequence != expected or stored.left_out:
                return
            content = inflated(stored)
            if head_after(self.head(begin - 1) if before is None else before, content) != stored.head:
                raise Damaged(f"{self.path}: batch {expected} is not what was recorded")
            before = stored.head
            yield parsed(content)

    def utc(self, sequence: int) -> int | None:
        """UTC ns of the last record of the first batch from ``sequence`` on; None: there is none.

        Raises:
            RecordingError: it cannot be read.
        """
        query = "SELECT utc FROM batch WHERE sequence >= ? ORDER BY sequence LIMIT 1"
        for (utc,) in self._rows(query, (sequence,)):
            if isinstance(utc, int):
                return utc
        return None

    def left_out(self) -> list[tuple[int, int]]:
        """What an excerpt leaves out: first and last batch of each run, in order.

        Raises:
            RecordingError: it cannot be read.
        """
        found = []
        for (mark,) in self._rows("SELECT sequence FROM batch WHERE bytes = 0 ORDER BY sequence"):
            query = "SELECT max(sequence) FROM batch WHERE sequence < ?"
            for (before,) in self._rows(query, (mark,)):
                found.append((0 if before is None else before + 1, mark))
        return found

    def head(self, sequence: int) -> bytes:
        """The head that stands in the file for a batch.

        Raises:
            RecordingError: there is no such batch.
        """
        for (head,) in self._rows("SELECT head FROM batch WHERE sequence = ?", (sequence,)):
            if isinstance(head, bytes) and len(head) == HEAD_BYTES:
                return head
        raise RecordingError(f"{self.path}: no head of a batch {sequence} in it")

    def checkpoints(self) -> list[Checkpoint]:
        """All signed heads, in order.

        Raises:
            RecordingError: they cannot be read.
            Damaged: what stands there are none.
        """
        found = []
        query = "SELECT sequence, utc, head, key, signature FROM checkpoint ORDER BY sequence"
        for row in self._rows(query):
            sequence, utc, *parts = row
            if not (isinstance(utc, int) and all(isinstance(part, bytes) for part in parts)):
                raise Damaged(f"{self.path}: checkpoint {sequence} is none")
            found.append(Checkpoint(*row))
        return found

    def rare(self) -> list[RareRecord]:
        """Where the records stand that are no samples, by the file's index.

        Raises:
            RecordingError: it cannot be read.
        """
        query = "SELECT sequence, place, kind, utc FROM event ORDER BY sequence, place"
        return [RareRecord(*row) for row in self._rows(query)]

    # sqlite3 gives whatever stands in the file: Any, as the library says it too.
    def _rows(self, query: str, values: tuple[int, ...] = ()) -> Iterator[tuple]:  # type: ignore[type-arg]
        try:
            yield from self._connection.execute(query, values)
        except (sqlite3.Error, OverflowError) as error:
            raise RecordingError(f"{self.path}: cannot be read on ({reason(error)})") from error


def inflated(stored: StoredBatch) -> bytes:
    """The canonical bytes of a batch. No more is taken for them than the row says, and that is bounded.

    Raises:
        Damaged: they cannot be had.
    """
    if not 0 <= stored.size <= LARGEST_BATCH:
        raise Damaged(f"batch {stored.sequence} says {stored.size} bytes, {LARGEST_BATCH} are the most")
    try:
        if zstandard.frame_content_size(stored.content) != stored.size:
            raise Damaged(f"batch {stored.sequence} is not as long as it says")
        content = zstandard.ZstdDecompressor().decompress(stored.content, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Damaged(f"batch {stored.sequence} cannot be inflated: {error}") from error
    if len(content) != stored.size:
        raise Damaged(f"batch {stored.sequence} is not as long as it says")
    return content
