"""From notification objects to arrays: pure, and the one place that knows how a value lies on the wire.

The client handle of every monitored item is its tag index, so a decoder needs the wire types alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
from asyncua import ua

from hmi.model import status, values
from hmi.model.clock import NO_TIME
from hmi.model.samples import I64, U32, U64
from hmi.model.values import ValueType

_EPOCH: Final = datetime.fromtimestamp(0, UTC)
_MICROSECOND: Final = timedelta(microseconds=1)

INFO_BITS: Final = 0xFFFF
"""Of a StatusCode: what it says beside the code, such as that the server's queue overflowed."""

_INTEGERS: Final = frozenset(
    {
        ua.VariantType.SByte,
        ua.VariantType.Byte,
        ua.VariantType.Int16,
        ua.VariantType.UInt16,
        ua.VariantType.Int32,
        ua.VariantType.UInt32,
        ua.VariantType.Int64,
        ua.VariantType.UInt64,
    }
)
_NUMBERS: Final = _INTEGERS | {ua.VariantType.Float, ua.VariantType.Double}

ACCEPTED: Final[Mapping[ValueType, frozenset[ua.VariantType]]] = {
    ValueType.FLOAT: _NUMBERS,
    ValueType.INT: _INTEGERS,
    ValueType.UINT: _INTEGERS,
    ValueType.ENUM: _INTEGERS,
    ValueType.BOOL: frozenset({ua.VariantType.Boolean}),
    ValueType.STRING: frozenset({ua.VariantType.String, ua.VariantType.LocalizedText}),
    ValueType.FLOATS: _NUMBERS,
    ValueType.INTS: _INTEGERS,
}
"""Which built-in types a tag of each wire type may arrive as; any other is BadTypeMismatch."""


@dataclass(frozen=True, slots=True, eq=False)
class Decoded:
    """The samples of one notification as columns; times are the device's, UTC ns or ``NO_TIME``."""

    index: U32
    raw: U64
    status: U32
    source_time: I64
    server_time: I64
    side: bytes


def decode(
    items: Iterable[ua.MonitoredItemNotification], wires: Mapping[int, ValueType], before: bytes = b""
) -> Decoded:
    """Decode the items of a DataChangeNotification, in order.

    ``wires`` maps client handle (= tag index) to wire type; an item of another handle is passed over.
    ``before`` is the side area of what came before in the same notification; the one given begins with it.
    A Bad value keeps its status; a Good or Uncertain one of a wrong type or rank becomes BadTypeMismatch,
    an integer that the wire type cannot hold BadOutOfRange, both with an empty lane. A Good integer that a
    float can only hold rounded becomes UncertainConfigurationError: "the value may not be accurate due to
    a configuration issue" (OPC 10000-8), the issue being the declared type.
    """
    index: list[int] = []
    raw: list[int] = []
    codes: list[int] = []
    source_time: list[int] = []
    server_time: list[int] = []
    side = bytearray(before)
    for item in items:
        wire = wires.get(item.ClientHandle)
        if wire is None:
            continue
        value = item.Value
        code = status.GOOD if value.StatusCode is None else value.StatusCode.value
        lane, complaint = _lane(value.Value, wire, side)
        index.append(item.ClientHandle)
        raw.append(lane)
        if status.severity(complaint) > status.severity(code):
            code = complaint | code & INFO_BITS
        codes.append(code)
        source_time.append(utc_ns(value.SourceTimestamp))
        # The library takes a server time before the picoseconds that stand in front of it on the wire.
        misread = value.SourcePicoseconds is not None
        server_time.append(NO_TIME if misread else utc_ns(value.ServerTimestamp))
    return Decoded(
        np.array(index, np.uint32),
        np.array(raw, np.uint64),
        np.array(codes, np.uint32),
        np.array(source_time, np.int64),
        np.array(server_time, np.int64),
        bytes(side),
    )


def joined(parts: Sequence[Decoded]) -> Decoded:
    """Parts of one notification, each decoded with the side area of the one before, as one."""
    if len(parts) == 1:
        return parts[0]
    if not parts:
        return decode((), {})
    return Decoded(
        np.concatenate([part.index for part in parts]),
        np.concatenate([part.raw for part in parts]),
        np.concatenate([part.status for part in parts]),
        np.concatenate([part.source_time for part in parts]),
        np.concatenate([part.server_time for part in parts]),
        parts[-1].side,
    )


def utc_ns(time: datetime | None) -> int:
    """UTC ns of a decoded DateTime, ``NO_TIME`` where there is none.

    None is also the null of 1601 (OPC 10000-6, 5.2.2.5), and a time that a time lane cannot hold (1677 to
    2262), such as the 9999-12-31 by which servers say "at no time".
    """
    if time is None:
        return NO_TIME
    nanoseconds = (time - _EPOCH) // _MICROSECOND * 1000
    return nanoseconds if NO_TIME < nanoseconds < -NO_TIME else NO_TIME


def _lane(variant: ua.Variant | None, wire: ValueType, side: bytearray) -> tuple[int, int]:
    """(lane, what is wrong with it); (0, Bad status) where the value cannot be one of the wire type."""
    if variant is None or variant.VariantType not in ACCEPTED[wire]:
        return 0, status.BAD_TYPE_MISMATCH
    value: Any = variant.Value
    if bool(variant.is_array) is not wire.is_array:
        return 0, status.BAD_TYPE_MISMATCH
    try:
        if wire.is_array:
            return _array(variant, wire, side)
        if wire is ValueType.STRING:
            text = value.Text if isinstance(value, ua.LocalizedText) else value
            return _aside(values.pack_side(text or ""), side), status.GOOD
        return values.to_lane(value, wire), _as_float((value,)) if wire is ValueType.FLOAT else status.GOOD
    except OverflowError:
        return 0, status.BAD_OUT_OF_RANGE


def _array(variant: ua.Variant, wire: ValueType, side: bytearray) -> tuple[int, int]:
    """As `_lane`. An array of another rank than 1, or with other dimensions than elements, is no guess."""
    numbers: Sequence[Any] = variant.Value or ()
    if len(variant.Dimensions or (0,)) != 1 or any(isinstance(each, list) for each in numbers):
        return 0, status.BAD_TYPE_MISMATCH
    lane = _aside(values.pack_side(tuple(numbers), wire), side)
    return lane, _as_float(numbers) if wire is ValueType.FLOATS else status.GOOD


def _as_float(numbers: Iterable[int | float]) -> int:
    """The status of numbers that are kept as float64."""
    exact = all(each == float(each) for each in numbers if isinstance(each, int))
    return status.GOOD if exact else status.UNCERTAIN_CONFIGURATION_ERROR


def _aside(payload: bytes, side: bytearray) -> int:
    side += payload
    return values.side_lane(len(side) - len(payload), len(payload))
