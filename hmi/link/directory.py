"""The run directory: where one engine and its clients meet.

It must lie on memory-backed storage, because the table of last values is a file mapped from it, and it
belongs to one user (and, where the site names one, a group): who can enter it can read the machine.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from hmi.link.errors import LinkUnavailable

SOCKET: Final = "engine.sock"
DOORBELL: Final = "doorbell.sock"
LOCK: Final = "engine.lock"
LAST_WORDS: Final = "engine.err"
"""Standard error of an engine that a panel started: empty, or why it ended."""

_LONGEST_PATH: Final = 90
"""A Unix socket's path holds 108 bytes; our longest file name is 13."""


def run_directory(site: str, environment: Mapping[str, str]) -> Path:
    """The run directory of a site, by ``TWINPANE_RUN``, the session's runtime folder, or /dev/shm."""
    if chosen := environment.get("TWINPANE_RUN"):
        return Path(chosen)
    if runtime := environment.get("XDG_RUNTIME_DIR"):
        return Path(runtime) / "twinpane" / site
    return Path("/dev/shm") / f"twinpane-{os.getuid()}" / site  # noqa: S108 owner and mode are checked below


def prepare(directory: Path) -> Path:
    """Make the directory for this user alone, or check the one that is there.

    Raises:
        LinkUnavailable: it belongs to somebody else, others may write it, or its path is too long.
    """
    if len(os.fsencode(directory)) > _LONGEST_PATH:
        raise LinkUnavailable(
            f"{directory}: the run directory's path is longer than {_LONGEST_PATH} bytes, "
            "the limit for local sockets; choose a shorter one with TWINPANE_RUN"
        )
    directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    directory.mkdir(mode=0o700, exist_ok=True)
    for folder in (directory, directory.parent):
        found = folder.lstat()
        sticky = bool(found.st_mode & stat.S_ISVTX)
        if not stat.S_ISDIR(found.st_mode) or (folder == directory and found.st_uid != os.getuid()):
            raise LinkUnavailable(f"{folder}: expected a directory that belongs to this user")
        if found.st_mode & stat.S_IWOTH and not sticky:
            raise LinkUnavailable(f"{folder}: anybody may write here; expected mode 0700")
    return directory
