"""The writing end of a recording's file; see `hmi.recorder.layout`.

SQLite's own journal (WAL) and ``synchronous=FULL`` see to it that what is committed outlives a power cut.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

import zstandard
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hmi.recorder import kinds
from hmi.recorder.chain import START, head_after, signed
from hmi.recorder.errors import RecordingError
from hmi.recorder.layout import APPLICATION, SCHEMA, VERSION
from hmi.recorder.payloads import samples_in
from hmi.recorder.reading import RecordingReader
from hmi.recorder.records import Record, canonical
from hmi.recorder.sqlite import reason, to_write

_LEVEL: Final = 1
_ROW_BYTES: Final = 120
"""What a batch takes in SQLite beside its content, about."""


class RecordingFile:
    """One file that is written. To be used by one thread at a time.

    ``identity`` of the file, 16 bytes; ``next`` sequence of the batch to come; ``head`` where the chain
    stands; ``written`` bytes that were put into it here
    """

    def __init__(
        self, path: Path, connection: sqlite3.Connection, identity: bytes, next_: int, head: bytes
    ) -> None:
        self.path = path
        self.identity = identity
        self.next = next_
        self.head = head
        self.written = 0
        self._connection = connection
        self._compressor = zstandard.ZstdCompressor(level=_LEVEL)
        self._made = path.stat()

    @classmethod
    def create(cls, path: Path, identity: bytes) -> RecordingFile:
        """A new file, with nothing in it.

        Raises:
            RecordingError: there is one already, or it cannot be made.
        """
        try:
            lay_out(path)
            return cls(path, to_write(path), identity, 0, START)
        except (OSError, sqlite3.Error) as error:
            raise RecordingError(f"{path}: the recording cannot be made ({reason(error)})") from error

    @classmethod
    def resume(cls, path: Path) -> RecordingFile:
        """A file that is there, to go on behind its last batch.

        Raises:
            RecordingError: it cannot be written, or is of another layout.
            Damaged: its last batch is not what its head says.
        """
        with RecordingReader(path) as reader:
            identity, last = reader.header().file, reader.last
            reader.records(last)  # is what was recorded, or this raises
            head = reader.head(last)
        try:
            connection = to_write(path)
        except sqlite3.Error as error:
            raise RecordingError(f"{path}: the recording cannot go on ({reason(error)})") from error
        return cls(path, connection, identity, last + 1, head)

    def append(self, records: Sequence[Record], utc: int, key: Ed25519PrivateKey | None = None) -> None:
        """One batch more, on the disk when this returns; with ``key`` also a checkpoint of it.

        Nothing of it is there if it fails, and the same call may be made again.

        Raises:
            RecordingError: it cannot be written.
        """
        content = canonical(self.next, records)
        head = head_after(self.head, content)
        row = self.next, utc, samples_in(records), len(content), head, self._compressor.compress(content)
        rare = [
            (self.next, place, record.kind, record.now.utc)
            for place, record in enumerate(records)
            if record.kind not in kinds.NOT_INDEXED
        ]
        connection = self._connection
        try:
            with connection:
                connection.execute("INSERT INTO batch VALUES (?,?,?,?,?,?)", row)
                connection.executemany("INSERT INTO event VALUES (?,?,?,?)", rare)
                if key is not None:
                    made = signed(key, self.identity, self.next, utc, head)
                    signature = made.sequence, made.utc, made.head, made.key, made.signature
                    connection.execute("INSERT INTO checkpoint VALUES (?,?,?,?,?)", signature)
        except sqlite3.Error as error:
            raise RecordingError(f"{self.path}: the recording cannot be written ({reason(error)})") from error
        self.next += 1
        self.head = head
        self.written += len(row[-1]) + _ROW_BYTES

    def stands(self) -> bool:
        """Whether the file is still the one at its path: nobody has moved, removed or replaced it."""
        try:
            found = self.path.stat()
        except OSError:
            return False
        return (found.st_ino, found.st_dev) == (self._made.st_ino, self._made.st_dev)

    def close(self) -> None:
        """Let go of it; what SQLite kept beside it goes into it if that can be."""
        self._connection.close()


def lay_out(path: Path) -> None:
    """Make the empty file, which is whole when it has its name: somebody may look at any moment.

    Raises:
        OSError, sqlite3.Error: there is one already, or it cannot be made.
    """
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    try:
        new.touch(0o640)
        with closing(sqlite3.connect(new)) as connection:
            connection.executescript(
                f"BEGIN; PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION};{SCHEMA} COMMIT;"
            )
        if path.exists():
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
        new.rename(path)  # a link would do both at once, and not on every file system
        _settle(path.parent)
    finally:
        new.unlink(missing_ok=True)


def _settle(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
