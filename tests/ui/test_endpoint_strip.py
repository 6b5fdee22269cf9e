"""The cards of the links: the dead ones first, and a mark where there are more than fit."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hmi.model.samples import LinkState
from hmi.present.texts import Texts
from hmi.present.theme import DARK, LIGHT, Theme
from hmi.ui.screens.diagnostics import DiagnosticsScreen
from tests.ui.builders import Shop, epoch, machine, tag
from tests.ui.pixels import columns_of, grab

NAMES = ("a", "b", "c", "d", "e", "f")


class Shown:
    """The Diagnostics screen of so many machines, all connected."""

    def __init__(self, qtbot: QtBot, count: int = 6, width: int = 1280, theme: Theme = DARK) -> None:
        names = NAMES[:count]
        self.shop = Shop(epoch([machine(each) for each in names], [tag(each, "x") for each in names]))
        for each in names:
            self.shop.link(each, LinkState.UP)
        self.screen = DiagnosticsScreen(self.shop.session, theme, Texts.of(self.shop.epoch))
        qtbot.addWidget(self.screen)
        self.screen.resize(width, 612)
        self.screen.show()
        qtbot.waitExposed(self.screen)
        self.frame()

    def frame(self) -> None:
        self.shop.clock.advance(1_000_000_000)
        self.screen.refresh(self.shop.frame())
        QApplication.processEvents()

    def link(self, name: str, state: LinkState) -> None:
        self.shop.link(name, state)
        self.frame()

    @property
    def order(self) -> str:
        """The machines' names from left to right."""
        cards = sorted(self.screen.endpoints, key=lambda card: card.x())
        assert all(left.geometry().right() < right.x() for left, right in pairwise(cards))
        assert self.screen.engine.x() == 0
        return "".join(card.view.key[0] for card in cards if card.view is not None)

    def mark(self, theme: Theme = DARK) -> list[int]:
        strip = self.screen.strip
        return columns_of(grab(strip), theme.limit, strip.height() - 2, tolerance=6)


@pytest.fixture
def shown(qtbot: QtBot) -> Shown:
    return Shown(qtbot)


def test_a_dead_link_comes_to_the_front_and_each_card_shows_its_own_link(shown: Shown) -> None:
    assert shown.order == "abcdef"
    shown.link("e", LinkState.DOWN)
    assert shown.order == "eabcdf"
    shown.link("c", LinkState.CONNECTING)
    assert shown.order == "ecabdf"
    views = [card.view for card in shown.screen.endpoints]
    assert [view.key[0] for view in views if view is not None] == list(NAMES)


def test_a_link_that_is_back_stays_until_the_screen_is_shown_anew(shown: Shown) -> None:
    shown.link("e", LinkState.DOWN)
    shown.link("e", LinkState.UP)
    assert shown.order == "eabcdf", "no card goes away from under a finger"
    shown.screen.hide()
    shown.screen.show()
    shown.frame()
    assert shown.order == "abcdef"


def test_without_an_engine_no_card_moves(shown: Shown) -> None:
    shown.link("e", LinkState.DOWN)
    shown.screen.refresh(shown.shop.frame(alive=False))
    assert shown.order == "eabcdf"
    shown.frame()
    assert shown.order == "eabcdf"


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=["dark", "light"])
def test_a_mark_says_that_there_is_more_and_where_one_is(qtbot: QtBot, theme: Theme) -> None:
    shown = Shown(qtbot, theme=theme)
    mark, strip = shown.mark(theme), shown.screen.strip
    sheet = strip.widget()
    assert sheet is not None
    assert mark[0] <= 2
    assert abs(len(mark) / strip.width() - strip.width() / sheet.width()) < 0.02
    bar = strip.horizontalScrollBar()
    assert bar is not None
    bar.setValue(bar.maximum())
    QApplication.processEvents()
    assert shown.mark(theme)[-1] >= strip.width() - 3


def test_where_all_cards_fit_there_is_no_mark(qtbot: QtBot) -> None:
    assert Shown(qtbot, count=2).mark() == []


@pytest.mark.parametrize("width", [1024, 1280, 1920])
def test_cards_mark_and_buttons_do_not_touch(qtbot: QtBot, width: int) -> None:
    screen = Shown(qtbot, width=width).screen
    strip = screen.strip.geometry()
    lowest = max(card.geometry().bottom() for card in (screen.engine, *screen.endpoints))
    assert strip.height() - lowest > 4
    assert not QRect(strip).intersects(screen.events_button.geometry())
