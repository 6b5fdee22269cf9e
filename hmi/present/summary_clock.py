"""When what is said of many values together is said anew: header, latency and notice all of one frame."""

from __future__ import annotations

from typing import Final

from hmi.model.clock import MILLISECOND, SECOND
from hmi.present.session import Frame

EVERY: Final = 250 * MILLISECOND
"""Between two changes of such figures: faster cannot be read."""


class SummaryClock:
    """Whether the present frame is one to say it of.

    Values that come and go many times a second would else be counted by one part of the screen in one frame
    and by another in the next, and both would be read as being of one moment.
    """

    def __init__(self) -> None:
        self._shown: tuple[str, str] | None = None
        self._at = 0
        self._second = 0
        self._dead = 0

    def begin(self) -> None:
        """What was said is of another session: the next frame says it anew."""
        self._shown = None

    def due(self, frame: Frame, shown: tuple[str, str], dead: int) -> bool:
        """Whether to say it now; ``shown`` is the screen and its machine, ``dead`` values of it are not live.

        At once where another screen came into view, without an engine, where the clock shows another second,
        and where all was said to be live and is not: such a claim does not wait.
        """
        now = frame.now
        due = (
            shown != self._shown
            or not frame.engine_alive
            or now.utc // SECOND != self._second
            or (dead > 0 and not self._dead)
            or not 0 <= now.monotonic - self._at < EVERY
        )
        if due:
            self._shown, self._at, self._second, self._dead = shown, now.monotonic, now.utc // SECOND, dead
        return due
