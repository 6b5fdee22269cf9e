"""A machine's name comes before its marks, and these are whole wherever they stand."""

from __future__ import annotations

import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from hmi.present.header import HeaderView
from hmi.present.machine_state import StateView
from hmi.present.site_overview import MachineCard
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui.header import HeaderBar
from hmi.ui.machine_card import MachineCardWidget
from hmi.ui.metrics import Metrics
from tests.ui.pixels import grab, share_of
from tests.ui.spelled import spelled

SIZES = [(1024, 600), (1280, 800), (1920, 1080)]
KIND, PATH = "Anodizing line", "Anodizing line · Finishing / Line 1"


def header(
    qtbot: QtBot, size: tuple[int, int], title: str, language: str = "en", mark: str = "", path: str = PATH
) -> HeaderBar:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(*size)
    bar = HeaderBar(DARK, Texts.own(language), window)
    bar.window_kept = window  # type: ignore[attr-defined]
    m = Metrics.of(window)
    bar.resize(size[0], m.px(60))
    lock = Texts.own(language).text("machine.unsecured")
    state = StateView("Running", "running")
    bar.show_view(HeaderView(title, path, state, None, None, "12:51:44", "Sat 21.11.", mark, lock))
    return bar


def card(
    qtbot: QtBot,
    width: int,
    name: str,
    *,
    cover: str = "",
    mark: str = "",
    pace: tuple[str, ...] = (),
    progress: float | None = None,
) -> MachineCardWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 800)
    widget = MachineCardWidget(DARK, window)
    widget.window_kept = window  # type: ignore[attr-defined]
    widget.resize(width, 290)
    state = StateView("Getrennt", "unknown")
    widget.show_view(
        MachineCard(
            *("line1", name, KIND, state, (), "", progress, "", True, cover, "refused"),
            mark=mark,
            lock="ungesichert",
            pace=pace,
        )
    )
    return widget


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_header_says_name_lock_and_path_in_full(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], language: str
) -> None:
    seen = spelled(monkeypatch, header(qtbot, size, "Anodizing line 1", language))
    assert [each for each in ("Anodizing line 1", PATH) if not seen.get(each)] == []
    assert seen[Texts.own(language).text("machine.unsecured")]


@pytest.mark.parametrize("mark", ["", "simulated"])
def test_a_long_name_takes_the_room_of_its_marks_and_they_stand_before_the_path(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, mark: str
) -> None:
    long = "Hard anodizing line 1"
    seen = spelled(monkeypatch, header(qtbot, (1280, 800), long, "de", mark=mark))
    assert seen[long]
    assert seen["ungesichert"]
    assert seen.get(mark, not mark)
    below = QRect(12, 32, 260, 28)
    badge = share_of(grab(header(qtbot, (1280, 800), long, "de", mark=mark)), DARK.badge, below)
    assert badge > 0.1
    assert share_of(grab(header(qtbot, (1280, 800), "Line", "de", mark="")), DARK.badge, below) == 0


@pytest.mark.parametrize("cover", ["", "no link for 8 s"])
@pytest.mark.parametrize("mark", ["", "simulated"])
@pytest.mark.parametrize("width", [390, 412, 623])
def test_a_card_has_the_whole_name_and_its_marks(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, cover: str, mark: str, width: int
) -> None:
    seen = spelled(monkeypatch, card(qtbot, width, "Anodizing line 1", cover=cover, mark=mark, progress=0.3))
    assert seen["Anodizing line 1"]
    assert seen["ungesichert"]
    assert seen.get(mark, not mark)


def test_behind_marks_on_the_second_line_the_pace_is_whole_or_not_there(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = ("slowest: asked 50 ms, polled every 168 ms", "polled every 168 ms")
    for width in range(390, 640, 10):
        seen = spelled(monkeypatch, card(qtbot, width, "Anodizing line 1", pace=pace, progress=0.3))
        assert all(seen[each] for each in pace if each in seen)
        assert seen["ungesichert"]
