"""An excerpt: some minutes of a recording as a recording of its own, that proves as much as the whole.

It holds the batches themselves, byte by byte, with the signatures that reach over them: the first one (what
the file is), the begin of the stretch (configuration), and from the last state that was kept before the
minutes to the first signature behind them. In the place of what is left out before a batch stands the head of
the last one of it, so that the chain can be followed on; the signature behind it fits no other head.
"""

from __future__ import annotations

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from hmi.recorder.errors import RecordingError
from hmi.recorder.file import lay_out
from hmi.recorder.reading import RecordingReader
from hmi.recorder.sqlite import reason
from hmi.replay.index import RecordingIndex

Run = tuple[int, int]
"""The first and the last of batches that follow each other."""

_AT_ONCE: Final = 256
"""Batches that are copied at once."""


def runs_of(index: RecordingIndex, signed: Sequence[int], last: int, begin: int, end: int) -> list[Run]:
    """The batches of an excerpt from ``begin`` to ``end`` (UTC ns); those of ``signed`` have a signature.

    Each run ends with one, the last of all at the latest with the file's ``last`` batch.

    Raises:
        RecordingError: the file cannot be read.
    """
    first = index.place(begin)
    wanted = [
        (0, 0),
        (first.stretch, first.stretch),
        (index.first_batch(first), index.place(end).sequence),
    ]
    found: list[Run] = []
    for begins, ends in wanted:
        at = bisect_left(signed, max(begins, ends))  # where the clock was set back the end may lie before
        until = min(signed[at] if at < len(signed) else last, last)
        if found and begins <= found[-1][1] + 1:
            found[-1] = found[-1][0], max(found[-1][1], until)
        else:
            found.append((begins, until))
    return found


def excerpt(reader: RecordingReader, path: Path, begin: int, end: int) -> None:
    """Write an excerpt from ``begin`` to ``end`` (UTC ns). There is no half file, whatever is raised.

    Raises:
        RecordingError: the recording cannot be read, or has nothing of these minutes.
        FileExistsError: there is a file at ``path``.
        OSError: it cannot be written.
    """
    index = RecordingIndex(reader)
    if end < index.begin_utc or begin > index.end_utc:
        raise RecordingError(f"{reader.path}: nothing of that time is in it")
    checkpoints = reader.checkpoints()
    runs = runs_of(index, [each.sequence for each in checkpoints], reader.last, begin, end)
    part = path.with_name(f".{path.name}.part")
    part.unlink(missing_ok=True)
    try:
        lay_out(part)
        with closing(sqlite3.connect(part, isolation_level=None)) as made:
            made.execute("BEGIN")
            made.executemany("INSERT INTO batch VALUES (?,?,?,?,?,?)", _batches(reader, runs))
            rows = (
                (each.sequence, each.utc, each.head, each.key, each.signature)
                for each in checkpoints
                if _in(runs, each.sequence)
            )
            made.executemany("INSERT INTO checkpoint VALUES (?,?,?,?,?)", rows)
            rare = (each for each in reader.rare() if _in(runs, each.sequence))
            made.executemany("INSERT INTO event VALUES (?,?,?,?)", rare)
            made.execute("COMMIT")
        if path.exists():
            raise FileExistsError(f"{path} is there already")
        part.rename(path)
    except sqlite3.Error as error:
        raise OSError(f"{path}: cannot be written ({reason(error)})") from error
    finally:
        part.unlink(missing_ok=True)


def _batches(reader: RecordingReader, runs: Sequence[Run]) -> Iterator[tuple[object, ...]]:
    for first, last in runs:
        if first > 0:
            yield first - 1, reader.utc(first - 1), 0, 0, reader.head(first - 1), b""
        expected = first
        for begin in range(first, last + 1, _AT_ONCE):
            for stored in reader.stored(begin, min(begin + _AT_ONCE, last + 1)):
                if stored.sequence != expected or stored.left_out:
                    break
                yield tuple(stored)
                expected += 1
        if expected <= last:
            raise RecordingError(f"{reader.path}: batch {expected} is not there")


def _in(runs: Sequence[Run], sequence: int) -> bool:
    return any(first <= sequence <= last for first, last in runs)
