"""Messages as length-prefixed frames: u4 little-endian length, then one msgpack message."""

from __future__ import annotations

import struct
from typing import Final, Generic, TypeVar

import msgspec

from hmi.link.errors import FrameError
from hmi.link.messages import Message

LONGEST: Final = 64 * 1024 * 1024
"""Anything above this is no message of ours: the epoch of a large site is some hundred kB."""

_LENGTH: Final = struct.Struct("<I")
_ENCODER: Final = msgspec.msgpack.Encoder()

M = TypeVar("M")


def encode(message: Message) -> bytes:
    """One message as a frame."""
    payload = _ENCODER.encode(message)
    return _LENGTH.pack(len(payload)) + payload


class Decoder(Generic[M]):
    """Bytes in, whole messages out; a message may arrive in any number of pieces."""

    def __init__(self, kinds: object, longest: int = LONGEST) -> None:
        """``kinds`` is the union of messages that this end understands."""
        self._decoder: msgspec.msgpack.Decoder[M] = msgspec.msgpack.Decoder(kinds)
        self._buffer = bytearray()
        self._longest = longest

    def feed(self, data: bytes) -> list[M]:
        """The messages that are complete now.

        Raises:
            FrameError: the bytes are no frame of ours; the stream cannot be used any more.
        """
        self._buffer += data
        messages: list[M] = []
        at = 0
        while len(self._buffer) - at >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._buffer, at)
            if length > self._longest:
                raise FrameError(f"a frame of {length} bytes, at most {self._longest} are allowed")
            end = at + _LENGTH.size + length
            if len(self._buffer) < end:
                break
            try:
                messages.append(self._decoder.decode(bytes(self._buffer[at + _LENGTH.size : end])))
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                raise FrameError(f"not a message of this version: {error}") from error
            at = end
        del self._buffer[:at]
        return messages
