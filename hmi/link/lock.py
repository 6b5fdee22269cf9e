"""One engine per site: an advisory lock that the kernel releases when its holder dies, however it dies."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from hmi.link.directory import LOCK

_PATIENCE: Final = 0.1
_ATTEMPTS: Final = 10
"""Whoever looks at the lock holds it shared for some microseconds; an engine must not give up on that."""


class Holder(msgspec.Struct, frozen=True):
    """Who holds the lock. ``managed`` says who restarts it: ``panel`` or ``service``."""

    pid: int
    managed: str
    site: str


class EngineLock:
    """The engine's hold on its site."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, directory: Path, *, managed: str, site: str) -> EngineLock | None:
        """Take the lock, waiting at most `_PATIENCE` for somebody who only looks; None: an engine has it."""
        descriptor = os.open(directory / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        for attempt in range(_ATTEMPTS):
            if _try(descriptor, fcntl.LOCK_EX):
                break
            if attempt == _ATTEMPTS - 1:
                os.close(descriptor)
                return None
            time.sleep(_PATIENCE / _ATTEMPTS)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, msgspec.json.encode(Holder(os.getpid(), managed, site)), 0)
        return cls(descriptor)

    def release(self) -> None:
        """Give the lock back; the file stays, because removing it would let two engines in."""
        os.close(self._descriptor)


def holder(directory: Path) -> Holder | None:
    """Who holds the lock now; None when nobody does (or the holder has not written itself in yet)."""
    with _looked_at(directory) as descriptor:
        if descriptor is None or _try(descriptor, fcntl.LOCK_SH):
            return None
        return _read(descriptor)


def is_held(directory: Path) -> bool:
    """Whether any process holds the lock."""
    with _looked_at(directory) as descriptor:
        return descriptor is not None and not _try(descriptor, fcntl.LOCK_SH)


def fence(directory: Path, expected: Holder) -> bool:
    """Kill the holder, if it is still the expected one; the lock is free once the kernel has reaped it.

    A process handle is taken before the holder is checked again, so a reused pid is never hit.
    Returns whether a signal was sent.
    """
    try:
        handle = os.pidfd_open(expected.pid)
    except ProcessLookupError:
        return False
    try:
        if holder(directory) != expected:
            return False
        signal.pidfd_send_signal(handle, signal.SIGKILL)
    except ProcessLookupError:
        return False
    finally:
        os.close(handle)
    return True


@contextmanager
def _looked_at(directory: Path) -> Iterator[int | None]:
    try:
        descriptor = os.open(directory / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        yield None
        return
    try:
        yield descriptor
    finally:
        os.close(descriptor)


def _try(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno not in (errno.EWOULDBLOCK, errno.EACCES):
            raise
        return False
    return True


def _read(descriptor: int) -> Holder | None:
    try:
        return msgspec.json.decode(os.pread(descriptor, 4096, 0), type=Holder)
    except msgspec.DecodeError:
        return None
