"""One export: rows of a recording into a file that is whole or not there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from hmi.export.about import About
from hmi.export.rows import Row, rows_of, unknown
from hmi.recorder.reading import RecordingReader
from hmi.replay.index import RecordingIndex
from hmi.replay.player import Player
from hmi.replay.samples import Recorded, samples_of

Write = Callable[[Path, About, Iterable[Row]], int]
"""Writes rows into a new file, and says how many (`hmi.export.csv_file`, `hmi.export.parquet_file`)."""


class UnknownTags(Exception):
    """Tags were asked for that the machine has not."""


def export(
    reader: RecordingReader,
    path: Path,
    write: Write,
    *,
    begin: int | None = None,
    end: int | None = None,
    tags: Sequence[str] = (),
    told: Callable[[float], None] = lambda _share: None,
) -> int:
    """Export what was taken in (begin, end] (UTC ns; None: from the begin, to the end); how many rows.

    ``told`` is called with the share that is done, 0 to 1; it may raise to cancel. Whatever is raised, there
    is no half file: what lay at ``path`` before is still there.

    Raises:
        UnknownTags: one of ``tags`` is none of the machine's.
        RecordingError: the recording cannot be read.
        OSError: the file cannot be written.
    """
    index = RecordingIndex(reader)
    begin = index.begin_utc if begin is None else begin
    end = index.end_utc if end is None else end
    player = Player(reader, index)
    player.seek(begin)
    stage = player.stage
    if stage is None:
        raise UnknownTags(f"{reader.path}: nothing in it can be played")
    if wrong := unknown(tags, stage.epoch.tags):
        known = ", ".join(tag.name for tag in stage.epoch.tags)
        raise UnknownTags(f"{stage.machine} has no tag {', '.join(wrong)}; it has {known}")
    about = About(
        header=index.header,
        file=reader.path.name,
        epoch=stage.epoch,
        begin=begin,
        end=end,
        tags=tuple(tag for tag in stage.epoch.tags if not tags or tag.name in tags),
        context={str(each.key): each.value for each in stage.pipeline.context.current},
    )
    part = path.with_name(f".{path.name}.part")
    try:
        count = write(part, about, _rows(samples_of(reader, index, begin, end), frozenset(tags), told))
        _settle(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    return count


def _rows(recorded: Iterable[Recorded], tags: frozenset[str], told: Callable[[float], None]) -> Iterator[Row]:
    for each in recorded:
        told(each.share)
        yield from rows_of(each, tags)


def _settle(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
