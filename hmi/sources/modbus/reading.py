"""One block's reads: whole while that works, in pieces while the device refuses the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from hmi.model.clock import NO_TIME, SECOND
from hmi.sources.modbus.changes import Positions
from hmi.sources.modbus.decoding import Decoder
from hmi.sources.modbus.plan import Block, halves
from hmi.sources.modbus.refusals import Refusal

RETRY: Final = 2 * SECOND
"""How long a piece that was refused is left alone: a refusal may cost a gateway its time-out."""

_FIRST_WHOLE: Final = 5 * SECOND
_RAREST_WHOLE: Final = 600 * SECOND


@dataclass(slots=True, eq=False)
class Piece:
    """A read that was planned for some items of a block, and where its items' rows are."""

    block: Block
    decoder: Decoder
    at: Positions
    resting_until: int = NO_TIME
    refused: bool = False


@dataclass(slots=True, eq=False)
class Reading:
    """How one planned block is read at present. ``position`` maps tag index → row of the source.

    When a merged read is refused for a reason that one item may have, it is halved until the items at
    fault stand alone. The pieces are remembered. When none of them is refused any more, the whole is
    tried again, after 5 s and, as long as it fails, twice as late each time up to ten minutes.
    """

    block: Block
    position: Mapping[int, int]
    pieces: list[Piece] = field(default_factory=list)
    _whole_at: int = NO_TIME
    _wait: int = _FIRST_WHOLE

    def __post_init__(self) -> None:
        self.pieces = [self._piece(self.block)]

    def due(self, now: int) -> Iterator[Piece]:
        """The pieces to read in a round that begins at ``now``, including those that come of a `refused`."""
        if len(self.pieces) > 1 and now >= self._whole_at and not any(p.refused for p in self.pieces):
            yield self._try_whole(now)
            if len(self.pieces) == 1:
                return
        done: set[Piece] = set()
        while left := [piece for piece in self.pieces if piece not in done]:
            done.add(left[0])
            if not _resting(left[0], now):
                yield left[0]

    def resting(self, now: int) -> Sequence[Piece]:
        """The pieces that are left alone at ``now``."""
        return [piece for piece in self.pieces if _resting(piece, now)]

    def refused(self, piece: Piece, reason: Refusal, now: int) -> bool:
        """Take note of a refusal; whether it stands for all items of the piece (no smaller reads follow)."""
        if piece not in self.pieces:  # the whole, tried again
            return False
        parts = halves(piece.block) if reason.by_item else None
        if parts is not None:
            where = self.pieces.index(piece)
            self.pieces[where : where + 1] = [self._piece(part) for part in parts]
            self._whole_at = now + self._wait
            return False
        piece.refused = True
        if reason.lasting:
            piece.resting_until = now + RETRY
        return True

    def answered(self, piece: Piece) -> None:
        """Take note of an answer with values."""
        piece.resting_until, piece.refused = NO_TIME, False
        if piece not in self.pieces:
            self.pieces = [piece]
            self._wait = _FIRST_WHOLE

    def _try_whole(self, now: int) -> Piece:
        self._wait = min(2 * self._wait, _RAREST_WHOLE)
        self._whole_at = now + self._wait
        return self._piece(self.block)

    def _piece(self, block: Block) -> Piece:
        at = np.array([self.position[item.index] for item in block.items], np.intp)
        return Piece(block, Decoder(block.items, block.start, block.count), at)


def _resting(piece: Piece, now: int) -> bool:
    return piece.resting_until > now
