"""The table of last values in shared memory: one writer, any number of readers, latest wins.

A file in the run directory, mapped by both sides (ADR 0001: no resource tracker as with
``multiprocessing.shared_memory``, and file permissions guard it). Layout, little-endian:

====== ===== ==================================================================
offset bytes what
====== ===== ==================================================================
0      8     ``TWINPANE``
8      8     layout version
16     8     number of tags n
24     8     bytes in the side area
32     8     generation: counts the epochs of one engine
40     8     engine pid
48     32    SHA-256 digest of the epoch
128    8     sequence: odd while the writer is inside
136    8     revision of the store
144    8     heartbeat: the engine's monotonic ns
152    16    of a replay: the moment that it shows, UTC and monotonic ns; of an engine 0
192    …     the columns of `hmi.model.columns.Columns`, each aligned to 64 bytes, then the side area
====== ===== ==================================================================

The sequence is a seqlock: a reader copies, and keeps the copy only if the sequence was even and the same
before and after. Python gives no memory fences; x86-64 keeps stores in order, and on other processors the
calls between the stores have so far kept them too (untested, said in the ADR).
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import numpy as np

from hmi.link.errors import LinkUnavailable
from hmi.model.clock import Instant
from hmi.model.columns import COLUMN_TYPES, Columns

LAYOUT: Final = 2
_MAGIC: Final = b"TWINPANE"
_HEADER: Final = 192
_ALIGN: Final = 64
_TRIES: Final = 64

# Positions of the 8-byte words.
_W_LAYOUT, _W_TAGS, _W_SIDE, _W_GENERATION, _W_PID = 1, 2, 3, 4, 5
_W_SEQUENCE, _W_REVISION, _W_HEARTBEAT, _W_UTC, _W_MONOTONIC = 16, 17, 18, 19, 20


_WORD: Final = 2**64 - 1


def _signed(word: int) -> int:
    return word - 2**64 if word >= 2**63 else word


def _offsets(tags: int, side: int) -> tuple[dict[str, int], int]:
    """Where each column begins, and the whole size."""
    offsets, at = {}, _HEADER
    for name, size in [*((n, d.itemsize * tags) for n, d in COLUMN_TYPES.items()), ("side", side)]:
        offsets[name] = at
        at += -(-size // _ALIGN) * _ALIGN
    return offsets, at


def _map_columns(memory: mmap.mmap, tags: int, side: int) -> Columns:
    offsets, _ = _offsets(tags, side)
    arrays = {name: np.frombuffer(memory, dtype, tags, offsets[name]) for name, dtype in COLUMN_TYPES.items()}
    return Columns(**arrays, side=np.frombuffer(memory, np.uint8, side, offsets["side"]))


class TableWriter:
    """The engine's end. ``columns`` may be changed inside `write` only."""

    def __init__(self, path: Path, tags: int, side_bytes: int, digest: str, generation: int) -> None:
        """Make the file; it must not be there yet.

        Raises:
            LinkUnavailable: it cannot be made, or there is not enough room for it.
        """
        self.path = path
        _, size = _offsets(tags, side_bytes)
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise LinkUnavailable(f"{path}: {error.strerror}") from error
        try:
            # All of it now: a hole that cannot be filled later kills whoever touches it (SIGBUS).
            os.posix_fallocate(descriptor, 0, size)
            self._memory = mmap.mmap(descriptor, size)
            self._made = os.fstat(descriptor)
        except OSError as error:
            path.unlink()
            raise LinkUnavailable(
                f"{path}: no room for the table of values, {size} bytes ({error.strerror})"
            ) from error
        finally:
            os.close(descriptor)
        self._words = memoryview(self._memory)[:_HEADER].cast("Q")
        self.columns = _map_columns(self._memory, tags, side_bytes)
        self.columns.clear()
        self._words[_W_TAGS], self._words[_W_SIDE] = tags, side_bytes
        self._words[_W_GENERATION], self._words[_W_PID] = generation, os.getpid()
        self._memory[48:80] = bytes.fromhex(digest)
        self._words[_W_LAYOUT] = LAYOUT
        self._memory[0:8] = _MAGIC

    @property
    def revision(self) -> int:
        """The revision of the last completed write."""
        return self._words[_W_REVISION]

    @contextmanager
    def write(self) -> Iterator[int]:
        """Hold readers off while the columns change; gives the new revision.

        The sequence becomes even again also when the body raises, so readers are never locked out.
        """
        words = self._words
        revision = words[_W_REVISION] + 1
        words[_W_SEQUENCE] += 1
        try:
            yield revision
        finally:
            words[_W_REVISION] = revision
            words[_W_SEQUENCE] += 1

    def show(self, moment: Instant) -> None:
        """Say of which moment the columns are, where it is not the present. To be called inside `write`."""
        self._words[_W_UTC], self._words[_W_MONOTONIC] = moment.utc & _WORD, moment.monotonic & _WORD

    def beat(self, monotonic: int) -> None:
        """Say that the engine's loop is alive."""
        self._words[_W_HEARTBEAT] = monotonic

    def close(self) -> None:
        """Remove the file; readers that have it mapped keep their last state.

        Our own mapping goes with the last array that looks into it.
        """
        # If the run directory was taken away, another engine's table may lie there by now.
        with suppress(OSError):
            if self.path.stat().st_ino == self._made.st_ino:
                self.path.unlink()
        self._words.release()
        del self.columns, self._memory


class TableReader:
    """A screen's end: read-only."""

    def __init__(self, path: Path) -> None:
        """Map a table.

        Raises:
            LinkUnavailable: it is not there, not ours to read, or of another layout.
        """
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise LinkUnavailable(f"{path}: {error.strerror}") from error
        try:
            size = os.fstat(descriptor).st_size
            if size < _HEADER:
                raise LinkUnavailable(f"{path}: too short for a table of values")
            self._memory = mmap.mmap(descriptor, size, prot=mmap.PROT_READ)
        finally:
            os.close(descriptor)
        self._words = memoryview(self._memory)[:_HEADER].cast("Q")
        tags, side = self._words[_W_TAGS], self._words[_W_SIDE]
        if self._memory[0:8] != _MAGIC or self._words[_W_LAYOUT] != LAYOUT:
            found = self._words[_W_LAYOUT]
            self._release()
            raise LinkUnavailable(f"{path}: table layout {found}, this program reads {LAYOUT}")
        if _offsets(tags, side)[1] > size:
            self._release()
            raise LinkUnavailable(f"{path}: shorter than its header says")
        self.tags, self.side_bytes = tags, side
        self.generation = self._words[_W_GENERATION]
        self.digest = self._memory[48:80].hex()
        self._columns = _map_columns(self._memory, tags, side)
        self.torn = 0
        self.moment: Instant | None = None
        """Of which moment the last snapshot is; None: of the present."""

    @property
    def revision(self) -> int:
        """The revision of the last completed write."""
        return self._words[_W_REVISION]

    @property
    def heartbeat(self) -> int:
        """The engine's last heartbeat, monotonic ns; 0 before the first."""
        return self._words[_W_HEARTBEAT]

    def snapshot(self, into: Columns) -> int | None:
        """Copy a consistent state and return its revision.

        Tries a bounded number of times; None (counted in ``torn``) when the writer was inside each
        time, for example because it died there. ``into`` may then hold a mixture, and the caller must
        not paint from it before a later call succeeds.
        """
        words = self._words
        for _ in range(_TRIES):
            before = words[_W_SEQUENCE]
            if before & 1:
                os.sched_yield()
                continue
            revision = words[_W_REVISION]
            utc, monotonic = words[_W_UTC], words[_W_MONOTONIC]
            self._columns.copy_to(into)
            if words[_W_SEQUENCE] == before:
                self.moment = Instant(_signed(utc), _signed(monotonic)) if utc or monotonic else None
                return revision
        self.torn += 1
        return None

    def close(self) -> None:
        """Let go; the mapping goes with the last array that looks into it."""
        del self._columns
        self._release()

    def _release(self) -> None:
        self._words.release()
        del self._memory
