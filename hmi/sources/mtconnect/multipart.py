"""multipart/x-mixed-replace taken apart as it comes: pure.

MTConnect Part 1 (Streaming) sends each document as one part with a Content-length. An agent that leaves
the length out is read to the next boundary (RFC 2046, 5.1.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from hmi.sources.mtconnect.errors import DocumentError

MOST_HEADERS: Final = 4_096
"""Bytes that the headers of a part may have, and what may stand before a boundary."""

LONGEST_BOUNDARY: Final = 200
"""Bytes; RFC 2046 allows 70."""


class Multipart:
    """Splits a body into parts; the bytes of a part come out as they come in.

    `feed` gives ``bytes`` of the part that is under way, and ``None`` where a part ends.
    """

    def __init__(self, boundary: str) -> None:
        """``boundary``: of the Content-Type; some agents write it with the two leading hyphens.

        Raises:
            DocumentError: there is none, or it is none.
        """
        if not 0 < len(boundary) <= LONGEST_BOUNDARY or not boundary.isascii():
            raise DocumentError("a multipart answer without a boundary that can be used")
        self._boundary = b"--" + boundary.encode()
        self._buffer = bytearray()
        self._left: int | None = None
        self._inside = False
        self.ended = False

    def feed(self, data: bytes) -> Iterator[bytes | None]:
        """Take the next bytes of the body.

        Raises:
            DocumentError: they do not belong into a multipart body.
        """
        self._buffer += data
        while not self.ended:
            if not self._inside:
                if not self._head():
                    return
            elif self._left is not None:
                piece = bytes(self._buffer[: self._left])
                del self._buffer[: self._left]
                self._left -= len(piece)
                if piece:
                    yield piece
                if self._left:
                    return
                self._inside = False
                yield None
            else:
                at = self._buffer.find(b"\r\n" + self._boundary)
                # The end of what there is may be the beginning of the boundary.
                safe = at if at >= 0 else len(self._buffer) - len(self._boundary) - 2
                if safe > 0:
                    yield bytes(self._buffer[:safe])
                    del self._buffer[:safe]
                if at < 0:
                    return
                self._inside = False
                yield None

    def _head(self) -> bool:
        """Take the boundary and the headers of the next part; False while they are not whole."""
        start = 0
        while self._buffer.startswith(b"\r\n", start) or self._buffer.startswith(b"\n", start):
            start += 2 if self._buffer.startswith(b"\r\n", start) else 1
        del self._buffer[:start]
        known = min(len(self._buffer), len(self._boundary))
        if self._buffer[:known] != self._boundary[:known] and self._buffer != b"\r":
            raise DocumentError(f"found {bytes(self._buffer[:40])!r} in the stream, expected its boundary")
        if self._buffer.startswith(self._boundary + b"--"):
            self.ended = True
            return False
        end = self._buffer.find(b"\r\n\r\n")
        if (end if end >= 0 else len(self._buffer)) > MOST_HEADERS:
            raise DocumentError(f"a part of the stream has more than {MOST_HEADERS} bytes of headers")
        if end < 0:
            return False
        lines = bytes(self._buffer[len(self._boundary) : end]).split(b"\r\n")
        if lines[0].strip(b" \t"):
            raise DocumentError(f"found {lines[0][:40]!r} after the boundary, expected the end of the line")
        self._left = _length(lines[1:])
        self._inside = True
        del self._buffer[: end + 4]
        return True


def _length(headers: list[bytes]) -> int | None:
    """The Content-length among headers, None without one."""
    for line in headers:
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            digits = value.strip()
            if not digits.isdigit() or len(digits) > 12:
                raise DocumentError(f"found the length {digits[:40]!r}, expected a number")
            return int(digits)
    return None
