"""From an address to a session: the socket, the channel, the log-in, and their orderly end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from asyncua import Client

from hmi.config.credentials import Credentials
from hmi.model.clock import Clock
from hmi.sources.opcua.errors import blaming
from hmi.sources.opcua.session import Session

SESSION_TIMEOUT: Final = 30_000
"""Milliseconds that a server keeps the session of a client that has vanished."""


@asynccontextmanager
async def connect(
    url: str, timeout: float, credentials: Credentials | None, clock: Clock
) -> AsyncIterator[Session]:
    """Open a session (anonymous without credentials) and, whatever happens, leave no socket behind.

    Raises:
        LinkLostError: there is no server, or it does not let us in.
    """
    with blaming(url, "reading the address"):
        client = Client(url, timeout=timeout)
    client.name = client.description = "Twinpane"
    client.session_timeout = SESSION_TIMEOUT
    session = Session(client, url, clock)
    try:
        with blaming(url, "connecting"):
            await client.connect_socket()
            await client.send_hello()
            await client.open_secure_channel()
        with blaming(url, "logging in"):
            await client.create_session()
            await client.activate_session(
                username=credentials.user if credentials else None,
                password=credentials.reveal() if credentials else None,
            )
        try:
            yield session
        except asyncio.CancelledError:
            # Only the orderly end: after a failure the server would not answer.
            await session.farewell()
            raise
    finally:
        _cut(client)


def _cut(client: Client) -> None:
    """Close the socket at once: a graceful close would wait for a frozen server to take what is unsent."""
    protocol = client.uaclient.protocol
    if protocol is not None and protocol.transport is not None:
        protocol.transport.abort()
    client.disconnect_socket()
