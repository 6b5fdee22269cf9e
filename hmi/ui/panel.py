"""The panel's life with its engine: connect, watch, draw, lose it, begin again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol

from PyQt6.QtCore import QObject, QSocketNotifier, Qt, QTimer
from PyQt6.sip import voidptr

from hmi.link.client import LinkClient
from hmi.link.errors import FrameError, LinkClosed, LinkRefused, LinkUnavailable
from hmi.link.messages import (
    HistoryReply,
    LatencyShown,
    Refusal,
    ReplayAbout,
    ReplayControl,
    ReplayStanding,
    ScreenShown,
    Seen,
    Touched,
    Welcome,
)
from hmi.model.clock import MILLISECOND, SECOND, Clock, Instant
from hmi.present import format as formats
from hmi.present.session import Frame, Session
from hmi.ui.engine_news import EngineEnd, EngineNews
from hmi.ui.frame_clock import FrameClock
from hmi.ui.history import PendingHistory
from hmi.ui.seen import SeenOnPanel
from hmi.ui.window import PanelWindow

CHECK_MS: Final = 50
DEAD_AFTER_NS: Final = 200 * MILLISECOND
"""A heartbeat older than this: with the check and a frame it is on screen within 300 ms."""
RETRY_NS: Final = 250 * MILLISECOND
REFUSED_RETRY_NS: Final = 2_000 * MILLISECOND
"""An engine of another version stays one until somebody installs it anew."""
WELCOME_WITHIN_NS: Final = 2_000 * MILLISECOND


Observer = Callable[[Session, Frame], None]
"""What a bench does with a frame."""


class Supervisor(Protocol):
    """Who fences and restarts the engine."""

    @property
    def last_exit(self) -> EngineEnd | None:
        """The last end of an engine that was started here; None: none has ended."""
        ...

    def engine_unresponsive(self, now: Instant) -> None:
        """The engine has a link to us and is silent at ``now``; called as long as it is."""
        ...

    def tick(self, now: Instant) -> None:
        """Called about every 50 ms."""
        ...


class PanelConnection(QObject):
    """Owns the link client, the session and the frame clock of one window."""

    def __init__(
        self,
        connect: Callable[[], LinkClient],
        window: PanelWindow,
        clock: Clock,
        supervisor: Supervisor,
        history: PendingHistory,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._connect = connect
        self._window = window
        self._clock = clock
        self._supervisor = supervisor
        self._history = history
        self._client: LinkClient | None = None
        self._notifiers: list[QSocketNotifier] = []
        self._session: Session | None = None
        self._alive = False
        self._news = EngineNews(window)
        self._tried = -RETRY_NS
        self._refused = False
        self._connected = 0
        self._observers: list[tuple[Observer, Observer]] = []
        self._seen = SeenOnPanel(window, clock, self._tell, self)
        window.replay_asked.connect(self._move)
        self.frames = FrameClock(clock, self._draw, self)
        self._check = QTimer(self)
        self._check.setInterval(CHECK_MS)
        self._check.setTimerType(Qt.TimerType.PreciseTimer)
        self._check.timeout.connect(self._look)

    def start(self) -> None:
        """Connect, now or as soon as there is an engine, and draw."""
        self._check.start()
        self._seen.start()
        self.frames.start()
        self.frames.request()
        self._look()

    def stop(self) -> None:
        """Close the link and stop all timers."""
        self._check.stop()
        self._seen.stop()
        self.frames.stop()
        self._disconnect()

    @property
    def alive(self) -> bool:
        """Whether the engine answers."""
        return self._alive

    @property
    def session(self) -> Session | None:
        """The session in view."""
        return self._session

    def observe(self, before: Observer, after: Observer) -> None:
        """Have every frame shown to ``before`` its paint and to ``after`` it, for a bench."""
        self._observers.append((before, after))

    def _look(self) -> None:
        """Every 50 ms: is there an engine, does it answer, should it be tried again?"""
        now = self._clock.now()
        if self._client is None and now.monotonic - self._tried >= RETRY_NS:
            self._tried = now.monotonic
            self._try(now)
        elif self._client is not None:
            self._judge(self._client, now)
        if self._client is not None and self._hangs(self._client, now):
            self._supervisor.engine_unresponsive(now)
        self._supervisor.tick(now)
        if self._news.hear_of(self._supervisor.last_exit):
            self.frames.request()

    def _try(self, now: Instant) -> None:
        try:
            client = self._connect()
        except LinkUnavailable:
            if self._session is not None:
                self._lose(now, "engine.absent")
            return
        self._client = client
        self._connected = now.monotonic
        if self._news.lost and not self._refused:
            self._lose(now, "engine.begins")
        self._history.attach(client)
        for descriptor, act in ((client.fileno(), self._messages), (client.doorbell_fileno(), self._rung)):
            notifier = QSocketNotifier(voidptr(descriptor), QSocketNotifier.Type.Read, self)
            notifier.activated.connect(act)
            self._notifiers.append(notifier)

    def _judge(self, client: LinkClient, now: Instant) -> None:
        if self._hangs(client, now):
            silent = (now.monotonic - self._last_sign(client)) / SECOND
            self._lose(now, "engine.silent", age=formats.age(silent))
        elif client.table is not None and not self._alive:
            self._alive = True
            self._news.back(now)
            self.frames.request()

    def _hangs(self, client: LinkClient, now: Instant) -> bool:
        """Whether the engine at the other end is silent; one that is gone or starts up is not hanging."""
        if client.table is None:
            return now.monotonic - self._connected > WELCOME_WITHIN_NS
        return now.monotonic - self._last_sign(client) > DEAD_AFTER_NS

    def _last_sign(self, client: LinkClient) -> int:
        """When the engine was last known to live (monotonic ns): its heartbeat, or that it took us in."""
        return self._connected if client.table is None else max(client.table.heartbeat, self._connected)

    def _messages(self) -> None:
        client = self._client
        if client is None:
            return
        try:
            messages = client.receive()
        except LinkClosed as error:
            self._drop(self._clock.now(), error)
            return
        for message in messages:
            if self._client is not client:
                return  # let go of meanwhile: its Welcome made no sense
            match message:
                case Welcome():
                    self._welcome(client, message)
                case HistoryReply():
                    self._history.answer(message)
                case Refusal():
                    self._history.refuse(message.request)
                case ScreenShown() | Touched() | LatencyShown() if self._window.replay is not None:
                    self._window.replay.seen(message)
                case ReplayStanding() if self._window.replay is not None:
                    self._window.replay.take(message)
                case ReplayAbout() if self._window.replay is not None and self._session is not None:
                    self._window.replay.take(message)
                    self._session.take(message)
                case _:
                    if self._session is not None:
                        self._session.take(message)
        self.frames.request()

    def _welcome(self, client: LinkClient, message: Welcome) -> None:
        if client.table is None:
            return
        self._history.forget()
        try:
            # A replay that has jumped shows what was then: nothing that was on the screen before.
            before = None if message.replay else self._session
            self._session = Session.begin(message, client.table.side_bytes, before)
        except FrameError as error:
            self._drop(self._clock.now(), LinkRefused(str(error)))
            return
        self._alive, self._refused = True, False
        self._news.begin(self._session, self._clock.now())
        self._window.begin(self._session)

    def _tell(self, seen: Seen) -> None:
        """What is to be seen goes into the recording; of what no engine has taken in nothing is recorded."""
        if self._client is None or self._client.table is None or self._replays:
            return
        try:
            self._client.tell(seen)
        except LinkClosed as error:
            self._drop(self._clock.now(), error)

    @property
    def _replays(self) -> bool:
        """Whether what is shown is a recording."""
        return self._session is not None and self._session.welcome.replay

    def _move(self, control: ReplayControl) -> None:
        """A person moves the time of a replay; while there is none to be moved the touch is lost."""
        if self._client is None or not self._replays:
            return
        try:
            self._client.control(control)
        except LinkClosed as error:
            self._drop(self._clock.now(), error)

    def _rung(self) -> None:
        if self._client is None:
            return
        try:
            self._client.clear_doorbell()
        except LinkClosed as error:
            self._drop(self._clock.now(), error)
            return
        self.frames.request()

    def _drop(self, now: Instant, error: LinkClosed) -> None:
        """The link is gone: let go of it and try anew from the next look on."""
        self._disconnect()
        self._refused = isinstance(error, LinkRefused)
        self._tried = now.monotonic + (REFUSED_RETRY_NS - RETRY_NS if self._refused else 0)
        self._alive = False
        self._news.closed(error, now)
        self.frames.request()

    def _lose(self, now: Instant, reason: str, **values: object) -> None:
        self._alive = False
        self._news.lose(now, reason, **values)
        self.frames.request()

    def _disconnect(self) -> None:
        for each in self._notifiers:
            each.setEnabled(False)
            each.deleteLater()
        self._notifiers.clear()
        self._history.attach(None)
        if self._client is not None:
            self._client.close()
            self._client = None

    def _draw(self) -> bool:
        now = self._clock.now()
        session, window = self._session, self._window
        if session is None:
            window.waiting(now)
            return window.flush()
        table = None if self._client is None else self._client.table
        if table is not None:
            session.heartbeat = table.heartbeat
        frame = session.refresh(table, now, self._alive)
        window.refresh_values(frame)
        for before, _ in self._observers:
            before(session, frame)
        values = window.flush()
        if values:
            window.await_display()
        self._painted(session, frame)
        for _, after in self._observers:
            after(session, frame)
        # In the same frame, and of the same moment: but no value waits for its surroundings to be painted.
        window.refresh_surroundings(frame)
        return window.flush() or values

    def _painted(self, session: Session, frame: Frame) -> None:
        if self._window.book is not None and not self._replays:
            painted = self._clock.now().monotonic
            self._window.book.painted(frame, session.columns, painted, self._window.drawn())
