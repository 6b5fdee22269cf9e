"""Opening the wire: a TCP connection or a serial port, as an asyncio transport."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
from collections.abc import Callable
from typing import Final

from pymodbus.transport.serialtransport import SerialTransport, create_serial_connection
from serial.rs485 import RS485Settings

from hmi.config.modbus_lines import Line, SerialLine
from hmi.sources.modbus.errors import LinkLost

if sys.platform == "win32":
    _SETTING_REFUSED: Final = (ValueError,)
else:
    import termios

    # pyserial lets it pass, and it is no OSError: a pseudo-terminal, for one, has no parity.
    _SETTING_REFUSED: Final = (ValueError, termios.error)

_PARITIES: Final = {"even": "E", "odd": "O", "none": "N"}


class Wire(asyncio.Protocol):
    """Hands on what comes, and says when the wire is broken."""

    def __init__(self, received: Callable[[bytes], None], broken: Callable[[], None]) -> None:
        self._received = received
        self._broken = broken
        self._acknowledge: Callable[[], None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio."""
        connection: socket.socket | None = transport.get_extra_info("socket")
        if connection is not None and sys.platform == "linux":
            option = socket.TCP_QUICKACK
            self._acknowledge = lambda: connection.setsockopt(socket.IPPROTO_TCP, option, 1)

    def data_received(self, data: bytes) -> None:
        """See asyncio.

        Acknowledged at once, which the kernel would put off by 40 ms: a device that has Nagle's algorithm
        on keeps its next answer back until then (RFC 896 and RFC 1122, 4.2.3.2). Linux forgets it again.
        """
        if self._acknowledge is not None:
            with contextlib.suppress(OSError):  # it has just been reset: that is told by itself
                self._acknowledge()
        self._received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio."""
        self._broken()


async def opened(line: Line, wire: Wire, timeout: float) -> asyncio.Transport:
    """Open a line within ``timeout`` seconds.

    Raises:
        LinkLost: it cannot be opened.
    """
    try:
        if isinstance(line, SerialLine):
            return await _serial(line, wire)
        async with asyncio.timeout(timeout):
            transport, _ = await asyncio.get_running_loop().create_connection(
                lambda: wire, line.host, line.port
            )
    except TimeoutError:
        raise LinkLost(f"{line} does not accept a connection within {timeout:g} s") from None
    except OSError as error:  # pyserial's own are of this kind, too
        raise LinkLost(f"no connection to {line}: {error.strerror or error}") from error
    except (OverflowError, *_SETTING_REFUSED) as error:  # a name or a setting that there cannot be
        raise LinkLost(f"no connection to {line}: {error}") from error
    return transport


async def _serial(line: SerialLine, wire: Wire) -> asyncio.Transport:
    transport, _ = await create_serial_connection(
        asyncio.get_running_loop(),
        lambda: wire,
        line.device,
        baudrate=line.baud,
        bytesize=line.data_bits,
        parity=_PARITIES[line.parity],
        stopbits=line.stop_bits,
        timeout=0,
    )
    assert isinstance(transport, SerialTransport)  # noqa: S101 - what it makes
    await asyncio.sleep(0)  # it begins to listen in the loop's next turn
    if line.rs485:
        try:
            transport.sync_serial.rs485_mode = RS485Settings()
        except (OSError, ValueError) as error:
            transport.abort()
            raise LinkLost(f"no connection to {line}: the port cannot do `rs485` ({error})") from error
    return transport
