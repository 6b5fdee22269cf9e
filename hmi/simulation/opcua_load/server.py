"""The load server: its address space, its beat, and what it has counted."""

from __future__ import annotations

import asyncio
import contextlib
import random
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from asyncua import Server, ua

from hmi.simulation import opcua_sessions
from hmi.simulation.opcua_load.ledger import Ledger
from hmi.simulation.opcua_load.subscriptions import LoadSubscriptionService
from hmi.simulation.opcua_sessions import SessionKeeper

NAMESPACE: Final = "urn:twinpane:load"
HOST: Final = "127.0.0.1"

_INDEX: Final = 2
"""Where the namespace comes to lie: after OPC UA's own and the server's."""

_PER_FOLDER: Final = 50


def node(number: int) -> str:
    """The address of load variable ``number`` (from 0), as a tag map has it."""
    return f"nsu={NAMESPACE};i={number + 1}"


@dataclass(frozen=True)
class Counts:
    """Changes since the start: made while someone was subscribed, published, and dropped by full queues.

    ``late`` counts beats that came more than an interval too late, because the machine was busy.
    """

    generated: int
    sent: int
    dropped: int
    late: int


class LoadServer:
    """``tags`` Double variables that all change ``hz`` times a second; an async context manager.

    A beat is by ``seed`` late, up to a publishing interval or half a period: changes in equal steps would
    meet the same part of each publishing interval all through a run, and their age be a matter of luck.

    ``publish_ms``  the shortest publishing interval that a client is granted
    ``port``        0 takes a free one; the real one is in `port` after entering
    ``ledger``      a file that every change is written to before it goes out; None: none
    """

    def __init__(
        self,
        tags: int,
        hz: float,
        publish_ms: float,
        port: int = 0,
        ledger: Path | None = None,
        seed: int = 1,
    ) -> None:
        if tags < 1 or hz <= 0 or publish_ms <= 0:
            raise ValueError(f"expected positive numbers, found {tags} tags, {hz} Hz, {publish_ms} ms")
        self.port = port
        self._tags = tags
        self._period = 1 / hz
        self._most_late = min(publish_ms / 1000, self._period / 2)
        self._random = random.Random(seed)  # noqa: S311 - no secret, the same on every run
        self._generated = 0
        self._late = 0
        self._beat: asyncio.Task[None] | None = None
        self._ledger = Ledger(ledger)
        self._server = Server(iserver=SessionKeeper())
        iserver = self._server.iserver
        self._service = LoadSubscriptionService(
            iserver.aspace, iserver, hz=hz, fastest=publish_ms, namespace=_INDEX, ledger=self._ledger
        )
        iserver.subscription_service = iserver.isession.subscription_service = self._service

    @property
    def url(self) -> str:
        """Where clients find the server."""
        return f"opc.tcp://{HOST}:{self.port}/"

    @property
    def counts(self) -> Counts:
        """What has been counted so far."""
        alive = self._service.subscriptions.values()
        return Counts(
            generated=self._generated,
            sent=self._service.sent_before + sum(each.sent for each in alive),
            dropped=self._service.dropped_before + sum(each.dropped for each in alive),
            late=self._late,
        )

    async def __aenter__(self) -> Self:
        server = self._server
        await server.init()
        server.set_endpoint(self.url)
        server.set_security_policy([ua.SecurityPolicyType.NoSecurity])
        server.set_identity_tokens([ua.AnonymousIdentityToken])
        if await server.register_namespace(NAMESPACE) != _INDEX:
            raise RuntimeError("the server has given the namespace another index than it used to")
        await self._add_variables()
        await server.start()
        self.port = server.bserver.port
        self._beat = asyncio.create_task(self._beats())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.halt()
        await opcua_sessions.stop(self._server)
        self._ledger.close()

    async def halt(self) -> Counts:
        """Stop changing and publishing; the counts are final then. Clients may still read what was sent."""
        beat, self._beat = self._beat, None
        if beat is not None:
            beat.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await beat
        await self._server.iserver.close_sessions()
        return self.counts

    async def _add_variables(self) -> None:
        """Add them in folders: the library looks through a folder for each variable that it adds to it."""
        for first in range(0, self._tags, _PER_FOLDER):
            folder = await self._server.nodes.objects.add_folder(
                ua.NodeId(f"from_{first}", _INDEX), ua.QualifiedName(f"from_{first}", _INDEX)
            )
            for number in range(first, min(first + _PER_FOLDER, self._tags)):
                name = ua.QualifiedName(f"load_{number}", _INDEX)
                variable = ua.NodeId(number + 1, _INDEX)  # an identifier of 0 would be the null NodeId
                await folder.add_variable(variable, name, 0.0)
                self._server.iserver.set_attribute_value_callback(variable, _present)

    async def _beats(self) -> None:
        """Change everything at a rate that is steady but for a little lateness; what could not be kept is
        not made up for.
        """
        due = time.monotonic()
        while True:
            now = time.time_ns()
            for subscription in self._service.subscriptions.values():
                self._generated += subscription.tick(now)
            due += self._period
            left = due - time.monotonic()
            if left < -self._period:
                self._late += 1
                due = time.monotonic()
            await asyncio.sleep(max(left + self._random.uniform(0, self._most_late), 0))


def _present(_node: ua.NodeId, _attribute: ua.AttributeIds) -> ua.DataValue:
    """What a variable holds when it is read: the present, like every value it publishes."""
    now = datetime.now(UTC)
    return ua.DataValue(
        ua.Variant(now.timestamp(), ua.VariantType.Double), SourceTimestamp=now, ServerTimestamp=now
    )
