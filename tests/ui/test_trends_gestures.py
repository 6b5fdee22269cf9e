"""The plot of the Trends screen under fingers, mouse and wheel."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QEvent, QPoint, Qt
from PyQt6.QtTest import QTest

from hmi.model.clock import SECOND
from hmi.present.theme import DARK
from tests.ui.pixels import grab, share_of
from tests.ui.trends_stand import Shown, touch


def test_dragging_with_the_mouse_goes_back_and_live_returns(shown: Shown):
    plot = shown.screen.plot
    begin = plot.window_shown.at(shown.now)
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(400, 200))
    for x in range(410, 610, 20):
        QTest.mouseMove(plot, QPoint(x, 200))
    QTest.mouseMove(plot, QPoint(600, 200))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(600, 200))
    moved = begin[1] - plot.window_shown.at(shown.now)[1]
    assert moved == pytest.approx(200 * 300 * SECOND / plot._area.width(), rel=0.02)
    assert not shown.screen.live.isChecked()
    assert shown.screen.pause.isChecked()
    QTest.mouseClick(shown.screen.live, Qt.MouseButton.LeftButton)
    assert plot.window_shown.live


def test_the_panned_picture_equals_one_painted_at_once(shown: Shown):
    plot = shown.screen.plot
    for step in (37.0, 11.0, -20.0, 90.0, 3.0):
        plot._pan(step)
        shown.past.answer()
    plot._show()
    panned = plot._canvas.picture.toImage()
    plot._canvas._redraw()
    again = plot._canvas.picture.toImage()
    different = sum(
        panned.pixel(x, y) != again.pixel(x, y)
        for x in range(panned.width())
        for y in range(0, panned.height(), 3)
    )
    assert different < 0.002 * panned.width() * panned.height() / 3


def test_panning_asks_for_what_is_missing_and_not_at_every_step(shown: Shown):
    before = shown.past.requests
    for _ in range(100):
        shown.screen.plot._pan(10.0)
        shown.past.answer()
    asked = shown.past.requests - before
    assert 3 <= asked <= 3 * 8
    begin, end = shown.screen.plot.window_shown.at(shown.now)
    series = shown.screen._feed.series(0)
    for moment in (begin + SECOND, (begin + end) // 2, end - SECOND):
        assert series.at(moment) == pytest.approx(shown.past.value(moment), abs=0.3)


def test_one_finger_pans(shown: Shown):
    plot = shown.screen.plot
    touch(plot, QEvent.Type.TouchBegin, (300, 200))
    for x in range(320, 520, 20):
        touch(plot, QEvent.Type.TouchUpdate, (x, 200))
    touch(plot, QEvent.Type.TouchEnd, (500, 200))
    moved = shown.now - plot.window_shown.at(shown.now)[1]
    assert moved == pytest.approx(200 * 300 * SECOND / plot._area.width(), rel=0.02)


def test_two_fingers_stretch_time_around_themselves(shown: Shown):
    plot = shown.screen.plot
    plot.set_window(plot.window_shown.moved(-600 * SECOND, shown.now))
    between = plot.time_at(600)
    span = plot.window_shown.span
    touch(plot, QEvent.Type.TouchBegin, (550, 200))
    touch(plot, QEvent.Type.TouchUpdate, (550, 200), (650, 220))
    for out in range(10, 101, 10):
        touch(plot, QEvent.Type.TouchUpdate, (550 - out, 200), (650 + out, 220))
    touch(plot, QEvent.Type.TouchEnd, (450, 200), (750, 220))
    assert plot.window_shown.span == pytest.approx(span / 3, rel=0.02)
    assert abs(plot.time_at(600) - between) < 3 * SECOND
    assert all(not button.isChecked() for button in shown.screen.presets.values())


def test_a_finger_that_stays_after_a_stretch_does_not_jump(shown: Shown):
    plot = shown.screen.plot
    plot.set_window(plot.window_shown.moved(-600 * SECOND, shown.now))
    touch(plot, QEvent.Type.TouchBegin, (500, 200), (700, 200))
    touch(plot, QEvent.Type.TouchUpdate, (450, 200), (750, 200))
    before = plot.window_shown
    touch(plot, QEvent.Type.TouchUpdate, (450, 200))
    assert plot.window_shown == before
    touch(plot, QEvent.Type.TouchUpdate, (450, 200))
    assert plot.window_shown == before
    touch(plot, QEvent.Type.TouchEnd, (450, 200))
    assert plot.cursor_time is None


def test_the_wheel_stretches_and_a_sideways_wheel_pans(shown: Shown):
    plot = shown.screen.plot
    span = plot.window_shown.span
    shown.wheel(600, QPoint(0, 120))
    assert plot.window_shown.span == pytest.approx(span / 1.25)
    shown.wheel(600, QPoint(0, -120))
    assert plot.window_shown.span == pytest.approx(span)
    shown.wheel(600, QPoint(0, 0), QPoint(80, 0))
    assert not plot.window_shown.live


def test_holding_reads_out_time_and_values_and_a_tap_ends_it(shown: Shown):
    plot = shown.screen.plot
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=QPoint(700, 200))
    assert plot._gestures.hold.isActive()
    plot._gestures.hold.timeout.emit()  # its time is the test's
    assert plot.cursor_time == plot.time_at(700)
    assert [index for index, _ in plot.readings()] == [0, 1, 2]
    for _, value in plot.readings():
        assert value == pytest.approx(shown.past.value(plot.cursor_time), abs=0.3)
    assert share_of(grab(plot), DARK.badge) > 0.003
    QTest.mouseMove(plot, QPoint(500, 200))
    assert plot.cursor_time == plot.time_at(500)
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=QPoint(500, 200))
    assert plot.window_shown.live  # reading is not panning
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(300, 200))
    assert plot.cursor_time is None


def test_in_a_paused_plot_a_touch_reads_and_live_ends_it(shown: Shown):
    plot = shown.screen.plot
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    for x in (700, 300):
        QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=QPoint(x, 200))
        assert plot.cursor_time == plot.time_at(x)
    assert not plot.window_shown.live
    QTest.mouseClick(shown.screen.live, Qt.MouseButton.LeftButton)
    assert plot.cursor_time is None
    assert plot.legend[0].note == "live"
