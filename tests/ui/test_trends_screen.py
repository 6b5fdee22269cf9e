"""The Trends screen: what is chosen, paused, said and remembered."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hmi.model.clock import SECOND
from hmi.present.format import clock
from hmi.present.quality import Look
from hmi.present.theme import DARK
from hmi.present.trend_choice import MOST
from hmi.present.trend_legend import LegendEntry
from hmi.ui import painting
from hmi.ui.metrics import Metrics
from tests.ui.pixels import grab, share_of
from tests.ui.trends_stand import NAMES, Shown


def test_it_begins_live_with_the_machines_own_trends_and_history(shown: Shown):
    assert shown.screen.chosen == (0, 1, 2)
    assert shown.screen.plot.window_shown.live
    assert shown.screen.live.isChecked()
    picture = grab(shown.screen.plot)
    for number in range(3):
        assert share_of(picture, DARK.trend[number]) > 0.001
    assert share_of(picture, DARK.raised) > 0.1  # the normal bands


def test_tags_are_chosen_by_touching_their_rows_up_to_six(shown: Shown):
    rows = shown.screen.tags
    viewport = rows.viewport()
    assert viewport is not None
    assert rows.sizeHintForRow(0) >= round(12 * 96 / 25.4)
    for index in (3, 4, 5, 6):
        rows.scrollTo(rows.model().index(index, 0))  # type: ignore[union-attr]
        QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=rows.row_centre(index).toPoint())
    assert shown.screen.chosen == (1, 2, 3, 4, 5, 6)
    assert len(shown.screen.chosen) == MOST
    rows.scrollTo(rows.model().index(4, 0))  # type: ignore[union-attr]
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=rows.row_centre(4).toPoint())
    assert 4 not in shown.screen.chosen
    shown.run(1)
    assert [index for index, _ in shown.screen.plot.readings()] == []


def test_rows_follow_the_windows_size(shown: Shown):
    rows = shown.screen.tags
    small = rows.visualRect(rows.model().index(0, 0)).height()  # type: ignore[union-attr]
    shown.screen.resize(1920, 892)
    QApplication.processEvents()
    large = rows.visualRect(rows.model().index(0, 0)).height()  # type: ignore[union-attr]
    assert large == rows.sizeHintForRow(0) > small


def test_texts_are_not_offered(shown: Shown):
    with pytest.raises(ValueError, match="not in list"):
        shown.screen.tags.row_centre(shown.fed.session.index("m", "text"))


@pytest.mark.parametrize("seconds", [60, 300, 900, 3600])
def test_presets_set_the_span(shown: Shown, seconds: int):
    QTest.mouseClick(shown.screen.presets[seconds], Qt.MouseButton.LeftButton)
    assert shown.screen.plot.window_shown.span == seconds * SECOND
    assert [s for s, button in shown.screen.presets.items() if button.isChecked()] == [seconds]


def test_pause_stands_still_and_pause_again_goes_on(shown: Shown):
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    stood = shown.screen.plot.window_shown.at(shown.now)
    shown.run(3)
    assert shown.screen.plot.window_shown.at(shown.now) == stood
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    assert shown.screen.plot.window_shown.live


def test_a_paused_window_goes_on_only_when_the_person_says_so(shown: Shown):
    plot = shown.screen.plot
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    for _ in range(8):
        shown.wheel(300, QPoint(0, -120))  # far out
        plot._pan(-400.0)  # and towards the present
        shown.run(0.4)
    assert not plot.window_shown.live
    assert plot.window_shown.at(shown.now)[1] <= shown.now
    QTest.mouseClick(shown.screen.presets[60], Qt.MouseButton.LeftButton)
    assert shown.screen.pause.isChecked()
    QTest.mouseClick(shown.screen.live, Qt.MouseButton.LeftButton)
    assert plot.window_shown.live


def test_one_pans_to_the_beginning_and_not_beyond(shown: Shown):
    plot = shown.screen.plot
    for _ in range(60):
        plot._pan(300.0)
        shown.past.answer()
    begin, end = plot.window_shown.at(shown.now)
    assert begin < shown.past.since < begin + (end - begin) // 10
    said = share_of(grab(plot), DARK.badge, plot._area, 2)
    plot._pan(-300.0)
    assert share_of(grab(plot), DARK.badge, plot._area, 2) < said  # "no history before …"


def test_an_engine_that_starts_anew_changes_neither_pause_nor_choice_nor_what_was_seen(
    shown: Shown, qtbot: QtBot
):
    shown.screen.toggle(5)
    colours = shown.screen._colours()
    shown.run(2)
    seen = shown.now - SECOND
    value = shown.screen._feed.series(0).at(seen)
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    stood = shown.screen.plot.window_shown
    for _ in range(10):
        shown.screen.refresh(shown.fed.frame(0.2, engine_alive=False))
    shown.past.since = shown.now  # its memory begins anew
    shown.fed.begin()
    shown.screen = shown.made(qtbot)
    shown.run(2)
    assert shown.screen.plot.window_shown == stood
    assert shown.screen.pause.isChecked()
    assert shown.screen._colours() == colours
    series = shown.screen._feed.series(0)
    assert series.at(seen) == value
    assert len(series.gaps(seen, shown.now)) == 1
    assert shown.past.since > min(series.read().time)


def test_each_band_says_name_value_unit_and_freshness(shown: Shown):
    plot = shown.screen.plot
    shown.fed.put(t0=31.26)
    shown.screen.refresh(shown.fed.frame(0.2))
    assert plot.legend[0] == LegendEntry("Bath", "31.3 °C", "live", Look.LIVE)
    shown.fed.silent = {"t0"}
    for _ in range(20):
        shown.screen.refresh(shown.fed.frame(0.2))
    assert plot.legend[0] == LegendEntry("Bath", "31.3 °C", "stale 4 s", Look.FROZEN)
    QTest.mouseClick(shown.screen.pause, Qt.MouseButton.LeftButton)
    shown.fed.put(t1=33.0)
    shown.screen.refresh(shown.fed.frame(0.2))
    assert plot.legend[1] == LegendEntry("t1", "33.0 °C", "now", Look.LIVE)
    plot._read(plot._area.center().x())
    when = plot.cursor_time
    assert when is not None
    expected = f"{shown.past.value(when):.1f} °C"
    assert plot.legend[1] == LegendEntry("t1", expected, clock(when), Look.LIVE)
    plot._read(plot._area.right())
    assert plot.cursor_time is not None
    unknown = LegendEntry("Bath", "", f"not known · {clock(plot.cursor_time)}", Look.EMPTY)
    assert plot.legend[0] == unknown


def test_no_two_lines_in_the_plot_have_one_colour(shown: Shown):
    for index in (3, 4, 5, 0, 7, 2, 8):
        shown.screen.toggle(index)
        lanes = [lane.colour for lane in shown.screen.plot._canvas.lanes]
        assert len(set(lanes)) == len(lanes)


def test_the_axis_has_room_for_its_numbers(shown: Shown):
    plot = shown.screen.plot
    narrow = plot._area.left()
    for _ in range(10):
        shown.fed.put(t0=-123456.7, t1=5e6)
        shown.screen.refresh(shown.fed.frame(0.2))
    m = Metrics.of(plot)
    for lane in plot._canvas.lanes:
        for _, said in plot._ticks(lane, m):
            assert painting.width(m.font(11), said) + m.px(8) <= plot._area.left()
    assert plot._area.left() > narrow


def test_numbers_whose_width_hangs_on_the_width_of_the_axis_do_not_go_on_for_ever(
    shown: Shown, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A value at the edge of the window is in view at one width of the bands and not at the other."""
    plot = shown.screen.plot
    asked: list[int] = []

    def wide_in_narrow_and_narrow_in_wide_axes() -> int:
        asked.append(plot._axis)
        return 300 - plot._axis

    plot._axis = 50
    monkeypatch.setattr(plot, "_axis_wanted", wide_in_narrow_and_narrow_in_wide_axes)
    plot.lay_out()
    assert asked[0] == 50
    assert plot._axis == 250


def test_a_plot_in_the_past_is_not_painted_again_while_nothing_changes(shown: Shown):
    plot = shown.screen.plot
    plot._pan(300.0)
    shown.run(2)
    plot._read(plot._area.center().x())
    asked: list[object] = []
    plot.update = lambda *area: asked.append(area)  # type: ignore[method-assign, assignment]
    shown.run(2)
    assert asked == []


def test_a_gap_is_hatched(shown: Shown):
    before = share_of(grab(shown.screen.plot), DARK.hatch_line, tolerance=4)
    shown.fed.silent = set(NAMES)
    for _ in range(200):
        shown.screen.refresh(shown.fed.frame(0.2))
    after = share_of(grab(shown.screen.plot), DARK.hatch_line, tolerance=4)
    assert after > before + 0.01


def test_history_fills_a_new_screen_after_the_session_was_replaced(shown: Shown, qtbot: QtBot):
    shown.fed.begin()
    shown.screen = shown.made(qtbot)
    shown.run(1)
    begin, end = shown.screen.plot.window_shown.at(shown.now)
    middle = (begin + end) // 2
    assert shown.screen._feed.series(0).at(middle) == pytest.approx(shown.past.value(middle), abs=0.3)


def test_where_history_begins_is_said(shown: Shown):
    shown.screen.plot.set_window(shown.screen.plot.window_shown.of_span(3600 * SECOND))
    shown.run(1)
    edge = shown.screen.plot._canvas.x(shown.past.since)
    assert 100 < edge < 300
    picture = grab(shown.screen.plot)
    area = shown.screen.plot._area
    left = area.adjusted(0, 0, round(edge) - area.width() - 4, 0)
    assert share_of(picture, DARK.trend[0], left, 6) < share_of(picture, DARK.trend[0], area, 6) / 3
