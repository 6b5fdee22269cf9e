"""Changes off the wire into columns: as the library reads them, whatever is in them."""

from __future__ import annotations

import struct
from collections.abc import Mapping

import numpy as np
import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.clock import NO_TIME
from hmi.model.values import ValueType
from hmi.sources.opcua.columns import columns
from hmi.sources.opcua.data_change import items_in
from hmi.sources.opcua.decode import decode, utc_ns
from hmi.sources.opcua.errors import UNDECODABLE
from hmi.sources.opcua.wire_layout import MalformedError, UnfamiliarError
from hmi.sources.opcua.wire_types import WireTypes

from . import messages

V = ua.VariantType


@given(st.lists(messages.items(), max_size=8), messages.wires)
def test_changes_of_every_kind_decode_as_the_library_decodes_them(
    items: list[ua.MonitoredItemNotification], wires: Mapping[int, ValueType]
) -> None:
    messages.both_ways(items, wires)


@given(st.lists(messages.runs(), max_size=3), messages.wires)
def test_runs_of_like_changes_decode_as_the_library_decodes_them(
    runs: list[list[ua.MonitoredItemNotification]], wires: Mapping[int, ValueType]
) -> None:
    messages.both_ways([item for run in runs for item in run], wires)


@given(st.lists(messages.items(), max_size=8))
def test_both_times_are_those_of_the_specification_also_beside_picoseconds(
    items: list[ua.MonitoredItemNotification],
) -> None:
    wires = WireTypes(messages.PLACES, dict.fromkeys(range(messages.PLACES), ValueType.FLOAT))
    found = columns(items_in(messages.as_body(items)), wires)
    known = [item.Value for item in items if item.ClientHandle < messages.PLACES]
    assert found.source_time.tolist() == [utc_ns(value.SourceTimestamp) for value in known]
    assert found.server_time.tolist() == [utc_ns(value.ServerTimestamp) for value in known]


@given(st.lists(messages.items(), max_size=5), st.data())
def test_a_body_that_is_cut_off_is_malformed(
    items: list[ua.MonitoredItemNotification], data: st.DataObject
) -> None:
    body = messages.as_body(items)
    end = items_in(body).end
    assert end == len(body) - 4
    cut = data.draw(st.integers(0, end - 1))
    with pytest.raises(MalformedError, match=r"ends at byte|changes in"):
        items_in(body[:cut])


@given(st.lists(messages.runs(), min_size=1, max_size=2), messages.wires, st.data())
def test_bytes_that_are_changed_give_what_the_library_reads_or_an_error(
    runs: list[list[ua.MonitoredItemNotification]], wires: Mapping[int, ValueType], data: st.DataObject
) -> None:
    body = bytearray(messages.as_body([item for run in runs for item in run]))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    changed = bytes(body)
    try:
        items = items_in(changed)
    except (MalformedError, UnfamiliarError):
        return
    found = columns(items, WireTypes(messages.PLACES, wires))
    assert len(found.index) <= len(items)
    # The library makes as many objects as an array of nothing claims to have.
    begins = [int(at) for _, rows, _ in items.by_themselves() for at in items.begin[rows]]
    if any(changed[at + 4] & 1 and changed[at + 5] & 0xBF == 0x80 for at in begins):
        return
    try:
        theirs = messages.as_library_reads(changed[: items.end] + b"\xff\xff\xff\xff")
    except (ua.UaError, *UNDECODABLE):
        return
    messages.same(found, decode(theirs, wires), wires)


@pytest.mark.parametrize("claimed", [2**31 - 1, 10**6])
@pytest.mark.parametrize("kind", [0, 1, 12, 22, 24])
def test_what_a_server_only_claims_costs_nothing(kind: int, claimed: int) -> None:
    item = struct.pack("<IBBi", 3, 0x01, 0x80 | kind, claimed)
    body = struct.pack("<i", 1) + item
    if kind == 0:
        # An array of nothing takes no room, however long it says that it is.
        found = columns(items_in(body), WireTypes(8, {3: ValueType.FLOAT}))
        assert found.status.tolist() == [0x80740000]
        return
    with pytest.raises(MalformedError):
        items_in(body)
    with pytest.raises(MalformedError, match="changes in"):
        items_in(struct.pack("<i", claimed) + item)


def test_a_value_within_a_hundred_others_is_left_to_the_library() -> None:
    body = struct.pack("<iIB", 1, 3, 0x01) + bytes([24]) * 200 + bytes([1, 1])
    with pytest.raises(UnfamiliarError):
        items_in(body)


def test_times_far_away_are_none_and_the_present_is_exact() -> None:
    ticks = [0, -1, 2**63 - 1, -(2**63), 133_500_000_000_000_017]
    body = struct.pack("<i", len(ticks)) + b"".join(struct.pack("<IBq", 1, 0x04, each) for each in ticks)
    found = columns(items_in(body), WireTypes(2, {1: ValueType.FLOAT}))
    assert found.source_time.tolist() == [NO_TIME] * 4 + [1_705_526_400_000_001_000]


def test_a_busy_message_is_taken_in_runs_and_in_order() -> None:
    n = 5_000
    one = struct.Struct("<IBBdq")
    body = struct.pack("<i", n) + b"".join(
        one.pack(i, 0x05, 11, i / 8, 133_500_000_000_000_000 + i) for i in range(n)
    )
    items = items_in(body)
    assert np.diff(items.begin).tolist() == [one.size] * (n - 1)
    found = columns(items, WireTypes(n, dict.fromkeys(range(n), ValueType.FLOAT)))
    assert found.index.tolist() == list(range(n))
    assert found.raw.view(np.float64).tolist() == [i / 8 for i in range(n)]
