"""The files of one machine, in the order of their numbers, which no clock can turn round."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Final

from hmi.recorder.kinds import Header
from hmi.recorder.layout import SUFFIX

_NAME: Final = re.compile(rf"(\d{{6,15}})_(\d{{4}}-\d\d-\d\d)_([a-z][a-z0-9_]*){re.escape(SUFFIX)}")


def file_name(header: Header) -> str:
    """What a file is called: number, day and shift, so that a list of names is in the order of recording."""
    return f"{header.number:06}_{header.day}_{header.shift}{SUFFIX}"


def number_of(path: Path) -> int | None:
    """The number that a file's name says; None: it is called as none of ours."""
    found = _NAME.fullmatch(path.name)
    return None if found is None else int(found[1])


def day_of(path: Path) -> date | None:
    """The day that a file's name says; None: none."""
    found = _NAME.fullmatch(path.name)
    try:
        return None if found is None else date.fromisoformat(found[2])
    except ValueError:
        return None


def series(folder: Path) -> list[Path]:
    """The recordings in a machine's folder by number; none where there is no such folder.

    Raises:
        OSError: it cannot be read.
    """
    if not folder.is_dir():
        return []
    numbered = ((number_of(path), path) for path in folder.iterdir())
    return [path for _, path in sorted((n, path) for n, path in numbered if n is not None)]
