"""Messages of all kinds as servers send them, for hypothesis; and what two ways of decoding must agree on."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary
from hypothesis import strategies as st

from hmi.model import values
from hmi.model.clock import NO_TIME
from hmi.model.values import ValueType
from hmi.sources.opcua.columns import columns
from hmi.sources.opcua.data_change import items_in
from hmi.sources.opcua.decode import Decoded, decode
from hmi.sources.opcua.wire_types import WireTypes

PLACES = 128

V = ua.VariantType


def whole(bits: int, *, signed: bool) -> st.SearchStrategy[int]:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)
    return st.integers(low, high)


times = st.integers(0, 265_000_000_000_000_000).map(
    lambda microseconds: datetime(1601, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
texts = st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
node_ids = st.one_of(
    st.builds(lambda i: ua.TwoByteNodeId(i), st.integers(0, 255)),
    st.builds(lambda i, n: ua.FourByteNodeId(i, n), st.integers(0, 65535), st.integers(0, 255)),
    st.builds(lambda i, n: ua.NumericNodeId(i, n), st.integers(0, 2**32 - 1), st.integers(0, 65535)),
    st.builds(lambda i, n: ua.StringNodeId(i, n), st.text(max_size=5), st.integers(0, 65535)),
    st.builds(lambda i, n: ua.GuidNodeId(i, n), st.uuids(), st.integers(0, 65535)),
    st.builds(lambda i, n: ua.ByteStringNodeId(i, n), st.binary(max_size=5), st.integers(0, 65535)),
)
expanded = st.builds(
    lambda i, uri, server: ua.ExpandedNodeId(i, 0, ua.NodeIdType.Numeric, uri, server),
    st.integers(0, 2**32 - 1),
    st.none() | st.text(min_size=1, max_size=5),
    st.none() | st.integers(1, 9),
)
# None within another: the library takes it for an ExtensionObject, which it is not (OPC 10000-6, 5.2.2.12).
diagnostics = st.builds(
    ua.DiagnosticInfo,
    SymbolicId=st.none() | whole(32, signed=True),
    NamespaceURI=st.none() | whole(32, signed=True),
    Locale=st.none() | whole(32, signed=True),
    LocalizedText=st.none() | whole(32, signed=True),
    AdditionalInfo=texts,
    InnerStatusCode=st.none() | st.builds(ua.StatusCode, whole(32, signed=False)),
    InnerDiagnosticInfo=st.none(),
)
_OF_TYPE: dict[ua.VariantType, st.SearchStrategy[Any]] = {
    V.Boolean: st.booleans(),
    V.SByte: whole(8, signed=True),
    V.Byte: whole(8, signed=False),
    V.Int16: whole(16, signed=True),
    V.UInt16: whole(16, signed=False),
    V.Int32: whole(32, signed=True),
    V.UInt32: whole(32, signed=False),
    V.Int64: whole(64, signed=True),
    V.UInt64: whole(64, signed=False),
    V.Float: st.floats(width=32),
    V.Double: st.floats(),
    V.String: texts,
    V.DateTime: times,
    V.Guid: st.builds(lambda b: uuid.UUID(bytes=b), st.binary(min_size=16, max_size=16)),
    V.ByteString: st.none() | st.binary(max_size=12),
    V.XmlElement: st.builds(ua.XmlElement, st.text(max_size=8)),
    V.NodeId: node_ids,
    V.ExpandedNodeId: expanded,
    V.StatusCode: st.builds(ua.StatusCode, whole(32, signed=False)),
    V.QualifiedName: st.builds(ua.QualifiedName, st.text(max_size=5), st.integers(0, 9)),
    V.LocalizedText: st.builds(ua.LocalizedText, texts, texts),
    V.ExtensionObject: st.builds(
        lambda low, high: ua.Range(low, high), st.floats(allow_nan=False), st.floats(allow_nan=False)
    )
    | st.builds(
        lambda number, body: ua.ExtensionObject(ua.NumericNodeId(number, 7), body),
        st.integers(1, 9),
        st.binary(min_size=1, max_size=9),
    ),
    V.DiagnosticInfo: diagnostics,
}


@st.composite
def variants(draw: st.DrawFn) -> ua.Variant:
    """A value of any type and rank."""
    kind = draw(st.sampled_from(list(_OF_TYPE)))
    each = _OF_TYPE[kind]
    match draw(st.sampled_from(["scalar", "row", "row with dimensions", "table", "none", "nested"])):
        case "scalar":
            return ua.Variant(draw(each), kind)
        case "row":
            return ua.Variant(draw(st.lists(each, max_size=5)), kind, is_array=True)
        case "row with dimensions":
            row = draw(st.lists(each, max_size=4))
            return ua.Variant(row, kind, is_array=True, Dimensions=[len(row)])
        case "table":
            row = draw(st.lists(each, min_size=1, max_size=3))
            return ua.Variant([row, row], kind, is_array=True, Dimensions=[2, len(row)])
        case "none":
            return ua.Variant()
        case _:
            if draw(st.booleans()):
                return ua.Variant(ua.DataValue(draw(variants())), V.DataValue)
            return ua.Variant(draw(st.lists(variants(), max_size=2)), V.Variant, is_array=True)


statuses = st.sampled_from(
    [0, 0x480, 0x40000000, 0x40900000 | 0x480, 0x80000000, 0x808C0000 | 0x480, 0xC0000000]
) | whole(32, signed=False)


@st.composite
def items(draw: st.DrawFn) -> ua.MonitoredItemNotification:
    """A change of any kind, of a handle of ours or a stranger's."""
    picoseconds = st.none() | whole(16, signed=False)
    value = ua.DataValue(
        Value=draw(variants()),
        StatusCode=draw(st.none() | st.builds(ua.StatusCode, statuses)),
        SourceTimestamp=draw(st.none() | times),
        ServerTimestamp=draw(st.none() | times),
        SourcePicoseconds=draw(picoseconds),
        ServerPicoseconds=draw(picoseconds),
    )
    return ua.MonitoredItemNotification(ClientHandle=draw(st.integers(0, PLACES + 3)), Value=value)


@st.composite
def runs(draw: st.DrawFn) -> list[ua.MonitoredItemNotification]:
    """Items of one make, as a busy server sends them, with strangers in between."""
    kind = draw(st.sampled_from([V.Double, V.Float, V.Boolean, V.Int16, V.UInt64, V.Int64, V.DateTime]))
    value = _OF_TYPE[kind]
    time = draw(st.none() | times)
    code = draw(st.none() | st.builds(ua.StatusCode, statuses))
    made = [
        ua.MonitoredItemNotification(
            ClientHandle=draw(st.integers(0, PLACES + 3)),
            Value=ua.DataValue(
                ua.Variant(draw(value), kind), StatusCode=code, SourceTimestamp=time, ServerTimestamp=time
            ),
        )
        for _ in range(draw(st.integers(0, 40)))
    ]
    for stranger in draw(st.lists(items(), max_size=2)):
        made.insert(draw(st.integers(0, len(made))), stranger)
    return made


wires = st.builds(
    lambda kinds, first: {i: kinds[i % len(kinds)] for i in range(first, PLACES)},
    st.lists(st.sampled_from(list(ValueType)), min_size=1, max_size=8),
    st.integers(0, 20),
)


def as_body(notifications: Iterable[ua.MonitoredItemNotification]) -> bytes:
    """The body of the DataChangeNotification as it lies on the wire, by the specification.

    The library writes picoseconds behind both times, the specification has them behind their own
    (OPC 10000-6, 5.2.2.17).
    """
    whole = list(notifications)
    parts = [len(whole).to_bytes(4, "little")]
    for item in whole:
        binary = struct_to_binary(item)
        value = item.Value
        if value.SourcePicoseconds is not None and value.ServerTimestamp is not None:
            tail = 2 if value.ServerPicoseconds is None else 4
            cut = len(binary) - tail - 8
            time, picoseconds = binary[cut : cut + 8], binary[cut + 8 : cut + 10]
            binary = binary[:cut] + picoseconds + time + binary[cut + 10 :]
        parts.append(binary)
    return b"".join(parts) + b"\xff\xff\xff\xff"


def as_library_reads(body: bytes) -> list[ua.MonitoredItemNotification]:
    found: list[ua.MonitoredItemNotification] = struct_from_binary(
        ua.DataChangeNotification, Buffer(body)
    ).MonitoredItems
    return found


def both_ways(
    notifications: Iterable[ua.MonitoredItemNotification], wires: Mapping[int, ValueType]
) -> Decoded:
    """What our decoding of the wire makes of items; it fails where the library's says something else."""
    body = as_body(notifications)
    found = columns(items_in(body), WireTypes(PLACES, wires))
    same(found, decode(as_library_reads(body), wires), wires)
    return found


def same(found: Decoded, stock: Decoded, wires: Mapping[int, ValueType]) -> None:
    for name in ("index", "status", "source_time"):
        np.testing.assert_array_equal(getattr(found, name), getattr(stock, name), name)
    assert contents(found, wires) == contents(stock, wires)
    # Of a server time that it takes from the wrong place the library's way says nothing.
    told = stock.server_time != NO_TIME
    np.testing.assert_array_equal(found.server_time[told], stock.server_time[told])


def contents(decoded: Decoded, wires: Mapping[int, ValueType]) -> list[int | bytes]:
    """The lanes, and what lies in the side area wherever it lies there."""
    found: list[int | bytes] = []
    for index, lane in zip(decoded.index.tolist(), decoded.raw.tolist(), strict=True):
        if wires[index].in_side_area:
            offset, length = values.side_span(lane)
            assert offset + length <= len(decoded.side)
            found.append(decoded.side[offset : offset + length])
        else:
            found.append(lane)
    return found
