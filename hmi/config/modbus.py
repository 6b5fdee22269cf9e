"""Modbus: how a device is reached and where a tag lies in it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import Field

from hmi.config.base import Config, Seconds
from hmi.config.endpoint_parts import Paces
from hmi.config.modbus_lines import Framing, Host, Line, Port, SerialLine, TcpLine

_PORT: Final = 502
_WRITTEN_FOR: Final = 1
"""The unit for which plugins are written that do not care."""


class ModbusEndpoint(Config):
    """A Modbus device or gateway: ``host`` (with ``port`` and ``framing``) or ``serial``.

    Endpoints with the same host and port or the same serial device share one connection, and its time
    fairly.

    ``port``          of ``host``; without it 502
    ``framing``       of ``host``: ``tcp`` without it, ``rtu`` where a serial device server passes frames
                      on as they are (RTU over TCP)
    ``unit``          where the device answers to another unit than 1, for which its tags were written:
                      stands in for unit 1 in their addresses
    ``pipeline``      how many requests may be under way at once; of one line the smallest counts
    ``gap``           registers that may be read along between two wanted ones to save a request
    ``max_registers`` at most this many registers (or 16 × as many bits) in one read
    """

    protocol: Literal["modbus"]
    host: Host | None = None
    port: Port | None = None
    framing: Framing | None = None
    serial: SerialLine | None = None
    unit: Annotated[int, Field(ge=0, le=255)] | None = None
    pipeline: Annotated[int, Field(ge=1, le=16)] = 1
    paces: Paces = Paces()
    timeout: Seconds = 1.0
    gap: Annotated[int, Field(ge=0, le=120)] = 8
    max_registers: Annotated[int, Field(ge=1, le=125)] = 125

    @property
    def line(self) -> Line:
        """The wire that leads to the device."""
        if self.serial is not None:
            return self.serial
        # Its parts were validated with this endpoint.
        port = _PORT if self.port is None else self.port
        return TcpLine.model_construct(host=self.host or "", port=port, framing=self.framing or "tcp")

    def of(self, address: ModbusAddress) -> ModbusAddress:
        """Where an item is in this device; see ``unit``."""
        if self.unit is None or address.unit != _WRITTEN_FOR:
            return address
        return address.model_copy(update={"unit": self.unit})

    @property
    def numbered(self) -> bool:
        """Whether requests have transaction ids (Modbus TCP), and not the frames of a serial line (RTU)."""
        return self.serial is None and self.framing != "rtu"

    def model_post_init(self, _context: object) -> None:
        """Refuse an endpoint that is not exactly one of the kinds, and what only Modbus TCP can do."""
        if (self.host is None) == (self.serial is None):
            raise ValueError("expected exactly one of `host` and `serial`")
        if self.serial is not None and (self.port, self.framing) != (None, None):
            raise ValueError(
                "found `port` or `framing` beside `serial`, expected them beside `host`: a serial port has "
                "RTU frames"
            )
        if self.pipeline > 1 and not self.numbered:
            raise ValueError(
                f"found `pipeline: {self.pipeline}` with RTU frames, expected 1: they have no transaction id"
            )


class ModbusTable(StrEnum):
    """The four tables of the Modbus data model."""

    COIL = "coil"
    DISCRETE_INPUT = "discrete_input"
    INPUT_REGISTER = "input_register"
    HOLDING_REGISTER = "holding_register"

    @property
    def of_bits(self) -> bool:
        """Whether the table's items are single bits."""
        return self in (ModbusTable.COIL, ModbusTable.DISCRETE_INPUT)

    @property
    def writable(self) -> bool:
        """Whether a master may write the table."""
        return self in (ModbusTable.COIL, ModbusTable.HOLDING_REGISTER)


class ModbusFormat(StrEnum):
    """How registers make a value."""

    BOOL = "bool"
    INT16 = "int16"
    UINT16 = "uint16"
    INT32 = "int32"
    UINT32 = "uint32"
    INT64 = "int64"
    UINT64 = "uint64"
    FLOAT32 = "float32"
    FLOAT64 = "float64"
    BITS = "bits"
    STRING = "string"


class ModbusAddress(Config):
    """An item in a Modbus device.

    ``address``     0-based protocol address (register 40001 of a manual is holding_register 0)
    ``order``       how the bytes of a multi-register value lie, for the 32-bit number 0x0A0B0C0D:
                    ``ABCD`` big-endian, ``CDAB`` words swapped, ``BADC`` bytes swapped, ``DCBA`` both;
                    for 64 bits and strings the same two swaps are meant
    ``bit``/``bits`` for format ``bits``: lowest bit (0 = least significant) and how many;
                    one bit makes a bool, more make an unsigned integer
    ``length``      for format ``string``: registers
    ``unit``        device id behind a gateway
    """

    protocol: Literal["modbus"] = "modbus"
    table: ModbusTable
    address: Annotated[int, Field(ge=0, le=65_535)]
    format: ModbusFormat = ModbusFormat.UINT16
    order: Literal["ABCD", "CDAB", "BADC", "DCBA"] = "ABCD"
    bit: Annotated[int, Field(ge=0, le=15)] = 0
    bits: Annotated[int, Field(ge=1, le=16)] = 1
    length: Annotated[int, Field(ge=1, le=120)] = 1
    unit: Annotated[int, Field(ge=0, le=255)] = 1

    @property
    def registers(self) -> int:
        """How many items of the table the value takes."""
        match self.format:
            case ModbusFormat.INT32 | ModbusFormat.UINT32 | ModbusFormat.FLOAT32:
                return 2
            case ModbusFormat.INT64 | ModbusFormat.UINT64 | ModbusFormat.FLOAT64:
                return 4
            case ModbusFormat.STRING:
                return self.length
            case _:
                return 1

    def model_post_init(self, _context: object) -> None:
        """Refuse combinations that no device has."""
        if self.table.of_bits != (self.format is ModbusFormat.BOOL):
            raise ValueError(
                f"expected format bool for bits and a register format for registers, "
                f"found {self.format} in {self.table}"
            )
        if self.address + self.registers > 65_536:
            raise ValueError(f"expected an item within 65,536, found {self.address} + {self.registers}")
        if self.format is ModbusFormat.BITS and self.bit + self.bits > 16:
            raise ValueError(f"expected bits within a 16-bit register, found {self.bit} + {self.bits}")
