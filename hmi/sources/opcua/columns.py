"""From the items of a notification, as they lie on the wire, to columns of samples. Pure.

The meaning is that of `hmi.sources.opcua.decode`, which says what becomes of values of a wrong type, rank or
size; here it is said once for all items of the same make and wire type.
"""

from __future__ import annotations

import struct
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.model import status, values
from hmi.model.samples import I64, U32, U64
from hmi.model.values import ValueType
from hmi.sources.opcua import wire_layout
from hmi.sources.opcua.data_change import Items, Rows
from hmi.sources.opcua.decode import INFO_BITS, Decoded
from hmi.sources.opcua.wire_layout import ARRAY, DIMENSIONS
from hmi.sources.opcua.wire_time import utc_ns_of
from hmi.sources.opcua.wire_types import NONE, WIRES, WireTypes

_BOOLEAN: Final = 1
_INT64: Final = 8
_DOUBLE: Final = 11
_STRING: Final = 12
_LOCALIZED_TEXT: Final = 21
_UNSIGNED: Final = {3: "u1", 5: "<u2", 7: "<u4", 9: "<u8"}
_SIGNED: Final = {2: "i1", 4: "<i2", 6: "<i4", 8: "<i8"}
_INTEGERS: Final = _UNSIGNED | _SIGNED
_NUMBERS: Final = _INTEGERS | {10: "<f4", 11: "<f8"}
"""Built-in types by their numbers, and how numpy reads them."""

_HANDLE: Final = struct.Struct("<I")
_VALUE: Final = 5
"""Where the value begins in an item: after its handle and its mask."""

_Lanes = tuple[U64, U32]


def columns(items: Items, wires: WireTypes, before: bytes = b"") -> Decoded:
    """The samples of the items, in order; an item of a handle that has no wire type is passed over.

    ``before`` is the side area of what came before in the same notification; the one given begins with it.
    """
    n = len(items)
    index = np.zeros(n, np.uint32)
    codes = np.full(n, NONE, np.int8)
    raw = np.zeros(n, np.uint64)
    said = np.zeros(n, np.uint32)
    complaint = np.zeros(n, np.uint32)
    source_ticks = np.zeros(n, np.int64)
    server_ticks = np.zeros(n, np.int64)
    side = bytearray(before)
    for make, rows, fields in items.alike():
        index[rows] = fields["handle"]
        codes[rows] = of_make = wires.codes(index[rows])
        _take_times(fields, rows, said, source_ticks, server_ticks)
        value = fields["value"] if "value" in (fields.dtype.names or ()) else None
        raw[rows], complaint[rows] = _lanes(make.kind, value, of_make)
    for _, rows, fields in items.by_themselves():
        _take_times(fields, rows, said, source_ticks, server_ticks)
        places = items.begin[rows].tolist()
        index[rows] = handles = [_HANDLE.unpack_from(items.body, at)[0] for at in places]
        codes[rows] = wires.codes(index[rows])
        found = [
            _variant(items.body, at + _VALUE, wire, side) if (wire := wires.get(handle)) else (0, 0)
            for handle, at in zip(handles, places, strict=True)
        ]
        raw[rows], complaint[rows] = zip(*found, strict=True)
    code = said
    if complaint.any():
        worse = status.severities(complaint) > status.severities(said)
        code = np.where(worse, complaint | said & np.uint32(INFO_BITS), said)
    known = codes != NONE
    if not known.all():
        index, raw, code = index[known], raw[known], code[known]
        source_ticks, server_ticks = source_ticks[known], server_ticks[known]
    return Decoded(index, raw, code, utc_ns_of(source_ticks), utc_ns_of(server_ticks), bytes(side))


def _take_times(
    fields: npt.NDArray[np.void], rows: Rows, said: U32, source_ticks: I64, server_ticks: I64
) -> None:
    for name, column in (("status", said), ("source_time", source_ticks), ("server_time", server_ticks)):
        if name in (fields.dtype.names or ()):
            column[rows] = fields[name]


def _lanes(kind: int | None, value: npt.NDArray[np.generic] | None, codes: npt.NDArray[np.int8]) -> _Lanes:
    """Lanes and complaints of items of one built-in type, for tags of whatever wire types."""
    if kind is not None and value is not None and len(codes) and (codes == codes[0]).all():
        found = None if codes[0] == NONE else _converted(kind, value, WIRES[codes[0]])
        if found is not None:
            return found
    raw = np.zeros(len(codes), np.uint64)
    complaint = np.full(len(codes), status.BAD_TYPE_MISMATCH, np.uint32)
    if kind is None or value is None:
        return raw, complaint
    for code in np.unique(codes).tolist():
        if code == NONE:
            continue
        rows = codes == code
        found = _converted(kind, value[rows], WIRES[code])
        if found is not None:
            raw[rows], complaint[rows] = found
    return raw, complaint


def _converted(kind: int, value: npt.NDArray[np.generic], wire: ValueType) -> _Lanes | None:
    """Scalars of a built-in type as lanes of a wire type; None where that type may not arrive as this one."""
    fine = np.zeros(len(value), np.uint32)
    if wire is ValueType.BOOL and kind == _BOOLEAN:
        return (value != 0).astype(np.uint64), fine
    if wire is ValueType.FLOAT and kind in _NUMBERS:
        return value.astype(np.float64).view(np.uint64), _as_float(kind, value)
    if wire in (ValueType.INT, ValueType.ENUM, ValueType.UINT) and kind in _INTEGERS:
        lanes = value.astype(np.uint64 if kind in _UNSIGNED else np.int64).view(np.uint64)
        # Of one sign's types into the other's lane, what has the topmost bit does not fit.
        if (kind in _UNSIGNED) is not (wire is ValueType.UINT):
            over = lanes >> np.uint64(63) != 0
            return np.where(over, np.uint64(0), lanes), np.where(
                over, np.uint32(status.BAD_OUT_OF_RANGE), fine
            )
        return lanes, fine
    return None


def _as_float(kind: int, value: npt.NDArray[np.generic]) -> U32:
    """The status of numbers that are kept as float64; see `decode.decode`."""
    if kind not in _INTEGERS:
        return np.zeros(len(value), np.uint32)
    unsigned = kind in _UNSIGNED
    lanes = value.astype(np.uint64 if unsigned else np.int64).view(np.uint64)
    exact = values.float_holds(lanes, ValueType.UINT if unsigned else ValueType.INT)
    return np.where(exact, np.uint32(0), np.uint32(status.UNCERTAIN_CONFIGURATION_ERROR))


def _variant(body: bytes, at: int, wire: ValueType, side: bytearray) -> tuple[int, int]:
    """(lane, complaint) of a value that lies in the side area; of any other the one that it is none."""
    encoding = body[at]
    kind, at = encoding & 0x3F, at + 1
    if bool(encoding & ARRAY) is not wire.is_array:
        return 0, status.BAD_TYPE_MISMATCH
    if wire is ValueType.STRING and kind == _STRING:
        return _aside(_text(body, at), side), status.GOOD
    if wire is ValueType.STRING and kind == _LOCALIZED_TEXT:
        return _aside(_localized(body, at), side), status.GOOD
    if wire.is_array and kind in (_INTEGERS if wire is ValueType.INTS else _NUMBERS):
        return _array(body, at, kind, wire, side, dimensions=bool(encoding & DIMENSIONS))
    return 0, status.BAD_TYPE_MISMATCH


def _array(
    body: bytes, at: int, kind: int, wire: ValueType, side: bytearray, *, dimensions: bool
) -> tuple[int, int]:
    form = _NUMBERS[kind]
    length = wire_layout.count(body, at)
    end = at + 4 + int(form[-1]) * max(length, 0)
    if dimensions and not _is_row(body, end, length):
        return 0, status.BAD_TYPE_MISMATCH
    if kind == (_INT64 if wire is ValueType.INTS else _DOUBLE):
        return _aside(body[at + 4 : end], side), status.GOOD  # lanes as they are
    value = np.frombuffer(body, form, max(length, 0), at + 4)
    found = _converted(kind, value, ValueType.INT if wire is ValueType.INTS else ValueType.FLOAT)
    assert found is not None  # noqa: S101 - the caller has looked at the types
    lanes, complaints = found
    worst = int(complaints.max(initial=0))
    if status.severity(worst) is status.Severity.BAD:
        return 0, worst
    return _aside(lanes.tobytes(), side), worst


def _is_row(body: bytes, at: int, length: int) -> bool:
    """Whether dimensions are those of a row of ``length`` elements; see `decode` on others."""
    rank = max(wire_layout.count(body, at), 0)
    if rank != 1:
        return rank == 0
    (declared,) = struct.unpack_from("<i", body, at + 4)
    return length < 0 or declared <= length


def _text(body: bytes, at: int) -> bytes:
    raw = body[at + 4 : at + 4 + max(wire_layout.count(body, at), 0)]
    return raw if raw.isascii() else values.pack_side(raw.decode("utf-8", "surrogateescape"))


def _localized(body: bytes, at: int) -> bytes:
    mask, at = body[at], at + 1
    if mask & 0x01:
        at = wire_layout.string(body, at)
    return _text(body, at) if mask & 0x02 else b""


def _aside(payload: bytes, side: bytearray) -> int:
    side += payload
    return values.side_lane(len(side) - len(payload), len(payload))
