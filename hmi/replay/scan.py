"""Plays a recording through once, bit by bit: for the keyframes that jumps begin at, and for trends."""

from __future__ import annotations

from collections.abc import Callable

from hmi.recorder.reading import RecordingReader
from hmi.replay.index import RecordingIndex
from hmi.replay.keyframes import Keyframes
from hmi.replay.player import Player
from hmi.replay.trends import RecordedTrends

_ENDLESS = 2**62


class Scan:
    """Goes on with each call of `go_on` until ``ended``; ``trends`` are filled as far as it has come."""

    def __init__(self, reader: RecordingReader, index: RecordingIndex, keyframes: Keyframes) -> None:
        """See `Player`."""
        self.trends = RecordedTrends()
        self._player = Player(reader, index, keyframes, self.trends.history)

    @property
    def ended(self) -> bool:
        """Whether all of the file was played."""
        return self._player.ended

    @property
    def utc(self) -> int:
        """UTC ns of the moment that it has come to."""
        return self._player.now.utc

    def go_on(self, enough: Callable[[], bool]) -> None:
        """Play on until ``enough`` says so.

        Raises:
            RecordingError: the file cannot be read any more.
        """
        while not (self.ended or enough()):
            self._player.advance(_ENDLESS, enough)
