"""The run directory: where one engine and its clients meet.

It must lie on memory-backed storage, because the table of last values is a file mapped from it, and it
belongs to one user: who can enter it can read the machine, who can write it can put an engine of his own
there. Where it is depends on nothing that a service and a desktop session have differently, else each of
them would find no engine and start one (ADR 0007).
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

_SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 owner and mode are checked below


def run_directory(site: str, environment: Mapping[str, str], user: int | None = None) -> Path:
    """The run directory of a site: ``TWINPANE_RUN``, else one fixed place for each user and site id.

    ``user`` is the user's id where it is not this process's. The session's XDG_RUNTIME_DIR does not count: a
    service has none, and it goes at log-out.
    """
    if chosen := environment.get("TWINPANE_RUN"):
        return Path(chosen)
    return _SHARED_MEMORY / f"twinpane-{os.getuid() if user is None else user}" / site


def prepare(directory: Path) -> Path:
    """Make the directory for this user alone, or check the one that is there.

    Raises:
        LinkUnavailable: it cannot be made, it or the folder above belongs to somebody else, others may
            write there, or its path is too long.
    """
    if len(os.fsencode(directory)) > _LONGEST_PATH:
        raise LinkUnavailable(
            f"{directory}: the run directory's path is longer than {_LONGEST_PATH} bytes, "
            "the limit for local sockets; choose a shorter one with TWINPANE_RUN"
        )
    try:
        directory.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.mkdir(mode=0o700, exist_ok=True)
        _check(directory.parent, {os.getuid(), 0}, others=stat.S_IWOTH, sticky_will_do=True)
        _check(directory, {os.getuid()}, others=stat.S_IWOTH | stat.S_IWGRP, sticky_will_do=False)
    except OSError as error:
        raise LinkUnavailable(
            f"{directory}: the run directory cannot be made ({error.strerror}); "
            "choose another one, on memory-backed storage, with TWINPANE_RUN"
        ) from error
    return directory


def _check(folder: Path, owners: set[int], *, others: int, sticky_will_do: bool) -> None:
    """Refuse a folder in which somebody else could replace what is ours; ``others``: modes not allowed."""
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners:
        raise LinkUnavailable(f"{folder}: expected a directory that belongs to this user")
    if found.st_mode & others and not (sticky_will_do and found.st_mode & stat.S_ISVTX):
        raise LinkUnavailable(f"{folder}: others may write here; expected mode 0700")
