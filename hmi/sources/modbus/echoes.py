"""Does the line give back what is sent? Two-wire RS-485 with the receiver on does. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

_ENOUGH: Final = 5
"""Clean reads without an echo, one after the other, after which a line that gave echoes gives none."""


@dataclass(slots=True)
class Echoes:
    """What the reads of a line have shown of it.

    Only reads can show it: the answer to a write is the same as its echo. So an echo is expected until a
    read had none: a write that is taken for lost (outcome unknown) misleads nobody, a write whose echo is
    taken for its answer does.
    """

    expected: bool = True
    _without: int = _ENOUGH - 1
    """Nothing has shown an echo yet: one clean read is enough at first."""

    def read(self, sent: int, *, echoed: bool, noise: int) -> None:
        """A read of ``sent`` bytes was answered, with its echo before it or not, after ``noise`` bytes.

        Noise may be a disturbed echo, unless it is much shorter than what was sent: drivers that switch
        their direction add a byte or two on lines without echoes.
        """
        if echoed:
            self.expected, self._without = True, 0
        elif 2 * noise < sent:
            self._without += 1
            self.expected = self.expected and self._without < _ENOUGH
