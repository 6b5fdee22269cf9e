"""What a finger has pressed is let go of when the finger drags: nothing stays lit, and nothing is opened."""

from __future__ import annotations

from PyQt6.QtCore import QEvent, QPoint, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QApplication, QScroller, QWidget
from pytestqt.qtbot import QtBot

from hmi.model.samples import LinkState
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui.screens.diagnostics import DiagnosticsScreen
from hmi.ui.screens.site import SiteScreen
from tests.ui.builders import Shop, epoch, machine, tag

NAMES = [f"m{number}" for number in range(40)]


def shop() -> Shop:
    made = Shop(epoch([machine(each) for each in NAMES], [tag(each, "load") for each in NAMES]))
    for each in NAMES:
        made.link(each, LinkState.DOWN, cause="refused")
    return made


def flick(qtbot: QtBot, viewport: QWidget | None, widget: QWidget, start: QPoint, by: QPoint) -> None:
    """Press and be far away at the next event, which the scroller keeps for itself."""
    scroller, window, left = QScroller.scroller(viewport), widget.window(), Qt.MouseButton.LeftButton
    assert scroller is not None
    assert window is not None
    began = widget.mapTo(window, start)

    def send(kind: QEvent.Type, at: QPoint, held: Qt.MouseButton) -> None:
        spot, whole = QPointF(widget.mapFrom(window, at)), QPointF(window.mapToGlobal(at))
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else left
        event = QMouseEvent(kind, spot, QPointF(at), whole, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(widget, event)

    send(QEvent.Type.MouseButtonPress, began, left)
    qtbot.waitUntil(lambda: scroller.state() == QScroller.State.Pressed, timeout=10_000)
    for part in (1, 2):
        send(QEvent.Type.MouseMove, began + by * part, left)
        qtbot.wait(10)
    qtbot.waitUntil(lambda: scroller.state() == QScroller.State.Dragging, timeout=10_000)
    send(QEvent.Type.MouseButtonRelease, began + by * 2, Qt.MouseButton.NoButton)
    qtbot.waitUntil(lambda: scroller.state() == QScroller.State.Inactive, timeout=10_000)


def test_the_cards_of_links_and_the_rows_of_tags(qtbot: QtBot) -> None:
    made = shop()
    screen = DiagnosticsScreen(made.session, DARK, Texts.of(made.epoch))
    qtbot.addWidget(screen)
    screen.resize(1280, 612)
    screen.show()
    qtbot.waitExposed(screen)
    screen.refresh(made.frame())
    card = screen.endpoints[1]
    flick(qtbot, screen.strip.viewport(), card, QPoint(150, 50), QPoint(-60, 0))
    assert not card._down
    rows = screen.table.viewport()
    assert rows is not None
    flick(qtbot, rows, rows, screen.table.row_centre(3).toPoint(), QPoint(0, -40))
    assert screen.table._pressed is None
    assert "detail" not in vars(screen), "nothing was opened"


def test_the_cards_of_machines(qtbot: QtBot) -> None:
    made = shop()
    screen = SiteScreen(made.session, DARK, Texts.of(made.epoch))
    qtbot.addWidget(screen)
    screen.resize(1024, 480)
    screen.show()
    qtbot.waitExposed(screen)
    screen.refresh(made.frame())
    opened: list[str] = []
    screen.opened.connect(opened.append)
    card = screen.cards[2]
    flick(qtbot, screen._scroll.viewport(), card, QPoint(60, 120), QPoint(0, -60))
    assert not card._down
    assert opened == []
