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


def test_there_are_never_more_frames_than_refreshes_of_the_display_but_for_one(qtbot: QtBot) -> None:
    drawn = Drawn()
    frames = FrameClock(SystemClock(), drawn)
    while len(drawn.at) < 20:
        frames.request()
        qtbot.wait(1)
    frames.stop()
    for first, begun in enumerate(drawn.at):
        for count, after in enumerate(drawn.at[first:]):
            assert after - begun >= (count - 1) * FRAME_NS - MILLISECOND


def test_a_change_right_behind_another_frame_waits_for_nothing_but_the_third_does(qtbot: QtBot) -> None:
    clock = ManualClock(monotonic=0)
    at: list[int] = []

    def draw() -> bool:
        at.append(clock.now().monotonic)
        return True

    frames = FrameClock(clock, draw)
    clock.advance(10 * FRAME_NS)
    for number in (1, 2):
        frames.request()
        qtbot.waitUntil(lambda number=number: len(at) == number, timeout=10_000)  # type: ignore[misc]
    assert at == [10 * FRAME_NS] * 2
    frames.request()
    assert 0 < frames._due.remainingTime() <= 17, "two frames have taken the room of two refreshes"
    clock.advance(FRAME_NS)
    qtbot.waitUntil(lambda: len(at) == 3, timeout=10_000)
    frames.stop()


def test_a_look_that_painted_nothing_holds_no_frame_up(qtbot: QtBot) -> None:
    clock = ManualClock(monotonic=0)
    painted = iter([True, True, False, False, True])
    at: list[int] = []

    def draw() -> bool:
        at.append(clock.now().monotonic)
        return next(painted)

    frames = FrameClock(clock, draw)
    clock.advance(FRAME_NS)
    for number in (1, 2, 3, 4, 5):
        if number == 3:
            clock.advance(FRAME_NS)
        frames.request()
        assert frames._due.interval() == 0, number
        qtbot.waitUntil(lambda number=number: frames.frames == number, timeout=10_000)  # type: ignore[misc]
    assert at == [FRAME_NS] * 2 + [2 * FRAME_NS] * 3, "the last came at the moment of the idle ones"
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
