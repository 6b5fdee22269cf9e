"""Registers ↔ lanes: every format in all four byte and word orders. Pure.

A *payload* is the data part of a read's answer as it came: registers big-endian, two bytes each; bits
packed eight to a byte, the first in the least significant place (Modbus Application Protocol V1.1b3,
6.1 to 6.4).

The order is two swaps (see `hmi.config.addresses.ModbusAddress`): ``CDAB`` and ``DCBA`` reverse the
value's registers, ``BADC`` and ``DCBA`` swap the two bytes of each register; the second also holds for
values of one register, since a device that swaps bytes swaps them in all its registers.
"""

from __future__ import annotations

import struct
from typing import Final

from hmi.config.modbus import ModbusAddress, ModbusFormat
from hmi.model.values import Scalar, ValueType

_SIGNED: Final = {ModbusFormat.INT16, ModbusFormat.INT32, ModbusFormat.INT64}
_FLOATS: Final = {ModbusFormat.FLOAT32: ">f", ModbusFormat.FLOAT64: ">d"}


def natural_type(address: ModbusAddress) -> ValueType:
    """The lane type that a format makes before anything converts it."""
    if address.format is ModbusFormat.BOOL or (address.format is ModbusFormat.BITS and address.bits == 1):
        return ValueType.BOOL
    if address.format is ModbusFormat.STRING:
        return ValueType.STRING
    if address.format in _FLOATS:
        return ValueType.FLOAT
    return ValueType.INT if address.format in _SIGNED else ValueType.UINT


def words_reversed(address: ModbusAddress) -> bool:
    """Whether the value's last register holds its most significant part."""
    return address.order in ("CDAB", "DCBA")


def bytes_swapped(address: ModbusAddress) -> bool:
    """Whether the two bytes of each register are swapped."""
    return address.order in ("BADC", "DCBA")


def swap(register: int) -> int:
    """A register with its two bytes swapped."""
    return (register & 0xFF) << 8 | register >> 8


def to_registers(value: Scalar, address: ModbusAddress) -> list[int]:
    """A value as the registers that hold it; for formats of whole registers.

    Raises:
        TypeError: the value is not of the format's type (an int is a float, an integral float an int).
        OverflowError: the value does not fit.
    """
    data = _big_endian(value, address)
    registers = list(struct.unpack(f">{len(data) // 2}H", data))
    if words_reversed(address):
        registers.reverse()
    return [swap(each) for each in registers] if bytes_swapped(address) else registers


def to_masked(value: Scalar, address: ModbusAddress) -> tuple[int, int]:
    """A value of format ``bits`` as (mask of its bits in the register, the register with only them set).

    Raises:
        TypeError: one bit takes true or false, more take an integer.
        OverflowError: the value does not fit in its bits.
    """
    number = _truth(value) if address.bits == 1 else _integer(value)
    if not 0 <= number < 1 << address.bits:
        raise OverflowError(f"{value} does not fit in {address.bits} bits")
    mask, bits = ((1 << address.bits) - 1) << address.bit, number << address.bit
    return (swap(mask), swap(bits)) if bytes_swapped(address) else (mask, bits)


def to_bit(value: Scalar) -> bool:
    """A value as a coil.

    Raises:
        TypeError: it is neither true nor false.
    """
    return bool(_truth(value))


def _big_endian(value: Scalar, address: ModbusAddress) -> bytes:
    if address.format is ModbusFormat.STRING:
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is not a text")
        text = value.encode()
        if len(text) > 2 * address.length:
            raise OverflowError(f"{value!r} takes {len(text)} bytes, {2 * address.length} are there")
        return text.ljust(2 * address.length, b"\0")
    if address.format in _FLOATS:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise TypeError(f"{value!r} is not a number")
        return struct.pack(_FLOATS[address.format], value)
    try:
        return _integer(value).to_bytes(2 * address.registers, "big", signed=address.format in _SIGNED)
    except OverflowError:
        raise OverflowError(f"{value} does not fit in {address.format}") from None


def _integer(value: Scalar) -> int:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not an integer")
    return value


def _truth(value: Scalar) -> int:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return int(value)
