"""What a test can leave behind, kind by kind: each observer says what is there now, by a lasting key.

Linux is looked at through /proc as well, because a process that outlived its parent is nobody's child.
"""

from __future__ import annotations

import os
import shutil
import socket
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import psutil

Found = Mapping[Hashable, str]
"""Key → what a person needs to know to find its origin."""

Observer = Callable[[], Found]

MARK: Final = "TWINPANE_TEST_PROCESS"
"""Environment variable with the pid of the test run; descendants inherit it wherever they end up."""

SHARED_MEMORY: Final = Path("/dev/shm")  # noqa: S108 looked at, never written

_FOLDER: Final = "twinpane-test-"

# Python's own helpers of multiprocessing: one of each per process, until its end, by design.
_HELPERS: Final = ("multiprocessing.resource_tracker", "multiprocessing.forkserver")

# A lock file stays where it is: removing it would let two engines hold "the" lock.
_LASTING: Final = ".lock"


def threads() -> Found:
    """Every running thread that Python started, daemon or not."""
    return {
        thread.ident: f"thread {thread.name!r}{' (daemon)' if thread.daemon else ''}, {_target(thread)}"
        for thread in threading.enumerate()
        # Threads that Qt or a C library started and that Python only met.
        if not isinstance(thread, threading._DummyThread)  # noqa: SLF001 has no public name
    }


def _target(thread: threading.Thread) -> str:
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 the documented way
    return "ended" if frame is None else f"now at {frame.f_code.co_filename}:{frame.f_lineno}"


def processes() -> Found:
    """Every living descendant of this process, also one whose parent is gone."""
    found: dict[Hashable, str] = {}
    for pid in _descendants():
        try:
            process = psutil.Process(pid)
            command = " ".join(process.cmdline())
            if process.status() == psutil.STATUS_ZOMBIE or any(helper in command for helper in _HELPERS):
                continue
            found[pid, process.create_time()] = f"process {pid}: {command or process.name()}"
        except psutil.NoSuchProcess:
            continue
    return found


def _descendants() -> set[int]:
    if not Path("/proc/self/task").is_dir():
        return {child.pid for child in psutil.Process().children(recursive=True)}
    # By hand, because this is done before and after every test: psutil reads about every process.
    found = set(_marked())
    parents = [os.getpid()]
    while parents:
        for file in Path(f"/proc/{parents.pop()}/task").glob("*/children"):
            try:
                children = [int(pid) for pid in file.read_text().split()]
            except OSError:  # ended meanwhile
                continue
            parents += children
            found.update(children)
    return found


def _marked() -> Iterator[int]:
    mark = f"{MARK}={os.getpid()}\0".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (folder / "environ").read_bytes():
                yield int(folder.name)
        except OSError:  # ended, or another user's
            continue


def sockets() -> Found:
    """Ports and Unix sockets on which this process can be spoken to."""
    found: dict[Hashable, str] = {}
    # Addresses are paths or "" for Unix sockets and may be (): the stubs know only host and port.
    connections: list[Any] = list(psutil.Process().net_connections(kind="all"))
    for each in connections:
        here = each.laddr
        if each.raddr or not here:
            continue
        if each.family == socket.AF_UNIX:
            found[each.fd, here] = f"unix socket {here} (file descriptor {each.fd})"
        elif each.status == psutil.CONN_LISTEN:
            found[each.fd, here] = f"listening port {here.ip}:{here.port}"
        elif each.type == socket.SOCK_DGRAM:
            found[each.fd, here] = f"UDP port {here.ip}:{here.port}"
    return found


def new_folder() -> Path:
    """A folder in memory-backed storage for all that the processes of this test run share.

    Those of former runs that were killed go: their names hold the pid of their run.
    """
    parent = SHARED_MEMORY if SHARED_MEMORY.is_dir() else None
    for left in SHARED_MEMORY.glob(f"{_FOLDER}*"):
        pid = left.name.removeprefix(_FOLDER).partition("-")[0]
        if pid.isdigit() and not psutil.pid_exists(int(pid)) and left.lstat().st_uid == os.getuid():
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(prefix=f"{_FOLDER}{os.getpid()}-", dir=parent))


def shared_memory(folder: Path) -> Found:
    """Segments and sockets in the folder of this test run; what lies beside it is somebody else's."""
    return {
        path: f"{'socket' if stat.S_ISSOCK(mode) else 'shared memory'} {path}"
        for path, mode in _files(folder)
    }


def _files(path: Path) -> Iterator[tuple[Path, int]]:
    """All below ``path`` with their modes; what vanishes meanwhile is passed over."""
    try:
        mode = path.lstat().st_mode
        below = sorted(path.iterdir()) if stat.S_ISDIR(mode) else []
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(mode) and path.suffix != _LASTING:
        yield path, mode
    for each in below:
        yield from _files(each)
