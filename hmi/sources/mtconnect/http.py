"""One HTTP request to an agent, its answer read as it comes; bounded in size and time.

h11 knows the protocol (RFC 9112) and does no I/O; the bounds are here.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import h11

MOST_HEADERS: Final = 16_384
"""Bytes that the status line and the headers of an answer may have, and a chunk's head."""

READ: Final = 16_384
"""Bytes that are read, and then parsed, in one go: some 100 observations."""


@dataclass(slots=True)
class Answer:
    """The head of an answer, and what came of its body so far.

    ``kind`` is the Content-Type without parameters, ``boundary`` its parameter of that name, or "".
    """

    status: int
    kind: str
    boundary: str
    _connection: h11.Connection
    _reader: asyncio.StreamReader

    async def read(self, timeout: float | None) -> bytes:
        """The next bytes of the body, b"" at its end.

        Raises:
            TimeoutError: nothing came for ``timeout`` seconds (None: it may take for ever).
            OSError, h11.ProtocolError: the connection or the answer is broken.
        """
        event = await _next_event(self._connection, self._reader, timeout)
        return bytes(event.data) if isinstance(event, h11.Data) else b""


@asynccontextmanager
async def get(url: str, timeout: float) -> AsyncIterator[Answer]:
    """Send ``GET url`` over a connection of its own and read the answer's head within ``timeout`` seconds.

    Raises:
        TimeoutError: there was no answer in time.
        OSError, h11.ProtocolError: there is no server, or it speaks no HTTP.
    """
    parts = urlsplit(url)
    writer: asyncio.StreamWriter | None = None
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port, limit=READ)
            connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=MOST_HEADERS)
            writer.write(_request(connection, parts.netloc, parts.path or "/", parts.query))
            head = await _next_event(connection, reader, timeout)
            while isinstance(head, h11.InformationalResponse):
                head = await _next_event(connection, reader, timeout)
        if not isinstance(head, h11.Response):
            raise h11.RemoteProtocolError("the answer has no head")
        kind, boundary = _content_type(head)
        yield Answer(head.status_code, kind, boundary, connection, reader)
    finally:
        if writer is not None:
            # At once: a graceful close would wait for a frozen agent.
            writer.transport.abort()


def _request(connection: h11.Connection, host: str, path: str, query: str) -> bytes:
    target = f"{path}?{query}" if query else path
    headers = [("Host", host), ("Accept", "*/*"), ("User-Agent", "Twinpane"), ("Connection", "close")]
    request = connection.send(h11.Request(method="GET", target=target, headers=headers))
    return (request or b"") + (connection.send(h11.EndOfMessage()) or b"")


async def _next_event(
    connection: h11.Connection, reader: asyncio.StreamReader, timeout: float | None
) -> h11.Event:
    data: bytes | None = None
    while True:
        try:
            event = connection.next_event()
        except h11.RemoteProtocolError as error:
            if data == b"":
                raise ConnectionError("the server closed the connection") from error
            raise
        if event is h11.NEED_DATA:
            async with asyncio.timeout(timeout):
                data = await reader.read(READ)
            connection.receive_data(data)
        elif isinstance(event, h11.Event):
            return event
        else:
            raise h11.RemoteProtocolError("the server goes on after its answer")


def _content_type(head: h11.Response) -> tuple[str, str]:
    for name, value in head.headers:
        if name == b"content-type":
            kind, *parameters = value.decode("latin-1").split(";")
            for parameter in parameters:
                key, _, said = parameter.strip().partition("=")
                if key.lower() == "boundary":
                    return kind.strip().lower(), said.strip().strip('"')
            return kind.strip().lower(), ""
    return "", ""
