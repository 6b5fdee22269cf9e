"""Who is silent: a block of registers, a unit behind a gateway, or the whole device? Pure.

A time-out alone does not say. The time-outs since the last answer are put together: while some unit or
another block has not been asked since, it is asked as a *witness*; when it answers, the link is fine and
those that timed out are silent by themselves; when nobody is left to ask, the link is lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hmi.sources.modbus.plan import Block

_ENOUGH: Final = 2
"""Different blocks that have to time out one after the other before the link is given up."""


class Silence:
    """Which of an endpoint's blocks answer; ``blocks`` are all of them, most often asked first."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        self._blocks = tuple(blocks)
        self._silent: set[Block] = set()
        self._timed_out: list[Block] = []

    def reconnected(self) -> None:
        """Begin a connection. Blocks that were silent remain so: they are not asked first."""
        self._silent.update(self._timed_out)
        self._timed_out = []
        if len(self._silent) == len(self._blocks):
            self._silent.clear()

    def is_silent(self, block: Block) -> bool:
        """Whether a block is left out of ordinary polling."""
        return block in self._silent

    def answered(self, block: Block) -> None:
        """An answer of any kind came: all that timed out before it did so by themselves."""
        self._silent.discard(block)
        for each in self._timed_out:
            same_unit = [other for other in self._timed_out if other.unit == each.unit]
            if len(same_unit) >= _ENOUGH and each.unit != block.unit:
                self._silent.update(other for other in self._blocks if other.unit == each.unit)
            elif each != block:
                self._silent.add(each)
        self._timed_out = []

    def unit_answered(self, block: Block) -> None:
        """A silent block answered: its unit is back, so all of the unit's blocks get another chance."""
        self._silent = {each for each in self._silent if each.unit != block.unit}

    def timed_out(self, block: Block) -> Block | None:
        """A request for the block timed out: the witness to ask now, or None: the link is lost."""
        if block not in self._timed_out:
            self._timed_out.append(block)
        heard = [b for b in self._blocks if b not in self._silent or b in self._timed_out]
        asked = {each.unit for each in self._timed_out}
        for each in heard:
            if each.unit not in asked:
                return each
        if len(self._timed_out) < _ENOUGH:
            for each in heard:
                if each not in self._timed_out:
                    return each
        return None
