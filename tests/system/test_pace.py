"""From the ``paces`` of a site to what a device grants, to the words on the panel, and to another epoch."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from hmi.app import spawn
from hmi.app.bench.opcua_load import OpcUaLoad
from hmi.app.site import locate
from hmi.link.client import LinkClient
from hmi.link.errors import LinkUnavailable
from hmi.link.messages import Welcome
from hmi.present.pace import LivePaces
from hmi.present.session import Session
from hmi.present.texts import Texts
from hmi.testing.sites import write_small_site

GOES_ON = 90.0


def until(condition: Callable[[], object], what: Callable[[], object]) -> None:
    end = time.monotonic() + GOES_ON
    while not condition():
        assert time.monotonic() < end, what()
        time.sleep(0.02)


class Site:
    """A running engine of a site, and what a panel would say of its paces."""

    def __init__(self, running: ExitStack, folder: Path, run: Path, endpoints: dict[str, str]) -> None:
        command = [sys.executable, "-m", "hmi.app", "engine", "--no-watch", "--site", str(folder)]
        for name, address in endpoints.items():
            command += ["--endpoint", f"{name}={address}"]
        self._file = folder / "site.yaml"
        self._process = subprocess.Popen(
            command, env={**os.environ, "TWINPANE_RUN": str(run)}, stderr=subprocess.DEVNULL
        )
        running.callback(self._process.wait)
        running.callback(self._process.kill)
        self.session: Session | None = None
        self._client = self._connected(run)
        running.callback(self._client.close)

    def _connected(self, run: Path) -> LinkClient:
        end = time.monotonic() + GOES_ON
        while True:
            try:
                return LinkClient.connect(run)
            except LinkUnavailable:
                assert time.monotonic() < end
                time.sleep(0.02)

    def _hear(self) -> Session | None:
        for message in self._client.receive():
            if isinstance(message, Welcome):
                assert self._client.table is not None
                self.session = Session.begin(message, self._client.table.side_bytes, self.session)
            elif self.session is not None:
                self.session.take(message)
        return self.session

    def said(self, machine: str) -> str:
        session = self._hear()
        words = () if session is None else LivePaces(session).words(machine, Texts.own())
        return words[0] if words else ""

    def says(self, machine: str, words: str) -> None:
        until(
            lambda: self.said(machine) == words, lambda: f"{machine}: {self.said(machine)!r}, not {words!r}"
        )

    def intervals(self, machine: str) -> dict[str, set[tuple[float, float]]]:
        """What was granted by pace, in ms."""
        session = self._hear()
        assert session is not None
        found: dict[str, set[tuple[float, float]]] = {}
        for index, (sampling, publishing) in session.granted.items():
            tag = session.tag(index)
            if tag.machine == machine:
                found.setdefault(tag.pace, set()).add((round(1e3 * sampling), round(1e3 * publishing)))
        return found

    def change(self, *texts: tuple[str, str]) -> None:
        """Change the site's file and have it read: another epoch, as other intervals are asked for."""
        assert self.session is not None
        before = self.session.epoch
        content = self._file.read_text()
        for old, new in texts:
            assert old in content
            content = content.replace(old, new)
        self._file.write_text(content)
        self._process.send_signal(signal.SIGHUP)
        until(lambda: self._hear() and self.session and self.session.epoch.digest != before.digest, str)
        assert self.session.epoch.acquisition != before.acquisition


def as_asked(site: Site, wanted: dict[str, int]) -> bool:
    """Whether the line is polled as it should be, as nearly as a computer's scheduler lets it."""
    found = site.intervals("anodizing1")
    return all(
        abs(each - ms) <= 0.1 * ms for pace, ms in wanted.items() for each, _ in found.get(pace, {(0, 0)})
    )


@pytest.fixture
def running() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.mark.full
def test_each_pace_reaches_a_mill_and_a_line_and_what_they_grant_reaches_the_panel(
    running: ExitStack, tmp_path: Path
) -> None:
    folder = tmp_path / "site"
    shutil.copytree(locate(None)[0], folder)
    endpoints = spawn.simulators(running, locate(folder)[1])
    site = Site(running, folder, tmp_path / "run", endpoints)
    site.says("mill07", "granted 20 ms")
    site.says("anodizing1", "polled every 50 ms")
    until(lambda: len(site.intervals("mill07")) == 3, lambda: site.intervals("mill07"))
    mill = site.intervals("mill07")
    assert (mill["live"], mill["normal"]) == ({(20, 20)}, {(200, 200)})
    assert (
        min(sampling for sampling, _ in mill["slow"]) > 200
    )  # its server samples no slower than it publishes
    # What was measured, once the machine that this runs on keeps up.
    until(lambda: as_asked(site, {"live": 50, "normal": 200}), lambda: site.intervals("anodizing1"))

    site.change(
        ("paces: {live: 0.02}", "paces: {live: 0.03, normal: 0.15}"),
        ("port: 15020}", "port: 15020, paces: {live: 0.08}}"),
    )
    site.says("mill07", "granted 30 ms")
    site.says("anodizing1", "polled every 80 ms")
    until(lambda: (150, 150) in site.intervals("mill07").get("normal", ()), lambda: site.intervals("mill07"))


def test_a_server_that_grants_less_than_is_asked_is_said_to(running: ExitStack, tmp_path: Path) -> None:
    load = OpcUaLoad(20, 10.0, 60.0)  # which publishes no faster
    server = load.start(running, 60.0)
    folder = tmp_path / "site"
    load.write_site(folder, server.said())
    asked = (folder / "site.yaml").read_text()
    assert "publishing: 0.06" in asked
    (folder / "site.yaml").write_text(asked.replace("publishing: 0.06", "publishing: 0.01"))
    site = Site(running, folder, tmp_path / "run", {})
    site.says("load", "asked 10 ms, granted 60 ms")
    site.change(("publishing: 0.01", "publishing: 0.06"))
    site.says("load", "granted 60 ms")


def test_signals_of_the_engine_come_at_the_pace_of_their_site(running: ExitStack, tmp_path: Path) -> None:
    site = Site(running, write_small_site(tmp_path / "site"), tmp_path / "run", {})
    site.says("rig", "granted 20 ms")
    assert site.intervals("rig") == {"live": {(20, 0)}, "normal": {(50, 0)}}
    site.change(("live: 0.02", "live: 0.04"))
    site.says("rig", "granted 40 ms")
