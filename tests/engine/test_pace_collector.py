"""The engine's garbage collector never shows, and what an epoch held is let go of when another begins."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from hmi.app.bench.opcua_load import OpcUaLoad
from hmi.link.client import LinkClient
from hmi.link.errors import LinkUnavailable
from hmi.link.messages import Counters, Welcome
from hmi.testing.sites import write_small_site

PROBE = Path(__file__).with_name("collector_probe.py")
HISTORY_MB = 21.0


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


class ProbedEngine:
    """An engine that keeps a book, and a client of it that counts."""

    def __init__(self, site: Path, folder: Path) -> None:
        self._book = folder / "book"
        run = folder / "run"
        arguments = ["engine", "--no-watch", "--site", str(site)]
        self._process = subprocess.Popen(
            [sys.executable, str(PROBE), str(self._book), *arguments],
            env={**os.environ, "TWINPANE_RUN": str(run)},
            stderr=subprocess.DEVNULL,
        )
        self.samples = 0
        self.welcome: Welcome | None = None
        self.client = self._connected(run)
        until(lambda: self._heard() and self.welcome is not None, "a greeting")
        until(lambda: self.book()["frozen"], "it has settled")

    def _connected(self, run: Path) -> LinkClient:
        end = time.monotonic() + 60
        while True:
            try:
                return LinkClient.connect(run)
            except LinkUnavailable:
                assert time.monotonic() < end, "an engine"
                time.sleep(0.02)

    def _heard(self) -> bool:
        for message in self.client.receive():
            if isinstance(message, Welcome):
                self.welcome = message
            elif isinstance(message, Counters):
                self.samples = message.samples
        return True

    def book(self) -> dict[str, Any]:
        self._book.unlink(missing_ok=True)
        self._process.send_signal(signal.SIGUSR1)
        until(self._book.exists, "the book")
        told: dict[str, Any] = json.loads(self._book.read_text())
        return told

    def collect(self) -> None:
        before = len(self.book()["oldest_ms"])
        self._process.send_signal(signal.SIGUSR2)
        until(lambda: len(self.book()["oldest_ms"]) > before, "a collection")

    def receives(self, count: int) -> None:
        goal = self.samples + count
        until(lambda: self._heard() and self.samples >= goal, f"{count} more samples")

    def reload(self) -> None:
        """Have the files read again and wait for the greeting of what they say now."""
        before = self.welcome
        self._process.send_signal(signal.SIGHUP)
        until(lambda: self._heard() and self.welcome is not before, "another greeting")

    def close(self) -> None:
        if hasattr(self, "client"):
            self.client.close()
        self._process.kill()
        self._process.wait()


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.parametrize(
    ("tags", "samples"), [(1000, 30_000), pytest.param(5000, 1_000_000, marks=pytest.mark.full)]
)
def test_no_collection_of_an_engine_under_load_takes_long(
    running: ExitStack, tmp_path: Path, tags: int, samples: int
) -> None:
    load = OpcUaLoad(tags, 10.0, 20.0)
    server = load.start(running, 120.0)
    load.write_site(tmp_path / "site", server.said())
    engine = ProbedEngine(tmp_path / "site", tmp_path)
    running.callback(engine.close)
    engine.receives(tags)
    for _ in range(5):
        engine.receives(samples // 5)
        engine.collect()  # also where the collector itself would never come so far
    book = engine.book()
    print(book)  # noqa: T201
    assert len(book["oldest_ms"]) >= 5
    # Not the longest: on a busy machine any thread is now and then charged for what others do.
    assert np.median(book["oldest_ms"]) < 5.0
    assert book["younger"] > 0
    # What is frozen is most of what there is: of the library's types alone some ten thousand objects.
    assert book["frozen"] > 30_000


@pytest.mark.parametrize("rounds", [1, pytest.param(10, marks=pytest.mark.full)])
def test_reloads_leave_nothing_of_what_was_before(running: ExitStack, tmp_path: Path, rounds: int) -> None:
    site = write_small_site(tmp_path / "site")
    (screen,) = site.rglob("screens/*.yaml")
    (tags,) = site.rglob("tags.yaml")
    engine = ProbedEngine(site, tmp_path)
    running.callback(engine.close)
    engine.receives(50)
    before = engine.book()
    described, shown = tags.read_text(), screen.read_text()
    for number in range(rounds):
        for each in range(20):
            screen.write_text(shown.replace("trends: [speed]", f"trends: [{('steady', 'speed')[each % 2]}]"))
            engine.reload()
        for each in range(5):
            tags.write_text(described.replace("low: 42.0", f"low: {43 + 5 * number + each}.0"))
            engine.reload()
            until(lambda: engine.book()["histories_alive"] == 1, "only the present history is left")
    after = engine.book()
    print(before, after)  # noqa: T201
    assert after["histories_made"] == before["histories_made"] + 5 * rounds
    assert after["frozen"] < 1.1 * before["frozen"]
    # The present history, and room of one that the C library may not have given back yet.
    assert after["resident_mb"] < before["resident_mb"] + 2 * HISTORY_MB + 9.0
    engine.receives(50)
