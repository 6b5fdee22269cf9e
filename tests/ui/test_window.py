from itertools import combinations

import pytest
from PyQt6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PyQt6.QtGui import QMouseEvent, QPaintEvent
from PyQt6.QtWidgets import QApplication, QScroller, QWidget
from pytestqt.qtbot import QtBot

from hmi.model.clock import SECOND
from hmi.model.samples import LinkState
from hmi.present.session import Session
from hmi.present.theme import DARK
from hmi.ui.buttons import TouchButton
from hmi.ui.metrics import TOUCH_MM, Metrics
from hmi.ui.screens.diagnostics import DiagnosticsScreen
from hmi.ui.screens.machine import MachineScreen
from hmi.ui.screens.site import SiteScreen
from hmi.ui.window import PanelWindow
from tests.ui.builders import SIDE, NoHistory, Shop, epoch, machine, tag, welcome
from tests.ui.demo_shop import demo_shop
from tests.ui.pixels import grab, share_of
from tests.ui.stand_in_parts import StandIn, StandInParts

IDLE = QScroller.State.Inactive
SIZES = [(1280, 800), (1920, 1080), (1024, 600)]


class Stand:
    def __init__(
        self, qtbot: QtBot, shop: Shop, language: str = "en", size: tuple[int, int] = SIZES[0]
    ) -> None:
        self.shop = shop
        self.parts = StandInParts()
        self.window = PanelWindow(DARK, NoHistory(), self.parts, language=language)
        qtbot.addWidget(self.window)
        self.window.resize(*size)
        with qtbot.waitExposed(self.window):
            self.window.show()

    def begin(self) -> None:
        self.window.begin(self.shop.session)
        self.frame()

    def frame(self, *, alive: bool = True) -> None:
        self.window.refresh(self.shop.frame(alive=alive))
        self.window.flush()

    def screen(self) -> QWidget:
        (found,) = (
            each for each in self.window.findChildren(QWidget) if each.isVisible() and _is_screen(each)
        )
        return found


def _is_screen(widget: QWidget) -> bool:
    if isinstance(widget, StandIn):
        return isinstance(widget.parent(), PanelWindow)
    return isinstance(widget, SiteScreen | MachineScreen | DiagnosticsScreen)


@pytest.fixture
def stand(qtbot: QtBot) -> Stand:
    made = Stand(qtbot, demo_shop())
    made.begin()
    return made


def touch(qtbot: QtBot, widget: QWidget) -> None:
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(widget.width() // 2, widget.height() // 2))


def test_before_an_engine_the_window_says_that_it_waits(qtbot: QtBot) -> None:
    made = Stand(qtbot, demo_shop())
    made.window.waiting(made.shop.clock.now())
    assert made.window.notice.view is not None
    assert made.window.notice.view.title == "Waiting for the data service"
    assert made.window.header.latency.view is not None
    assert not made.window.header.latency.view.live


def test_every_button_leads_to_its_screen(qtbot: QtBot, stand: Stand) -> None:
    kinds = {
        "site": SiteScreen,
        "machine": MachineScreen,
        "trends": StandIn,
        "diagnostics": DiagnosticsScreen,
    }
    assert set(stand.window.nav.buttons) == set(kinds)
    for name, button in stand.window.nav.buttons.items():
        touch(qtbot, button)
        stand.frame()
        assert isinstance(stand.screen(), kinds[name])
        assert [each.isChecked() for each in stand.window.nav.buttons.values()].count(True) == 1
        assert button.isChecked()


def test_a_card_opens_its_machine_and_a_machine_left_out_opens_nothing(qtbot: QtBot, stand: Stand) -> None:
    site = stand.screen()
    assert isinstance(site, SiteScreen)
    touch(qtbot, site.cards[3])
    assert stand.screen() is site
    touch(qtbot, site.cards[1])
    stand.frame()
    opened = stand.screen()
    assert isinstance(opened, MachineScreen)
    assert opened.machine.id == "line_1"
    assert stand.window.header.view is not None
    assert stand.window.header.view.title == "Anodizing 1"


def test_a_touch_is_answered_at_the_press(qtbot: QtBot, stand: Stand) -> None:
    button = stand.window.nav.buttons["trends"]
    before = share_of(grab(button), DARK.pressed, tolerance=3)
    qtbot.mousePress(button, Qt.MouseButton.LeftButton)
    assert share_of(grab(button), DARK.pressed, tolerance=3) > 0.5 > before
    qtbot.mouseRelease(button, Qt.MouseButton.LeftButton)
    site = stand.window.findChild(SiteScreen)
    assert site is not None
    stand.window.show_screen("site")
    card = site.cards[0]
    qtbot.mousePress(card, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    assert share_of(grab(card), DARK.pressed, tolerance=3) > 0.5
    qtbot.mouseRelease(card, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))


def test_only_the_screen_in_view_is_refreshed(stand: Stand) -> None:
    stand.window.show_screen("trends")
    trends = stand.parts.made[-1]
    for _ in range(3):
        stand.frame()
    stand.window.show_screen("site")
    count = trends.frames
    assert count >= 3
    stand.frame()
    assert trends.frames == count


def test_trends_turn_to_the_machine_in_view(stand: Stand) -> None:
    stand.window.show_screen("machine", "line_1")
    stand.window.show_screen("trends")
    assert stand.parts.made[-1].machine == "line_1"


def test_a_new_session_keeps_screen_and_machine(stand: Stand) -> None:
    stand.window.show_screen("machine", "line_1")
    old = stand.screen()
    stand.shop.session = Session.begin(welcome(stand.shop.epoch), SIDE)
    stand.begin()
    new = stand.screen()
    assert new is not old
    assert isinstance(new, MachineScreen)
    assert new.machine.id == "line_1"
    assert new.session is stand.shop.session


def test_a_new_session_without_that_machine_shows_another(stand: Stand) -> None:
    stand.window.show_screen("machine", "line_1")
    other = Shop(epoch([machine("saw")], [tag("saw", "load")]))
    stand.shop = other
    stand.begin()
    assert stand.window.machine_id == "saw"


def test_a_silent_engine_is_said_and_everything_is_hatched(stand: Stand) -> None:
    stand.window.show_screen("machine", "mill_07")
    stand.frame()
    live = share_of(grab(stand.screen()), DARK.hatch_line, QRect(848, 10, 420, 440))
    stand.window.engine_lost(stand.shop.clock.now().utc, "the engine has closed the link")
    stand.frame(alive=False)
    view = stand.window.notice.view
    assert view is not None
    assert view.title.startswith("Data service not responding since ")
    assert "the engine has closed the link" in view.detail
    assert share_of(grab(stand.screen()), DARK.hatch_line, QRect(848, 10, 420, 440)) > live + 0.1
    pill = stand.window.header.latency.view
    assert pill is not None
    assert not pill.live
    stand.window.engine_back()
    stand.shop.clock.advance(SECOND)
    stand.shop.table.confirm(stand.shop.clock)
    stand.frame()
    assert stand.window.notice.view is not None
    assert not stand.window.notice.view.title.startswith("Data service")


def test_flush_paints_before_it_returns(stand: Stand) -> None:
    painted = []

    class Probe(QWidget):
        def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
            painted.append(1)

    probe = Probe(stand.window)
    probe.setGeometry(0, 0, 10, 10)
    probe.show()
    stand.window.flush()
    painted.clear()
    probe.update()
    assert not painted
    stand.window.flush()
    assert painted


def overlapping(widgets: list[QWidget]) -> list[tuple[QWidget, QWidget]]:
    return [pair for pair in combinations(widgets, 2) if pair[0].geometry().intersects(pair[1].geometry())]


@pytest.mark.parametrize("size", SIZES, ids=lambda each: f"{each[0]}x{each[1]}")
@pytest.mark.parametrize("name", ["mill_07", "line_1", "press_04"])
def test_nothing_on_a_machines_screen_overlaps_or_sticks_out(
    qtbot: QtBot, size: tuple[int, int], name: str
) -> None:
    made = Stand(qtbot, demo_shop("de"), "de", size)
    made.begin()
    made.window.show_screen("machine", name)
    made.frame()
    screen = made.screen()
    children = [each for each in screen.children() if isinstance(each, QWidget) and each.isVisible()]
    assert children
    for each in children:
        assert screen.rect().contains(each.geometry()), each
        assert each.width() > 20
        assert each.height() > 20
    assert overlapping(children) == []
    bars: list[QWidget] = [made.window.header, made.window.notice, screen, made.window.nav]
    assert overlapping(bars) == []
    assert sum(each.height() for each in bars) == made.window.height()


@pytest.mark.parametrize("size", SIZES, ids=lambda each: f"{each[0]}x{each[1]}")
def test_whatever_is_touched_is_large_enough(qtbot: QtBot, size: tuple[int, int]) -> None:
    made = Stand(qtbot, demo_shop(), "en", size)
    made.begin()
    for name in ("site", "machine", "diagnostics"):
        made.window.show_screen(name)
        made.frame()
    least = TOUCH_MM * Metrics.of(made.window).per_mm
    screen = made.screen()
    assert isinstance(screen, DiagnosticsScreen)
    buttons = made.window.findChildren(TouchButton)
    assert len(buttons) >= 6
    for each in buttons:
        assert min(each.width(), each.height()) >= least, each.text()
    assert screen.table.row_height() >= least


def drag(qtbot: QtBot, widget: QWidget, start: QPoint, by: int, scroller: QScroller) -> None:
    """Press, move by some pixels on the screen, release; what the mouse of a real window would send.

    The scroller goes by the events' times, so the next one is sent when it has answered the last.
    """
    window, left = widget.window(), Qt.MouseButton.LeftButton
    assert window is not None
    began = widget.mapTo(window, start)

    def send(kind: QEvent.Type, at: QPoint, held: Qt.MouseButton) -> None:
        spot = QPointF(widget.mapFrom(window, at))
        button = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else left
        whole = QPointF(window.mapToGlobal(at))
        event = QMouseEvent(kind, spot, QPointF(at), whole, button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(widget, event)

    send(QEvent.Type.MouseButtonPress, began, left)
    qtbot.waitUntil(lambda: scroller.state() == QScroller.State.Pressed, timeout=10_000)
    for step in range(1, 11):
        send(QEvent.Type.MouseMove, began + QPoint(0, by * step // 10), left)
        qtbot.wait(10)
    qtbot.waitUntil(lambda: scroller.state() == QScroller.State.Dragging, timeout=10_000)
    send(QEvent.Type.MouseButtonRelease, began + QPoint(0, by), Qt.MouseButton.NoButton)
    qtbot.waitUntil(lambda: scroller.state() == IDLE, timeout=10_000)


def test_a_finger_scrolls_the_cards_without_opening_one_and_a_touch_still_opens(qtbot: QtBot) -> None:
    names = [f"m{number}" for number in range(40)]
    shop = Shop(epoch([machine(each) for each in names], [tag(each, "load") for each in names]))
    made = Stand(qtbot, shop, "en", (1024, 600))
    made.begin()
    site = made.screen()
    assert isinstance(site, SiteScreen)
    opened: list[str] = []
    site.opened.connect(opened.append)
    card = site.cards[2]
    before = card.mapTo(site, QPoint(0, 0)).y()
    scroller = QScroller.scroller(site._scroll.viewport())
    assert scroller is not None
    drag(qtbot, card, QPoint(60, 120), -90, scroller)
    assert card.mapTo(site, QPoint(0, 0)).y() < before - 20
    assert opened == []
    touch(qtbot, site.cards[4])
    qtbot.waitUntil(lambda: opened == ["m4"], timeout=10_000)


def test_more_machines_than_fit_scroll_and_stay_readable(qtbot: QtBot) -> None:
    names = [f"m{number}" for number in range(40)]
    shop = Shop(epoch([machine(each) for each in names], [tag(each, "load") for each in names]))
    made = Stand(qtbot, shop, "en", (1024, 600))
    made.begin()
    site = made.screen()
    assert isinstance(site, SiteScreen)
    assert len(site.cards) == 40
    assert overlapping(list(site.cards)) == []
    assert min(each.height() for each in site.cards) >= Metrics.of(site).px(178)


def test_a_minimised_window_rests_and_catches_up(qtbot: QtBot, stand: Stand) -> None:
    stand.window.show_screen("machine", "mill_07")
    stand.frame()
    screen = stand.screen()
    assert isinstance(screen, MachineScreen)
    index = stand.shop.session.index("mill_07", "load")
    twin = screen.twin
    assert isinstance(twin, StandIn)

    def shown() -> str:
        view = screen.tiles[index].view
        assert view is not None
        return view.readout.value

    before, frames = shown(), twin.frames
    stand.window.showMinimized()
    qtbot.waitUntil(lambda: not stand.window.in_view, timeout=10_000)
    stand.shop.put("mill_07/load", 33.0)
    stand.frame()
    assert (shown(), twin.frames) == (before, frames)
    stand.window.showNormal()
    qtbot.waitUntil(lambda: stand.window.in_view, timeout=10_000)
    stand.frame()
    assert shown() == "33"
    assert twin.frames == frames + 1


def test_a_screen_that_was_left_knows_what_came_meanwhile(stand: Stand) -> None:
    stand.window.show_screen("machine", "mill_07")
    stand.frame()
    stand.window.show_screen("site")
    stand.frame()
    stand.shop.put("mill_07/load", 33.0)
    stand.frame()
    stand.window.show_screen("machine", "mill_07")
    stand.frame()
    screen = stand.screen()
    assert isinstance(screen, MachineScreen)
    view = screen.tiles[stand.shop.session.index("mill_07", "load")].view
    assert view is not None
    assert view.readout.value == "33"


def test_screens_are_made_ahead_one_at_a_time_and_not_anew_when_shown(stand: Stand) -> None:
    made = len(stand.parts.made)
    for _ in range(10):
        stand.window.prepare_next()
        assert stand.screen() is stand.window.findChild(SiteScreen)
    ahead = len(stand.parts.made)
    assert ahead > made
    for name in ("mill_07", "line_1"):
        stand.window.show_screen("machine", name)
        stand.frame()
        screen = stand.screen()
        assert isinstance(screen, MachineScreen)
        assert screen.machine.id == name
        assert any(widget.view is not None for widget in screen.tiles.values())
    assert len(stand.parts.made) == ahead


def test_what_stood_in_the_notice_line_is_in_the_list_even_of_a_window_that_rests(stand: Stand) -> None:
    for _ in range(2):
        stand.shop.clock.advance(SECOND)
        stand.frame()
    told = {each.subject for each in stand.shop.session.notices if each.text_id == "event.value_bad"}
    assert told == {"mill_07/b"}
    stand.window.hide()
    stand.shop.put("mill_07/b", 1.0)
    for _ in range(8):
        stand.shop.clock.advance(SECOND)
        stand.shop.put("mill_07/b", 1.0)
        stand.frame()
    assert "event.value_live" in [each.text_id for each in stand.shop.session.notices]


def test_a_touch_of_the_notice_line_opens_the_list_that_holds_what_it_could_not_tell(
    qtbot: QtBot, stand: Stand
) -> None:
    line = stand.window.notice
    assert min(line.height(), line.width()) >= TOUCH_MM * Metrics.of(stand.window).per_mm
    assert line.view is not None
    assert line.view.more
    stand.shop.clock.advance(SECOND)
    stand.frame()
    qtbot.mousePress(line, Qt.MouseButton.LeftButton, pos=QPoint(30, 20))
    qtbot.mouseRelease(line, Qt.MouseButton.LeftButton, pos=QPoint(30, 400))  # lifted elsewhere
    assert not isinstance(stand.screen(), DiagnosticsScreen)
    touch(qtbot, line)
    stand.frame()
    screen = stand.screen()
    assert isinstance(screen, DiagnosticsScreen)
    assert screen.events.isVisible()
    assert screen.events_button.isChecked()
    assert {each.subject for each in screen.events.entries} >= {"Mill 07: B", "Anodizing 1: Bath A pH"}
    assert line.view is not None
    titles = [each.title for each in screen.events.standing]
    assert titles[0] == line.view.title
    assert any(each.startswith("Press 04: no link") for each in titles)
    assert any("laser_01" in each for each in titles)


def test_what_lasts_stands_before_the_events_however_long_ago_it_began(stand: Stand) -> None:
    stand.window.show_screen("diagnostics")
    screen = stand.screen()
    assert isinstance(screen, DiagnosticsScreen)
    screen.show_events()
    for _ in range(3):
        stand.shop.clock.advance(12 * 3600 * SECOND)
        stand.frame()
    assert any(each.title.startswith("Press 04: no link") for each in screen.events.standing)
    stand.shop.link("press_04", LinkState.UP)
    stand.shop.put("press_04/force", 1.0)
    stand.shop.clock.advance(SECOND)
    stand.frame()
    assert not any(each.title.startswith("Press 04") for each in screen.events.standing)


def test_without_an_engine_nothing_is_said_to_be_so_now_but_that(stand: Stand) -> None:
    stand.window.show_screen("diagnostics")
    stand.window.engine_lost(stand.shop.clock.now().utc, "It has stopped.")
    stand.frame(alive=False)
    screen = stand.screen()
    assert isinstance(screen, DiagnosticsScreen)
    assert len(screen.events.standing) == 1
    assert "It has stopped." in screen.events.standing[0].detail
