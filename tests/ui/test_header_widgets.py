from typing import Any

import pytest
from PyQt6.QtCore import QPointF, QRect
from PyQt6.QtGui import QFont, QPainter
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hmi.present.header import HeaderView, Job, TimeLeft
from hmi.present.latency import LatencyView
from hmi.present.machine_state import StateView
from hmi.present.notices import NoticeView
from hmi.present.pace import GrantedPace
from hmi.present.texts import Texts
from hmi.present.theme import DARK, LIGHT, Theme
from hmi.ui import painting
from hmi.ui.header import HeaderBar
from hmi.ui.latency_pill import LatencyPill, PillView
from hmi.ui.metrics import Metrics
from hmi.ui.notice_line import NoticeLine
from tests.ui.pixels import grab, share_of


def pill(qtbot: QtBot, latency: LatencyView, dead: int = 0, total: int = 9) -> float:
    """The share of amber in the pill."""
    widget = LatencyPill(DARK, Texts.own("en"))
    qtbot.addWidget(widget)
    widget.resize(340, 42)
    widget.show_view(PillView(latency, dead, total))
    return share_of(grab(widget), DARK.fault)


def test_the_pill_is_amber_past_the_budget_only(qtbot: QtBot) -> None:
    assert pill(qtbot, LatencyView(20, 18, 34, 40, 100)) == 0
    assert pill(qtbot, LatencyView(20, 18, 300, 300, 100)) == 0
    assert pill(qtbot, LatencyView(20, 18, 301, 40, 100)) > 0.02
    assert pill(qtbot, LatencyView(310, 18, 34, 310, 100)) > 0.02


@pytest.mark.parametrize("size", [(1024, 600), (1280, 800), (1920, 1080)])
@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_past_the_budget_the_frame_is_unbroken(qtbot: QtBot, size: tuple[int, int], theme: Theme) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(*size)
    m = Metrics.of(window)
    widget = LatencyPill(theme, Texts.own("en"), window)
    widget.resize(m.px(360), m.px(46))
    view = PillView(LatencyView(652, 608, 671, 671, 100), 30, 109, ("asked 50 ms, polled every 168.8 ms",))
    widget.show_view(view)
    image, line = grab(widget), round(2 * m.scale)
    inner = QRect(m.px(8), line, widget.width() - 2 * m.px(8), widget.height() - 2 * line)
    for row in (
        QRect(inner.left(), 0, inner.width(), 1),
        QRect(inner.left(), inner.bottom() + line, inner.width(), 1),
    ):
        assert share_of(image, theme.fault, row) == 1.0
    # Between the frame and what stands in it there is a little of the ground all around.
    for row in (
        QRect(inner.left(), inner.top() + 1, inner.width(), 1),
        QRect(inner.left(), inner.bottom() - 1, inner.width(), 1),
    ):
        assert share_of(image, theme.raised, row) == 1.0


def test_nothing_live_has_no_latency_to_show(qtbot: QtBot) -> None:
    assert pill(qtbot, LatencyView(900, 900, 900, 900, 1), dead=9) == 0


def written(
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
    view: PillView,
    language: str = "en",
    size: tuple[int, int] = (340, 42),
) -> set[str]:
    """What the pill writes in full."""
    seen: set[str] = set()
    write = painting.text

    def noted(
        painter: QPainter, at: QPointF, content: str, font: QFont, *rest: str, room: float, **more: Any
    ) -> float:
        if painting.width(font, content) <= room:
            seen.add(content)
        return write(painter, at, content, font, *rest, room=room, **more)

    monkeypatch.setattr(painting, "text", noted)
    widget = LatencyPill(DARK, Texts.own(language))
    qtbot.addWidget(widget)
    widget.resize(*size)
    widget.show_view(view)
    grab(widget)
    return seen


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("dead", [0, 3, 13, 4321])
def test_the_percentiles_are_never_elided(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, language: str, dead: int
) -> None:
    view = PillView(LatencyView(126, 118, 231, 126, 100, True), dead, 5000)
    assert {"126 ms", "p50 118", "p99 231"} <= written(qtbot, monkeypatch, view, language)


@pytest.mark.parametrize(
    ("language", "waiting"), [("en", "waiting for the first change"), ("de", "warten auf die erste Änderung")]
)
def test_before_the_first_change_nothing_is_claimed_of_the_last_minute(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, language: str, waiting: str
) -> None:
    assert waiting in written(qtbot, monkeypatch, PillView(LatencyView(), 0, 9), language)
    quiet = Texts.own(language).text("latency.quiet")
    assert quiet in written(qtbot, monkeypatch, PillView(LatencyView(begun=True), 0, 9), language)


def test_the_dot_is_full_and_calm_only_while_every_value_is_live(qtbot: QtBot) -> None:
    def dot(dead: int) -> float:
        widget = LatencyPill(DARK, Texts.own("en"))
        qtbot.addWidget(widget)
        widget.resize(340, 42)
        widget.show_view(PillView(LatencyView(), dead, 9))
        return share_of(grab(widget), DARK.running, QRect(10, 12, 16, 18))

    assert dot(0) > 0.2
    assert dot(1) == dot(9) == 0


def test_the_bar_is_as_long_as_the_latency_is_late(qtbot: QtBot) -> None:
    lengths = []
    for now in (30, 150, 299):
        widget = LatencyPill(DARK, Texts.own("en"))
        qtbot.addWidget(widget)
        widget.resize(340, 42)
        widget.show_view(PillView(LatencyView(now, 10, 10, now, 5), 0, 9))
        lengths.append(share_of(grab(widget), DARK.running, QRect(200, 0, 140, 42)))
    assert lengths == sorted(lengths)
    assert lengths[2] > 1.6 * lengths[1] > 3 * lengths[0]


def test_a_long_job_is_elided_before_the_time_left(qtbot: QtBot) -> None:
    bar = HeaderBar(DARK, Texts.own("de"))
    qtbot.addWidget(bar)
    bar.resize(1280, 60)
    long = "Aluminiumgehäuse mit Kühlrippen links, zweite Aufspannung, Los 2026-11-0042"
    state = StateView("Bearbeitung unterbrochen", "stopped")

    def shown(job: Job | None) -> float:
        left = TimeLeft("3:42", "übrig von 9:10")
        bar.show_view(HeaderView("Fräsmaschine 07", "Haas VF-6SS", state, job, left, "14:07:32", "Di 17.02."))
        return share_of(grab(bar), DARK.text, QRect(0, 0, bar.latency.x(), 60), 60)

    # Text over text would hide pixels: with the job there are exactly its own in addition.
    without, short, whole = (
        shown(job) for job in (None, Job("A", ("B",), live=True), Job(long, (long,), live=True))
    )
    assert without < short < whole
    gap = QRect(bar.latency.x() - 14, 0, 12, 60)
    assert share_of(grab(bar), DARK.surface, gap, 3) == 1.0


def test_a_detail_of_the_job_is_shown_whole_or_not_at_all(qtbot: QtBot) -> None:
    font = Metrics(1.0, 0.0).font(12)
    parts = ("Part 17 of 40", "Op 20", "Tool 2, Ø20 end mill", "Order WO-2611-0042")
    all_of_it = " · ".join(parts)
    for room in range(0, 400, 5):
        shown = painting.joined(font, parts, " · ", room)
        assert shown in {" · ".join(parts[:count]) for count in range(1, 5)}
        assert shown == parts[0] or painting.width(font, shown) <= room
    assert painting.joined(font, parts, " · ", painting.width(font, all_of_it)) == all_of_it
    assert painting.joined(font, (), " · ", 100) == ""


def test_calm_and_warning_notices_differ_by_more_than_colour(qtbot: QtBot) -> None:
    line = NoticeLine(DARK)
    qtbot.addWidget(line)
    line.resize(1280, 52)
    sign = QRect(20, 8, 40, 36)
    line.show_view(NoticeView("No notices", calm=True))
    assert share_of(grab(line), DARK.fault, sign) == 0
    line.show_view(NoticeView("Mill 07: no link since 14:07:32", "refused", more="1 more"))
    assert share_of(grab(line), DARK.fault, sign) > 0.2
    assert share_of(grab(line), DARK.warning_surface, tolerance=3) > 0.7


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize("dead", [0, 13])
@pytest.mark.parametrize("polled", [False, True])
def test_what_was_granted_is_never_elided_beside_the_latency(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, language: str, dead: int, polled: bool
) -> None:
    pace = GrantedPace(0.01, 0.05, polled).words(Texts.own(language))
    view = PillView(LatencyView(126, 118, 231, 126, 100, True), dead, 5000, pace)
    seen = written(qtbot, monkeypatch, view, language, (360, 46))
    assert {"126 ms", "p50 118", "p99 231", pace[0]} <= seen


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_pace_without_room_for_all_words_still_says_what_was_granted(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    pace = GrantedPace(0.01, 0.05, polled=True, slowest=True).words(Texts.own(language))
    view = PillView(LatencyView(1126, 1118, 2231, 1126, 100, True), 0, 9, pace)
    seen = written(qtbot, monkeypatch, view, language, (360, 46))
    assert [each for each in pace if each in seen]


def test_nothing_was_painted_yet_and_what_was_granted_stands_there_all_the_same(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = written(qtbot, monkeypatch, PillView(LatencyView(), 0, 9, ("granted 10 ms",)))
    assert {"waiting for the first change", "granted 10 ms"} <= seen
    assert "granted 10 ms" not in written(
        qtbot, monkeypatch, PillView(LatencyView(), 9, 9, ("granted 10 ms",))
    )
