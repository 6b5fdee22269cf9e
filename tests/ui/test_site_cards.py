"""The cards of the Site screen are read at two metres and say why a machine was left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtGui import QPainter
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hmi.model.samples import LinkState
from hmi.present.theme import DARK
from hmi.ui import fonts, painting
from hmi.ui.machine_card import MachineCardWidget
from hmi.ui.window import PanelWindow
from tests.ui.builders import NoHistory, Shop, epoch, machine, tag
from tests.ui.demo_shop import demo_shop
from tests.ui.stand_in_parts import StandInParts

SITE = (
    "/usr/lib/python3/site-packages/twinpane_kerf/geometry.yaml:12: shapes.3.frame: there is no frame `slid`"
)


class Written:
    """What is written on a window, with the size of its letters in pixels."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.sizes: dict[str, int] = {}
        draw = QPainter.drawText

        def spy(painter: QPainter, *given: object) -> None:
            self.sizes[str(given[-1])] = painter.font().pixelSize()
            draw(painter, *given)  # type: ignore[call-overload]

        monkeypatch.setattr(QPainter, "drawText", spy)


def show(qtbot: QtBot, shop: Shop) -> PanelWindow:
    window = PanelWindow(DARK, NoHistory(), StandInParts(), language="en")
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.begin(shop.session)
    window.refresh(shop.frame())
    window.flush()
    return window


def test_state_and_headline_are_read_at_two_metres(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    written = Written(monkeypatch)
    show(qtbot, demo_shop("en"))
    assert written.sizes["Machining"] >= 20
    assert written.sizes["3:42"] >= 32
    assert written.sizes["112"] >= 28


def test_nine_machines_are_read_at_two_metres_too(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"m{number}" for number in range(9)]
    shop = Shop(epoch([machine(each) for each in names], [tag(each, "load", decimals=0) for each in names]))
    for each in names:
        shop.put(f"{each}/load", 123.0)
    written = Written(monkeypatch)
    show(qtbot, shop)
    assert written.sizes["123"] >= 32


def test_a_machine_left_out_says_why_and_not_where_it_is_installed(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    left_out = [{"name": "kerf", "cause": SITE}]
    names = [f"m{number}" for number in range(8)]
    shop = Shop(
        epoch([machine(each) for each in names], [tag(each, "load") for each in names], quarantined=left_out)
    )
    written = Written(monkeypatch)
    window = show(qtbot, shop)
    written.sizes.clear()
    next(
        each for each in window.findChildren(MachineCardWidget) if each.view and not each.view.machine
    ).grab()
    said = " ".join(written.sizes)
    assert "geometry.yaml:12: shapes.3.frame: there is no frame `slid`" in said
    assert "site-packages" not in said


def test_a_command_in_a_cause_keeps_its_folders(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop(epoch([machine("a"), machine("b")], [tag("a", "load"), tag("b", "load")]))
    command = "twinpane trust --site /etc/twinpane/works add E963A88BFCB3B47F"
    shop.link("a", LinkState.DOWN, cause=f"the certificate is not trusted: run: {command}")
    written = Written(monkeypatch)
    show(qtbot, shop)
    assert command in " ".join(written.sizes)


words = st.lists(st.text("abcdefghij", min_size=1, max_size=12), max_size=20)


@given(words, st.integers(1, 5), st.integers(120, 400))
def test_lines_hold_all_words_in_order_or_end_in_an_ellipsis(
    given_words: list[str], most: int, room: int
) -> None:
    assert QApplication.instance() is not None
    font = fonts.font(14)
    found = painting.lines(font, " ".join(given_words), room, most)
    assert len(found) <= most
    assert all(painting.width(font, each) <= room + 1 for each in found)
    said = " ".join(found)
    if painting.ELLIPSIS not in said:
        assert said.split() == given_words


def test_no_digit_of_a_headline_figure_is_left_out(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = {"id": "t", "api_version": 1, "protocols": ["opcua"], "headline": ["load", "speed", "feed"]}
    span = {"low": 0.0, "high": 30_000.0}
    tags = [
        tag(each, name, decimals=0, unit=unit, range=span)
        for each in ("a", "b")
        for name, unit in (("load", "%"), ("speed", "rpm"), ("feed", "mm/min"))
    ]
    shop = Shop(epoch([machine(each, type=kind) for each in ("a", "b")], tags))
    shop.put("a/load", 100.0)
    shop.put("a/speed", 10_000.0)
    shop.put("a/feed", 26_400.0)
    written = Written(monkeypatch)
    show(qtbot, shop)
    digits = {each.replace("\u202f", "").replace("\xa0", "").replace("\u2009", "") for each in written.sizes}
    assert {"100", "10000", "26400"} <= digits
