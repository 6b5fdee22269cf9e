"""The server of `hmi.testing.wayward_opcua_device`: limits that are reached, queues that tell of losses."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from asyncua import Server, ua
from asyncua.common.utils import ServiceError
from asyncua.server.address_space import AddressSpace
from asyncua.server.internal_session import InternalSession
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.uaprocessor import UaProcessor

from hmi.model.clock import monotonic_ns
from hmi.simulation import opcua_sessions
from hmi.simulation.opcua_sessions import SessionKeeper
from hmi.testing.device_clock import DeviceClock

_UNLIMITED: Final = 1_000

_OVERFLOW: Final = 0x0000_0480
"""InfoType DataValue with the Overflow bit (OPC 10000-4, 7.39.1)."""


@dataclass(frozen=True)
class Limits:
    """How many of each the server has room for, over all its clients (publish requests: of each client)."""

    sessions: int = _UNLIMITED
    subscriptions: int = _UNLIMITED
    items: int = _UNLIMITED
    publish_requests: int = _UNLIMITED


class WaywardServer:
    """One server; an async context manager. ``first`` holds the variables that it begins with."""

    def __init__(
        self, namespace: str, clock: DeviceClock, *, host: str, port: int, decoys: int, limits: Limits
    ) -> None:
        self.clock = clock
        self.port = port
        self.limits = limits
        self.first: dict[str, ua.Variant] = {}
        self._namespace = namespace
        self._host = host
        self._decoys = decoys
        self._keeper = _Keeper(self)
        self._server = Server(iserver=self._keeper)
        self._index = 0
        self._nodes: dict[str, Any] = {}

    @property
    def sessions(self) -> int:
        """How many sessions clients have now."""
        return self._keeper.count

    @property
    def connections(self) -> int:
        """How many clients are connected now."""
        return len(self._server.bserver.clients)

    async def __aenter__(self) -> Self:
        server = self._server
        await server.init()
        server.disable_clock()
        server.set_endpoint(f"opc.tcp://{self._host}:{self.port}/")
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        server.set_identity_tokens([ua.AnonymousIdentityToken])
        server.iserver.set_attribute_value_callback(
            ua.NodeId(ua.ObjectIds.Server_ServerStatus_CurrentTime), self._present
        )
        for number in range(self._decoys):
            index = await server.register_namespace(f"urn:decoy:{number}")
            for name in self.first:
                await server.nodes.objects.add_variable(
                    ua.NodeId(name, index), ua.QualifiedName(name, index), -1.0
                )
        self._index = await server.register_namespace(self._namespace)
        for name, variant in self.first.items():
            await self.add(name, variant)
        _bend_the_library(self)
        await server.start()
        self.port = server.bserver.port
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await opcua_sessions.stop(self._server)

    def kind(self, name: str) -> str:
        """The built-in type that a variable was added with."""
        kind: str = self._nodes[name][1].name
        return kind

    async def add(self, name: str, variant: ua.Variant) -> None:
        """Add a variable."""
        node = await self._server.nodes.objects.add_variable(
            ua.NodeId(name, self._index), ua.QualifiedName(name, self._index), variant
        )
        self._nodes[name] = node, variant.VariantType

    async def set(
        self, name: str, variants: Sequence[ua.Variant], status: int, at: datetime | None = None
    ) -> None:
        """Give a variable one value after the other, without a pause between them; ``at``: source time."""
        node, _ = self._nodes[name]
        for variant in variants:
            now = self.clock.now() if at is None else at
            value = ua.DataValue(
                variant, StatusCode=ua.StatusCode(status), SourceTimestamp=now, ServerTimestamp=now
            )
            said = await self._keeper.aspace.write_attribute_value(node.nodeid, ua.AttributeIds.Value, value)
            said.check()

    async def stamp(self, name: str, every: float) -> None:
        """Give a variable, again and again, the moment of the change by the monotonic scale of this machine.

        Whoever receives it in another process knows when it truly was, whatever the device's clock says.
        """
        while True:
            at = self.clock.now()  # first: if the machine is busy, the device must not seem to foresee
            await self.set(name, [ua.Variant(monotonic_ns(), ua.VariantType.Int64)], 0, at)
            await asyncio.sleep(every)

    def _present(self, _node: ua.NodeId, _attribute: ua.AttributeIds) -> ua.DataValue:
        now = self.clock.now()
        return ua.DataValue(
            ua.Variant(now, ua.VariantType.DateTime), SourceTimestamp=now, ServerTimestamp=now
        )


class _Keeper(SessionKeeper):
    """Refuses what there is no room for, by the codes of OPC 10000-4, 5.7.2, 5.13.2 and 5.14.2."""

    def __init__(self, owner: WaywardServer) -> None:
        super().__init__()
        self._owner = owner

    @property
    def max_subscriptions(self) -> int:
        return self._owner.limits.subscriptions

    @max_subscriptions.setter
    def max_subscriptions(self, _default: int) -> None:
        """The library sets its own at the start."""

    @property
    def count(self) -> int:
        return len(self._open)

    def create_session(self, *arguments: Any, **keys: Any) -> InternalSession:
        if keys.get("external") and self.count >= self._owner.limits.sessions:
            raise ServiceError(ua.StatusCodes.BadTooManySessions)
        return _bounded(self._owner, super().create_session(*arguments, **keys))


def _bounded(owner: WaywardServer, session: InternalSession) -> InternalSession:
    """Put a bound to the items of a session of the library."""
    create = session.create_monitored_items

    async def create_items(params: ua.CreateMonitoredItemsParameters) -> list[ua.MonitoredItemCreateResult]:
        subscriptions = session.subscription_service.subscriptions.values()
        there = sum(len(each.monitored_item_srv._monitored_items) for each in subscriptions)  # noqa: SLF001
        room = max(0, owner.limits.items - there)
        asked = list(params.ItemsToCreate)
        params.ItemsToCreate = asked[:room]
        made: list[ua.MonitoredItemCreateResult] = await create(params) if room else []
        refused = ua.StatusCode(ua.StatusCodes.BadTooManyMonitoredItems)
        return made + [ua.MonitoredItemCreateResult(StatusCode=refused) for _ in asked[room:]]

    session.create_monitored_items = create_items
    return session


def _bend_the_library(owner: WaywardServer) -> None:
    """What the library cannot be told, in a process that has no other server."""
    UaProcessor.publish_request_limit = lambda *_: owner.limits.publish_requests
    AddressSpace._is_expected_variant_type = lambda *_: True  # noqa: SLF001 types change here
    _say_what_queues_lose()


def _say_what_queues_lose() -> None:
    """The library drops the oldest of a full queue in silence; the standard has a bit for it (5.13.1.5)."""

    async def enqueue(
        subscription: InternalSubscription, item: int, change: Any, size: int, queue: dict[int, list[Any]]
    ) -> None:
        waiting = queue.setdefault(item, [])
        waiting.append(change)
        if 0 < size < len(waiting):
            del waiting[0]
            value = waiting[0].Value
            code = ua.StatusCode(value.StatusCode.value | _OVERFLOW)
            waiting[0].Value = ua.DataValue(
                value.Value,
                StatusCode=code,
                SourceTimestamp=value.SourceTimestamp,
                ServerTimestamp=value.ServerTimestamp,
            )
        await subscription._trigger_publish()  # noqa: SLF001

    InternalSubscription._enqueue_event = enqueue  # noqa: SLF001
