"""The panel's window: header, notice line, the screen in view, the ways to the others."""

from __future__ import annotations

from typing import cast

from PyQt6.QtCore import QCoreApplication, QEvent, QRect, Qt, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QPainter, QPaintEvent, QResizeEvent
from PyQt6.QtWidgets import QWidget

from hmi.config.epoch import Machine
from hmi.model.clock import Instant
from hmi.present import format as formats
from hmi.present import header as headers
from hmi.present import health, notices
from hmi.present.chronicle import Chronicle
from hmi.present.drawn import Drawn
from hmi.present.header import HeaderView
from hmi.present.history import HistorySource
from hmi.present.latency import LatencyBook, LatencyView
from hmi.present.notices import NoticeView
from hmi.present.pace import LivePaces
from hmi.present.session import Frame, Session
from hmi.present.summary_clock import SummaryClock
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import header, notice_line, painting
from hmi.ui import nav as navigation
from hmi.ui.header import HeaderBar
from hmi.ui.latency_pill import PillView
from hmi.ui.metrics import DESIGN_HEIGHT, DESIGN_WIDTH, Metrics, dots_per_inch
from hmi.ui.nav import NavBar
from hmi.ui.notice_line import NoticeLine
from hmi.ui.parts import Live, Parts
from hmi.ui.replay_furniture import ReplayFurniture
from hmi.ui.screens.diagnostics import DiagnosticsScreen
from hmi.ui.screens.machine import MachineScreen
from hmi.ui.screens.site import SiteScreen

LEAST_WIDTH, LEAST_HEIGHT = 1024, 600
_ON_ANOTHER_SCREEN = (QEvent.Type.Show, QEvent.Type.Move, QEvent.Type.Resize)
"""What comes with another screen, or with another mode of the same one."""
_PREPARED = 4
"""So many machines' screens are made before they are asked for; each holds some MB of pictures."""


class PanelWindow(QWidget):
    """One window for all sessions; each `begin` builds its screens anew, made when first shown."""

    shown = pyqtSignal(str, str)
    """Screen and machine that came into view."""
    replay_asked = pyqtSignal(object)
    """What a person wants of a replay's time (`hmi.link.messages.ReplayControl`)."""

    def __init__(
        self, theme: Theme, history: HistorySource, parts: Parts, *, language: str | None = None
    ) -> None:
        super().__init__()
        self.theme = theme
        self.dpi = dots_per_inch(self)
        self._history = history
        self._parts = parts
        self._language = language
        self.texts = Texts.own(language or "en")
        self.session: Session | None = None
        self.book: LatencyBook | None = None
        self._paces: LivePaces | None = None
        self.screen_name = "site"
        self.machine_id = ""
        self._screens: dict[tuple[str, str], QWidget] = {}
        self._lost: NoticeView | None = notices.engine_awaited(self.texts)
        self._chronicle = Chronicle()
        self._summary = SummaryClock()
        self._rested = False
        self._had_to_paint = False
        self.replay: ReplayFurniture | None = None
        self.setWindowTitle("Twinpane")
        self.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._furnish()
        self.resize(DESIGN_WIDTH, DESIGN_HEIGHT)

    def begin(self, session: Session) -> None:
        """Show a new session; the machine and the screen in view stay, where they still exist."""
        for each in self._screens.values():
            each.hide()
            each.setParent(None)
            each.deleteLater()
        self._screens.clear()
        self.session = session
        self.book = LatencyBook(session)
        self._paces = LivePaces(session)
        self.texts = Texts.of(session.epoch, self._language, replay=session.welcome.replay)
        self._lost = None
        self._summary.begin()
        if session.welcome.replay:
            self._parts.forget()
            if self.replay is None:
                self.replay = ReplayFurniture(self.theme, self.texts, self)
                self.replay.bar.asked.connect(self.replay_asked)
                self.replay.bar.followed.connect(self._follow)
            self.replay.forget()
        for each in (self.header, self.notice, self.nav):
            each.setParent(None)
            each.deleteLater()
        self._furnish()
        machines = [each.id for each in session.epoch.machines]
        if self.machine_id not in machines:
            self.machine_id = machines[0] if machines else ""
        self.show_screen(self.screen_name)

    def engine_lost(self, since_utc: int | None, reason: str) -> None:
        """Say that the engine does not answer and what is wrong now; None: there was none yet."""
        if since_utc is None:
            self._lost = notices.engine_awaited(self.texts, reason)
        else:
            self._lost = notices.engine_lost(since_utc, reason, self.texts)
        self.notice.show_view(self._lost)

    def engine_back(self) -> None:
        """The engine of this session answers again."""
        if self.session is not None:
            self._lost = None

    def show_screen(self, name: str, machine: str = "") -> None:
        """Bring a screen into view, for a machine where one is given.

        Raises:
            KeyError: there is no such screen or machine.
        """
        if name not in navigation.SCREENS:
            raise KeyError(name)
        if machine and self.session is not None:
            self.machine_id = self.session.machine(machine).id
        self.screen_name = name
        self.nav.mark(name)
        if self.session is None:
            return
        current = self._screen()
        for each in self._screens.values():
            if each is not current:
                each.hide()
        current.setGeometry(self._content())
        current.show()
        if self.replay is not None:
            self.replay.raise_()
        self.shown.emit(name, self.machine_id)

    def refresh(self, frame: Frame) -> None:
        """Bring everything up to date."""
        self.refresh_values(frame)
        self.refresh_surroundings(frame)

    def refresh_values(self, frame: Frame) -> None:
        """Bring the screen in view up to date: what a person waits for, and whose latency is shown."""
        if not self.in_view:
            self._rested = True
            return
        current = self._current()
        if current is not None:
            if self._rested:
                # Its parts learn as from any other pause that they have missed something.
                current.hide()
                current.show()
            cast(Live, current).refresh(frame)
        self._rested = False

    def refresh_surroundings(self, frame: Frame) -> None:
        """Bring header and notice up to date, and what others follow who are not in view."""
        if self.session is None or self.book is None:
            self.waiting(frame.now)
            return
        self._parts.follow(self.session, frame)
        self._chronicle.note(self.session, frame, self.book)
        if not self.in_view:
            return
        if self.replay is not None:
            self.replay.show_moment(frame.now.utc)
        machine = self._machine()
        name = "" if machine is None else machine.id
        dead, total = health.dead_of(self.session, frame, name)
        due = self._summary.due(frame, (self.screen_name, name), dead)
        if machine is not None:
            own = self.texts.for_machine(machine.id)
            self.header.show_view(headers.of_machine(self.session, frame, machine, own))
        elif due:
            self.header.show_view(headers.of_site(self.session, frame, self.texts))
        if due:
            self._show_trust(self.session, self.book, frame, name, dead, total)

    def drawn(self) -> Drawn:
        """What a person sees of the last frame on the screen in view; the header's own words are left out."""
        current = self._current()
        if current is None or self._rested or not self.in_view:
            return Drawn.nothing(0 if self.session is None else len(self.session.epoch.tags))
        return cast(Live, current).drawn()

    @property
    def in_view(self) -> bool:
        """Whether a person can see the window: neither closed nor minimised nor hidden by its desktop."""
        handle = self.windowHandle()
        exposed = handle is None or handle.isExposed()
        return self.isVisible() and not self.isMinimized() and exposed

    def waiting(self, now: Instant) -> None:
        """Before there is a session only the time goes on."""
        date = formats.date(now.utc, self.texts)
        self.header.show_view(HeaderView("Twinpane", "", None, None, None, formats.clock(now.utc), date))
        self.header.latency.show_view(PillView(LatencyView(), 0, 0))
        self.notice.show_view(self._lost or notices.engine_awaited(self.texts))

    def flush(self) -> bool:
        """Paint everything that waits for it now, and return when it is on the window's surface.

        Whether there was anything.
        """
        self._had_to_paint = False
        QCoreApplication.sendPostedEvents(self, QEvent.Type.LayoutRequest.value)
        QCoreApplication.sendPostedEvents(self, QEvent.Type.UpdateRequest.value)
        return self._had_to_paint

    def await_display(self) -> None:
        """Return when the display has carried out what it was told so far.

        What is on the window's surface is on its way only. An X display answers in order, so any question to
        it will do, and Qt has no cheaper one: 0.15 ms on the same computer, a round trip where the display is
        another. Other platforms (Wayland, offscreen) are not waited for.
        """
        QGuiApplication.queryKeyboardModifiers()

    def event(self, event: QEvent | None) -> bool:
        """Note that Qt asks for what has changed to be painted; it does so once for all widgets in here."""
        kind = None if event is None else event.type()
        if kind == QEvent.Type.UpdateRequest:
            self._had_to_paint = True
        elif kind in _ON_ANOTHER_SCREEN:
            self.dpi = dots_per_inch(self)
        return super().event(event)

    def _show_trust(
        self, session: Session, book: LatencyBook, frame: Frame, machine: str, dead: int, total: int
    ) -> None:
        now = frame.now.monotonic
        measured, latency = (machine, book.view(machine, now)) if machine else book.worst(now)
        pace = self._paces.words(measured, self.texts) if self._paces is not None and measured else ()
        recorded = "" if self.replay is None else self.replay.words()
        self.header.latency.show_view(PillView(latency, dead, total, pace, recorded))
        found = self._lost or notices.notice(session, frame, book, machine, self.texts)
        self.notice.show_view(found)
        current = self._current()
        if isinstance(current, DiagnosticsScreen):
            lost = () if self._lost is None else (self._lost,)
            current.show_standing(lost or notices.standing(session, frame, book, machine, self.texts))

    def _machine(self) -> Machine | None:
        """The machine that the screen in view is about."""
        if self.session is None or not self.machine_id or self.screen_name in ("site", "diagnostics"):
            return None
        return self.session.machine(self.machine_id)

    def _current(self) -> QWidget | None:
        return self._screens.get(self._key())

    def _key(self) -> tuple[str, str]:
        return (self.screen_name, self.machine_id if self.screen_name == "machine" else "")

    def prepare_next(self) -> bool:
        """Make one screen that was not shown yet, as long as there are few: called when nothing is urgent,
        so that the first touch of a button waits for no module, layout or font.

        Whether one was made.
        """
        if self.session is None or not self.in_view:
            return False
        machines = [each.id for each in self.session.epoch.machines]
        wanted = [("machine", each) for each in sorted(machines, key=lambda each: each != self.machine_id)]
        wanted = [*wanted[:_PREPARED], ("trends", "")]
        missing = next((key for key in wanted if key not in self._screens), None)
        if missing is None:
            return False
        made = self._make(*missing)
        made.setParent(self)
        made.setGeometry(self._content())
        made.grab()
        self._screens[missing] = made
        return True

    def _screen(self) -> QWidget:
        key = self._key()
        if key not in self._screens:
            made = self._make(*key)
            made.setParent(self)
            self._screens[key] = made
        found = self._screens[key]
        if self.screen_name == "trends" and self.machine_id:
            found.show_machine(self.machine_id)  # type: ignore[attr-defined]
        return found

    def _make(self, name: str, machine_id: str) -> QWidget:
        session, theme, texts = self.session, self.theme, self.texts
        if session is None:
            raise KeyError(name)
        if name == "trends":
            return self._parts.trends(session, theme, texts, self._history)
        if name == "diagnostics":
            return DiagnosticsScreen(session, theme, texts)
        if name == "machine" and machine_id:
            machine = session.machine(machine_id)
            return MachineScreen(machine, session, theme, texts, self._history, self._parts)
        site = SiteScreen(session, theme, texts)
        site.opened.connect(self._open_machine)
        return site

    def _show_events(self) -> None:
        """All that the notice line could tell, one below the other."""
        if self.session is None:
            return
        self.show_screen("diagnostics")
        self._summary.begin()  # what is wrong now comes with the next frame
        current = self._current()
        if isinstance(current, DiagnosticsScreen):
            current.show_events()

    def _follow(self, screen: str, machine: str) -> None:
        """Show what stood on the recorded panel, where there is such a screen here."""
        known = self.session is not None and machine in [each.id for each in self.session.epoch.machines]
        if screen in navigation.SCREENS:
            self.show_screen(screen, machine if known else "")

    def _open_machine(self, machine: str) -> None:
        self.show_screen("machine", machine)

    def _furnish(self) -> None:
        """Header, notice line and navigation in the present language."""
        self.header = HeaderBar(self.theme, self.texts, self)
        self.notice = NoticeLine(self.theme, self)
        self.notice.touched.connect(self._show_events)
        self.nav = NavBar(self.theme, self.texts, self)
        self.nav.chosen.connect(self.show_screen)
        self.nav.mark(self.screen_name)
        for each in (self.header, self.notice, self.nav):
            each.show()
        self._place()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Bars keep their height, the screen takes the rest."""
        self._place()

    def _place(self) -> None:
        m = Metrics.of(self)
        wide = self.width()
        top = m.px(header.HEIGHT)
        self.header.setGeometry(0, 0, wide, top)
        self.notice.setGeometry(0, top, wide, m.px(notice_line.HEIGHT))
        high = m.touch(navigation.HEIGHT)
        self.nav.setGeometry(0, self.height() - high, wide, high)
        if self.replay is not None:
            self.replay.place(self._screen_area(), m)
        current = self._current()
        if current is not None:
            current.setGeometry(self._content())

    def _screen_area(self) -> QRect:
        top = self.notice.geometry().bottom() + 1
        return QRect(0, top, self.width(), self.nav.y() - top)

    def _content(self) -> QRect:
        """What a screen may take."""
        area = self._screen_area()
        return area if self.replay is None else self.replay.room(area, Metrics.of(self))

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The ground, seen before there is a session."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), painting.color(self.theme.background))
        painter.end()
