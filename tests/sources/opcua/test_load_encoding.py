from __future__ import annotations

import numpy as np
from asyncua import ua
from asyncua.ua.ua_binary import struct_from_binary
from hypothesis import given
from hypothesis import strategies as st

from hmi.model import status
from hmi.model.clock import SECOND
from hmi.model.values import ValueType
from hmi.simulation.opcua_load import encoding
from hmi.simulation.opcua_load.subscriptions import LoadSubscription
from hmi.sources.opcua.decode import decode

BORN = 1_700_000_000 * SECOND + 123_456_000


@given(
    handles=st.lists(st.integers(0, 2**32 - 1), max_size=20, unique=True),
    moments=st.lists(st.integers(0, 10**9), max_size=4),
)
def test_what_is_encoded_as_an_array_is_what_the_standard_says(
    handles: list[int], moments: list[int]
) -> None:
    template = encoding.items(np.array(handles, np.uint32))
    utcs = [BORN + moment * 1000 for moment in moments]
    binary = ua.utils.Buffer(encoding.body([encoding.stamped(template, utc) for utc in utcs]))
    notification = struct_from_binary(ua.DataChangeNotification, binary)
    assert len(binary) == 0, "bytes left over"
    decoded = decode(notification.MonitoredItems, dict.fromkeys(handles, ValueType.FLOAT))
    assert decoded.index.tolist() == handles * len(utcs)
    expected = [utc for utc in utcs for _ in handles]
    assert decoded.source_time.tolist() == decoded.server_time.tolist() == expected
    assert decoded.raw.view(np.float64).tolist() == [utc / 1e9 for utc in expected]
    assert (decoded.status == status.GOOD).all()


def test_a_client_that_does_not_ask_loses_the_oldest_and_is_told() -> None:
    granted = ua.CreateSubscriptionResult(
        SubscriptionId=1, RevisedPublishingInterval=10.0, RevisedMaxKeepAliveCount=5, RevisedLifetimeCount=99
    )
    subscription = LoadSubscription(granted, None, None, ua.NodeId(1, 0), hz=3)
    subscription.monitor({100: 7, 101: 8})
    for beat in range(5):
        assert subscription.tick(BORN + beat * SECOND) == 2
    assert (subscription.queue_size, subscription.dropped) == (3, 4)
    result = ua.PublishResult()
    subscription._pop_triggered_datachanges(result)
    assert subscription.sent == 6
    (body,) = result.NotificationMessage.NotificationData
    notification = struct_from_binary(ua.DataChangeNotification, ua.utils.Buffer(body.Body))
    decoded = decode(notification.MonitoredItems, {7: ValueType.FLOAT, 8: ValueType.FLOAT})
    assert decoded.source_time.tolist() == [BORN + beat * SECOND for beat in (2, 2, 3, 3, 4, 4)]
    assert status.overflowed(decoded.status).tolist() == [True, True, False, False, False, False]
    subscription.forget([100])
    assert subscription.tick(BORN) == 1
