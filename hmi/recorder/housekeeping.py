"""What the recorder's thread looks after once a minute: old recordings, and the room on the disk."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hmi.config.recording import RecordingRules
from hmi.model.clock import SECOND, Instant
from hmi.recorder.errors import RecordingError
from hmi.recorder.kinds import Removed
from hmi.recorder.reading import RecordingReader
from hmi.recorder.retention import Stored, outlived, stored
from hmi.recorder.room import Room, room

_log = logging.getLogger(__name__)

EVERY: Final = 60 * SECOND
_BESIDE: Final = ("-wal", "-shm")
"""What SQLite keeps beside a file that was not closed."""


@dataclass(frozen=True, slots=True)
class Removal:
    """Recordings of a machine that were removed."""

    machine: str
    removed: Removed


class Housekeeping:
    """Looks after ``folder``, in which each machine has its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._began: Instant | None = None
        self._looked = 0

    def due(self, now: Instant) -> bool:
        """Whether a minute has passed; also the first time."""
        if self._began is None:
            self._began = now
        elif now.monotonic - self._looked < EVERY:
            return False
        self._looked = now.monotonic
        return True

    def look(
        self, machines: Iterable[str], rules: RecordingRules, written: int, now: Instant
    ) -> list[Removal | Room]:
        """Remove what was kept long enough; tells that, and how much room there is.

        ``written``: bytes that were recorded since the first time.
        """
        found: list[Removal | Room] = []
        if not self._folder.exists():
            return found  # nothing was recorded yet
        try:
            files = {machine: stored(self._folder / machine) for machine in machines}
            today = datetime.fromtimestamp(now.utc / SECOND, UTC).date()
            gone = outlived(files.values(), rules, today)
            for machine, own in files.items():
                if mine := [each for each in own if each in gone]:
                    found.append(Removal(machine, _remove(mine)))
            usage = shutil.disk_usage(self._folder)
        except OSError as error:
            _log.error("%s: old recordings cannot be looked after: %s", self._folder, error.strerror)
            return found
        began = now if self._began is None else self._began
        found.append(room(usage.free, usage.total, written, now.monotonic - began.monotonic))
        return found


def _remove(files: list[Stored]) -> Removed:
    head = b""
    try:
        with RecordingReader(files[-1].path) as reader:
            head = reader.head(reader.last)
    except RecordingError as error:
        _log.warning("its end is not known: %s", error)
    for file in files:
        file.path.unlink()
        for end in _BESIDE:
            file.path.with_name(file.path.name + end).unlink(missing_ok=True)
        _log.info("%s was removed: it was kept long enough", file.path)
    return Removed(tuple(file.path.name for file in files), head)
