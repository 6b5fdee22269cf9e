"""What a bench sees of a panel from the inside, frame by frame, once its values are live."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import click
import numpy as np
from PyQt6.QtCore import QPoint, QTimer

from hmi.app.bench.load_site import MACHINE
from hmi.app.bench.usage import Usage
from hmi.model.clock import MILLISECOND, SECOND, monotonic_ns
from hmi.present.freshness import Freshness
from hmi.present.session import Frame, Session
from hmi.ui.panel import PanelConnection
from hmi.ui.stamp_code import StampStrip, stamp_of
from hmi.ui.window import PanelWindow

_PROBE_MORE: Final = 1.5
"""Seconds that the panel stays for a probe, which needs some time before its first look."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What is to be watched on the Machine screen of the load machine.

    ``shown``    the tags in view; counting begins ``warm_up`` s after all of them are live
    ``stamped``  those of them whose value is the moment of their change (UTC seconds); the pixel probe
                 is shown the first of them
    ``seconds``  how long is counted
    """

    shown: tuple[str, ...]
    stamped: tuple[str, ...]
    warm_up: float
    seconds: float
    pixel: bool = False


@dataclass(slots=True)
class Seen:
    """What was counted; times in ms.

    ``paint_ms``         from the change to the end of its paint, for each stamped tag that was painted anew;
                         ``paint_made`` is the moment of the change, UTC seconds
    ``frames_ms``        every frame, from its begin to the end of its paint; ``frames_at`` is that end, UTC
                         seconds
    ``change_frames_ms`` those among them that painted a change of a tag in view; ``change_frames_at``
    ``bounds_ms``        the bound that the panel counted for the change of a stamped tag, and ``truths_ms``
                         how old that change was at the same paint
    ``bound_of``         the bound that was counted for the probe's stamp, by stamp
    ``granted_ms``       the longest publishing interval that was granted; None where there is none
    """

    paint_ms: list[float] = field(default_factory=list)
    paint_made: list[float] = field(default_factory=list)
    frames_ms: list[float] = field(default_factory=list)
    frames_at: list[float] = field(default_factory=list)
    change_frames_ms: list[float] = field(default_factory=list)
    change_frames_at: list[float] = field(default_factory=list)
    bounds_ms: list[float] = field(default_factory=list)
    truths_ms: list[float] = field(default_factory=list)
    bound_of: dict[int, float] = field(default_factory=dict)
    granted_ms: float | None = None
    engine: dict[str, float] = field(default_factory=dict)
    panel: dict[str, float] = field(default_factory=dict)
    ended: bool = False


class PanelWatch:
    """Looks at every frame of one panel, and closes its window when enough was counted."""

    def __init__(
        self,
        connection: PanelConnection,
        window: PanelWindow,
        watched: Watched,
        live: Callable[[QPoint | None], None],
    ) -> None:
        """``live`` is called once, when all tags in view have become live, with the place on the screen of
        the strip that the probe is to read (None: there is none).
        """
        self.seen = Seen()
        self._connection = connection
        self._window = window
        self._watched = watched
        self._live = live
        self._strip: StampStrip | None = None
        self._stamp = 0
        self._session: Session | None = None
        self._shown = self._stamped = np.zeros(0, np.intp)
        self._began = False
        self._counting = False
        self._usage: tuple[Usage, Usage] | None = None
        connection.observe(self._drawing, self._painted)

    def _drawing(self, session: Session, frame: Frame) -> None:
        """Before the paint: put the first stamp where the probe reads it."""
        if session is not self._session:
            self._take(session)
        if not self._began and np.all(frame.freshness[self._shown] <= Freshness.UNCERTAIN):
            self._began = True
            self._begin()
        if self._strip is not None:
            self._stamp = stamp_of(_moment(session, self._stamped[0]))
            self._strip.show_number(self._stamp)

    def _take(self, session: Session) -> None:
        if session.epoch.quarantined:
            raise click.ClickException(f"the load machine is not sound: {session.epoch.quarantined}")
        if self._began:
            raise click.ClickException("the engine was lost while it was measured")
        self._session = session
        self._shown = _rows(session, self._watched.shown)
        self._stamped = _rows(session, self._watched.stamped)
        if self._watched.pixel:
            self._strip = StampStrip(self._window)
            self._strip.show()
            self._strip.raise_()

    def _painted(self, session: Session, frame: Frame) -> None:
        """After the paint: what the frame took, and how old the painted stamps are."""
        now, utc = monotonic_ns(), time.time()
        if not self._counting:
            return
        took = (now - self._connection.frames.began) / MILLISECOND
        self.seen.frames_ms.append(took)
        self.seen.frames_at.append(utc)
        if np.isin(self._shown, frame.changed).any():
            self.seen.change_frames_ms.append(took)
            self.seen.change_frames_at.append(utc)
        for row in self._stamped[np.isin(self._stamped, frame.changed)]:
            made = _moment(session, row)
            self.seen.paint_made.append(made)
            self.seen.paint_ms.append(1000 * (utc - made))
        self._hold_bounds(session, frame)

    def _hold_bounds(self, session: Session, frame: Frame) -> None:
        counted = None if self._window.book is None else self._window.book.counted
        if counted is None:
            return
        utc = (frame.now.utc + counted.paint - frame.now.monotonic) / SECOND
        for row, bound in zip(counted.tags, counted.bounds / MILLISECOND, strict=True):
            if row in self._stamped:
                self.seen.bounds_ms.append(float(bound))
                self.seen.truths_ms.append(1000 * (utc - _moment(session, row)))
            if self._strip is not None and row == self._stamped[0]:
                self.seen.bound_of[self._stamp] = float(bound)

    def _begin(self) -> None:
        self._live(None if self._strip is None else self._strip.mapToGlobal(QPoint(0, 0)))
        warm, counted = 1000 * self._watched.warm_up, 1000 * self._watched.seconds
        QTimer.singleShot(round(warm), self._count)
        QTimer.singleShot(round(warm + counted), self._end)
        more = 1000 * _PROBE_MORE if self._watched.pixel else 0
        QTimer.singleShot(round(warm + counted + more), self._close)

    def _count(self) -> None:
        if self._session is not None:
            self._usage = Usage(self._session.welcome.engine_pid), Usage(os.getpid())
            self._counting = True

    def _end(self) -> None:
        if self._session is None or self._usage is None:
            return
        self._counting = False
        engine, panel = self._usage
        self.seen.engine = {"cpu_percent": engine.cpu_percent(), "memory_mb": engine.memory_mb()}
        self.seen.panel = {"cpu_percent": panel.cpu_percent(), "memory_mb": panel.memory_mb()}
        intervals = [1000 * publishing for _, publishing in self._session.granted.values() if publishing]
        self.seen.granted_ms = round(max(intervals), 3) if intervals else None
        self.seen.ended = True

    def _close(self) -> None:
        self._window.close()


def _rows(session: Session, names: tuple[str, ...]) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.array([session.index(MACHINE, name) for name in names], np.intp)


def _moment(session: Session, row: int | np.intp) -> float:
    """The moment (UTC seconds) that a stamped tag holds."""
    return float(session.columns.value[row].view("f8"))
