"""What a request takes on a serial line, by the rate of its characters. Pure; in seconds.

Modbus over Serial Line V1.02, 2.5.1.1: frames are parted by 3.5 characters of silence; above 19200 baud
by 1.75 ms.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from hmi.config.modbus_lines import Line, SerialLine, TcpLine

_FIXED_ABOVE: Final = 19_200
_FIXED_SILENCE: Final = 0.001_75
_READ_REQUEST: Final = 8
_READ_ANSWER: Final = 5
"""Bytes of an answer to a read beside its data."""

_MOST_LOAD: Final = 0.9
"""The share of a line's time that polling may plan with: devices take a moment before they answer."""


class WireTime:
    """The pace of one line; nothing takes any time on a network, as far as can be foreseen."""

    def __init__(self, line: Line) -> None:
        self._character = 0.0
        self.silence = 0.0
        if isinstance(line, SerialLine):
            # One start bit, the data, parity where there is one, stop bits.
            bits = 1 + line.data_bits + (line.parity != "none") + line.stop_bits
            self._character = bits / line.baud
            self.silence = _FIXED_SILENCE if line.baud > _FIXED_ABOVE else 3.5 * self._character
        elif line.framing == "rtu":
            self.silence = 0.0  # the gateway keeps it: it alone knows the rate of its line

    def of(self, count: int) -> float:
        """So many bytes."""
        return count * self._character

    def read(self, data: int) -> float:
        """A whole read that brings so many bytes of data, with the silence before request and answer."""
        return self.of(_READ_REQUEST + _READ_ANSWER + data) + 2 * self.silence


def load(reads: Iterable[tuple[float, float]]) -> float:
    """The share of a line's time that reads take: pairs of (seconds for one, seconds between two)."""
    return sum(takes / interval for takes, interval in reads)


def stretch(loads: Iterable[float]) -> float:
    """By how much all intervals must be longer than asked for, so that a line keeps up with all its loads."""
    return max(1.0, sum(loads) / _MOST_LOAD)


def is_serial(line: Line) -> bool:
    """Whether frames are RTU's: one request at a time, none numbered."""
    return not (isinstance(line, TcpLine) and line.framing == "tcp")
