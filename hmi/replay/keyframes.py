"""States of a machine that were passed while playing, so that a jump need not begin at the stretch's own."""

from __future__ import annotations

from bisect import bisect_right, insort
from dataclasses import dataclass
from typing import Final

from hmi.config.epoch import Epoch
from hmi.model.clock import Instant
from hmi.recorder.state import MachineState

MOST_BYTES: Final = 64_000_000
"""What they may take in memory; of two thousand tags each has 0.25 MB."""

APART: Final = 500
"""Records between two of them, at least: to play so many takes some ten milliseconds."""

SAMPLES_A_RECORD: Final = 50
"""So many samples in one record take about as long to play as another record."""

_OF_ANY: Final = 1500
"""Bytes of a keyframe beside its state, about."""


@dataclass(frozen=True, slots=True, eq=False)
class Keyframe:
    """All that was known at ``now``: before the batch ``sequence``, and with its first ``place`` records.

    ``stretch`` is the batch with which its stretch begins. Since then ``sets`` of tags were told, and so much
    ``work`` played: records, and with them samples by `SAMPLES_A_RECORD`; None where that is not known.
    """

    stretch: int
    sequence: int
    place: int
    now: Instant
    epoch: Epoch
    state: MachineState
    sets: tuple[bytes, ...]
    work: int | None = None

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        return _OF_ANY + self.state.size


class Keyframes:
    """Evenly over what was played; when they take more than ``most_bytes``, every other one goes."""

    def __init__(self, apart: int = APART, most_bytes: int = MOST_BYTES) -> None:
        self._found: list[Keyframe] = []
        self._apart = apart
        self._most_bytes = most_bytes

    def __len__(self) -> int:
        return len(self._found)

    def wanted(self, stretch: int, sequence: int, work: int) -> bool:
        """Whether one before the batch ``sequence`` is worth its room, ``work`` behind its stretch."""
        at = self._at(sequence)
        before = self._found[at - 1] if at else None
        after = self._found[at] if at < len(self._found) else None
        since = work - (_work(before) if before is not None and before.stretch == stretch else 0)
        until = _work(after) - work if after is not None and after.stretch == stretch else self._apart
        return since >= self._apart and until >= self._apart

    def add(self, keyframe: Keyframe) -> None:
        """Hold one more."""
        insort(self._found, keyframe, key=_sequence)
        if len(self._found) > 2 and len(self._found) * keyframe.size > self._most_bytes:
            del self._found[1::2]
            self._apart *= 2

    def before(self, sequence: int, stretch: int) -> Keyframe | None:
        """The last one that has nothing of the batch ``sequence`` yet, of the stretch that begins with
        the batch ``stretch``.
        """
        at = self._at(sequence)
        found = self._found[at - 1] if at else None
        return found if found is not None and found.stretch == stretch else None

    def _at(self, sequence: int) -> int:
        return bisect_right(self._found, sequence, key=_sequence)


def _work(keyframe: Keyframe) -> int:
    return keyframe.work or 0


def _sequence(keyframe: Keyframe) -> int:
    return keyframe.sequence
