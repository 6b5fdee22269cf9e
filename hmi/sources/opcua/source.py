"""The OPC UA source: one link after the other, for ever, and writes over the one that is up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from hmi.config.credentials import CredentialError, Secret
from hmi.config.endpoint_parts import CredentialReference
from hmi.config.opcua import OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import Clock
from hmi.model.samples import WriteOutcome, WriteResult
from hmi.model.values import Scalar
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.link import Link
from hmi.sources.opcua import plan, writing
from hmi.sources.opcua.channel import Security
from hmi.sources.opcua.connecting import connect
from hmi.sources.opcua.connection import Connection
from hmi.sources.opcua.errors import (
    CountedKeepAliveError,
    LinkLostError,
    LoginRefusedError,
    ServiceFaultError,
    UndecodableError,
)
from hmi.sources.opcua.refusal import Refusal
from hmi.sources.opcua.secrets import Secrets
from hmi.sources.opcua.writing import UnwritableError
from hmi.sources.pauses import Pauses
from hmi.sources.protocol import Emit


class OpcUaSource:
    """A `hmi.sources.protocol.Source` for one OPC UA server.

    ``credentials`` looks up the endpoint's reference before every attempt to connect, so that a changed
    password is taken up; a `CredentialError` that it raises is the cause why the link is down. ``folder`` has
    our key and the servers that are trusted; without one, links that are to be secured stay down.
    """

    def __init__(
        self,
        endpoint: OpcUaEndpoint,
        tags: Sequence[tuple[int, Tag]],
        clock: Clock,
        credentials: Callable[[CredentialReference], Secret],
        folder: CertificateFolder | None = None,
    ) -> None:
        self._endpoint = endpoint
        self._tags = tuple(tags)
        self._by_index = dict(self._tags)
        self._clock = clock
        self._secrets = Secrets(credentials)
        self._security = Security(endpoint, folder, clock)
        self._connection: Connection | None = None
        self._wary = False
        self._counted = 0
        self._refusal = Refusal()

    @property
    def silence_limit(self) -> float:
        """Seconds of silence after which a connected server counts as frozen and the link as down."""
        if self._connection is not None:
            return self._connection.silence_limit
        return plan.silence_limit(
            group.publishing * plan.keep_alive_count(group.publishing, group.keep_alive)
            for group in plan.groups(self._endpoint, self._tags)
        )

    async def run(self, emit: Emit) -> None:
        """Serve until cancelled; see `hmi.sources.protocol.Source`."""
        link = Link(emit, self._clock)
        link.connecting()
        pauses = Pauses()
        while True:
            try:
                await self._one_link(link, emit)
            except (LinkLostError, ServiceFaultError) as failed:
                if isinstance(failed, LoginRefusedError):
                    self._refusal.note(failed, self._clock.now().monotonic)
                self._wary |= isinstance(failed, UndecodableError)
                self._counted += isinstance(failed, CountedKeepAliveError)
                if link.has_settled:
                    pauses.begin_again()
                link.down(str(failed))
            await asyncio.sleep(pauses.next())

    async def write(self, index: int, value: Scalar, timeout: float) -> WriteResult:
        """Write one tag once; see `hmi.sources.protocol.Source`."""
        tag = self._by_index[index]
        connection = self._connection
        if connection is None or not connection.session.connected:
            return WriteResult(
                WriteOutcome.NOT_SENT, status.BAD_NOT_CONNECTED, f"{self._endpoint.url}: no link"
            )
        if tag.access != "write":
            return WriteResult(WriteOutcome.REFUSED, status.BAD_NOT_WRITABLE, f"{tag.id} is read-only")
        target = connection.target(index)
        if target is None:
            return WriteResult(
                WriteOutcome.REFUSED, status.BAD_NODE_ID_UNKNOWN, f"the server has no variable for {tag.id}"
            )
        node, variant_type = target
        try:
            variant = writing.to_variant(value, tag.wire, variant_type)
        except UnwritableError as error:
            return WriteResult(WriteOutcome.REFUSED, error.status, f"{tag.id}: {error}")
        return await writing.write(connection.session, node, variant, timeout)

    async def _one_link(self, link: Link, emit: Emit) -> None:
        endpoint = self._endpoint
        secret = await self._secret()
        self._refusal.heed(secret, self._clock.now().monotonic)
        async with connect(endpoint, secret, self._security, self._clock) as session:
            connection = Connection(
                session,
                endpoint,
                self._tags,
                emit,
                wary=self._wary,
                # Once it may have been a loss.
                counts_all=self._counted > 1,
            )

            def ready() -> None:
                self._connection = connection
                link.up(self._security.settled)

            try:
                await connection.run(ready)
            finally:
                self._connection = None

    async def _secret(self) -> Secret | None:
        reference = self._endpoint.credentials
        if reference is None:
            return None
        try:
            return await self._secrets.find(reference, self._endpoint.timeout)
        except CredentialError as error:
            raise LinkLostError(f"{self._endpoint.url}: {error}") from error
