"""The engine as a process: what it serves, how it ends, and that there is never more than one."""

from __future__ import annotations

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from hmi.link.client import LinkClient
from hmi.link.errors import LinkClosed, LinkUnavailable
from hmi.link.lock import holder, is_held
from hmi.link.messages import ContextNews, HistoryReply, Notice, ToClient, Welcome
from hmi.model.clock import SECOND, SystemClock
from hmi.present.session import Session
from hmi.testing.sites import write_small_site


def until(condition: Callable[[], object], what: str = "") -> None:
    end = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


class Site:
    """A small site with engine processes that are all ended."""

    def __init__(self, folder: Path) -> None:
        self.folder = write_small_site(folder / "site")
        self.run = folder / "run"
        self.processes: list[subprocess.Popen[bytes]] = []

    def engine(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "hmi.app", "engine", "--site", str(self.folder), *arguments]
        environment = {**os.environ, "TWINPANE_RUN": str(self.run)}
        with (self.folder / "stderr").open("ab") as errors:
            self.processes.append(subprocess.Popen(command, env=environment, stderr=errors))
        return self.processes[-1]

    def said(self) -> str:
        return (self.folder / "stderr").read_text()


class Screen:
    """A client that keeps a session, as the panel does."""

    def __init__(self, directory: Path) -> None:
        self.messages: list[ToClient] = []
        self.session: Session | None = None
        end = time.monotonic() + 40
        while True:
            try:
                self.client = LinkClient.connect(directory)
                break
            except LinkUnavailable:
                assert time.monotonic() < end
                time.sleep(0.02)
        until(lambda: self.take() and self.session is not None)

    def take(self) -> bool:
        for message in self.client.receive():
            self.messages.append(message)
            if isinstance(message, Welcome):
                assert self.client.table is not None
                self.session = Session.begin(message, self.client.table.side_bytes)
            elif self.session is not None:
                self.session.take(message)
        return True

    def is_closed(self) -> bool:
        try:
            self.client.receive()
        except LinkClosed:
            return True
        return False

    def value(self, name: str) -> object:
        self.take()
        assert self.session is not None
        self.session.refresh(self.client.table, SystemClock().now(), engine_alive=True)
        return self.session.value(self.session.index("rig", name))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    yield made
    for process in made.processes:
        process.kill()
        process.wait()


def test_it_serves_values_derived_tags_context_and_history(site: Site) -> None:
    site.engine()
    screen = Screen(site.run)
    until(lambda: screen.value("steady") == 42.0 and screen.value("part") == "Bracket")
    until(lambda: (s := screen.value("speed")) and screen.session and screen.value("double") and s)
    assert any(isinstance(m, ContextNews) and m.event.value == "Bracket" for m in screen.messages)
    session = screen.session
    assert session is not None
    index = session.index("rig", "speed")
    time.sleep(0.5)
    now = time.time_ns()
    number = screen.client.request_history(index, now - 10 * SECOND, now, 500)
    until(lambda: screen.take() and any(isinstance(m, HistoryReply) for m in screen.messages))
    reply = next(m for m in screen.messages if isinstance(m, HistoryReply))
    times = np.frombuffer(reply.time, "<i8")
    assert (reply.request, reply.index) == (number, index)
    assert len(times) > 10
    assert np.all(np.diff(times) > 0)
    assert screen.client.table is not None
    beats = {screen.client.table.heartbeat for _ in range(20) if not time.sleep(0.02)}
    assert len(beats) > 5
    screen.client.close()


def test_a_second_engine_of_the_same_site_is_refused(site: Site) -> None:
    first = site.engine()
    Screen(site.run).client.close()
    assert site.engine().wait(60) == 1
    assert "running already" in site.said()
    assert first.poll() is None


def test_it_ends_cleanly_and_leaves_nothing(site: Site) -> None:
    process = site.engine()
    screen = Screen(site.run)
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    until(screen.is_closed)
    screen.client.close()
    assert {each.name for each in site.run.iterdir()} == {"engine.lock"}


def test_after_a_kill_the_next_engine_cleans_up_and_serves(site: Site) -> None:
    for _ in range(3):
        process = site.engine()
        screen = Screen(site.run)
        until(lambda s=screen: s.value("steady") == 42.0)
        found = holder(site.run)
        assert found is not None
        assert found.pid == process.pid
        process.kill()
        process.wait()
        assert not is_held(site.run)
        screen.client.close()
    site.engine()
    screen = Screen(site.run)
    assert len(list(site.run.glob("table-*"))) == 1
    screen.client.close()


def test_a_new_configuration_is_a_new_epoch_and_a_wrong_one_is_told_and_not_taken(site: Site) -> None:
    process = site.engine()
    screen = Screen(site.run)
    until(lambda: screen.value("steady") == 42.0)
    tags = site.folder / "machines" / "rig" / "tags.yaml"
    tags.write_text(tags.read_text().replace("low: 42.0", "low: 43.0"))
    process.send_signal(signal.SIGHUP)
    until(lambda: screen.value("steady") == 43.0)
    welcomes = [m for m in screen.messages if isinstance(m, Welcome)]
    assert len({w.digest for w in welcomes}) == len(welcomes) == 2
    (site.folder / "site.yaml").write_text("schema: twinpane.site/1\nid: small\nmachine: []\n")
    process.send_signal(signal.SIGHUP)
    until(lambda: screen.take() and any(isinstance(m, Notice) for m in screen.messages))
    told = next(m for m in screen.messages if isinstance(m, Notice))
    assert "site.yaml:1: the key `machines` is missing, expected a list (and 1 more" in told.text
    assert "site.yaml:3" in site.said(), "it is in the log as well"
    assert screen.value("steady") == 43.0
    screen.client.close()


def test_an_engine_of_a_panel_ends_some_time_after_its_last_panel(site: Site) -> None:
    process = site.engine("--managed", "panel", "--linger", "0.5")
    screen = Screen(site.run)
    time.sleep(1.0)
    assert process.poll() is None
    screen.client.close()
    assert process.wait(30) == 0


def test_wrong_configuration_is_said_with_file_and_line(site: Site) -> None:
    (site.folder / "site.yaml").write_text("schema: twinpane.site/1\nid: small\nmachines: 7\n")
    assert site.engine().wait(60) == 1
    assert "site.yaml:3" in site.said()


@pytest.mark.parametrize("what", ["engine.lock", ""])
def test_an_engine_whose_lock_was_taken_away_makes_room_at_once(site: Site, what: str) -> None:
    first = site.engine()
    screen = Screen(site.run)
    taken = site.run / what
    taken.rename(site.run.with_name("taken"))
    assert first.wait(60) == 75
    assert "was taken away" in site.said()
    screen.client.close()
    second = site.engine()
    screen = Screen(site.run)
    until(lambda: screen.value("steady") == 42.0)
    assert second.poll() is None
    screen.client.close()


def test_the_successor_of_an_engine_whose_lock_was_taken_away_keeps_its_own_files(site: Site) -> None:
    first = site.engine()
    Screen(site.run).client.close()
    os.kill(first.pid, signal.SIGSTOP)  # it cannot look while the second one begins
    bell = (site.run / "doorbell.sock").stat().st_ino
    (site.run / "engine.lock").unlink()
    second = site.engine()
    until(lambda: (b := site.run / "doorbell.sock").exists() and b.stat().st_ino != bell)
    screen = Screen(site.run)
    os.kill(first.pid, signal.SIGCONT)
    assert first.wait(60) == 75
    until(lambda: screen.value("steady") == 42.0)
    again = Screen(site.run)
    until(lambda: again.value("steady") == 42.0)
    assert second.poll() is None
    screen.client.close()
    again.client.close()


def test_no_room_for_the_table_is_told_at_the_start(site: Site) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (700, before[1]))  # for the engine, which inherits it
    try:
        process = site.engine()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert process.wait(60) == 1
    assert "no room for the table" in site.said()
    assert {each.name for each in site.run.iterdir()} == {"engine.lock"}


def test_an_engine_without_a_screen_says_why_it_has_no_link(site: Site) -> None:
    machine = site.folder / "machines" / "rig"
    (machine / "machine.yaml").write_text(
        "schema: twinpane.machine/1\nid: rig\napi_version: 1\nprotocols: [modbus]\nheadline: [speed]\n"
    )
    (machine / "tags.yaml").write_text(
        "schema: twinpane.tags/1\ntags:\n"
        "  speed: {address: {modbus: {table: holding_register, address: 0}}}\n"
        "  steady: {address: {modbus: {table: holding_register, address: 1}}}\n"
    )
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # and not listening: it refuses
        port = bound.getsockname()[1]
        described = site.folder / "site.yaml"
        text = described.read_text()
        begin = text.index("main: {")
        described.write_text(f"{text[:begin]}main: {{protocol: modbus, host: 127.0.0.1, port: {port}}}\n")
        site.engine()
        until(lambda: "rig.main: no link" in site.said(), "the first failure is logged")
        time.sleep(3)  # several attempts
    said = [line for line in site.said().splitlines() if "rig.main" in line]
    assert len(said) == 1, "and is not logged again"
    assert f"WARNING hmi.engine.link_log: rig.main: no link: no connection to 127.0.0.1:{port}" in said[0]
    with socket.create_server(("127.0.0.1", port)):  # it accepts, and never answers
        until(lambda: "no answer" in site.said(), "another cause is logged")
