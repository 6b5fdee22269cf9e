"""The engine's end of the local transport: an asyncio server on two Unix sockets.

One carries messages in order; the other is the *doorbell*: one byte for "the table has changed". A
doorbell whose client does not listen is simply full (latest wins). A client that does not read its
messages is cut off at a bound, one that asks faster than it can be answered is refused; neither slows
the engine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

from hmi.link.directory import DOORBELL, SOCKET
from hmi.link.errors import FrameError, LinkUnavailable
from hmi.link.frames import Decoder, encode
from hmi.link.messages import (
    PROTOCOL_VERSION,
    Hello,
    HistoryRequest,
    LatencyShown,
    Refusal,
    ReplayControl,
    ReplayLoop,
    ReplayRate,
    ReplaySeek,
    ReplayStep,
    ScreenShown,
    Seen,
    ToClient,
    ToEngine,
    Touched,
)

_UNREAD_BOUND: Final = 16 * 1024 * 1024
"""Bytes that a client may leave unread, beyond what is still unread of its last greeting."""

_LONGEST_NAME: Final = 100
_REQUEST_BOUND: Final = 64 * 1024
_REQUESTS_WAITING: Final = 64
"""Requests of one client that wait; one is answered in each round of the loop, so that others get on."""


class LinkServer:
    """Clients of one engine.

    ``greeting`` gives the messages that a new client starts with (Welcome and the present news);
    ``answer`` serves a request; ``seen`` takes what a client, by the name that it gave, tells of its screen;
    ``control`` what it does with a replay's time: an engine has none, and refuses it.
    ``cut_off`` counts the clients that were cut off because they did not read, ``refused`` the requests that
    were refused because too many waited.
    """

    def __init__(
        self,
        directory: Path,
        greeting: Callable[[], Sequence[ToClient]],
        answer: Callable[[HistoryRequest], ToClient],
        seen: Callable[[str, Seen], None] = lambda _name, _seen: None,
        control: Callable[[ReplayControl], None] | None = None,
    ) -> None:
        self._directory = directory
        self._greeting = greeting
        self._answer = answer
        self._seen = seen
        self._control = control
        self._clients: dict[_Client, str] = {}
        self._doorbells: dict[_Doorbell, None] = {}
        self._connections: set[_Client | _Doorbell] = set()
        self._servers: list[asyncio.Server] = []
        self._sockets: list[tuple[Path, os.stat_result]] = []
        self._closing = False
        self.cut_off = 0
        self.refused = 0

    @property
    def clients(self) -> int:
        """How many clients are greeted and connected."""
        return len(self._clients)

    async def start(self) -> None:
        """Listen. The engine's lock is held, so sockets that lie there are a dead engine's.

        Raises:
            LinkUnavailable: there can be no sockets in the directory.
        """
        loop = asyncio.get_running_loop()
        for name, protocol in ((SOCKET, self._new_client), (DOORBELL, self._new_doorbell)):
            path = self._directory / name
            try:
                path.unlink(missing_ok=True)
                self._servers.append(await loop.create_unix_server(protocol, str(path)))
                path.chmod(0o600)
                self._sockets.append((path, path.stat()))
            except OSError as error:
                await self.close()
                raise LinkUnavailable(f"{path}: no socket can be made ({error.strerror})") from error

    async def close(self) -> None:
        """Stop listening and let every client go, also one that has not said anything yet."""
        self._closing = True
        for server in self._servers:
            server.close()
        # From Python 3.12 on this waits for the connections, and one may just be on its way to us.
        for server in self._servers:
            waiting = asyncio.ensure_future(server.wait_closed())
            while not waiting.done() or self._connections:
                for connection in list(self._connections):
                    connection.abort()
                await asyncio.sleep(0)
            await waiting
        for path, made in self._sockets:
            # Another engine's socket may lie there by now, if ours was taken away.
            with contextlib.suppress(OSError):
                if path.stat().st_ino == made.st_ino:
                    path.unlink()

    def connected(self, connection: _Client | _Doorbell) -> None:
        """Keep a connection, whoever it is, until it is lost."""
        self._connections.add(connection)
        if self._closing:
            connection.abort()

    def disconnected(self, connection: _Client | _Doorbell) -> None:
        """Forget a connection."""
        self._connections.discard(connection)

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
        return _Doorbell(self, self._doorbells)

    def _greet(self, client: _Client) -> None:
        client.greet(encode(message) for message in self._greeting())

    def received(self, client: _Client, message: ToEngine) -> None:
        """Serve one message of a client."""
        match message:
            case Hello(version=version) if version != PROTOCOL_VERSION:
                text = f"this engine speaks version {PROTOCOL_VERSION} of the link, the client {version}"
                client.send(encode(Refusal(text)))
                client.close()
            case Hello(client=name):
                self._clients[client] = name[:_LONGEST_NAME]
                self._greet(client)
            case HistoryRequest(request=number) if client in self._clients:
                if not client.wait(message):
                    self.refused += 1
                    client.send(encode(Refusal("too many requests at once", number)))
            case ScreenShown() | Touched() | LatencyShown() if client in self._clients:
                self._seen(self._clients[client], message)
            case ReplayRate() | ReplaySeek() | ReplayStep() | ReplayLoop() if client in self._clients:
                if self._control is None:
                    client.send(encode(Refusal("this is no replay: its time cannot be moved")))
                    client.close()
                else:
                    self._control(message)
            case _:
                client.send(encode(Refusal("expected Hello first")))
                client.close()

    def answer(self, client: _Client, request: HistoryRequest) -> None:
        """Answer a request whose turn has come."""
        client.send(encode(self._answer(request)))

    def gone(self, client: _Client, *, cut_off: bool) -> None:
        """Forget a client."""
        self.disconnected(client)
        self._clients.pop(client, None)
        self.cut_off += cut_off


class _Client(asyncio.Protocol):
    def __init__(self, server: LinkServer) -> None:
        self._server = server
        self._transport: asyncio.Transport | None = None
        self._decoder: Decoder[ToEngine] = Decoder(ToEngine, _REQUEST_BOUND)
        self._requests: deque[HistoryRequest] = deque()
        self._allowance = _UNREAD_BOUND
        self._cut_off = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 what create_unix_server promises
        self._transport = transport
        self._server.connected(self)

    def data_received(self, data: bytes) -> None:
        try:
            for message in self._decoder.feed(data):
                self._server.received(self, message)
        except FrameError as error:
            self.send(encode(Refusal(str(error))))
            self.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._requests.clear()
        self._server.gone(self, cut_off=self._cut_off)

    def greet(self, frames: Iterable[bytes]) -> None:
        """Send what a client cannot do without, however large a site makes it."""
        self._allowance = _UNREAD_BOUND  # an earlier greeting that is still unread is exempt no more
        if self._transport is None or self._transport.is_closing() or self._too_slow():
            return
        for frame in frames:
            self._transport.write(frame)
        self._allowance += self._transport.get_write_buffer_size()

    def send(self, frame: bytes) -> None:
        if self._transport is None or self._transport.is_closing() or self._too_slow():
            return
        self._transport.write(frame)

    def wait(self, request: HistoryRequest) -> bool:
        """Have a request answered in its turn; whether there is room for it."""
        if len(self._requests) >= _REQUESTS_WAITING:
            return False
        self._requests.append(request)
        if len(self._requests) == 1:
            asyncio.get_running_loop().call_soon(self._next)
        return True

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _next(self) -> None:
        if self._requests:  # none: the connection was lost meanwhile
            self._server.answer(self, self._requests.popleft())
        if self._requests:
            asyncio.get_running_loop().call_soon(self._next)

    def _too_slow(self) -> bool:
        """Cut a client off that has left more unread than it may; what it has read is never allowed again."""
        assert self._transport is not None  # noqa: S101 the callers have looked
        unread = self._transport.get_write_buffer_size()
        self._allowance = max(_UNREAD_BOUND, min(self._allowance, _UNREAD_BOUND + unread))
        if unread <= self._allowance:
            return False
        self._cut_off = True
        self._transport.abort()
        return True


class _Doorbell(asyncio.Protocol):
    """Written to past asyncio's buffer on purpose: a bell that rings already need not be queued."""

    def __init__(self, server: LinkServer, bells: dict[_Doorbell, None]) -> None:
        self._server = server
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
        self._server.connected(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self._bells.pop(self, None)
        self._server.disconnected(self)
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
