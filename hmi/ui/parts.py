"""The larger parts of a screen, behind a seam: made late (they load slowly) and replaced in tests."""

from __future__ import annotations

from typing import Protocol

from PyQt6.QtWidgets import QWidget

from hmi.config.epoch import Machine
from hmi.present.drawn import Drawn
from hmi.present.history import HistorySource
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.present.trend_memory import TrendMemory


class Live(Protocol):
    """What a part does with each frame while it is in view."""

    def refresh(self, frame: Frame) -> None:
        """Show what is new; repaint only where something is."""
        ...

    def drawn(self) -> Drawn:
        """Which tags it shows, as far as the last `refresh` has brought them up to date."""
        ...


class Parts(Protocol):
    """Makes the parts. Each is a QWidget that is `Live`."""

    def follow(self, session: Session, frame: Frame) -> None:
        """Take each frame, whichever screen is in view: what the parts remember has no holes."""
        ...

    def forget(self) -> None:
        """Forget what was: a replay has jumped to another time."""
        ...

    def twin(self, machine: Machine, session: Session, theme: Theme, texts: Texts) -> QWidget:
        """The machine itself."""
        ...

    def trend_strip(
        self, machine: Machine, session: Session, theme: Theme, texts: Texts, history: HistorySource
    ) -> QWidget:
        """The last minutes of a few tags."""
        ...

    def trends(self, session: Session, theme: Theme, texts: Texts, history: HistorySource) -> QWidget:
        """The Trends screen; it also has ``show_machine(machine_id)``."""
        ...


class OwnParts:
    """The parts that Twinpane ships; what trends remember outlives their sessions here."""

    def __init__(self) -> None:
        self._memory = TrendMemory()

    def follow(self, session: Session, frame: Frame) -> None:
        """See `Parts`."""
        self._memory.feed(session, frame)

    def forget(self) -> None:
        """See `Parts`."""
        self._memory.forget()

    def twin(self, machine: Machine, session: Session, theme: Theme, texts: Texts) -> QWidget:
        """See `Parts`."""
        from hmi.ui.twin_view import TwinView  # noqa: PLC0415 - loads slowly, wanted late

        return TwinView(machine, session, theme, texts)

    def trend_strip(
        self, machine: Machine, session: Session, theme: Theme, texts: Texts, history: HistorySource
    ) -> QWidget:
        """See `Parts`."""
        from hmi.ui.trend_strip import TrendStrip  # noqa: PLC0415 - loads slowly, wanted late

        return TrendStrip(machine, session, theme, texts, history, memory=self._memory)

    def trends(self, session: Session, theme: Theme, texts: Texts, history: HistorySource) -> QWidget:
        """See `Parts`."""
        from hmi.ui.screens.trends import TrendsScreen  # noqa: PLC0415 - loads slowly, wanted late

        return TrendsScreen(session, theme, texts, history, memory=self._memory)
