from dataclasses import replace
from typing import Any

import pytest
from PyQt6.QtCore import QPointF, QRect
from PyQt6.QtGui import QImage
from pytestqt.qtbot import QtBot

from hmi.model import status
from hmi.model.clock import SECOND
from hmi.present import tile
from hmi.present.texts import Texts
from hmi.present.theme import DARK, LIGHT, Theme
from hmi.ui import painting
from hmi.ui.readout import ReadoutWidget
from hmi.ui.tile import TileWidget
from tests.ui.builders import Shop, epoch, machine, tag
from tests.ui.pixels import columns_of, grab, share_of

WIDTH, HEIGHT = 420, 66
ABOVE_TRACK = QRect(4, 4, WIDTH - 8, 36)


def shop() -> Shop:
    scale = {"range": {"low": 0, "high": 100}, "limits": {"high": 90}, "normal": {"low": 20, "high": 60}}
    made = Shop(epoch([machine("mill")], [tag("mill", "load", unit="%", **scale)]))
    made.put("mill/load", 50.0)
    return made


class Stand:
    def __init__(self, qtbot: QtBot, made: Shop, theme: Theme = DARK) -> None:
        self.shop = made
        self.widget = TileWidget(theme)
        qtbot.addWidget(self.widget)
        self.widget.resize(WIDTH, HEIGHT)
        self.texts = Texts.own("en")

    def show(self, *, alive: bool = True) -> QImage:
        frame = self.shop.frame(alive=alive)
        self.widget.show_view(tile.tile(self.shop.session, frame, 0, self.texts))
        return grab(self.widget)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda each: each.name)
def test_live_is_plain_stale_is_hatched(qtbot: QtBot, theme: Theme) -> None:
    stand = Stand(qtbot, shop(), theme)
    live = stand.show()
    assert share_of(live, theme.hatch_line, ABOVE_TRACK) < 0.02
    assert share_of(live, theme.surface) > 0.6
    stand.shop.clock.advance(14 * SECOND)
    stale = stand.show()
    assert share_of(stale, theme.hatch_line, ABOVE_TRACK) > 0.1
    assert share_of(stale, theme.badge, tolerance=3) > 0.02


def test_bad_is_hatched_and_its_figure_is_not_painted_as_a_live_one(qtbot: QtBot) -> None:
    stand = Stand(qtbot, shop())
    figure = QRect(WIDTH - 140, 4, 70, 34)
    assert share_of(stand.show(), DARK.text, figure, 40) > 0.05
    stand.shop.put("mill/load", 50.0, status=status.BAD_SENSOR_FAILURE)
    bad = stand.show()
    assert share_of(bad, DARK.hatch_line) > 0.1
    assert share_of(bad, DARK.text, figure, 40) < share_of(stand.show(), DARK.text_faint, figure, 40)


def test_a_dead_engine_hatches_a_value_that_was_live_a_moment_ago(qtbot: QtBot) -> None:
    stand = Stand(qtbot, shop())
    assert share_of(stand.show(), DARK.hatch_line) < 0.02
    assert share_of(stand.show(alive=False), DARK.hatch_line) > 0.1
    assert share_of(stand.show(), DARK.hatch_line) < 0.02


def test_uncertain_is_marked_but_not_hatched(qtbot: QtBot) -> None:
    stand = Stand(qtbot, shop())
    stand.shop.put("mill/load", 50.0, status=status.UNCERTAIN)
    image = stand.show()
    assert share_of(image, DARK.hatch_line) < 0.03
    assert share_of(image, DARK.badge, tolerance=3) > 0.02


@pytest.mark.parametrize("value", [0.0, 25.0, 73.0, 90.0])
def test_the_pointer_stands_where_the_value_is(qtbot: QtBot, value: float) -> None:
    stand = Stand(qtbot, shop())
    stand.shop.put("mill/load", value)
    image = stand.show()
    # The pointer's tip is the lowest row with its colour; its middle is the value.
    rows = [y for y in range(HEIGHT - 1, HEIGHT // 2, -1) if columns_of(image, DARK.text, y, 60)]
    tip = columns_of(image, DARK.text, rows[0], 60)
    side = 14  # the tile's margin at the smallest scale
    assert sum(tip) / len(tip) == pytest.approx(side + (WIDTH - 2 * side) * value / 100, abs=2.5)


def test_beyond_a_limit_has_a_line_around_it(qtbot: QtBot) -> None:
    stand = Stand(qtbot, shop())
    assert share_of(stand.show(), DARK.fault) == 0
    stand.shop.put("mill/load", 95.0)
    image = stand.show()
    assert share_of(image, DARK.fault, QRect(20, 0, WIDTH - 40, 1)) > 0.9


class Counted(TileWidget):
    """Counts how often it asks to be painted; nothing is painted, so no event of Qt's comes in between."""

    asked = 0

    def update(self, *area: Any) -> None:
        del area
        self.asked += 1


def test_the_same_view_is_not_painted_again(qtbot: QtBot) -> None:
    made, texts = shop(), Texts.own("en")
    widget = Counted(DARK)
    qtbot.addWidget(widget)

    def show() -> None:
        widget.show_view(tile.tile(made.session, made.frame(), 0, texts))

    show()
    widget.asked = 0
    for _ in range(5):
        show()
    assert widget.asked == 0
    made.put("mill/load", 51.0)
    show()
    assert widget.asked == 1


@pytest.mark.parametrize("kept", [True, False], ids=["with a value", "without"])
def test_a_readout_says_its_whole_name_when_its_value_is_bad(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, kept: bool
) -> None:
    made = Shop(epoch([machine("mill")], [tag("mill", "feed_override", unit="%")]))
    if kept:
        made.put("mill/feed_override", 100.0)
    made.put("mill/feed_override", 100.0, status=status.BAD_SENSOR_FAILURE)
    written: dict[str, float] = {}
    write = painting.text

    def noted(painter: Any, at: QPointF, content: str, *rest: Any, **more: Any) -> float:
        written[content] = at.y()
        return write(painter, at, content, *rest, **more)

    monkeypatch.setattr(painting, "text", noted)
    widget = ReadoutWidget(DARK)
    qtbot.addWidget(widget)
    widget.resize(158, 72)
    own = Texts.own("en")
    view = tile.readout(made.session, made.frame(), 0, own)
    widget.show_view(replace(view, label="Feed override"))
    grab(widget)
    assert {"Feed override", "%", view.quality.badge} <= written.keys()
    assert written["Feed override"] < written[view.quality.badge] - 20
    assert ("100.00" in written or view.value in written) is kept


def test_a_readout_never_leaves_out_a_digit_while_a_smaller_font_fits_it(qtbot: QtBot) -> None:
    made = Shop(epoch([machine("mill")], [tag("mill", "x", decimals=3)]))
    made.put("mill/x", -1188.745)
    widget = ReadoutWidget(DARK)
    qtbot.addWidget(widget)
    widget.resize(118, 62)
    frame = made.frame()
    widget.show_view(tile.readout(made.session, frame, 0, Texts.own("en")))
    whole = grab(widget)
    # An ellipsis sits on the baseline at the figure's end: nothing but dots there.
    assert share_of(whole, DARK.text, QRect(0, 30, 118, 30), 60) > 0.06
