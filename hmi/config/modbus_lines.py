"""The wires to Modbus devices: what several endpoints share when they name the same one."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from hmi.config.base import Config
from hmi.config.endpoint_parts import host_alone, without_secrets

Host = Annotated[str, AfterValidator(without_secrets), AfterValidator(host_alone)]
Port = Annotated[int, Field(ge=1, le=65_535)]
Framing = Literal["tcp", "rtu"]


_WINDOWS_PORT: Final = re.compile(r"COM[1-9][0-9]{0,2}")


def _port_of_computer(device: str) -> str:
    if not device.startswith("/") and not _WINDOWS_PORT.fullmatch(device):
        raise ValueError(
            f"found '{device}', expected the path of the port, as /dev/ttyUSB0 or, by a name that stays, "
            "/dev/serial/by-id/…"
        )
    return device


class TcpLine(Config):
    """A connection to a device or gateway; ``framing`` is ``rtu`` for one that passes serial frames on."""

    host: Host
    port: Port = 502
    framing: Framing = "tcp"

    def __str__(self) -> str:
        """For an engineer: where it leads."""
        return f"{self.host}:{self.port}"


class SerialLine(Config):
    """A serial port with Modbus RTU.

    The defaults are those of the Modbus over Serial Line Specification V1.02, 2.5.1: 19200 baud, even
    parity, one stop bit. Without parity the specification asks for two stop bits, and most devices for one.

    ``device``  the port, best by a name that stays: ``/dev/serial/by-id/…``
    ``rs485``   let the kernel switch the transmitter of an RS-485 port on and off; leave it off for
                converters that do so by themselves, as nearly all on USB do
    """

    device: Annotated[str, AfterValidator(without_secrets), AfterValidator(_port_of_computer)]
    baud: Annotated[int, Field(ge=300, le=4_000_000)] = 19_200
    parity: Literal["even", "odd", "none"] = "even"
    stop_bits: Literal[1, 2] = 1
    data_bits: Literal[8] = 8
    rs485: bool = False

    def __str__(self) -> str:
        """For an engineer: which port."""
        return self.device


Line = TcpLine | SerialLine
