"""A small site, real engine processes kept by a supervisor, and a client that comes back: for counting."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import psutil

from hmi.app import spawn
from hmi.app.supervisor import Supervisor
from hmi.link.client import LinkClient
from hmi.link.errors import LinkClosed, LinkUnavailable
from hmi.link.lock import holder
from hmi.link.messages import Counters, Notice, ToClient, Welcome
from hmi.model.clock import SECOND, Instant, SystemClock
from hmi.testing.sites import write_small_site

WAIT: Final = 60.0
LINGER: Final = 120.0


def until(condition: Callable[[], object], what: str, seconds: float = WAIT) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def descriptors(pid: int | str = "self") -> int:
    """How many files, sockets and pipes a process holds open."""
    return len(os.listdir(f"/proc/{pid}/fd"))  # noqa: PTH208


def resident(pid: int) -> float:
    """Megabytes of memory that are a process' own."""
    return psutil.Process(pid).memory_full_info().uss / 1e6


class EngineRoom:
    """``spawned`` are all engines that were ever started here; `close` ends those that run."""

    def __init__(self, folder: Path, run: Path) -> None:
        self.site = write_small_site(folder / "site")
        self.run = run
        self.spawned: list[subprocess.Popen[bytes]] = []
        self.supervisor = Supervisor(run, self.spawn)
        self._skipped = 0

    def spawn(self) -> subprocess.Popen[bytes]:
        self.spawned.append(spawn.engine(self.run, self.site, {}, LINGER))
        return self.spawned[-1]

    def now(self) -> Instant:
        real = SystemClock().now()
        return Instant(real.utc + self._skipped, real.monotonic + self._skipped)

    def tick(self) -> None:
        self.supervisor.tick(self.now())

    def settle(self) -> None:
        """Let the supervisor believe that the engine has run for long: the next one starts at once."""
        self._skipped += 60 * SECOND

    @property
    def alive(self) -> list[int]:
        return [each.pid for each in self.spawned if each.poll() is None]

    def files(self) -> set[str]:
        """What lies in the run directory, generations of the table apart."""
        return {each.name.partition("-")[0] for each in self.run.iterdir()}

    def close(self) -> None:
        for each in self.spawned:
            each.kill()
            each.wait()


class Screen:
    """A client that connects again whenever its engine has gone, and counts what it is told."""

    def __init__(self, room: EngineRoom) -> None:
        self._room = room
        self._client: LinkClient | None = None
        self.welcome: Welcome | None = None
        self.samples = 0
        self.notices: list[Notice] = []

    def look(self) -> bool:
        """Take what there is; whether there is an engine."""
        try:
            if self._client is None:
                self._client = LinkClient.connect(self._room.run)
            for message in self._client.receive():
                self._take(message)
            self._client.clear_doorbell()
        except (LinkClosed, LinkUnavailable):
            self.close()
        return self.welcome is not None

    def _take(self, message: ToClient) -> None:
        match message:
            case Welcome():
                self.welcome, self.samples = message, 0
            case Counters(samples=samples):
                self.samples = samples
            case Notice():
                self.notices.append(message)

    @property
    def heartbeat(self) -> int:
        table = self._client.table if self._client else None
        return table.heartbeat if table else 0

    @property
    def revision(self) -> int:
        table = self._client.table if self._client else None
        return table.revision if table else 0

    def sees(self, pid: int | None = None) -> bool:
        """Whether an engine (this one) has given news: samples that it counted."""
        self.look()
        return self.welcome is not None and self.samples > 0 and pid in (None, self.welcome.engine_pid)

    def goes_on(self, *, by: int = 50) -> None:
        """Wait until the engine has taken so many more samples, and moved its table."""
        self.look()
        samples, revision = self.samples, self.revision
        until(lambda: self.look() and self.samples >= samples + by, "the engine's pace")
        assert self.revision > revision

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self.welcome = None
        self.samples = 0


def engine_of(room: EngineRoom) -> int:
    found = holder(room.run)
    assert found is not None
    return found.pid
