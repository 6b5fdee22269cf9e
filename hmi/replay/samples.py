"""A recording's samples in engineering terms, with those of derived tags, as the engine made them of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from hmi.config.epoch import Epoch
from hmi.engine.history import History
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.recorder.reading import RecordingReader
from hmi.replay.index import RecordingIndex
from hmi.replay.keyframes import Keyframes
from hmi.replay.playback import Stage
from hmi.replay.player import Player
from hmi.twin.store import Samples


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """Samples of ``epoch``'s tags, in the order in which they were taken; ``share`` of all that was asked for
    is played now, 0 to 1.
    """

    epoch: Epoch
    samples: Samples
    share: float


_Told = Callable[[Epoch, Samples], None]


class _Telling(History):
    """Holds nothing, and hands on all that it is told; where a gap begins it still knows."""

    def __init__(self, epoch: Epoch, now: Instant, told: _Told) -> None:
        super().__init__(epoch.tags, 1, now.utc)
        self._epoch = epoch
        self._told = told

    def add(self, samples: Samples) -> None:
        """Keep its marks, and hand it on."""
        super().add(samples)
        self._told(self._epoch, samples)


def samples_of(reader: RecordingReader, index: RecordingIndex, begin: int, end: int) -> Iterator[Recorded]:
    """What the engine took in (begin, end] (UTC ns), and before it the values that stood at ``begin``.

    Those have the times that they had: what a machine said last holds until it says something else. Where the
    wall clock was set back, a moment came twice, and both are in it.

    Raises:
        RecordingError: the file cannot be read.
    """
    wanted = [each for each in index.segments if each.begin_utc <= end and each.end_utc >= begin]
    if not wanted:
        return
    found: list[tuple[Epoch, Samples]] = []
    player: Player | None = None

    def told(epoch: Epoch, samples: Samples) -> None:
        if player is not None and begin <= player.now.utc <= end:
            found.append((epoch, samples))

    player = Player(reader, index, Keyframes(most_bytes=0), lambda epoch, now: _Telling(epoch, now, told))
    player.go_to(index.place_in(wanted[0], begin))
    found.clear()
    first, last = player.sequence, wanted[-1]
    if (stage := player.stage) is not None:
        yield Recorded(stage.epoch, _standing(stage), 0.0)
    while not player.ended and player.sequence <= last.end:
        player.advance(SECOND)
        share = min(1.0, (player.sequence - first) / max(last.end - first, 1))
        for epoch, samples in found:
            yield Recorded(epoch, samples, share)
        found.clear()
        if player.now.utc > end and player.sequence > last.first:
            return


def _standing(stage: Stage) -> Samples:
    """The last values that a stage holds, as samples."""
    columns = stage.pipeline.columns
    rows = np.flatnonzero(columns.receive_time != NO_TIME)
    return Samples(
        index=rows.astype(np.uint32),
        raw=columns.raw[rows],
        value=columns.value[rows],
        status=columns.status[rows],
        source_time=columns.source_time[rows],
        receive_time=columns.receive_time[rows],
        time=columns.receive_time[rows],
        not_before=columns.not_before[rows],
        side=columns.side.tobytes(),
    )
