"""What the panel tells of its engine: what is wrong now, since when, and what has happened to it."""

from __future__ import annotations

from typing import Final, Protocol

from hmi.link.errors import LinkClosed, LinkEnded, LinkRefused
from hmi.model.clock import Instant
from hmi.present.session import ENGINE, Event, Session
from hmi.ui.window import PanelWindow

_UNTOLD: Final = 20
"""How many events are kept before there is a session."""

_TOLD: Final = {
    "engine.silent": "engine.told_silent",
    "engine.broken": "engine.told_broken",
    "engine.foreign": "engine.told_broken",
}
"""What is wrong, as an event tells it."""


class EngineEnd(Protocol):
    """How an engine ended.

    ``code`` (−n: by signal n), its last lines, whether it was killed for a hang, and when that was noticed.
    """

    @property
    def code(self) -> int: ...  # noqa: D102
    @property
    def said(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def fenced(self) -> bool: ...  # noqa: D102
    @property
    def at(self) -> Instant: ...  # noqa: D102


class EngineNews:
    """Says it in the window, in words that follow what is the case, and keeps it in the session's events."""

    def __init__(self, window: PanelWindow) -> None:
        self._window = window
        self._session: Session | None = None
        self._since: int | None = None
        self._said = ""
        self._ended: EngineEnd | None = None
        self._untold: list[Event] = []

    @property
    def lost(self) -> bool:
        """Whether an engine was there and does not answer now."""
        return self._since is not None

    def begin(self, session: Session, now: Instant) -> None:
        """An engine has welcomed the panel to ``session``."""
        before, self._session = self._session, session
        for each in self._untold:
            session.tell(each)
        self._untold.clear()
        if before is None or session.welcome.replay:
            self._answers()
        elif session.welcome.started != before.welcome.started:
            self._answers(now, "event.engine_new")
        elif session.welcome.digest != before.welcome.digest:
            self._answers(now, "event.configuration")
        else:
            self._answers(now, "event.engine_back")

    def back(self, now: Instant) -> None:
        """The engine of this session answers again."""
        self._answers(now, "event.engine_back")
        self._window.engine_back()

    def closed(self, error: LinkClosed, now: Instant) -> None:
        """The link to the engine is gone."""
        match error:
            case LinkEnded():
                reason = "engine.closed"
            case LinkRefused():
                reason = "engine.foreign"
            case _:
                reason = "engine.broken"
        self.lose(now, reason, cause=error)

    def lose(self, now: Instant, reason: str, **values: object) -> None:
        """Nothing is live; ``reason`` is the text id of what is wrong now. The first loss is the one told.

        The window says it in words for an operator; what an engineer needs is in the events.
        """
        if self._since is None:
            self._since = now.utc
            told = _TOLD.get(reason)
            cause = "" if told is None else self._text(told, **values)
            self._tell(Event(now.utc, ENGINE, cause, "event.engine_lost"))
        if self._ended is not None and self._ended.at.utc >= self._since and reason != "engine.begins":
            reason = "engine.restarts"
        said = self._text(reason, **values)
        if said != self._said:
            self._said = said
            self._window.engine_lost(self._since, said)

    def hear_of(self, end: EngineEnd | None) -> bool:
        """Tell that an engine has ended, also one that never welcomed the panel; whether that is news."""
        if end is None or end is self._ended:
            return False
        self._ended = end
        how = self._end_text(end)
        self._tell(Event(end.at.utc, ENGINE, how, "event.engine_exit"))
        if self._session is None:
            self._window.engine_lost(None, self._text("engine.ended", how=how))
        return True

    def _answers(self, now: Instant | None = None, text_id: str = "") -> None:
        self._since, self._said = None, ""
        if now is not None:
            self._tell(Event(now.utc, ENGINE, "", text_id))

    def _end_text(self, end: EngineEnd) -> str:
        if end.fenced:
            return self._text("engine.fenced")
        if end.code < 0:
            return self._text("engine.killed", signal=-end.code)
        return self._text("engine.exit", code=end.code, said=end.said[-1] if end.said else "").rstrip(": ")

    def _tell(self, event: Event) -> None:
        if self._session is not None:
            self._session.tell(event)
        else:
            self._untold = [*self._untold, event][-_UNTOLD:]

    def _text(self, text_id: str, **values: object) -> str:
        return self._window.texts.text(text_id, **values)
