"""Frames of Modbus RTU: the one answer that is awaited, found among whatever a serial line carries. Pure.

Modbus over Serial Line V1.02, 2.5.1: unit, PDU, CRC. A frame has no beginning of its own and no number, and
what parts frames, silence, is lost in converters and drivers. What is certain is the request, so its
answer is looked for: the unit, the function and the length that it must have, under a right CRC.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from pymodbus.framer import FramerRTU

from hmi.sources.modbus.errors import Garbled

_CRC: Final = 2
_EXCEPTION: Final = 5
_READS: Final = frozenset((1, 2, 3, 4))
_FIXED: Final = {5: 8, 6: 8, 15: 8, 16: 8, 22: 10}
_MOST: Final = 1024
"""Bytes that are looked through for one answer (a frame has at most 256)."""


class Oddity(StrEnum):
    """What comes over a line and is not the answer that is awaited."""

    ECHO = "echo of the request"
    NOISE = "noise"
    CHECKSUM = "wrong checksum"
    OTHER_UNIT = "answer of another unit"
    OTHER_FUNCTION = "answer to another function"
    SHORT = "answer of another length than asked"
    LATE = "late answer to a request that was given up"
    OUT_OF_ORDER = "answers out of order"


def rtu_frame(unit: int, pdu: bytes) -> bytes:
    """A PDU with its unit and its CRC."""
    frame = bytes([unit]) + pdu
    return frame + FramerRTU.compute_CRC(frame).to_bytes(_CRC, "big")


def sound(frame: bytes) -> bool:
    """Whether the last two bytes are the CRC of the others."""
    return FramerRTU.compute_CRC(frame[:-_CRC]) == int.from_bytes(frame[-_CRC:], "big")


def answer_length(frame: bytes) -> int | None:
    """How long the answer is that begins so; 0 if more bytes must tell, None if nothing begins so."""
    if len(frame) < 3:
        return 0
    function = frame[1]
    if function & 0x80:
        return _EXCEPTION if function & 0x7F in _READS or function & 0x7F in _FIXED else None
    if function in _READS:
        return 3 + frame[2] + _CRC if frame[2] else None
    return _FIXED.get(function)


@dataclass(slots=True)
class RtuAnswer:
    """Takes what comes after a ``request`` frame until its answer is whole.

    ``echoes``    whether the line gives back what is sent, or may (two-wire RS-485 with the receiver on).
                  The answer to a write is the same as its echo, so that only this tells them apart.
    ``given_up``  (function, bytes of data or 0) of requests whose answers may still come
    """

    request: bytes
    data_bytes: int | None
    echoes: bool = False
    given_up: frozenset[tuple[int, int]] = frozenset()
    echoed: bool = False
    noise: int = 0
    """Bytes that were passed over since they belong to no frame."""
    seen: Counter[Oddity] = field(default_factory=Counter)
    _came: bytes = b""

    @property
    def anything(self) -> bool:
        """Whether bytes came that are not accounted for."""
        return bool(self._came)

    def feed(self, data: bytes) -> bytes | None:
        """The answer's PDU if it is whole by now.

        Raises:
            Garbled: the answer is broken, or too much came that is none.
        """
        self._came += data
        found = self._look()
        if found is None and len(self._came) > _MOST:
            raise Garbled(f"more than {_MOST} bytes and no answer among them")
        return found

    def _look(self) -> bytes | None:
        at = 0
        while at < len(self._came):
            rest = self._came[at:]
            if self._awaits_echo and rest[: len(self.request)] == self.request[: len(rest)]:
                if len(rest) < len(self.request):
                    return None
                self._skip(at, len(self.request), Oddity.ECHO)
                self.echoed, at = True, 0
                continue
            length = answer_length(rest)
            if length and len(rest) >= length:
                frame = rest[:length]
                if sound(frame):
                    oddity = self._oddity(frame)
                    self._skip(at, length, oddity)
                    if oddity is None or oddity is Oddity.SHORT:
                        return frame[1:-_CRC]
                    at = 0
                    continue
                if self._expected(frame):
                    self.seen[Oddity.CHECKSUM] += 1
                    raise Garbled(f"a wrong checksum in {length} bytes of answer")
            elif self._expected(rest):
                return None  # its rest is on its way: what looks like a frame inside it is data
            at += 1
        return None

    @property
    def _awaits_echo(self) -> bool:
        """The answer to a read cannot be its request; that to a write only differs by being the second."""
        return not self.echoed and (self.echoes or self.request[1] in _READS)

    def _expected(self, frame: bytes) -> bool:
        """Whether this is, or begins as, the awaited answer."""
        if frame[0] != self.request[0]:
            return False
        if len(frame) > 1 and frame[1] != self.request[1]:
            return frame[1] == self.request[1] | 0x80
        return len(frame) <= 2 or self.data_bytes is None or frame[2] == self.data_bytes

    def _oddity(self, frame: bytes) -> Oddity | None:
        """Why a sound frame is not the awaited answer, if it is not."""
        if frame[0] != self.request[0]:
            return Oddity.OTHER_UNIT
        function = frame[1] & 0x7F
        if function != self.request[1]:
            late = any(function == given_up for given_up, _ in self.given_up)
            return Oddity.LATE if late else Oddity.OTHER_FUNCTION
        if frame[1] & 0x80 or self.data_bytes is None or frame[2] == self.data_bytes:
            return None
        return Oddity.LATE if (frame[1], frame[2]) in self.given_up else Oddity.SHORT

    def _skip(self, before: int, length: int, oddity: Oddity | None) -> None:
        if before:
            self.noise += before
            self.seen[Oddity.NOISE] += 1
        if oddity is not None:
            self.seen[oddity] += 1
        self._came = self._came[before + length :]
