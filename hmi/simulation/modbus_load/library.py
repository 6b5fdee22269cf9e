"""The library's own way from registers to values, tag by tag: what the benches compare with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pymodbus.client.mixin import ModbusClientMixin

_TYPE: Final = ModbusClientMixin.DATATYPE


def values(registers: Sequence[int], doubles: int) -> list[float]:
    """The values of ``doubles`` float64, big-endian, and of the single registers after them."""
    convert = ModbusClientMixin.convert_from_registers
    end = 4 * doubles
    found = [convert(registers[at : at + 4], _TYPE.FLOAT64) for at in range(0, end, 4)]
    found += [convert(registers[at : at + 1], _TYPE.UINT16) for at in range(end, len(registers))]
    return found  # type: ignore[return-value] # each is one number
