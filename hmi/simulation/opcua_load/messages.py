"""PublishResponses as servers send them, for measuring what decoding them takes."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any, Final

from asyncua import ua
from asyncua.ua.ua_binary import struct_to_binary

from hmi.model.values import ValueType

_V = ua.VariantType

DOUBLES: Final[tuple[tuple[ValueType, Any, Any], ...]] = ((ValueType.FLOAT, 1234.5, _V.Double),)
"""Measured values alone: (wire type, value, built-in type) in turn."""

MIXED: Final[tuple[tuple[ValueType, Any, Any], ...]] = (
    (ValueType.FLOAT, 1234.5, _V.Double),
    (ValueType.FLOAT, -0.25, _V.Float),
    (ValueType.BOOL, True, _V.Boolean),
    (ValueType.ENUM, 3, _V.Int32),
    (ValueType.INT, -7, _V.Int16),
    (ValueType.UINT, 2**40, _V.UInt64),
    (ValueType.FLOAT, 17, _V.UInt16),
    (ValueType.STRING, "G1 X12.5 F800", _V.String),
    (ValueType.FLOATS, [0.1, 0.2, 0.3], _V.Double),
    (ValueType.STRING, ua.LocalizedText("Schlichten", "de"), _V.LocalizedText),
)
"""What a machine has: no two neighbours alike, one in ten an array, two in ten texts."""


def publish_response(changes: int, kinds: tuple[tuple[ValueType, Any, Any], ...]) -> bytes:
    """A whole message with one notification of so many changes, client handles from 0 in order."""
    now = datetime(2026, 1, 1, 6, 30, tzinfo=UTC)
    items = [
        ua.MonitoredItemNotification(
            ClientHandle=handle,
            Value=ua.DataValue(
                ua.Variant(value, kind, is_array=isinstance(value, list)),
                SourceTimestamp=now,
                ServerTimestamp=now,
            ),
        )
        for handle, (_, value, kind) in enumerate(islice(cycle(kinds), changes))
    ]
    message = ua.NotificationMessage(1, now, [ua.DataChangeNotification(MonitoredItems=items)])
    result = ua.PublishResult(SubscriptionId=1, AvailableSequenceNumbers=[1], NotificationMessage=message)
    return bytes(struct_to_binary(ua.PublishResponse(Parameters=result)))
