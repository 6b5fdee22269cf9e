"""A bound to the library's transport: what a server announces, or sends in parts, is not kept without end."""

from __future__ import annotations

from typing import Final

from asyncua import ua
from asyncua.client.ua_client import UaClient, UASocketProtocol

LARGEST_CHUNK: Final = 1024 * 1024
"""Bytes; we announce 65,535, and a server must keep to it (OPC 10000-6, 7.1.2.3)."""

LARGEST_MESSAGE: Final = 64 * 1024 * 1024
"""Bytes of all chunks together. A first notification of 100,000 tags has about 5 MB."""

_SIZE: Final = slice(4, 8)
"""Of the header of a chunk: its length, UInt32 (OPC 10000-6, 7.1.2.2)."""


def bound(transport: UaClient) -> None:
    """Let a connection that is still to be made be given up when it is sent more than a message can be.

    The library itself waits for all that is announced, up to 4 GB, and copies what it has at each arrival.
    """
    make = transport._make_protocol  # noqa: SLF001 the library has no other way in

    def make_bounded() -> UASocketProtocol:
        protocol = make()
        take = protocol.data_received

        def data_received(data: bytes) -> None:
            take(data)
            _check(protocol)

        protocol.data_received = data_received
        return protocol

    transport._make_protocol = make_bounded  # noqa: SLF001


def _check(protocol: UASocketProtocol) -> None:
    announced = int.from_bytes((protocol.receive_buffer or b"")[_SIZE], "little")
    collected = protocol._connection._incoming_size  # noqa: SLF001
    if announced > LARGEST_CHUNK or collected > LARGEST_MESSAGE:
        protocol.receive_buffer = None
        protocol._fail_all_pending(ua.UaStatusCodeError(ua.StatusCodes.BadTcpMessageTooLarge))  # noqa: SLF001
        protocol.disconnect_socket()
