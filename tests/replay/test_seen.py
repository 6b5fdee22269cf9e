"""What was recorded of panels, as a replay tells it."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from hmi.link.messages import LatencyShown, ScreenShown, Seen, ToClient, Touched
from hmi.model.clock import SECOND
from hmi.recorder import kinds
from hmi.recorder.kinds import Latency, Screen, Touch
from hmi.recorder.reading import RecordingReader
from hmi.recorder.records import Record
from hmi.replay.index import RecordingIndex
from hmi.replay.keyframes import Keyframes
from hmi.replay.player import Player
from hmi.replay.scan import Scan
from tests.recorder.shop import NOON
from tests.replay.test_player import Machine, everything, recorded


class Watched(Machine):
    """A machine whose panel is watched."""

    def tell(self, kind: str, form: msgspec.Struct) -> None:
        now = self.clock.now()
        self.journal.add([Record(kind, now, kinds.packed(form))], now)

    def screen(self, name: str) -> None:
        self.tell(kinds.SCREEN, Screen("p", self.clock.now().utc, name, "m", 1280, 800, "dark", "en"))

    def touch(self, x: float) -> None:
        self.tell(kinds.TOUCH, Touch("p", self.clock.now().utc, "machine", "m", x, 0.5))

    def latency(self, now: int | None) -> None:
        self.tell(kinds.LATENCY, Latency("p", self.clock.now().utc, now, 20, 40, 7))


@pytest.fixture(scope="module")
def shift(tmp_path_factory: pytest.TempPathFactory) -> Path:
    machine = Watched(tmp_path_factory.mktemp("shift"))
    machine.begin()
    machine.screen("machine")  # at once
    for part, latency in enumerate((30, None, 320, 400, 299, 301)):
        machine.work(10)
        machine.latency(latency)
        if part == 2:
            machine.screen("trends")
            machine.touch(0.25)
            machine.touch(7.0)  # no panel has told this
    machine.work(10)
    path = machine.path
    machine.journal.end(kinds.STOPPED, machine.clock.now())
    return path


def seen(news: list[ToClient]) -> list[Seen]:
    return [each for each in news if isinstance(each, ScreenShown | Touched | LatencyShown)]


def test_what_a_panel_showed_is_told_as_it_is_played(shift: Path) -> None:
    with RecordingReader(shift) as reader:
        found = seen(everything(Player(reader, RecordingIndex(reader))))
    screens = [each.screen for each in found if isinstance(each, ScreenShown)]
    touches = [each.x for each in found if isinstance(each, Touched)]
    latencies = [each.now for each in found if isinstance(each, LatencyShown)]
    assert (screens, touches) == (["trends"], [0.25]), "what stood there at the begin is known by then"
    assert latencies == [30, None, 320, 400, 299, 301]
    assert {each.machine for each in found} == {"m"}


@pytest.mark.parametrize(
    ("at", "screen", "latency"),
    [
        (0.0, "machine", 0),
        (0.5, "machine", 0),
        (0.95, "machine", 30),
        (4.0, "trends", 400),
        (60.0, "trends", 301),
    ],
)
def test_after_a_jump_it_is_known_what_stood_there(shift: Path, at: float, screen: str, latency: int) -> None:
    with RecordingReader(shift) as reader:
        index = RecordingIndex(reader)
        found = index.seen_before(index.place(NOON + round(at * SECOND)))
    assert [each.screen for each in found if isinstance(each, ScreenShown)] == [screen]
    shown = [each.now for each in found if isinstance(each, LatencyShown)]
    assert shown == ([latency] if latency else [])


def test_a_screen_that_stood_there_for_long_is_found_behind_many_latencies(tmp_path: Path) -> None:
    machine = Watched(tmp_path)
    machine.begin()
    machine.screen("diagnostics")
    for _ in range(60):
        machine.work(1)
        machine.latency(30)
    machine.journal.end(kinds.STOPPED, machine.clock.now())
    with RecordingReader(next(iter(tmp_path.glob("*.twinpane")))) as reader:
        index = RecordingIndex(reader)
        found = index.seen_before(index.place(index.end_utc))
    assert {type(each) for each in found} == {ScreenShown, LatencyShown}


def test_where_a_latency_past_the_budget_began_is_marked(shift: Path) -> None:
    with RecordingReader(shift) as reader:
        index = RecordingIndex(reader)
        assert index.marks == ()
        scan = Scan(reader, index, Keyframes())
        while not scan.ended:
            scan.go_on(lambda: False)
        index.add(scan.marks)
    assert [(each.kind, (each.utc - NOON) // (SECOND // 10)) for each in index.marks] == [
        ("late", 27),
        ("late", 54),
    ]


def test_a_shift_with_nothing_of_panels(tmp_path: Path) -> None:
    with RecordingReader(recorded(tmp_path, lambda machine: machine.work(3))) as reader:
        index = RecordingIndex(reader)
        assert index.seen_before(index.place(index.end_utc)) == []
