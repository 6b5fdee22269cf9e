"""Values as 8-byte lanes.

Every sample carries one ``uint64`` lane whose meaning is the tag's declared type, so that batches,
the store and the recording are plain arrays and 64-bit integers stay exact (a float64 is exact to
2**53 only). Strings and arrays lie in a *side area*: their lane is ``offset << 32 | length`` into the
bytes that travel with the batch.
"""

from __future__ import annotations

import struct
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

LANE: Final = np.dtype("<u8")

EXACT_BELOW: Final = 2**53
"""A float64 holds every integer of a smaller magnitude; from here on it misses some."""

Scalar = bool | int | float | str
Value = Scalar | tuple[float, ...]


class ValueType(StrEnum):
    """The declared type of a tag: it fixes how its lane is read."""

    FLOAT = "float"
    INT = "int"
    UINT = "uint"
    BOOL = "bool"
    ENUM = "enum"
    STRING = "string"
    FLOATS = "float[]"
    INTS = "int[]"

    @property
    def in_side_area(self) -> bool:
        """Whether the value lies in the side area and the lane only points there."""
        return self._value_ in _IN_SIDE_AREA

    @property
    def is_array(self) -> bool:
        """Whether the value is a row of numbers: float64, or signed integers of 64 bits."""
        return self in (ValueType.FLOATS, ValueType.INTS)

    @property
    def numeric(self) -> bool:
        """Whether an expression or a trend can take the value as a number."""
        return not self.in_side_area


_IN_SIDE_AREA: Final = frozenset((ValueType.STRING.value, ValueType.FLOATS.value, ValueType.INTS.value))
"""By their values: asked of every tag of a large machine; to compare members takes ten times as long."""


def to_lane(value: bool | int | float, value_type: ValueType) -> int:
    """The lane (0 … 2**64-1) of a scalar.

    Raises:
        TypeError: the value is not of the declared type (an int is accepted as a float, nothing else).
        OverflowError: an integer outside 64 bits.
    """
    if value_type is ValueType.FLOAT:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{value!r} is not a number")
        return int(struct.unpack("<Q", struct.pack("<d", value))[0])
    if value_type is ValueType.BOOL:
        if not isinstance(value, bool):
            raise TypeError(f"{value!r} is not true or false")
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not an integer")
    signed = value_type is not ValueType.UINT
    low, high = (-(2**63), 2**63 - 1) if signed else (0, 2**64 - 1)
    if value_type.in_side_area:
        raise TypeError(f"a {value_type} has no scalar lane")
    if not low <= value <= high:
        raise OverflowError(f"{value} does not fit in 64 bits")
    return value & 0xFFFF_FFFF_FFFF_FFFF


def from_lane(lane: int, value_type: ValueType) -> bool | int | float:
    """The scalar in a lane, exact.

    Raises:
        TypeError: the type lies in the side area.
    """
    if value_type is ValueType.FLOAT:
        return float(struct.unpack("<d", struct.pack("<Q", lane))[0])
    if value_type is ValueType.BOOL:
        return lane != 0
    if value_type is ValueType.UINT:
        return lane
    if value_type.in_side_area:
        raise TypeError(f"a {value_type} has no scalar lane")
    return lane - 2**64 if lane >= 2**63 else lane


def as_floats(lanes: npt.NDArray[np.uint64], value_type: ValueType) -> npt.NDArray[np.float64]:
    """Lanes of one numeric type as float64; integers past 2**53 may be rounded, see `float_holds`.

    Raises:
        TypeError: the type lies in the side area.
    """
    if value_type is ValueType.FLOAT:
        return np.asarray(lanes.view(np.float64))
    if value_type is ValueType.UINT:
        return lanes.astype(np.float64)
    if value_type is ValueType.BOOL:
        return np.asarray(lanes != 0, dtype=np.float64)
    if value_type.in_side_area:
        raise TypeError(f"a {value_type} is no number")
    return lanes.view(np.int64).astype(np.float64)


def float_holds(lanes: npt.NDArray[np.uint64], value_type: ValueType) -> npt.NDArray[np.bool_]:
    """Where `as_floats` gives exactly the number in the lane (same shape).

    A float64 holds an integer if no more than 53 bits lie between its first and its last that is set.
    """
    if value_type in (ValueType.FLOAT, ValueType.BOOL):
        return np.ones(lanes.shape, np.bool_)
    negative = lanes >> np.uint64(63) != 0
    magnitude = lanes if value_type is ValueType.UINT else np.where(negative, ~lanes + np.uint64(1), lanes)
    large = magnitude >= np.uint64(EXACT_BELOW)
    if not large.any():
        return ~large
    lowest = np.maximum(magnitude & (~magnitude + np.uint64(1)), np.uint64(1))
    return np.asarray(magnitude // lowest < np.uint64(EXACT_BELOW))


def pack_side(value: str | tuple[float, ...], array: ValueType = ValueType.FLOATS) -> bytes:
    """The side-area bytes of a string (UTF-8) or of an array of type ``array`` (8 bytes each, little-endian).

    Raises:
        TypeError: a number in an ``int[]`` is no integer.
        OverflowError: an integer in it is outside 64 bits, signed.
    """
    if isinstance(value, str):
        return value.encode("utf-8", errors="replace")
    if array is ValueType.INTS:
        return struct.pack(f"<{len(value)}Q", *(to_lane(each, ValueType.INT) for each in value))
    return struct.pack(f"<{len(value)}d", *value)


def unpack_side(payload: bytes, value_type: ValueType) -> str | tuple[float, ...]:
    """The string or array in side-area bytes; a cut-off UTF-8 sequence shows as U+FFFD.

    Raises:
        TypeError: the type does not lie in the side area.
    """
    if value_type is ValueType.STRING:
        return payload.decode("utf-8", errors="replace")
    if value_type.is_array:
        kind = "q" if value_type is ValueType.INTS else "d"
        return struct.unpack(f"<{len(payload) // 8}{kind}", payload[: len(payload) // 8 * 8])
    raise TypeError(f"a {value_type} has no side area")


def side_lane(offset: int, length: int) -> int:
    """The lane that points at ``length`` bytes from ``offset`` in a side area."""
    return offset << 32 | length


def side_span(lane: int) -> tuple[int, int]:
    """(offset, length) of a side-area lane; see `side_lane`."""
    return lane >> 32, lane & 0xFFFF_FFFF
