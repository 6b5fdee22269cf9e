"""A device's clock that is not ours: ahead, behind, drifting, set in the middle of its run.

It stands in for the one that the server's library reads, so that everything the server says is of one
clock, as in a PLC: source and server times, publish times, and the answer to the question for the time.
For a process that is nothing but the device.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta, tzinfo

from asyncua.server import address_space, internal_server
from asyncua.ua import uaprotocol_auto


class DeviceClock:
    """Shows ``ahead`` seconds more than ours when it is set, and from then gains ``drift`` s a second."""

    def __init__(self, ahead: float = 0.0, drift: float = 0.0) -> None:
        self.set(ahead, drift)

    def set(self, ahead: float = 0.0, drift: float = 0.0) -> None:
        """Set it anew, from now on."""
        self._shows = time.time_ns() + round(ahead * 1e9)
        self._at = time.monotonic_ns()
        self._drift = drift

    def utc_ns(self) -> int:
        """What it shows now: UTC ns."""
        gone = time.monotonic_ns() - self._at
        return self._shows + gone + round(gone * self._drift)

    def now(self, zone: tzinfo = UTC) -> datetime:
        """What it shows now, to the microsecond; stands in for `datetime.datetime.now`."""
        shown = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=self.utc_ns() // 1000)
        return shown.astimezone(zone)

    def take_over(self) -> None:
        """Let the library read this clock from now on, in the whole process."""
        for module in (uaprotocol_auto, address_space, internal_server):
            module.datetime = self
