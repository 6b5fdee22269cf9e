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
from hmi.model.samples import U32, U64
from hmi.model.values import ValueType
from hmi.sources.opcua import wire_layout
from hmi.sources.opcua.data_change import Items
from hmi.sources.opcua.decode import INFO_BITS, Decoded
from hmi.sources.opcua.wire_layout import AFTER_VALUE, ARRAY, DIMENSIONS
from hmi.sources.opcua.wire_time import utc_ns_of
from hmi.sources.opcua.wire_types import NONE, WIRES, WireTypes

_BOOLEAN: Final = 1
_STRING: Final = 12
_LOCALIZED_TEXT: Final = 21
_UNSIGNED: Final = {3: "u1", 5: "<u2", 7: "<u4", 9: "<u8"}
_SIGNED: Final = {2: "i1", 4: "<i2", 6: "<i4", 8: "<i8"}
_INTEGERS: Final = _UNSIGNED | _SIGNED
_NUMBERS: Final = _INTEGERS | {10: "<f4", 11: "<f8"}
"""Built-in types by their numbers, and how numpy reads them."""

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
        names = make.fields.names or ()
        if "status" in names:
            said[rows] = fields["status"]
        if "source_time" in names:
            source_ticks[rows] = fields["source_time"]
        if "server_time" in names:
            server_ticks[rows] = fields["server_time"]
        value = fields["value"] if "value" in names else None
        raw[rows], complaint[rows] = _lanes(make.kind, value, of_make)
    for row in items.by_themselves().tolist():
        at = int(items.begin[row])
        (handle,) = struct.unpack_from("<I", items.body, at)
        index[row] = handle
        wire = wires.get(handle)
        if wire is None:
            continue
        codes[row] = WIRES.index(wire)
        mask, end = items.body[at + 4], at + 5
        complaint[row] = status.BAD_TYPE_MISMATCH
        if mask & 0x01:
            raw[row], complaint[row] = _variant(items.body, end, wire, side)
            end = wire_layout.variant(items.body, end)
        said[row], source_ticks[row], server_ticks[row] = _after_value(items.body, end, mask)
    worse = status.severities(complaint) > status.severities(said)
    code = np.where(worse, complaint | said & np.uint32(INFO_BITS), said)
    known = codes != NONE
    if not known.all():
        index, raw, code = index[known], raw[known], code[known]
        source_ticks, server_ticks = source_ticks[known], server_ticks[known]
    return Decoded(index, raw, code, utc_ns_of(source_ticks), utc_ns_of(server_ticks), bytes(side))


def _lanes(kind: int | None, value: npt.NDArray[np.generic] | None, codes: npt.NDArray[np.int8]) -> _Lanes:
    """Lanes and complaints of items of one built-in type, for tags of whatever wire types."""
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
    length = wire_layout.count(body, at)
    n = max(length, 0)
    value = np.frombuffer(body, _NUMBERS[kind], n, at + 4)
    if dimensions and not _is_row(body, at + 4 + value.nbytes, length):
        return 0, status.BAD_TYPE_MISMATCH
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
    length = wire_layout.count(body, at)
    text = body[at + 4 : at + 4 + max(length, 0)].decode("utf-8", "surrogateescape")
    return values.pack_side(text)


def _localized(body: bytes, at: int) -> bytes:
    mask, at = body[at], at + 1
    if mask & 0x01:
        at = wire_layout.string(body, at)
    return _text(body, at) if mask & 0x02 else b""


def _aside(payload: bytes, side: bytearray) -> int:
    side += payload
    return values.side_lane(len(side) - len(payload), len(payload))


def _after_value(body: bytes, at: int, mask: int) -> tuple[int, int, int]:
    """(status, source time, server time) of one item; 0 for what is missing."""
    found = dict.fromkeys((0x02, 0x04, 0x08), 0)
    for bit, length in AFTER_VALUE:
        if mask & bit:
            if bit in found:
                (found[bit],) = struct.unpack_from("<I" if length == 4 else "<q", body, at)
            at += length
    return found[0x02], found[0x04], found[0x08]
