"""A network that drops packets in silence: two network namespaces of Linux joined by a virtual cable.

A cut cable or a switch that has lost its power tells nobody: no reset, no end of the stream. On one machine
that takes two network stacks. Dropping needs no packet filter: each side sends to a hardware address that
nobody has, and the other side's stack passes such frames over.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import TracebackType
from typing import Final, Self

NEAR: Final = "10.213.0.1"
FAR: Final = "10.213.0.2"
"""Addresses of the two sides; they exist in their own namespaces alone."""

_NOBODY: Final = "02:00:00:00:00:ff"
_SIDES: Final = {NEAR: ("near0", "02:00:00:00:00:01"), FAR: ("far0", "02:00:00:00:00:02")}
_OTHER: Final = {NEAR: FAR, FAR: NEAR}
_NEW_NETWORK: Final = 0x4000_0000
"""CLONE_NEWNET of sched.h."""


class NetworkUnavailable(Exception):
    """This machine lets us make no network of our own; the text says what is missing."""


class LossyNetwork:
    """Two sides, `NEAR` and `FAR`; a context manager.

    Raises (on entering):
        NetworkUnavailable: without root, network namespaces, virtual cables or the program ``ip``.
    """

    def __init__(self) -> None:
        self._running = ExitStack()
        self._spaces: dict[str, int] = {}

    def __enter__(self) -> Self:
        if shutil.which("ip") is None:
            raise NetworkUnavailable("the program `ip` is missing: install the package iproute2")
        with ExitStack() as opened:
            for side in (NEAR, FAR):
                self._spaces[side] = _new_namespace()
                opened.callback(os.close, self._spaces[side])
            self._join()
            self._running = opened.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._running.close()

    @contextmanager
    def inside(self, side: str) -> Iterator[None]:
        """Let this thread make its sockets and start its processes on one side."""
        home = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _enter(self._spaces[side])
            try:
                yield
            finally:
                _enter(home)
        finally:
            os.close(home)

    def path(self, side: str) -> str:
        """Where another process finds a side while this one runs, for `enter`."""
        return f"/proc/{os.getpid()}/fd/{self._spaces[side]}"

    def drop(self, dropping: bool) -> None:
        """Drop every packet between the sides, on both ways, or let them pass again."""
        for side, (device, _) in _SIDES.items():
            other = _OTHER[side]
            address = _NOBODY if dropping else _SIDES[other][1]
            self._ip(side, "neigh", "replace", other, "lladdr", address, "dev", device, "nud", "permanent")

    def _join(self) -> None:
        (near_device, near_address), (far_device, far_address) = _SIDES[NEAR], _SIDES[FAR]
        cable = ["link", "add", near_device, "address", near_address, "type", "veth"]
        cable += ["peer", "name", far_device, "address", far_address]
        cable += ["netns", self.path(FAR)]
        self._ip(NEAR, *cable)
        for side, (device, _) in _SIDES.items():
            self._ip(side, "addr", "add", f"{side}/30", "dev", device)
            self._ip(side, "link", "set", device, "up")
            self._ip(side, "link", "set", "lo", "up")
        self.drop(False)

    def _ip(self, side: str, *arguments: str) -> None:
        with self.inside(side):
            done = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False)
        if done.returncode:
            raise NetworkUnavailable(f"`ip {' '.join(arguments)}` failed: {done.stderr.strip()}")


def _new_namespace() -> int:
    """A descriptor of a new network namespace, which lives as long as somebody holds it or is in it."""
    made: list[int | OSError] = []

    def make() -> None:  # in a thread, which leaves the namespaces of the others alone and then ends
        if _libc().unshare(_NEW_NETWORK):
            made.append(OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno())))
        else:
            made.append(os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC))

    thread = threading.Thread(target=make, name="new network namespace")
    thread.start()
    thread.join()
    (result,) = made
    if isinstance(result, OSError):
        raise NetworkUnavailable(
            f"no network namespace can be made ({result.strerror}): run as root, on a kernel that has them"
        )
    return result


def enter(path: str) -> None:
    """Go on in the network at a `LossyNetwork.path`, with the threads that this one will start."""
    namespace = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        _enter(namespace)
    finally:
        os.close(namespace)


def _enter(namespace: int) -> None:
    if _libc().setns(namespace, _NEW_NETWORK):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)
