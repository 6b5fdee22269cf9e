"""What a server answers to a PublishRequest, read off its bytes or taken from the library's objects. Pure."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from asyncua import ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary

from hmi.sources.opcua import wire_layout
from hmi.sources.opcua.columns import columns
from hmi.sources.opcua.data_change import Items, items_in
from hmi.sources.opcua.decode import Decoded, decode, joined, utc_ns
from hmi.sources.opcua.wire_layout import UnfamiliarError, within
from hmi.sources.opcua.wire_time import utc_ns_at
from hmi.sources.opcua.wire_types import WireTypes

_TYPE: Final = b"\x01\x00" + struct.pack("<H", ua.ObjectIds.PublishResponse_Encoding_DefaultBinary)
_DATA_CHANGE: Final = ua.ObjectIds.DataChangeNotification_Encoding_DefaultBinary
_STATUS_CHANGE: Final = ua.ObjectIds.StatusChangeNotification_Encoding_DefaultBinary
_HEADER: Final = struct.Struct("<qII")

Changes = Items | Sequence[ua.MonitoredItemNotification]
"""Changes as they came: bytes that are known to be whole, or objects."""


@dataclass(frozen=True, slots=True)
class Notification:
    """A NotificationMessage (OPC 10000-4, 7.26).

    ``published``  when the server put it together, device UTC ns or ``NO_TIME``
    ``keep_alive`` it carries nothing
    ``ended``      the StatusCode with which the server ended the subscription; None while it goes on
    """

    sequence: int
    published: int
    keep_alive: bool
    changes: tuple[Changes, ...] = ()
    ended: int | None = None

    def decoded(self, wires: WireTypes) -> Decoded:
        """All changes in it, in order."""
        parts: list[Decoded] = []
        for each in self.changes:
            before = parts[-1].side if parts else b""
            parts.append(
                columns(each, wires, before) if isinstance(each, Items) else decode(each, wires, before)
            )
        return joined(parts)


@dataclass(frozen=True, slots=True)
class PublishAnswer:
    """Of a PublishResponse what is of use."""

    subscription: int
    notification: Notification


def from_wire(data: bytes) -> PublishAnswer | None:
    """The answer in a message, or None where the library has to tell what it is.

    Raises:
        MalformedError: it is no whole message, whoever reads it.
    """
    try:
        return _from_wire(data)
    except UnfamiliarError:
        return None


def from_library_bytes(data: bytes) -> PublishAnswer:
    """The answer in a message, by way of the library's objects.

    Raises:
        asyncua.ua.UaError, or one of `hmi.sources.opcua.errors.UNDECODABLE`: it cannot be decoded.
    """
    return from_library(struct_from_binary(ua.PublishResponse, Buffer(data)).Parameters)


def from_library(result: ua.PublishResult) -> PublishAnswer:
    """The answer in the library's objects."""
    return PublishAnswer(result.SubscriptionId, from_message(result.NotificationMessage))


def from_message(message: ua.NotificationMessage) -> Notification:
    """The notification in the library's objects."""
    changes: list[Changes] = []
    ended = None
    for part in message.NotificationData or ():
        if isinstance(part, ua.DataChangeNotification):
            changes.append(part.MonitoredItems or ())
        elif isinstance(part, ua.StatusChangeNotification):
            ended = part.Status.value
    return Notification(
        message.SequenceNumber,
        utc_ns(message.PublishTime),
        not message.NotificationData,
        tuple(changes),
        ended,
    )


def _from_wire(data: bytes) -> PublishAnswer | None:
    if not data.startswith(_TYPE):
        return None
    at = len(_TYPE)
    within(data, at + _HEADER.size)
    _, _, result = _HEADER.unpack_from(data, at)
    if result != 0:
        return None  # for once it is the text of the fault that counts
    at = wire_layout.diagnostic_info(data, at + _HEADER.size)
    at = wire_layout.many(data, at, wire_layout.string)
    at = wire_layout.extension_object(data, at)
    within(data, at + 4)
    (subscription,) = struct.unpack_from("<I", data, at)
    kept = max(wire_layout.count(data, at + 4), 0)
    at += 8
    # Passed over: what the server keeps for being asked again, and whether it has more to say already.
    notification, at = notification_in(data, at + 4 * kept + 1)
    results = max(wire_layout.count(data, at), 0)
    at = within(data, at + 4 + 4 * results)
    wire_layout.many(data, at, wire_layout.diagnostic_info)
    return PublishAnswer(subscription, notification)


def notification_in(data: bytes, at: int) -> tuple[Notification, int]:
    """The NotificationMessage that begins at a place, and where it ends.

    Raises:
        MalformedError, UnfamiliarError: as `wire_layout`.
    """
    parts = at + 12
    within(data, parts)
    sequence, ticks = struct.unpack_from("<Iq", data, at)
    changes: list[Changes] = []
    ended: int | None = None
    n = max(wire_layout.count(data, parts), 0)
    at = parts + 4
    for _ in range(n):
        end = wire_layout.extension_object(data, at)
        kind, body = _body(data, at, end)
        if kind == _DATA_CHANGE:
            items = items_in(body)
            wire_layout.many(body, items.end, wire_layout.diagnostic_info)
            changes.append(items)
        elif kind == _STATUS_CHANGE:
            within(body, 4)
            (ended,) = struct.unpack_from("<I", body, 0)
        at = end
    return Notification(sequence, utc_ns_at(ticks), n == 0, tuple(changes), ended), at


def _body(data: bytes, at: int, end: int) -> tuple[int, bytes]:
    """(number of the encoding in namespace 0 or 0, body) of a whole ExtensionObject."""
    encoding = data[at]
    if encoding == 0:
        kind, body = data[at + 1], at + 2
    elif encoding == 1:
        kind, body = struct.unpack_from("<H", data, at + 2)[0] if data[at + 1] == 0 else 0, at + 4
    elif encoding == 2:
        namespace, number = struct.unpack_from("<HI", data, at + 1)
        kind, body = number if namespace == 0 else 0, at + 7
    else:
        return 0, b""
    if data[body] != 1:
        return 0, b""
    return kind, data[body + 5 : end]
