"""Frames of Modbus TCP: the MBAP header and what follows it. Pure.

Modbus Messaging on TCP/IP Implementation Guide V1.0b, 3.1.3: transaction id, protocol id (0), length of
what follows, unit; then the PDU.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from hmi.sources.modbus.errors import Malformed

_HEADER: Final = struct.Struct(">HHHB")
_LONGEST_PDU: Final = 253
"""Modbus Application Protocol V1.1b3, 4.1."""


@dataclass(frozen=True, slots=True)
class TcpFrame:
    """One frame as it came."""

    transaction: int
    unit: int
    pdu: bytes


def tcp_frame(transaction: int, unit: int, pdu: bytes) -> bytes:
    """A PDU with its header."""
    return _HEADER.pack(transaction, 0, len(pdu) + 1, unit) + pdu


class TcpFrames:
    """Cuts what comes over one connection into frames."""

    def __init__(self) -> None:
        self._left = b""

    @property
    def incomplete(self) -> bool:
        """Whether the first part of a frame has come, and the rest not yet."""
        return bool(self._left)

    def feed(self, data: bytes) -> Iterator[TcpFrame]:
        """The frames that are complete with ``data``.

        Raises:
            Malformed: what came is no Modbus TCP, so that where a frame begins is unknown from here on.
        """
        self._left += data
        while len(self._left) > _HEADER.size:
            transaction, protocol, length, unit = _HEADER.unpack_from(self._left)
            if length == 2 and self._left[_HEADER.size] & 0x80:
                length = 3  # a known mistake of devices: they announce an exception without its code
            if protocol != 0 or not 2 <= length <= _LONGEST_PDU + 1:
                raise Malformed(
                    f"protocol id {protocol} and length {length} in a header, expected 0 and 2 to "
                    f"{_LONGEST_PDU + 1}: this is no Modbus TCP"
                )
            end = _HEADER.size - 1 + length
            if len(self._left) < end:
                return
            frame = TcpFrame(transaction, unit, self._left[_HEADER.size : end])
            self._left = self._left[end:]
            yield frame
