"""Subscriptions that publish prebuilt notifications instead of one object per change."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from asyncua import ua
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.subscription_service import SubscriptionService

from hmi.model.status import GOOD
from hmi.simulation.opcua_load import encoding
from hmi.simulation.opcua_load.encoding import Items
from hmi.simulation.opcua_load.ledger import Ledger

_OVERFLOW = GOOD | 0x0480
"""Good, and the queue has lost changes before this one (OPC 10000-4, 7.39.1)."""

SECONDS_QUEUED = 1.0
"""The server keeps at least so much for a client that is late with its requests."""


class LoadSubscription(InternalSubscription):  # type: ignore[misc]
    """Collects every tick between two publishes; what does not fit its queue is dropped and marked."""

    def __init__(self, *args: Any, hz: float, ledger: Ledger | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        publishing = self.data.RevisedPublishingInterval / 1000
        self.queue_size = max(2, math.ceil(hz * max(SECONDS_QUEUED, 2 * publishing)))
        self.sent = 0
        self.dropped = 0
        self._handles: dict[int, int] = {}
        self._template = encoding.items(np.zeros(0, np.uint32))
        self._ticks: deque[tuple[int, Items]] = deque()
        self._ledger = ledger or Ledger(None)

    def monitor(self, handles: dict[int, int]) -> None:
        """Serve more items: monitored item id → client handle."""
        self._set({**self._handles, **handles})

    def forget(self, ids: Sequence[int]) -> None:
        """Serve these monitored items no longer."""
        self._set({each: handle for each, handle in self._handles.items() if each not in set(ids)})

    def tick(self, utc: int) -> int:
        """All items change at ``utc`` (ns since 1970); how many there are."""
        if not len(self._template):
            return 0
        self._ledger.made(utc, len(self._template))
        self._ticks.append((utc, encoding.stamped(self._template, utc)))
        if len(self._ticks) > self.queue_size:
            made, lost = self._ticks.popleft()
            self.dropped += len(lost)
            self._ledger.dropped(made, len(lost))
            self._ticks[0][1]["status"] = _OVERFLOW
        return len(self._template)

    def has_published_results(self) -> bool:
        """Whether there is something to publish, or it is time for a keep-alive."""
        return bool(self._ticks) or bool(super().has_published_results())

    def _pop_triggered_datachanges(self, result: ua.PublishResult) -> None:
        super()._pop_triggered_datachanges(result)
        # The first values of new items come from the address space, before any tick.
        for first in result.NotificationMessage.NotificationData:
            self.sent += len(first.MonitoredItems)
        if self._ticks:
            count = sum(len(tick) for _, tick in self._ticks)
            self._ledger.sent(self._ticks[0][0], self._ticks[-1][0], count)
            self.sent += count
            result.NotificationMessage.NotificationData.append(
                ua.ExtensionObject(
                    TypeId=ua.FourByteNodeId(encoding.DATA_CHANGE_NOTIFICATION),
                    Body=encoding.body(tick for _, tick in self._ticks),
                )
            )
            self._ticks.clear()

    def _set(self, handles: dict[int, int]) -> None:
        self._handles = handles
        self._template = encoding.items(np.array(list(handles.values()), np.uint32))


class LoadSubscriptionService(SubscriptionService):  # type: ignore[misc]
    """Makes `LoadSubscription`s and grants no publishing interval below ``fastest`` (ms)."""

    def __init__(
        self, aspace: Any, iserver: Any, *, hz: float, fastest: float, namespace: int, ledger: Ledger
    ) -> None:
        super().__init__(aspace, iserver)
        self._ledger = ledger
        self.sent_before = 0
        self.dropped_before = 0
        self._hz = hz
        self._fastest = fastest
        self._namespace = namespace

    async def create_subscription(
        self,
        params: ua.CreateSubscriptionParameters,
        callback: Callable[..., Any],
        session_id: ua.NodeId,
        request_callback: Callable[..., Any] | None = None,
    ) -> ua.CreateSubscriptionResult:
        """Make a subscription, as the library's service does, of our kind."""
        self._sub_id_counter += 1
        granted = ua.CreateSubscriptionResult(
            SubscriptionId=self._sub_id_counter,
            RevisedPublishingInterval=max(params.RequestedPublishingInterval, self._fastest),
            RevisedLifetimeCount=self._clamp_lifetime_count(params.RequestedLifetimeCount),
            RevisedMaxKeepAliveCount=self._clamp_keep_alive_count(params.RequestedMaxKeepAliveCount),
        )
        subscription = LoadSubscription(
            granted,
            self.aspace,
            callback,
            session_id,
            request_callback=request_callback,
            delete_callback=lambda: self._remember(self.subscriptions.pop(granted.SubscriptionId, None)),
            publishing_enabled=params.PublishingEnabled,
            hz=self._hz,
            ledger=self._ledger,
        )
        await subscription.start()
        self.subscriptions[granted.SubscriptionId] = subscription
        return granted

    async def create_monitored_items(
        self, params: ua.CreateMonitoredItemsParameters
    ) -> list[ua.MonitoredItemCreateResult]:
        """Monitor items; a change is reported as it happens, so the sampling interval is 0."""
        results: list[ua.MonitoredItemCreateResult] = await super().create_monitored_items(params)
        subscription = self.subscriptions[params.SubscriptionId]
        handles = {}
        for item, result in zip(params.ItemsToCreate, results, strict=True):
            if result.StatusCode.is_good() and item.ItemToMonitor.NodeId.NamespaceIndex == self._namespace:
                result.RevisedSamplingInterval = 0.0
                result.RevisedQueueSize = subscription.queue_size
                handles[result.MonitoredItemId] = item.RequestedParameters.ClientHandle
        subscription.monitor(handles)
        return results

    def delete_monitored_items(self, params: ua.DeleteMonitoredItemsParameters) -> list[ua.StatusCode]:
        """Stop monitoring items."""
        subscription = self.subscriptions.get(params.SubscriptionId)
        if subscription is not None:
            subscription.forget(params.MonitoredItemIds)
        results: list[ua.StatusCode] = super().delete_monitored_items(params)
        return results

    async def delete_subscriptions(self, ids: list[int]) -> list[ua.StatusCode]:
        """Delete subscriptions; what they sent stays counted."""
        ending = [self.subscriptions.get(each) for each in ids]
        results: list[ua.StatusCode] = await super().delete_subscriptions(ids)
        for subscription in ending:
            self._remember(subscription)
        return results

    def _remember(self, subscription: LoadSubscription | None) -> None:
        if subscription is not None:
            self.sent_before += subscription.sent
            self.dropped_before += subscription.dropped
            subscription.sent = subscription.dropped = 0
