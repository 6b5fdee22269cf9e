"""Plays a recording through once, bit by bit: for the keyframes that jumps begin at, trends, and marks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from hmi.link.messages import LatencyShown
from hmi.recorder.reading import RecordingReader
from hmi.replay.index import Mark, RecordingIndex
from hmi.replay.keyframes import Keyframes
from hmi.replay.player import Player
from hmi.replay.trends import RecordedTrends

_ENDLESS: Final = 2**62
BUDGET_MS: Final = 300
"""Past it a technician goes back to the gauges at the machine; panels hold it (`hmi.present.latency`)."""


class Scan:
    """Goes on with each call of `go_on` until ``ended``; ``trends`` are filled as far as it has come.

    ``marks``: where a latency past the budget began to be shown.
    """

    def __init__(self, reader: RecordingReader, index: RecordingIndex, keyframes: Keyframes) -> None:
        """See `Player`."""
        self.trends = RecordedTrends()
        self.marks: list[Mark] = []
        self._late = False
        self._player = Player(reader, index, keyframes, self.trends.history)

    @property
    def ended(self) -> bool:
        """Whether all of the file was played."""
        return self._player.ended

    @property
    def sequence(self) -> int:
        """The batch that it has come to."""
        return self._player.sequence

    def go_on(self, enough: Callable[[], bool]) -> None:
        """Play on until ``enough`` says so.

        Raises:
            RecordingError: the file cannot be read any more.
        """
        while not (self.ended or enough()):
            for each in self._player.advance(_ENDLESS, enough):
                if isinstance(each, LatencyShown):
                    self._look_at(each)

    def _look_at(self, shown: LatencyShown) -> None:
        late = shown.now is not None and shown.now > BUDGET_MS
        if late and not self._late:
            self.marks.append(Mark(shown.utc, "late"))
        self._late = late
