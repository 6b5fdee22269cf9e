from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hmi.model.clock import MILLISECOND, ManualClock, SystemClock
from hmi.ui.frame_clock import FRAME_NS, FrameClock


class Drawn:
    def __init__(self) -> None:
        self.at: list[int] = []

    def __call__(self) -> bool:
        self.at.append(SystemClock().now().monotonic)
        return True


def test_many_requests_are_one_frame(qtbot: QtBot) -> None:
    drawn = Drawn()
    frames = FrameClock(SystemClock(), drawn)
    for _ in range(50):
        frames.request()
    qtbot.waitUntil(lambda: len(drawn.at) == 1, timeout=10_000)
    for _ in range(20):
        QApplication.processEvents()
    assert len(drawn.at) == 1
    frames.stop()


def test_frames_are_never_closer_than_a_refresh_of_the_display(qtbot: QtBot) -> None:
    drawn = Drawn()
    frames = FrameClock(SystemClock(), drawn)
    while len(drawn.at) < 20:
        frames.request()
        qtbot.wait(1)
    frames.stop()
    gaps = [after - before for before, after in zip(drawn.at, drawn.at[1:], strict=False)]
    assert min(gaps) >= FRAME_NS - MILLISECOND


def test_a_look_that_painted_nothing_holds_no_frame_up(qtbot: QtBot) -> None:
    clock = ManualClock(monotonic=0)
    painted = iter([True, False, True, True])
    at: list[int] = []

    def draw() -> bool:
        at.append(clock.now().monotonic)
        return next(painted)

    frames = FrameClock(clock, draw)
    clock.advance(FRAME_NS)
    for number in (1, 2, 3):
        frames.request()
        if number == 2:
            QApplication.processEvents()
            qtbot.wait(3)
            assert len(at) == 1, "the display has not refreshed since a frame that painted"
            clock.advance(FRAME_NS)
        qtbot.waitUntil(lambda number=number: frames.frames == number, timeout=10_000)  # type: ignore[misc]
    assert at == [FRAME_NS, 2 * FRAME_NS, 2 * FRAME_NS], "the third came at the moment of the idle second"
    frames.stop()


def test_it_draws_by_itself_when_nothing_arrives(qtbot: QtBot) -> None:
    drawn = Drawn()
    frames = FrameClock(SystemClock(), drawn)
    frames.start()
    qtbot.waitUntil(lambda: len(drawn.at) >= 3, timeout=10_000)
    frames.stop()
    count = len(drawn.at)
    qtbot.wait(250)
    assert len(drawn.at) == count


def test_durations_run_from_the_begin_to_the_paint(qtbot: QtBot) -> None:
    clock = ManualClock()
    took = iter([4, 8, 20])

    def draw() -> bool:
        clock.advance(next(took) * MILLISECOND)
        return True

    frames = FrameClock(clock, draw)
    for number in range(1, 4):
        clock.advance(FRAME_NS)
        frames.request()
        qtbot.waitUntil(lambda number=number: frames.frames == number, timeout=10_000)  # type: ignore[misc]
    assert frames.durations_ms() == {"p50": 8.0, "p99": 20.0, "max": 20.0, "n": 3}
    frames.stop()
