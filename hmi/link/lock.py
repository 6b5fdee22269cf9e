"""One engine per site: an advisory lock that the kernel releases when its holder dies, however it dies.

The lock is on a file, not on its path. Whoever removes the file or the folder lets a second engine take a
new one, so that the holder has to look, again and again, whether its file is still the one at the path.
"""

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
from hmi.link.errors import LinkUnavailable

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

    def __init__(self, path: Path, descriptor: int) -> None:
        """See `acquire`."""
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, directory: Path, *, managed: str, site: str) -> EngineLock | None:
        """Take the lock, waiting at most `_PATIENCE` for somebody who only looks; None: an engine has it.

        Raises:
            LinkUnavailable: there can be no lock file there.
        """
        path = directory / LOCK
        for _ in range(_ATTEMPTS):
            try:
                descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise LinkUnavailable(f"{path}: {error.strerror}") from error
            lock = cls(path, descriptor)
            if not _try(descriptor, fcntl.LOCK_EX):
                lock.release()
            elif lock.stands():
                os.ftruncate(descriptor, 0)
                os.pwrite(descriptor, msgspec.json.encode(Holder(os.getpid(), managed, site)), 0)
                return lock
            else:  # the file was taken away between opening and locking
                lock.release()
            time.sleep(_PATIENCE / _ATTEMPTS)
        return None

    def stands(self) -> bool:
        """Whether the locked file is still the one at its path; if not, another engine may hold that one."""
        ours = os.fstat(self._descriptor)
        try:
            there = self.path.stat()
        except OSError:
            return False
        return (ours.st_dev, ours.st_ino) == (there.st_dev, there.st_ino)

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
