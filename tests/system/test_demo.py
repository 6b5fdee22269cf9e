"""The whole demo as its user runs it: real simulators, engine and window; then its engine hangs."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
from PyQt6.QtGui import QImage

from hmi.link.client import LinkClient
from hmi.link.errors import LinkClosed, LinkUnavailable
from hmi.link.lock import holder
from hmi.link.messages import EndpointNews, Welcome
from hmi.model.clock import SystemClock
from hmi.model.samples import LinkState
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session

pytestmark = pytest.mark.gui


def until(condition: Callable[[], object], what: str, seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.05)


@dataclass
class Demo:
    process: subprocess.Popen[str]
    runs: Path
    picture: Path

    @property
    def directory(self) -> Path | None:
        return next(iter(self.runs.glob("demo-*")), None)

    def engine(self) -> int | None:
        found = holder(self.directory) if self.directory else None
        return found.pid if found else None

    def simulators(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children()
        return [each for each in children if "simulate" in each.cmdline()]


class Onlooker:
    """A second client beside the panel, which comes back to whatever engine runs."""

    def __init__(self, demo: Demo) -> None:
        self._demo = demo
        self._client: LinkClient | None = None
        self._session: Session | None = None

    def frame(self) -> tuple[Session, Frame] | None:
        directory = self._demo.directory
        try:
            if self._client is None and directory is not None:
                self._client = LinkClient.connect(directory)
            for message in self._client.receive() if self._client else []:
                if isinstance(message, Welcome) and self._client and self._client.table:
                    self._session = Session.begin(message, self._client.table.side_bytes)
                elif self._session is not None:
                    self._session.take(message)
        except (LinkClosed, LinkUnavailable):
            self.close()
        if self._client is None or self._session is None:
            return None
        return self._session, self._session.refresh(self._client.table, SystemClock().now(), True)

    def live(self, machine: str) -> bool:
        """Whether most tags of a machine are live now (some are bad on purpose)."""
        seen = self.frame()
        if seen is None:
            return False
        session, frame = seen
        fresh = frame.freshness[list(session.epoch.tags_of(machine))]
        return bool((fresh <= Freshness.UNCERTAIN).mean() > 0.9)

    def link(self, machine: str) -> EndpointNews | None:
        seen = self.frame()
        return seen[0].endpoints.get((machine, "main")) if seen else None

    def close(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client = self._session = None


@pytest.fixture
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    runs = Path("/dev/shm") / f"tp-{os.getpid()}"  # a socket's path must be short
    picture = tmp_path_factory.mktemp("demo") / "panel.png"
    command = [sys.executable, "-m", "hmi.app", "demo", "--machine", "mill07", "--screenshot", str(picture)]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "TWINPANE_RUN": str(runs / "engine")},
    )
    made = Demo(process, runs, picture)
    yield made
    process.kill()
    process.wait()
    assert process.stdout is not None
    process.stdout.close()
    runs.rmdir()


def test_both_machines_come_alive_and_every_failure_is_overcome_without_a_restart(demo: Demo) -> None:
    onlooker = Onlooker(demo)
    until(lambda: onlooker.live("mill07") and onlooker.live("anodizing1"), "both machines live")

    first = demo.engine()
    assert first is not None
    os.kill(first, signal.SIGSTOP)  # an engine that hangs is fenced, and another one takes over
    until(lambda: demo.engine() not in (None, first), "a new engine")
    until(lambda: onlooker.live("mill07") and onlooker.live("anodizing1"), "live again after a hang")
    assert not psutil.pid_exists(first) or psutil.Process(first).status() == psutil.STATUS_ZOMBIE

    second = demo.engine()
    assert second is not None
    os.kill(second, signal.SIGKILL)
    until(lambda: demo.engine() not in (None, second), "a new engine after a kill")
    until(lambda: onlooker.live("mill07") and onlooker.live("anodizing1"), "live again after a kill")

    for frozen in demo.simulators():  # devices that accept and answer nothing
        frozen.suspend()
    for machine in ("mill07", "anodizing1"):
        until(
            lambda m=machine: (n := onlooker.link(m)) and n.state is LinkState.DOWN,
            f"{machine} frozen is told",
        )
        told = onlooker.link(machine)
        assert told is not None
        assert "127.0.0.1" in told.cause
        assert not onlooker.live(machine)
    for frozen in demo.simulators():
        frozen.resume()
    until(lambda: onlooker.live("mill07") and onlooker.live("anodizing1"), "live again after a freeze")

    onlooker.close()
    children = psutil.Process(demo.process.pid).children(recursive=True)
    demo.process.send_signal(signal.SIGTERM)
    assert demo.process.wait(30) == 0
    _, alive = psutil.wait_procs(children, 10)
    assert alive == []
    picture = QImage(str(demo.picture))
    assert picture.width() >= 1024
    assert len({picture.pixel(x, y) for x in range(0, 1024, 16) for y in range(0, 600, 12)}) > 20
    assert demo.process.stdout is not None
    said = demo.process.stdout.read()
    assert re.search(r"simulator of mill07\.main at opc\.tcp://127\.0\.0\.1:\d+/", said)
    assert "Traceback" not in said
