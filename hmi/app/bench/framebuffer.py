"""The memory that a virtual screen paints into, as a file: its pixels without asking the display for them.

Xvfb with ``-fbdir`` keeps its picture in such a file, in the form of an X window dump: a head of big-endian
words, the colours (12 bytes each), then the rows.
"""

from __future__ import annotations

import mmap
import struct
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import numpy as np
import numpy.typing as npt

_HEAD: Final = struct.Struct(">25I")
"""XWDFileHeader of X11/XWDFile.h, version 7."""
_VERSION: Final = 7
_COLOUR_BYTES: Final = 12
_LEAST_SIGNIFICANT_FIRST: Final = 0


class Framebuffer:
    """Reads pixels of 32 bits; a context manager.

    ``width``, ``height``  of the screen, in pixels
    """

    def __init__(self, file: Path) -> None:
        """Map it.

        Raises:
            OSError: it cannot be read.
            ValueError: it is no screen of 32 bits a pixel.
        """
        with file.open("rb") as opened:
            head = opened.read(_HEAD.size)
            if len(head) < _HEAD.size:
                raise ValueError(f"{file}: {len(head)} bytes are no X window dump")
            words = _HEAD.unpack(head)
            head_bytes, version = words[:2]
            self.width, self.height, order, bits, row_bytes, colours = (
                words[i] for i in (4, 5, 7, 11, 12, 19)
            )
            if version != _VERSION or bits != 32 or order != _LEAST_SIGNIFICANT_FIRST:
                raise ValueError(f"{file}: no X window dump of 32 bits a pixel, lowest byte first")
            self._map = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            rows = np.frombuffer(
                self._map, "<u4", self.height * row_bytes // 4, head_bytes + colours * _COLOUR_BYTES
            )
        except ValueError as error:
            self._map.close()
            raise ValueError(f"{file}: shorter than a screen of {self.width} x {self.height}") from error
        self._rows: npt.NDArray[np.uint32] = rows.reshape(self.height, row_bytes // 4)

    def greens(self, x: range, y: int) -> list[int]:
        """The green (0 to 255) of the pixels at ``x`` in row ``y``, as they are at this moment.

        Raises:
            ValueError: some of them lie outside of the screen.
        """
        if not (0 <= x[0] <= x[-1] < self.width and 0 <= y < self.height):
            raise ValueError(f"the pixels {x} in row {y} are not on a screen of {self.width} x {self.height}")
        # A copy: to read one pixel after the other takes so long that they could be of two paints.
        picked = self._rows[y, x.start : x.stop : x.step].copy()
        return [int(each) >> 8 & 0xFF for each in picked]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        del self._rows
        self._map.close()
