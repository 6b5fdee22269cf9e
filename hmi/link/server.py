"""The engine's end of the local transport: an asyncio server on two Unix sockets.

One carries messages in order; the other is the *doorbell*: one byte for "the table has changed". A
doorbell whose client does not listen is simply full (latest wins). A client that does not read its
messages is cut off at a bound and told why when it comes back; it never slows the engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from hmi.link.directory import DOORBELL, SOCKET
from hmi.link.errors import FrameError
from hmi.link.frames import Decoder, encode
from hmi.link.messages import PROTOCOL_VERSION, Hello, HistoryRequest, Refusal, ToClient, ToEngine

_UNREAD_BOUND: Final = 16 * 1024 * 1024
_REQUEST_BOUND: Final = 64 * 1024


class LinkServer:
    """Clients of one engine.

    ``greeting`` gives the messages that a new client starts with (Welcome and the present news);
    ``answer`` serves a request.
    """

    def __init__(
        self,
        directory: Path,
        greeting: Callable[[], Sequence[ToClient]],
        answer: Callable[[HistoryRequest], ToClient],
    ) -> None:
        self._directory = directory
        self._greeting = greeting
        self._answer = answer
        self._clients: dict[_Client, None] = {}
        self._doorbells: dict[_Doorbell, None] = {}
        self._servers: list[asyncio.Server] = []
        self.cut_off = 0

    @property
    def clients(self) -> int:
        """How many clients are greeted and connected."""
        return len(self._clients)

    async def start(self) -> None:
        """Listen. The engine's lock is held, so sockets that lie there are a dead engine's."""
        loop = asyncio.get_running_loop()
        for name, protocol in ((SOCKET, self._new_client), (DOORBELL, self._new_doorbell)):
            path = self._directory / name
            path.unlink(missing_ok=True)
            self._servers.append(await loop.create_unix_server(protocol, str(path)))
            path.chmod(0o600)

    async def close(self) -> None:
        """Stop listening and let every client go."""
        for server in self._servers:
            server.close()
        for client in list(self._clients):
            client.abort()
        for bell in list(self._doorbells):
            bell.abort()
        while self._clients or self._doorbells:  # noqa: ASYNC110 connection_lost comes in the next rounds
            await asyncio.sleep(0)
        for server in self._servers:
            await server.wait_closed()
        for name in (SOCKET, DOORBELL):
            (self._directory / name).unlink(missing_ok=True)

    def broadcast(self, message: ToClient) -> None:
        """Send a message to every client."""
        if self._clients:
            frame = encode(message)
            for client in list(self._clients):
                client.send(frame)

    def regreet(self) -> None:
        """Greet every client again: a new epoch has begun."""
        for client in list(self._clients):
            self._greet(client)

    def ring(self) -> None:
        """Tell every client that the table has changed."""
        for bell in self._doorbells:
            bell.ring()

    def _new_client(self) -> _Client:
        return _Client(self)

    def _new_doorbell(self) -> _Doorbell:
        return _Doorbell(self._doorbells)

    def _greet(self, client: _Client) -> None:
        for message in self._greeting():
            client.send(encode(message))

    def received(self, client: _Client, message: ToEngine) -> None:
        """Serve one message of a client."""
        match message:
            case Hello(version=version) if version != PROTOCOL_VERSION:
                text = f"this engine speaks version {PROTOCOL_VERSION} of the link, the client {version}"
                client.send(encode(Refusal(text)))
                client.close()
            case Hello():
                self._clients[client] = None
                self._greet(client)
            case HistoryRequest() if client in self._clients:
                client.send(encode(self._answer(message)))
            case _:
                client.send(encode(Refusal("expected Hello first")))
                client.close()

    def gone(self, client: _Client, *, cut_off: bool) -> None:
        """Forget a client."""
        self._clients.pop(client, None)
        self.cut_off += cut_off


class _Client(asyncio.Protocol):
    def __init__(self, server: LinkServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._decoder: Decoder[ToEngine] = Decoder(ToEngine, _REQUEST_BOUND)
        self._cut_off = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 what create_unix_server promises
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._decoder.feed(data):
                self._server.received(self, message)
        except FrameError as error:
            self.send(encode(Refusal(str(error))))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._server.gone(self, cut_off=self._cut_off)

    def send(self, frame: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        if self._transport.get_write_buffer_size() > _UNREAD_BOUND:
            self._cut_off = True
            self._transport.abort()
            return
        self._transport.write(frame)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class _Doorbell(asyncio.Protocol):
    """Written to past asyncio's buffer on purpose: a bell that rings already need not be queued."""

    def __init__(self, bells: dict[_Doorbell, None]) -> None:
        self._bells = bells
        self._socket: socket.socket | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 what create_unix_server promises
        self._transport = transport
        # A TransportSocket does not send; the duplicate shares the connection.
        descriptor = transport.get_extra_info("socket").fileno()
        self._socket = socket.fromfd(descriptor, socket.AF_UNIX, socket.SOCK_STREAM)
        self._bells[self] = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._bells.pop(self, None)
        if self._socket is not None:
            self._socket.close()

    def ring(self) -> None:
        if self._socket is not None:
            # A full socket is a bell that rings already; a broken one is about to be lost.
            with contextlib.suppress(BlockingIOError, BrokenPipeError, ConnectionResetError):
                self._socket.send(b"\x01", socket.MSG_DONTWAIT)

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()
