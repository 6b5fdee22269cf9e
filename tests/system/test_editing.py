"""An engineer edits the files of a running site, saves mistakes and mends them; nobody restarts anything."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from hmi.config.epoch import Machine
from hmi.link.client import LinkClient
from hmi.link.errors import LinkUnavailable
from hmi.link.messages import REFUSED, RIGHT_AGAIN, EndpointNews, HistoryReply, Notice, ToClient, Welcome
from hmi.model.clock import Instant, SystemClock
from hmi.model.samples import LinkState
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session
from hmi.present.theme import DARK
from hmi.testing.sites import write_small_site
from hmi.ui.history import PendingHistory
from hmi.ui.panel import PanelConnection
from hmi.ui.parts import OwnParts
from hmi.ui.screens.machine import MachineScreen
from hmi.ui.window import PanelWindow

WAIT = 60_000


class NoSupervisor:
    """The engine is nobody's here."""

    last_exit = None

    def engine_unresponsive(self, now: Instant) -> None:
        """See `hmi.ui.panel.Supervisor`."""

    def tick(self, now: Instant) -> None:
        """See `hmi.ui.panel.Supervisor`."""


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


class Onlooker:
    """A client that goes from session to session as the panel does, and looks as often."""

    def __init__(self, run: Path) -> None:
        self.heard: list[ToClient] = []
        self.session: Session | None = None
        self.frames: list[Frame] = []
        end = time.monotonic() + 60
        while True:
            try:
                self.client = LinkClient.connect(run)
                break
            except LinkUnavailable:
                assert time.monotonic() < end
                time.sleep(0.02)
        until(lambda: self.look() and self.live("steady") and self.live("double"), "the first values")

    def look(self) -> Session | None:
        for message in self.client.receive():
            self.heard.append(message)
            if isinstance(message, Welcome):
                assert self.client.table is not None
                self.session = Session.begin(message, self.client.table.side_bytes, self.session)
            elif self.session is not None:
                self.session.take(message)
        if self.session is not None:
            self.frames.append(self.session.refresh(self.client.table, SystemClock().now(), True))
        return self.session

    def live(self, name: str) -> bool:
        assert self.session is not None
        return bool(self.frames[-1].freshness[self.session.index("rig", name)] == Freshness.LIVE)

    @property
    def machine(self) -> Machine:
        session = self.look()
        assert session is not None
        return session.machine("rig")

    def tiles(self) -> list[str]:
        screen = self.machine.screen
        return [] if screen is None else [each.tag for each in screen.tiles]

    def told(self, text_id: str) -> list[str]:
        self.look()
        return [each.text for each in self.heard if isinstance(each, Notice) and each.text_id == text_id]

    def forget(self) -> None:
        self.heard.clear()
        self.frames.clear()


class Plant:
    """The small site on disk, and its engine."""

    def __init__(self, folder: Path) -> None:
        self.site = write_small_site(folder / "site")
        self.rig = self.site / "machines" / "rig"
        self.screen = self.rig / "screens" / "machine.yaml"
        self.run = folder / "run"
        self.engine: subprocess.Popen[bytes] | None = None

    def start(self) -> Onlooker:
        command = [sys.executable, "-m", "hmi.app", "engine", "--site", str(self.site)]
        self.engine = subprocess.Popen(
            command, env={**os.environ, "TWINPANE_RUN": str(self.run)}, stderr=subprocess.DEVNULL
        )
        return Onlooker(self.run)

    def save(self, file: Path, old: str, new: str) -> None:
        """As many editors do: write another file, then put it in the place of the first."""
        text = file.read_text()
        assert text.count(old) == 1
        beside = file.with_name(f".{file.name}.new")
        beside.write_text(text.replace(old, new))
        beside.rename(file)


@pytest.fixture
def plant(tmp_path: Path) -> Iterator[Plant]:
    made = Plant(tmp_path)
    yield made
    if made.engine is not None:
        made.engine.kill()
        made.engine.wait()


def test_a_screen_is_shown_as_saved_while_values_stay_live_and_mistakes_cost_nothing(plant: Plant) -> None:
    panel = plant.start()
    try:
        table = panel.client.table
        assert table is not None
        generation = table.generation
        panel.forget()

        plant.save(plant.screen, "tiles: [{tag: speed}, {tag: steady}]", "tiles: [{tag: double}]")
        until(lambda: panel.tiles() == ["double"], "the screen as saved")

        plant.save(plant.screen, "tag: double", "tag: doubble")
        until(lambda: panel.told(REFUSED), "what is wrong")
        (refused,) = panel.told(REFUSED)
        assert refused.startswith(f"{plant.screen}:3: tiles.0.tag: there is no tag `doubble`, did you mean")
        assert panel.tiles() == ["double"]
        late = Onlooker(plant.run)
        assert late.told(REFUSED) == [refused], "who comes later is told as well"
        late.client.close()

        plant.save(plant.screen, "tag: doubble", "tag: steady")
        until(lambda: panel.tiles() == ["steady"], "the screen as mended")

        plant.save(plant.screen, "tag: steady", "tags: steady")
        until(lambda: len(panel.told(REFUSED)) == 2, "what is wrong again")
        plant.save(plant.screen, "tags: steady", "tag: steady")
        until(lambda: panel.told(RIGHT_AGAIN), "that it is as before")

        plant.screen.unlink()
        until(lambda: panel.machine.screen is None, "that there is no screen any more")

        assert len([each for each in panel.heard if isinstance(each, Welcome)]) == 3
        links = {each.state for each in panel.heard if isinstance(each, EndpointNews)}
        assert links == {LinkState.UP}, "no link was let go of"
        assert panel.client.table is not None
        assert panel.client.table.generation == generation
        assert panel.session is not None
        assert panel.session.endpoints[("rig", "main")].state is LinkState.UP
        part = panel.session.index("rig", "part")
        assert all(each.freshness[part] == Freshness.LIVE for each in panel.frames), "not once stale"
    finally:
        panel.client.close()


def test_another_tag_is_another_epoch_in_which_the_history_of_the_others_goes_on(plant: Plant) -> None:
    panel = plant.start()
    try:
        until(lambda: panel.look() and panel.live("speed"), "the first sample: before it there is a gap")
        first = time.time_ns()
        until(lambda: panel.look() and time.time_ns() - first > 1_000_000_000, "a second of history")
        changed = time.time_ns()
        new = "  extra:\n    address: {simulated: {kind: constant, low: 7.0}}\n  double:\n"
        plant.save(plant.rig / "tags.yaml", "  double:\n", new)

        def there() -> bool:
            session = panel.look()
            return session is not None and "rig/extra" in session.epoch.index and panel.live("extra")

        until(there, "the tag as saved")
        assert panel.session is not None
        index = panel.session.index("rig", "speed")
        number = panel.client.request_history(index, first, time.time_ns(), 5_000)
        until(lambda: panel.look() and any(isinstance(m, HistoryReply) for m in panel.heard), "its history")
        reply = next(each for each in panel.heard if isinstance(each, HistoryReply))
        times, severity = np.frombuffer(reply.time, "<i8"), np.frombuffer(reply.severity, "u1")
        assert reply.request == number
        assert reply.complete_from <= first
        assert np.count_nonzero((times > first) & (times < changed)) > 10
        gaps = times[severity == 2]
        assert len(gaps) == 1, "one gap, while nobody looked"
        assert changed < gaps[0] < times[-1]
    finally:
        panel.client.close()


def test_a_site_that_starts_with_a_wrong_screen_runs_and_takes_it_when_it_is_right(plant: Plant) -> None:
    plant.save(plant.screen, "trends: [speed]", "trend: [speed]")
    panel = plant.start()
    try:
        assert panel.machine.screen is None
        session = panel.session
        assert session is not None
        assert any(each.startswith(f"{plant.screen}:") for each in session.epoch.flaws)
        plant.save(plant.screen, "trend: [speed]", "trends: [speed]")
        until(lambda: panel.tiles() == ["speed", "steady"], "the screen as mended")
        assert panel.session is not None
        assert panel.session.epoch.flaws == ()
        assert panel.told(REFUSED) == []
    finally:
        panel.client.close()


@pytest.mark.gui
def test_the_panel_stays_where_it_is_and_loses_neither_values_nor_trends(plant: Plant, qtbot: QtBot) -> None:
    plant.start().client.close()
    history, parts = PendingHistory(), OwnParts()
    window = PanelWindow(DARK, history, parts, language="en")
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    panel = PanelConnection(
        lambda: LinkClient.connect(plant.run), window, SystemClock(), NoSupervisor(), history
    )
    seen: list[tuple[Session, Frame]] = []
    panel.observe(lambda session, frame: seen.append((session, frame)), lambda *_: None)
    panel.start()
    try:
        qtbot.waitUntil(lambda: window.session is not None, timeout=WAIT)
        window.show_screen("machine", "rig")
        first = window.session
        assert first is not None
        speed = first.tag(first.index("rig", "speed"))
        record = parts._memory.record(speed)
        qtbot.waitUntil(lambda: len(record.series) > 20, timeout=WAIT)
        begun = int(record.series.read().time[0])
        seen.clear()
        plant.save(plant.screen, "{tag: speed}, {tag: steady}", "{tag: steady}")
        qtbot.waitUntil(lambda: window.session is not first and len(seen) > 5, timeout=WAIT)
        qtbot.waitUntil(lambda: seen[-1][0] is window.session, timeout=WAIT)
        assert (window.screen_name, window.machine_id) == ("machine", "rig")
        screen = window.findChildren(MachineScreen)[-1]
        assert list(screen.tiles) == [first.index("rig", "steady")]
        part = first.index("rig", "part")
        assert {int(frame.freshness[part]) for _, frame in seen} == {int(Freshness.LIVE)}
        series = parts._memory.record(speed).series
        times = series.read().time
        assert times[0] <= begun, "nothing is forgotten"
        assert series.gaps(begun, int(times[-1])) == [], "and nothing is missing between"
        session = window.session
        assert session is not None
        assert [each.text_id for each in session.notices] == ["event.link_first", "event.configuration"]
        qtbot.waitUntil(lambda: window.notice.view is not None and window.notice.view.calm, timeout=WAIT)
    finally:
        panel.stop()
