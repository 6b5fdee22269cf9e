"""What moves a replay's time: play and pause, steps, jumps, the rate, and the time bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PyQt6.QtCore import QPointF, QRectF, Qt, QTimer, pyqtSignal
from PyQt6.QtGui import QPainter, QPaintEvent, QPolygonF, QResizeEvent
from PyQt6.QtWidgets import QWidget

from hmi.link.messages import (
    ReplayAbout,
    ReplayControl,
    ReplayLoop,
    ReplayRate,
    ReplaySeek,
    ReplayStanding,
    ReplayStep,
    ScreenShown,
)
from hmi.present import replay
from hmi.present.replay import RateView, ReplayTimes
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import fonts, painting
from hmi.ui.buttons import TouchButton
from hmi.ui.metrics import Metrics
from hmi.ui.painted import Painted
from hmi.ui.replay_timeline import ReplayTimeline

HEIGHT: Final = 84
_DRAWN_EVERY_MS: Final = 200
"""While a finger is drawn along the bar, another moment is asked for so often."""

_ENDS: Final = 2
_PARTS: Final = ("previous", "step_back", "play", "step", "next", "slower", "faster")


class GlyphButton(TouchButton):
    """A button with a sign for its text."""

    def __init__(self, theme: Theme, glyph: str, label: str, parent: QWidget | None = None) -> None:
        super().__init__(theme, label, parent)
        self.glyph = glyph

    def ground(self) -> str:
        """The bar's colour."""
        return self.theme.surface

    def show_glyph(self, glyph: str, label: str) -> None:
        """Be another button from now on."""
        if glyph != self.glyph:
            self.glyph = glyph
            self.setText(label)
            self.setAccessibleName(label)
            self.update()

    def draw_label(self, painter: QPainter, m: Metrics, font: object, colour: str) -> None:
        """The sign in the middle."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(painting.color(colour if self.isEnabled() else self.theme.text_faint))
        centre = QRectF(self.rect()).center()
        _GLYPHS[self.glyph](painter, centre, float(m.px(11)))


def _triangle(painter: QPainter, left: float, middle: float, wide: float, half: float) -> None:
    """Points to the right, or to the left where ``wide`` is negative."""
    points = [QPointF(left, middle - half), QPointF(left, middle + half), QPointF(left + wide, middle)]
    painter.drawPolygon(QPolygonF(points))


def _play(painter: QPainter, at: QPointF, r: float) -> None:
    _triangle(painter, at.x() - r * 0.8, at.y(), r * 1.9, r * 1.1)


def _pause(painter: QPainter, at: QPointF, r: float) -> None:
    for side in (-1, 1):
        painter.drawRect(QRectF(at.x() + side * r * 0.55 - r * 0.28, at.y() - r, r * 0.56, 2 * r))


def _step(painter: QPainter, at: QPointF, r: float, way: int = 1) -> None:
    painter.drawRect(QRectF(at.x() - way * r * 0.9 - r * 0.14, at.y() - r * 0.8, r * 0.28, r * 1.6))
    _triangle(painter, at.x() - way * r * 0.4, at.y(), way * r * 1.3, r * 0.8)


def _jump(painter: QPainter, at: QPointF, r: float, way: int = 1) -> None:
    for shift in (-0.95, 0.0):
        _triangle(painter, at.x() + way * r * shift, at.y(), way * r * 0.95, r * 0.8)
    painter.drawRect(QRectF(at.x() + way * r * 1.05 - r * 0.14, at.y() - r * 0.8, r * 0.28, r * 1.6))


def _less(painter: QPainter, at: QPointF, r: float) -> None:
    painter.drawRect(QRectF(at.x() - r * 0.8, at.y() - r * 0.14, r * 1.6, r * 0.28))


def _more(painter: QPainter, at: QPointF, r: float) -> None:
    _less(painter, at, r)
    painter.drawRect(QRectF(at.x() - r * 0.14, at.y() - r * 0.8, r * 0.28, r * 1.6))


_GLYPHS: Final[dict[str, Callable[[QPainter, QPointF, float], None]]] = {
    "play": _play,
    "pause": _pause,
    "step": _step,
    "step_back": lambda painter, at, r: _step(painter, at, r, -1),
    "next": _jump,
    "previous": lambda painter, at, r: _jump(painter, at, r, -1),
    "slower": _less,
    "faster": _more,
}


class FollowButton(TouchButton):
    """Checked, the screen that stood on the recorded panel comes into view."""

    def ground(self) -> str:
        """The bar's colour."""
        return self.theme.surface


class RateLabel(Painted[RateView]):
    """The rate that is chosen, and under it what is reached where that is less."""

    def ground(self) -> str:
        """The bar's colour."""
        return self.theme.surface

    def draw(self, painter: QPainter, view: RateView, m: Metrics) -> None:
        """One line, or two."""
        font, small = m.font(18, fonts.SEMIBOLD), m.font(12)
        middle, room = self.width() / 2, float(self.width())
        share = 0.36 if view.reached else 0.5
        at = QPointF(middle, painting.baseline(font, self.height() * share))
        painting.text(painter, at, view.rate, font, self.theme.text, room=room, align=painting.CENTRE)
        at = QPointF(middle, painting.baseline(small, self.height() * 0.72))
        painting.text(
            painter, at, view.reached, small, self.theme.text_soft, room=room, align=painting.CENTRE
        )


class ReplayBar(QWidget):
    """Emits ``asked`` with what a person wants of the replay (`hmi.link.messages.ReplayControl`)."""

    asked = pyqtSignal(object)
    followed = pyqtSignal(str, str)
    """While it is wished: the screen and the machine that stood on the recorded panel."""

    def __init__(self, theme: Theme, texts: Texts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._texts = texts
        self._screen: ScreenShown | None = None
        self.operator = FollowButton(theme, texts.text("replay.operator"), self)
        self.operator.setCheckable(True)
        self.operator.toggled.connect(self._follow)
        self._times: ReplayTimes | None = None
        self._standing: ReplayStanding | None = None
        self._utc = 0
        self.rate = 1.0
        self.buttons = {name: GlyphButton(theme, name, texts.text(f"replay.{name}"), self) for name in _PARTS}
        self.label = RateLabel(theme, self)
        self.timeline = ReplayTimeline(theme, self)
        self.timeline.asked.connect(self._drawn)
        self._loop: tuple[int, ...] = ()
        self.loop = FollowButton(theme, texts.text("replay.loop"), self)
        self.loop.setCheckable(True)
        self.loop.clicked.connect(self._next_end)
        self._share: float | None = None
        self._drawing = QTimer(self)
        self._drawing.setInterval(_DRAWN_EVERY_MS)
        self._drawing.timeout.connect(self._seek)
        for name, act in self._acts().items():
            self.buttons[name].clicked.connect(act)

    def _acts(self) -> dict[str, Callable[[], None]]:
        return {
            "previous": lambda: self._ask(ReplayStep("mark", back=True)),
            "step_back": lambda: self._ask(ReplayStep("change", back=True)),
            "play": self._toggle,
            "step": lambda: self._ask(ReplayStep("change", back=False)),
            "next": lambda: self._ask(ReplayStep("mark", back=False)),
            "slower": lambda: self._choose(-1),
            "faster": lambda: self._choose(1),
        }

    def begin(self, about: ReplayAbout) -> None:
        """Which recording it is."""
        if self._times is None or self._times.about != about:
            self._times = ReplayTimes(about)

    def take(self, standing: ReplayStanding) -> None:
        """How the replay stands."""
        self._standing = standing
        self.show_moment(standing.utc)

    def show_screen(self, screen: ScreenShown) -> None:
        """What stands on the recorded panel from now on."""
        self._screen = screen
        self._follow()

    def _follow(self) -> None:
        if self._screen is not None and self.operator.isChecked():
            self.followed.emit(self._screen.screen, self._screen.machine)

    def show_moment(self, utc: int) -> None:
        """The moment that is shown (UTC ns); while a finger is on the bar it shows the finger's."""
        self._utc = utc
        times, standing, texts = self._times, self._standing, self._texts
        if times is None:
            return
        if self.timeline.held and self._share is not None:
            utc = times.scale.utc(self._share)
        ended = standing is not None and standing.ended
        self.timeline.show_view(times.timeline(utc, ended=ended, texts=texts, loop=self._loop))
        view = replay.rate_view(self.rate, standing, texts)
        self.label.show_view(view)
        glyph = "pause" if view.playing else "play"
        self.buttons["play"].show_glyph(glyph, texts.text(f"replay.{glyph}"))
        self.buttons["slower"].setEnabled(not view.slowest)
        self.buttons["faster"].setEnabled(not view.fastest)

    def _ask(self, control: ReplayControl) -> None:
        self.asked.emit(control)

    @property
    def _playing(self) -> bool:
        return self._standing is not None and self._standing.rate > 0 and not self._standing.ended

    def _toggle(self) -> None:
        self._ask(ReplayRate(0.0 if self._playing else self.rate))

    def _choose(self, step: int) -> None:
        self.rate = replay.next_rate(self.rate, step)
        if self._playing:
            self._ask(ReplayRate(self.rate))
        self.show_moment(self._utc)

    def _next_end(self) -> None:
        """The first touch chooses where the loop begins, the second where it ends, the third ends it."""
        self._loop = (*self._loop, self._utc) if len(self._loop) < _ENDS else ()
        if len(self._loop) == _ENDS:
            begin, end = sorted(self._loop)
            self._loop = (begin, end) if begin < end else ()
        self.loop.setChecked(bool(self._loop))
        self.loop.setText(self._texts.text("replay.loop_from" if len(self._loop) == 1 else "replay.loop"))
        self._ask(ReplayLoop(*self._loop) if len(self._loop) == _ENDS else ReplayLoop(0, 0))
        self.show_moment(self._utc)

    def _drawn(self, share: float, done: bool) -> None:
        self._share = share
        if done:
            self._drawing.stop()
            self._seek()
        elif not self._drawing.isActive():
            self._drawing.start()
        self.show_moment(self._utc)

    def _seek(self) -> None:
        if self._times is not None and self._share is not None:
            share, self._share = self._share, self._share if self.timeline.held else None
            self._ask(ReplaySeek(self._times.scale.utc(share)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Buttons from the left, the bar in the rest."""
        m = Metrics.of(self)
        gap, top = m.px(8), m.px(12)
        high = self.height() - 2 * top
        wide = m.touch(58)
        x = m.px(12)
        for name in ("previous", "step_back", "play", "step", "next"):
            each = m.touch(76) if name == "play" else wide
            self.buttons[name].setGeometry(x, top, each, high)
            x += each + gap
        x += gap
        for part, each in (
            (self.buttons["slower"], wide),
            (self.label, m.px(92)),
            (self.buttons["faster"], wide),
            (self.loop, m.touch(64)),
            (self.operator, m.touch(100)),
        ):
            part.setGeometry(x, top, each, high)
            x += each + gap
        self.timeline.setGeometry(x, 0, max(self.width() - x, 0), self.height())

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """The ground."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), painting.color(self._theme.surface))
        painter.fillRect(
            0, 0, self.width(), max(1, round(Metrics.of(self).scale)), painting.color(self._theme.line)
        )
        painter.end()
