"""A small Modbus TCP or RTU server for simulated machines, on loopback, over pymodbus' server."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Final, Self

from pymodbus.constants import ExcCodes
from pymodbus.exceptions import NoSuchIdException
from pymodbus.framer import FramerType
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice
from pymodbus.simulator.simcore import SimCore

from hmi.config.modbus import ModbusAddress, ModbusFormat, ModbusTable
from hmi.config.modbus_lines import Framing, SerialLine
from hmi.model import values
from hmi.model.values import Scalar
from hmi.sources.modbus import codec
from hmi.sources.modbus.decoding import Decoder, Item

_TABLE_OF: Final = {
    1: ModbusTable.COIL,
    2: ModbusTable.DISCRETE_INPUT,
    3: ModbusTable.HOLDING_REGISTER,
    4: ModbusTable.INPUT_REGISTER,
    5: ModbusTable.COIL,
    6: ModbusTable.HOLDING_REGISTER,
    15: ModbusTable.COIL,
    16: ModbusTable.HOLDING_REGISTER,
    22: ModbusTable.HOLDING_REGISTER,
    23: ModbusTable.HOLDING_REGISTER,
}
_MASK_WRITE: Final = 22
_Place = tuple[int, ModbusTable]


class ModbusMachineServer:
    """Serves named values of one machine on 127.0.0.1; an async context manager.

    The four tables of each unit are laid out from the tags' addresses; several tags may share a
    register (bit fields). All access is on one event loop and without a pause inside, so a reader
    never sees half of a value.

    ``framing``           ``rtu``: serial frames over the connection, as from a serial device server
    ``serial``            serve this serial line instead of a port
    ``port``              0 for any free one; after entering, the port in use
    ``readable_gaps``     whether unmapped items between mapped ones read as 0, as in most devices, or
                          answer exception 2 (illegal data address)
    ``mask_write``        whether function code 22 is supported
    ``silent_units``      whether units without tags give no answer at all, as behind some gateways,
                          instead of exception 11 (gateway target failed to respond)
    ``on_write``          called with tag name and value after a client wrote the tag
    ``writes``            how many write requests were carried out
    """

    def __init__(
        self,
        tags: Mapping[str, ModbusAddress],
        *,
        port: int = 0,
        framing: Framing = "tcp",
        serial: SerialLine | None = None,
        readable_gaps: bool = True,
        mask_write: bool = True,
        silent_units: bool = False,
    ) -> None:
        self.port = port
        self.on_write: Callable[[str, Scalar], None] | None = None
        self.writes = 0
        self._tags = dict(tags)
        self._tables = _Tables(self._tags, readable_gaps, mask_write, self._written)
        self._silent_units = silent_units
        self._failing: set[str] = set()
        self._framing: Framing = framing
        self._serial = serial
        self._server: ModbusTcpServer | ModbusSerialServer | None = None

    def set(self, name: str, value: Scalar) -> None:
        """Give a tag a value, as the machine itself does.

        Raises:
            KeyError: there is no such tag.
            TypeError: the value is not of the address' format.
            OverflowError: the value does not fit.
        """
        self._tables.put(self._tags[name], value)

    def get(self, name: str) -> Scalar:
        """The value that the tables hold for a tag.

        Raises:
            KeyError: there is no such tag.
        """
        return self._tables.get(self._tags[name])

    def fail(self, name: str, on: bool = True) -> None:
        """Answer exception 4 (server device failure) to every request that touches the tag's items."""
        self._tags[name]
        (self._failing.add if on else self._failing.discard)(name)
        self._tables.failing = {
            (place, item) for each in self._failing for place, item in _cells(self._tags[each])
        }

    def _written(self, before: dict[str, Scalar]) -> None:
        self.writes += 1
        if self.on_write is None:
            return
        for name, old in before.items():
            new = self.get(name)
            # Neighbours in a shared register are written along with a bit field, but not changed.
            if new != old or self._tags[name].format is not ModbusFormat.BITS:
                self.on_write(name, new)

    async def __aenter__(self) -> Self:
        if self._serial is not None:
            await self._serve(
                ModbusSerialServer(
                    _NO_DEVICE,
                    port=self._serial.device,
                    baudrate=self._serial.baud,
                    parity=self._serial.parity[0].upper(),
                    stopbits=self._serial.stop_bits,
                    ignore_missing_devices=self._silent_units,
                )
            )
            return self
        listener = await self._serve(
            ModbusTcpServer(
                _NO_DEVICE,
                framer=FramerType.RTU if self._framing == "rtu" else FramerType.SOCKET,
                address=("127.0.0.1", self.port),
                ignore_missing_devices=self._silent_units,
            )
        )
        assert isinstance(listener, asyncio.Server)  # noqa: S101 - what create_server returns
        self.port = listener.sockets[0].getsockname()[1]
        return self

    async def _serve(self, server: ModbusTcpServer | ModbusSerialServer) -> object:
        """Begin to serve; what the server listens with."""
        self._server = server
        server.context = self._tables
        await server.serve_forever(background=True)
        return server.transport

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
            await asyncio.sleep(0)  # the closed transports let go of their sockets in the next turn


_NO_DEVICE: Final = SimDevice(0, SimData(0, datatype=DataType.REGISTERS))
"""The constructor insists on a device; `_Tables` takes its place."""


def _cells(address: ModbusAddress) -> Iterator[tuple[_Place, int]]:
    place = (address.unit, address.table)
    return ((place, address.address + offset) for offset in range(address.registers))


class _Tables(SimCore):
    """The tables behind the two methods by which pymodbus' requests reach their data."""

    def __init__(
        self,
        tags: Mapping[str, ModbusAddress],
        readable_gaps: bool,
        mask_write: bool,
        written: Callable[[dict[str, Scalar]], None],
    ) -> None:
        self.devices = {}
        self.failing: set[tuple[_Place, int]] = set()
        self._readable_gaps = readable_gaps
        self._mask_write = mask_write
        self._written = written
        self._units = {address.unit for address in tags.values()}
        self._cells: dict[_Place, dict[int, int]] = {}
        self._owners: dict[tuple[_Place, int], list[str]] = {}
        self._tags = tags
        for name, address in tags.items():
            for place, item in _cells(address):
                self._cells.setdefault(place, {})[item] = 0
                self._owners.setdefault((place, item), []).append(name)
        self._bounds = {place: (min(cells), max(cells)) for place, cells in self._cells.items()}

    def put(self, address: ModbusAddress, value: Scalar) -> None:
        cells = self._cells[address.unit, address.table]
        match address.format:
            case ModbusFormat.BOOL:
                cells[address.address] = int(codec.to_bit(value))
            case ModbusFormat.BITS:
                mask, bits = codec.to_masked(value, address)
                cells[address.address] = cells[address.address] & ~mask | bits
            case _:
                for offset, register in enumerate(codec.to_registers(value, address)):
                    cells[address.address + offset] = register

    def get(self, address: ModbusAddress) -> Scalar:
        cells = self._cells[address.unit, address.table]
        held = [cells[address.address + offset] for offset in range(address.registers)]
        natural = codec.natural_type(address)
        decoder = Decoder([Item(0, address, natural)], address.address, address.registers)
        if address.table.of_bits:
            decoded = decoder.decode(bytes(held))
        else:
            decoded = decoder.decode(b"".join(register.to_bytes(2, "big") for register in held))
        if natural is values.ValueType.STRING:
            return decoded.texts.get(0, b"").decode()
        return values.from_lane(int(decoded.lanes[0]), natural)

    async def async_getValues(  # noqa: N802 - pymodbus' name
        self, device_id: int, func_code: int, address: int, count: int = 1
    ) -> list[int] | list[bool] | ExcCodes:
        refused = self._refusal(device_id, func_code, address, count)
        if refused is not None:
            return refused
        cells = self._cells[device_id, _TABLE_OF[func_code]]
        held = [cells.get(item, 0) for item in range(address, address + count)]
        return [bool(each) for each in held] if _TABLE_OF[func_code].of_bits else held

    async def async_setValues(  # noqa: N802 - pymodbus' name
        self, device_id: int, func_code: int, address: int, values: list[int] | list[bool]
    ) -> ExcCodes | None:
        refused = self._refusal(device_id, func_code, address, len(values))
        if refused is not None:
            return refused
        place = (device_id, _TABLE_OF[func_code])
        touched = {
            name: self.get(self._tags[name])
            for item in range(address, address + len(values))
            for name in self._owners.get((place, item), ())
        }
        for offset, value in enumerate(values):
            self._cells[place][address + offset] = int(value)
        self._written(touched)
        return None

    def _refusal(self, unit: int, function: int, first: int, count: int) -> ExcCodes | None:
        if unit not in self._units:
            raise NoSuchIdException(f"no unit {unit}")
        if function not in _TABLE_OF or (function == _MASK_WRITE and not self._mask_write):
            return ExcCodes.ILLEGAL_FUNCTION
        place = (unit, _TABLE_OF[function])
        low, high = self._bounds.get(place, (0, -1))
        cells = self._cells.get(place, {})
        items = range(first, first + count)
        if not (low <= first and first + count - 1 <= high):
            return ExcCodes.ILLEGAL_ADDRESS
        if not self._readable_gaps and any(item not in cells for item in items):
            return ExcCodes.ILLEGAL_ADDRESS
        if self.failing and any((place, item) in self.failing for item in items):
            return ExcCodes.DEVICE_FAILURE
        return None
