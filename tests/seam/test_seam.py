"""A machine plugin made outside the repository, against the installed wheel, runs for its user."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pymodbus.client import ModbusTcpClient
from PyQt6.QtGui import QColor, QImage

from hmi.link.client import LinkClient
from hmi.link.errors import LinkUnavailable
from hmi.link.messages import Welcome
from hmi.model.clock import SystemClock
from hmi.present import site_overview
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from tests.seam.installation import Installation, author_copy, write_site

Processes = list[subprocess.Popen[str]]
SECONDS = "3"


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


class Screen:
    """What a panel knows, over the link of an engine that another installation runs."""

    def __init__(self, directory: Path) -> None:
        self.session: Session | None = None
        self.frame: Frame | None = None
        self._connected: LinkClient | None = None
        until(lambda: self._connect(directory), "an engine to connect to")
        until(self.look, "the engine's welcome")

    def _connect(self, directory: Path) -> bool:
        try:
            self._connected = LinkClient.connect(directory)
        except LinkUnavailable:
            return False
        return True

    @property
    def client(self) -> LinkClient:
        assert self._connected is not None
        return self._connected

    def look(self) -> bool:
        for message in self.client.receive():
            if isinstance(message, Welcome):
                assert self.client.table is not None
                self.session = Session.begin(message, self.client.table.side_bytes)
            elif self.session is not None:
                self.session.take(message)
        if self.session is not None:
            self.frame = self.session.refresh(self.client.table, SystemClock().now(), engine_alive=True)
        return self.session is not None

    def live(self, name: str) -> object:
        """The value of a tag of ``tank1`` while it is live, None while it is not."""
        self.look()
        assert self.session is not None
        assert self.frame is not None
        index = self.session.index("tank1", name)
        return self.session.value(index) if self.frame.freshness[index] == Freshness.LIVE else None


@pytest.fixture
def tank(installation: Installation, processes: Processes) -> int:
    """The port of a running simulator of the plugin."""
    processes.append(installation.start("twinpane", "simulate", "coolant_tank"))
    assert processes[-1].stdout is not None
    port: int = json.loads(processes[-1].stdout.readline())["ports"]["main"]
    return port


def set_level(port: int, millimetres: float) -> None:
    """Write the level's setpoint, as another master on the network does."""
    client = ModbusTcpClient("127.0.0.1", port=port, timeout=20)
    try:
        assert client.connect()
        assert not client.write_register(0, round(millimetres * 10), device_id=1).isError()
    finally:
        client.close()


def height_of(picture: Path, colour: str) -> int:
    """The greatest number of pixels of a colour that stand in one column of a picture."""
    image, wanted = QImage(str(picture)), QColor(colour).rgb()
    assert not image.isNull()
    columns = range(0, image.width(), 4)
    return max(sum(image.pixel(x, y) == wanted for y in range(image.height())) for x in columns)


def test_its_own_tests_pass_where_it_was_made(installation: Installation, tmp_path: Path) -> None:
    said = installation.run("python", "-m", "pytest", "-q", cwd=author_copy(tmp_path))
    assert " passed" in said
    assert "skipped" not in said


def test_it_is_listed_and_sound(installation: Installation, tmp_path: Path) -> None:
    site = write_site(tmp_path / "site", [("tank1", "coolant_tank", 1502)])
    listed = json.loads(installation.run("twinpane", "machines", "--site", site, "--json"))
    assert [each["id"] for each in listed["types"]] == ["coolant_tank"]
    assert listed["types"][0]["origin"] == "twinpane-coolant-tank 0.1.0"
    assert Path(listed["types"][0]["folder"]).is_relative_to(installation.folder)
    assert listed["site"]["machines"][0]["name"] == "Machine tank1"
    assert listed["quarantined"] == []
    assert "no problem" in installation.run("twinpane", "lint", "--site", site)


def test_its_values_are_live_on_the_panel(
    installation: Installation, processes: Processes, tank: int, tmp_path: Path
) -> None:
    site, run = write_site(tmp_path / "site", [("tank1", "coolant_tank", tank)]), tmp_path / "run"
    environment = {"TWINPANE_RUN": str(run)}
    processes.append(installation.start("twinpane", "engine", "--site", site, env=environment))
    screen = Screen(run)
    until(lambda: screen.live("coolant") == "Ecocool 68 lot 2214", "the coolant's name")
    heights = {}
    for level in (150.0, 450.0):
        set_level(tank, level)
        until(lambda to=level: abs(float(str(screen.live("level") or 0)) - to) < 2.0, f"the level at {level}")
        until(lambda to=level: abs(float(str(screen.live("volume") or 0)) - 0.8 * to) < 2.0, "its volume")
        picture = tmp_path / f"{level:.0f}.png"
        command = (
            "panel",
            "--site",
            site,
            "--machine",
            "tank1",
            "--seconds",
            SECONDS,
            "--screenshot",
            picture,
        )
        installation.run("twinpane", *command, env=environment)
        heights[level] = height_of(picture, DARK.dye)
    screen.client.close()
    assert heights[150.0] > 20
    assert heights[450.0] / heights[150.0] == pytest.approx(3.0, rel=0.1)


def test_bad_plugins_are_named_and_the_rest_runs(
    with_bad_plugins: Installation, processes: Processes, tank: int, tmp_path: Path
) -> None:
    machines = [("tank1", "coolant_tank", tank), ("press1", "dongle_press", 1), ("saw1", "newer_saw", 1)]
    site, run = write_site(tmp_path / "site", machines), tmp_path / "run"
    environment = {"TWINPANE_RUN": str(run)}
    processes.append(with_bad_plugins.start("twinpane", "engine", "--site", site, env=environment))
    screen = Screen(run)
    until(lambda: screen.live("level"), "the tank's level")
    assert screen.session is not None
    assert screen.frame is not None
    epoch = screen.session.epoch
    assert [machine.id for machine in epoch.machines] == ["tank1"]
    causes = {each.name: each.cause for each in epoch.quarantined}
    assert causes.keys() == {"dongle_press", "newer_saw", "press1", "saw1"}
    assert "RuntimeError: no dongle found" in causes["dongle_press"]
    assert "api_version: found 99" in causes["newer_saw"]
    cards = site_overview.cards(screen.session, screen.frame, Texts.of(epoch, "en"))
    assert {card.name: card.cause for card in cards if not card.machine} == causes
    screen.client.close()
    picture = tmp_path / "site.png"
    command = ("panel", "--site", site, "--seconds", SECONDS, "--screenshot", picture)
    with_bad_plugins.run("twinpane", *command, env=environment)
    assert height_of(picture, DARK.warning_surface) > 0
    assert "In quarantine" in with_bad_plugins.run("twinpane", "machines", "--site", site)
    assert "no dongle found" in with_bad_plugins.run("twinpane", "machines", "--site", site)
