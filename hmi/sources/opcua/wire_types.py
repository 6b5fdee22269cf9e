"""Which wire type the item of each client handle has, for one handle and for many at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.model.samples import U32
from hmi.model.values import ValueType

WIRES: Final = tuple(ValueType)
"""A wire type's code is its place here."""

NONE: Final = -1
"""The code of a handle that no item has."""


class WireTypes(Mapping[int, ValueType]):
    """Client handle (= tag index, below ``places``) to wire type; the handles come in ascending order."""

    def __init__(self, places: int, wires: Mapping[int, ValueType] | None = None) -> None:
        # One place more than there are handles: where those are looked up that we never gave.
        self._codes = np.full(places + 1, NONE, np.int8)
        for handle, wire in (wires or {}).items():
            self.expect(handle, wire)

    def expect(self, handle: int, wire: ValueType) -> None:
        """From now on there is an item of this handle."""
        self._codes[handle] = WIRES.index(wire)

    def forget(self, handle: int) -> None:
        """There is none any more."""
        self._codes[handle] = NONE

    def codes(self, handles: U32) -> npt.NDArray[np.int8]:
        """The codes (i1[n]) of handles (u4[n]) as a server sends them; `NONE` where there is no item."""
        return self._codes[np.minimum(handles, np.uint32(len(self._codes) - 1))]

    def __getitem__(self, handle: int) -> ValueType:
        code = int(self._codes[min(handle, len(self._codes) - 1)])
        if code == NONE:
            raise KeyError(handle)
        return WIRES[code]

    def __iter__(self) -> Iterator[int]:
        return iter(np.flatnonzero(self._codes != NONE).tolist())

    def __len__(self) -> int:
        return int(np.count_nonzero(self._codes != NONE))
