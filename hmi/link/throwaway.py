"""Run directories for one run alone, as of a demo; those whose run was killed are swept by the next one."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from hmi.link.errors import LinkUnavailable
from hmi.link.lock import is_held

_IN_USE: Final = "in-use.lock"
"""Locked for as long as the run lives. Only folders that have it are ever removed."""


@contextmanager
def throwaway(parent: Path, kind: str) -> Iterator[Path]:
    """A new folder ``kind``-… in ``parent``, removed at the end; before, those of dead runs are removed.

    Raises:
        LinkUnavailable: there can be no folder.
    """
    try:
        parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(parent):  # else a sweep could find another run's folder before that has locked it
            for left in parent.glob(f"{kind}-*"):
                _sweep(left)
            made = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=parent))
            descriptor = os.open(made / _IN_USE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError as error:
        raise LinkUnavailable(f"{parent}: no folder for this run can be made ({error.strerror})") from error
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(descriptor)


def _sweep(folder: Path) -> None:
    try:
        descriptor = os.open(folder / _IN_USE, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except OSError:
        return  # not one of these, or somebody else's
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not is_held(folder):  # an engine outlives its panel for some time
            shutil.rmtree(folder, ignore_errors=True)
    except BlockingIOError:
        return
    finally:
        os.close(descriptor)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
