"""Opening SQLite files that are ours to write, or that somebody handed over, of whom nothing is known."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

from hmi.recorder.errors import RecordingError
from hmi.recorder.layout import APPLICATION, SCHEMA, VERSION
from hmi.recorder.records import LARGEST_BATCH

_WRITER_WAITS: Final = 1.0
_READER_WAITS: Final = 2.0
_LONGEST: Final = 2 * LARGEST_BATCH
"""Bytes of one value: what SQLite may take for it from a file that may be malicious."""


def to_write(path: Path) -> sqlite3.Connection:
    """A connection whose commits are on the disk when they return; for one thread at a time, any.

    Raises:
        sqlite3.Error: it cannot be opened so.
    """
    connection = sqlite3.connect(path, timeout=_WRITER_WAITS, check_same_thread=False)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def to_read(path: Path) -> sqlite3.Connection:
    """A connection that cannot write, to a recording; somebody else may be writing it.

    Raises:
        RecordingError: it is none, or cannot be read.
    """
    if not path.is_file():
        raise RecordingError(f"{path}: there is no such file")
    try:
        try:
            return _checked(path, "mode=ro")
        except sqlite3.OperationalError:
            # Where SQLite may keep nothing beside the file (a stick that is write-protected), a file that
            # nobody is writing can be read all the same.
            if _beside(path).exists():
                raise
            return _checked(path, "mode=ro&immutable=1")
    except sqlite3.Error as error:
        hint = ""
        if _beside(path).exists():
            hint = f"; it is not closed: copy it and {_beside(path).name} to a folder that you may write"
        raise RecordingError(f"{path}: no recording that can be read ({reason(error)}{hint})") from error


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _checked(path: Path, how: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(str(path.absolute()))}?{how}",
        uri=True,
        timeout=_READER_WAITS,
        check_same_thread=False,
        isolation_level=None,
    )
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        connection.execute("PRAGMA trusted_schema=OFF")
        connection.execute("PRAGMA cell_size_check=ON")
        _require_layout(connection, path)
    except (sqlite3.Error, RecordingError):
        connection.close()
        raise
    return connection


def _require_layout(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION:
        raise RecordingError(f"{path}: an SQLite file, but no recording of Twinpane")
    if version != VERSION:
        maker = "a newer Twinpane" if version > VERSION else "another Twinpane"
        raise RecordingError(f"{path}: of layout {version}, made by {maker}; this one reads {VERSION}")
    # Views, triggers and virtual tables could have SQLite do what nobody asked for.
    found = {text for (text,) in connection.execute("SELECT sql FROM sqlite_master") if text is not None}
    if found != _statements():
        raise RecordingError(f"{path}: its tables are not those of a recording")


def _statements() -> set[str]:
    return {each.strip() for each in SCHEMA.split(";") if each.strip()}


def reason(error: Exception) -> str:
    """Why something failed, without the class of the error around it."""
    if isinstance(error, OSError):
        return error.strerror or str(error)
    return str(error)
