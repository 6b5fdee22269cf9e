"""PublishResponses off the wire: what the library reads in them, with everything that may stand around."""

from __future__ import annotations

import struct
from datetime import UTC, datetime
from typing import Any

import pytest
from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary, struct_to_binary
from hypothesis import given
from hypothesis import strategies as st

from hmi.model import status
from hmi.model.values import ValueType
from hmi.sources.opcua import publish_response
from hmi.sources.opcua.data_change import Items
from hmi.sources.opcua.publish_response import PublishAnswer
from hmi.sources.opcua.wire_layout import DEEPEST, MalformedError, diagnostic_info
from hmi.sources.opcua.wire_types import WireTypes

from . import messages

FLOATS = dict.fromkeys(range(messages.PLACES), ValueType.FLOAT)


@st.composite
def changes(draw: st.DrawFn) -> ua.DataChangeNotification:
    made = draw(st.lists(messages.items(), max_size=4))
    for item in made:
        # The library cannot write them where they belong; messages.as_body does, in the tests of items.
        item.Value.SourcePicoseconds = None
    infos = draw(st.none() | st.lists(messages.diagnostics, max_size=2))
    return ua.DataChangeNotification(MonitoredItems=made, DiagnosticInfos=infos)


ended = st.builds(
    lambda code: ua.StatusChangeNotification(Status=ua.StatusCode(code)), messages.whole(32, signed=False)
)
events = st.builds(
    lambda fields: ua.EventNotificationList(
        Events=[ua.EventFieldList(ClientHandle=1, EventFields=[ua.Variant(each) for each in fields])]
    ),
    st.lists(st.integers(0, 9), max_size=3),
)


@st.composite
def responses(draw: st.DrawFn) -> ua.PublishResponse:
    header = ua.ResponseHeader(
        Timestamp=draw(messages.times),
        ServiceDiagnostics=draw(messages.diagnostics),
        StringTable=draw(st.lists(st.text(max_size=4), max_size=3)),
    )
    number = st.integers(0, 2**32 - 1)
    parameters = ua.PublishResult(
        SubscriptionId=draw(number),
        AvailableSequenceNumbers=draw(st.none() | st.lists(number, max_size=4)),
        MoreNotifications=draw(st.booleans()),
        NotificationMessage=ua.NotificationMessage(
            SequenceNumber=draw(number),
            PublishTime=draw(messages.times),
            NotificationData=draw(st.none() | st.lists(changes() | ended | events, max_size=3)),
        ),
        Results=draw(st.lists(st.builds(ua.StatusCode, messages.statuses), max_size=3)),
        DiagnosticInfos=draw(st.lists(messages.diagnostics, max_size=2)),
    )
    return ua.PublishResponse(ResponseHeader=header, Parameters=parameters)


def by_the_library(data: bytes) -> PublishAnswer:
    return publish_response.from_library(struct_from_binary(ua.PublishResponse, Buffer(data)).Parameters)


def wire(response: ua.PublishResponse) -> bytes:
    return bytes(struct_to_binary(response))


def agree(found: PublishAnswer, theirs: PublishAnswer, wires: WireTypes) -> None:
    ours, stock = found.notification, theirs.notification
    assert (found.subscription, ours.sequence, ours.published) == (
        theirs.subscription,
        stock.sequence,
        stock.published,
    )
    assert (ours.keep_alive, ours.ended) == (stock.keep_alive, stock.ended)
    messages.same(ours.decoded(wires), stock.decoded(wires), wires)


@given(responses(), messages.wires)
def test_an_answer_of_any_kind_reads_as_the_library_reads_it(
    response: ua.PublishResponse, wires: dict[int, ValueType]
) -> None:
    data = wire(response)
    found = publish_response.from_wire(data)
    assert found is not None, "nothing in it is unfamiliar"
    assert all(isinstance(each, Items) for each in found.notification.changes)
    agree(found, by_the_library(data), WireTypes(messages.PLACES, wires))


@given(responses(), st.data())
def test_an_answer_that_is_cut_off_is_malformed(response: ua.PublishResponse, data: st.DataObject) -> None:
    whole = wire(response)
    cut = whole[: data.draw(st.integers(4, len(whole) - 1))]
    with pytest.raises(MalformedError, match=r"ends at byte|changes in"):
        publish_response.from_wire(cut)


@given(responses(), st.data())
def test_an_answer_with_changed_bytes_is_read_or_refused(
    response: ua.PublishResponse, data: st.DataObject
) -> None:
    body = bytearray(wire(response))
    for _ in range(data.draw(st.integers(1, 4))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    try:
        found = publish_response.from_wire(bytes(body))
    except MalformedError:
        return
    if found is not None:
        found.notification.decoded(WireTypes(messages.PLACES, FLOATS))


@given(st.binary(max_size=200))
def test_noise_is_read_or_refused(noise: bytes) -> None:
    data = b"\x01\x00" + struct.pack("<H", 829) + noise
    try:
        found = publish_response.from_wire(data)
    except MalformedError:
        return
    assert found is None or found.notification.decoded(WireTypes(1)).index.tolist() == []


@pytest.mark.parametrize(
    "parts",
    [
        {"ResponseHeader": ua.ResponseHeader(ServiceResult=ua.StatusCode(status.BAD_TIMEOUT))},
        {"TypeId": ua.FourByteNodeId(ua.ObjectIds.ServiceFault_Encoding_DefaultBinary)},
        {"TypeId": ua.NumericNodeId(ua.ObjectIds.PublishResponse_Encoding_DefaultBinary)},
    ],
)
def test_what_is_no_plain_answer_is_left_to_the_library(parts: dict[str, Any]) -> None:
    assert publish_response.from_wire(wire(ua.PublishResponse(**parts))) is None


def test_an_extension_object_without_a_length_is_left_to_the_library() -> None:
    change = ua.DataChangeNotification(
        MonitoredItems=[ua.MonitoredItemNotification(3, ua.DataValue(ua.Variant(7.5, ua.VariantType.Double)))]
    )
    message = ua.NotificationMessage(1, datetime(2026, 1, 1, tzinfo=UTC), [change])
    data = wire(ua.PublishResponse(Parameters=ua.PublishResult(7, [], False, message)))
    length = len(struct_to_binary(change))
    old = data.replace(struct.pack("<BI", 1, length), struct.pack("<Bi", 1, -1))
    assert old != data
    assert publish_response.from_wire(old) is None
    theirs = by_the_library(old)
    assert theirs.notification.decoded(WireTypes(9, {3: ValueType.FLOAT})).raw.tolist() == [
        0x401E000000000000
    ]


def test_diagnostics_lie_in_each_other_as_the_specification_says() -> None:
    inner = bytes([0x01]) + struct.pack("<i", 5)
    outer = bytes([0x41]) + struct.pack("<i", 7) + inner
    assert diagnostic_info(outer + b"more", 0) == len(outer)
    with pytest.raises(ValueError, match=f"more than {DEEPEST}"):
        diagnostic_info(bytes([0x40]) * (DEEPEST + 2) + b"\0", 0)
