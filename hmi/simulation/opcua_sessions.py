"""An asyncua server that begins quickly, and of which nothing goes on in the loop that it ran in."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Final

from asyncua import Server
from asyncua.server.binary_server_asyncio import BinaryServer
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_session import InternalSession

from hmi.simulation.opcua_nodes import add_standard_nodes

FLUSH: Final = 1.0
"""Seconds for what was sent to reach clients; a frozen one is cut off after it."""

_STEP: Final = 0.005


class SessionKeeper(InternalServer):  # type: ignore[misc]
    """Knows its clients' sessions.

    The library lets a session with subscriptions outlive its connection, and the server, until it times
    out (OPC 10000-4, 6.7), so that someone has to close them.
    """

    def __init__(self, user_manager: Any = None) -> None:
        super().__init__(user_manager)
        self._open: dict[int, InternalSession] = {}

    async def load_standard_address_space(self, shelf_file: Path | None = None) -> None:
        """Fill the address space with the nodes that every server has; there is no shelf."""
        await asyncio.to_thread(add_standard_nodes, self.aspace)

    def register_external_session(self, session: InternalSession) -> None:
        """A client has made a session."""
        super().register_external_session(session)
        self._open[id(session)] = session

    def unregister_external_session(self, session: InternalSession) -> None:
        """A session was closed or has timed out."""
        super().unregister_external_session(session)
        self._open.pop(id(session), None)

    async def close_sessions(self) -> None:
        """Close all clients' sessions with their subscriptions."""
        for session in list(self._open.values()):
            await session.close_session(True)


async def stop(server: Server) -> None:
    """Stop a server made over a `SessionKeeper`: sessions, connections, and the tasks of both."""
    await server.iserver.close_sessions()
    connections = server.bserver
    await server.stop()
    await _gone(connections, FLUSH)
    for connection in list(connections.clients):
        connection.transport.abort()
    await _gone(connections, FLUSH)
    await asyncio.gather(*connections.closing_tasks)


async def _gone(connections: BinaryServer, seconds: float) -> None:
    """Wait until the last connection is closed, at most so long: the library has no event for it."""
    steps = int(seconds / _STEP)
    for _ in range(steps):
        if not connections.clients:
            return
        await asyncio.sleep(_STEP)
