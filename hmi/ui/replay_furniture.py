"""What a window has more while it shows a recording: the bar that moves its time, and the watermark."""

from __future__ import annotations

from PyQt6.QtCore import QRect
from PyQt6.QtWidgets import QWidget

from hmi.link.messages import LatencyShown, ReplayAbout, ReplayStanding, ScreenShown, Seen, Touched
from hmi.present import replay
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import replay_bar
from hmi.ui.metrics import Metrics
from hmi.ui.replay_bar import ReplayBar
from hmi.ui.touch_mark import TouchMark
from hmi.ui.watermark import Watermark


class ReplayFurniture:
    """``bar`` and ``watermark``: made once, they outlive the sessions that each jump begins anew."""

    def __init__(self, theme: Theme, texts: Texts, window: QWidget) -> None:
        self._texts = texts
        self._window = window
        self._latency: LatencyShown | None = None
        self.mark = TouchMark(theme, window)
        self.bar = ReplayBar(theme, texts, window)
        self.watermark = Watermark(theme, window)
        self.bar.show()
        self.watermark.show()

    def take(self, message: ReplayAbout | ReplayStanding) -> None:
        """What the replay's process says of itself."""
        if isinstance(message, ReplayAbout):
            self.bar.begin(message)
        else:
            self.bar.take(message)

    def seen(self, message: Seen) -> None:
        """What was to be seen on the recorded panel, or done there."""
        match message:
            case ScreenShown():
                self.bar.show_screen(message)
            case LatencyShown():
                self._latency = message
            case Touched() if self.bar.operator.isChecked():
                self.mark.show_at(*self._place_of(message))

    def words(self) -> str:
        """In the place of the latency: that nothing is live, or which latency stood there then."""
        return replay.latency_then(self._latency, self._texts)

    def _place_of(self, touch: Touched) -> tuple[float, float]:
        """Where it was, in pixels of this window, in which the screens have less height than there."""
        x, y = touch.x * self._window.width(), touch.y * self._window.height()
        now, high = self.watermark.geometry(), self.bar.height()
        if now.top() <= y < now.bottom() + high:
            y = now.top() + (y - now.top()) * now.height() / (now.height() + high)
        return x, y

    def forget(self) -> None:
        """Another moment is shown: what is known of it follows."""
        self._latency = None

    def show_moment(self, utc: int) -> None:
        """The moment that is on the screen (UTC ns)."""
        self.bar.show_moment(utc)
        self.watermark.show_text(replay.watermark(utc, self._texts))

    def room(self, area: QRect, m: Metrics) -> QRect:
        """What is left for a screen of the area between the bars."""
        return area.adjusted(0, 0, 0, -self._high(m))

    def place(self, area: QRect, m: Metrics) -> None:
        """Take the lower end of the area between the bars, and the watermark all the rest."""
        high = self._high(m)
        self.bar.setGeometry(0, area.bottom() + 1 - high, area.width(), high)
        self.watermark.setGeometry(self.room(area, m))

    def raise_(self) -> None:
        """Over the screen that has just come into view."""
        self.watermark.raise_()
        self.mark.raise_()

    def _high(self, m: Metrics) -> int:
        return m.touch(replay_bar.HEIGHT - 24) + 2 * m.px(12)
