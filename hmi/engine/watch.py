"""Whether the files of the configuration have changed on disk, by looking now and then.

Looking works the same on every file system, network shares included, which tell nobody of changes.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

_DEEP: Final = 4
"""``site/machines/<plugin>/screens`` and one more; nothing is looked for further down."""

Files = dict[str, tuple[int, int, int]]
"""Path → modification time (ns), size and inode: a file that was written or put in place differs."""


def look(folders: Iterable[Path]) -> Files:
    """The YAML files in these folders and below; what cannot be read is not there."""
    found: Files = {}
    for folder in folders:
        found.update(_below(os.fspath(folder), _DEEP))
    return found


def _below(folder: str, deep: int) -> Iterator[tuple[str, tuple[int, int, int]]]:
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                if entry.is_dir():
                    if deep > 1 and entry.name != "__pycache__":
                        yield from _below(entry.path, deep - 1)
                elif entry.name.endswith((".yaml", ".yml")):
                    stat = entry.stat()
                    yield entry.path, (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    except OSError:
        return  # it went away meanwhile, or is not for us: the next look tells


class Watch:
    """Says once that files have changed, when they have come to rest: the same at two looks."""

    def __init__(self, files: Files) -> None:
        """``files`` as they were when they were read."""
        self._read = files
        self._last = files

    def changed(self, files: Files) -> bool:
        """Take one look; whether it is time to read the files again."""
        rests, self._last = files == self._last, files
        if not rests or files == self._read:
            return False
        self._read = files
        return True
