"""One connection to one server: a channel, a session, and requests with bounded time.

Of asyncua this uses the transport, the handshake and the codec. Its subscription layer (a task per
notification, a lossy queue), its own reconnecting and its health probes stay unused, because the
source decides these things; a `Session` is made for one connection and thrown away with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from asyncua import Client, ua
from asyncua.common.utils import Buffer
from asyncua.ua.ua_binary import struct_from_binary

from hmi.model.clock import Clock, Instant
from hmi.sources.opcua import publish_response
from hmi.sources.opcua.errors import (
    UNDECODABLE,
    LinkLostError,
    ServiceFaultError,
    UndecodableError,
    blaming,
    fault_text,
)
from hmi.sources.opcua.publish_response import Notification
from hmi.sources.opcua.wire_layout import MalformedError

FAREWELL: Final = 0.5
"""Seconds that a server has to answer a good-bye before the socket is closed without it."""

RENEW_AFTER: Final = 0.75
"""Part of the channel's lifetime after which its token is renewed (OPC 10000-4, 5.6.2.1)."""

SHORTEST_RENEWAL: Final = 1.0
"""Seconds between two renewals, whatever lifetime a server grants."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Published:
    """A notification, and when it came.

    ``asked`` (monotonic ns) is a time before which the server cannot have put it together: when it was asked
    for, or of one that was asked for again, when the one before it was put together.
    """

    subscription: int
    notification: Notification
    asked: int
    received: Instant


class Session:
    """Requests to a server. ``last_heard`` is the monotonic ns of its last answer of any kind."""

    def __init__(self, client: Client, url: str, clock: Clock) -> None:
        self.url = url
        self.last_heard = clock.now().monotonic
        self._client = client
        self._clock = clock

    @property
    def connected(self) -> bool:
        """Whether there is a socket that a request could go out on."""
        protocol = self._client.uaclient.protocol
        return protocol is not None and protocol.transport is not None and not protocol.transport.is_closing()

    def now(self) -> Instant:
        """The present moment of the clock that all times of this session are of."""
        return self._clock.now()

    async def request(
        self, request: Any, answer: type[_T], what: str, timeout: float | None = None
    ) -> tuple[_T, Instant]:
        """Send one request; the answer and when it arrived (before it was decoded).

        ``timeout`` in seconds, None for the connection's, 0 for none.

        Raises:
            ServiceFaultError: the server refused the service as a whole.
            UndecodableError: an answer that makes no sense.
            LinkLostError: no answer.
        """
        data, received = await self._answer(request, what, timeout)
        return self._decoded(answer, data, what), received

    async def publish(self, acknowledge: Sequence[ua.SubscriptionAcknowledgement]) -> Published:
        """One PublishRequest, answered when the server has news or a keep-alive.

        Raises:
            ServiceFaultError, UndecodableError, LinkLostError: as for `request`.
        """
        request = ua.PublishRequest()
        request.Parameters.SubscriptionAcknowledgements = list(acknowledge)
        asked = self.now().monotonic
        what = "waiting for news"
        data, received = await self._answer(request, what, 0)
        whole = data.read(len(data))
        try:
            answer = publish_response.from_wire(whole)
        except MalformedError as error:
            raise UndecodableError(f"{self.url}: {what}: the answer cannot be decoded: {error}") from error
        if answer is None:
            response = self._decoded(ua.PublishResponse, Buffer(whole), what)
            answer = publish_response.from_library(response.Parameters)
        return Published(answer.subscription, answer.notification, asked, received)

    async def republish(self, subscription: int, sequence: int) -> Notification:
        """A notification that never came, once more; the server keeps it until it is acknowledged.

        Raises:
            ServiceFaultError: the server has it no more, or never had.
            UndecodableError, LinkLostError: as for `request`.
        """
        request = ua.RepublishRequest()
        request.Parameters.SubscriptionId = subscription
        request.Parameters.RetransmitSequenceNumber = sequence
        response, _ = await self.request(request, ua.RepublishResponse, "asking for what was lost")
        return publish_response.from_message(response.NotificationMessage)

    async def farewell(self) -> None:
        """Close the session so that the server frees it at once; a dead server is not waited for."""
        with contextlib.suppress(LinkLostError, ServiceFaultError):
            await self.request(
                ua.CloseSessionRequest(DeleteSubscriptions=True),
                ua.CloseSessionResponse,
                "saying good-bye",
                FAREWELL,
            )

    async def keep_channel(self) -> None:
        """Renew the channel's token in time, for ever.

        Raises:
            LinkLostError: the server did not renew it.
        """
        while True:
            lifetime = self._client.secure_channel_timeout / 1000
            await asyncio.sleep(max(lifetime * RENEW_AFTER, SHORTEST_RENEWAL))
            with blaming(self.url, "renewing the channel"):
                await self._client.open_secure_channel(renew=True)
                self._client.uaclient.revolve_security_token()

    async def _answer(self, request: Any, what: str, timeout: float | None) -> tuple[Any, Instant]:
        with blaming(self.url, what):
            data = await self._send(request, what, timeout)
        received = self._clock.now()
        self.last_heard = received.monotonic
        return data, received

    def _decoded(self, answer: type[_T], data: Any, what: str) -> _T:
        try:
            response: Any = struct_from_binary(answer, data)
            result = response.ResponseHeader.ServiceResult
            good = result.is_good()
        except (ua.UaError, *UNDECODABLE) as error:
            raise UndecodableError(f"{self.url}: {what}: the answer cannot be decoded: {error}") from error
        if not good:
            raise ServiceFaultError(result.value, f"{self.url}: {what}: {result.name} ({result.doc})")
        return response  # type: ignore[no-any-return]

    async def _send(self, request: Any, what: str, timeout: float | None) -> Any:
        protocol = self._client.uaclient.protocol
        if protocol is None:
            raise ConnectionError("the connection is closed")
        try:
            return await protocol.send_request(request, timeout)
        except ua.UaStatusCodeError as error:
            if not self.connected:
                raise  # an ErrorMessage, or bytes that make no sense, ended the connection: no answer to this
            raise ServiceFaultError(error.code, f"{self.url}: {what}: {fault_text(error)}") from error
