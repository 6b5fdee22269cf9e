"""From readings in units to what lies in the registers, and back, by tags.yaml."""

from __future__ import annotations

from collections.abc import Mapping

from hmi.simulation.tags_file import ModbusAddress, ModbusFormat, TagEntry

_BITS = {
    ModbusFormat.INT16: (-(2**15), 2**15 - 1),
    ModbusFormat.UINT16: (0, 2**16 - 1),
    ModbusFormat.INT32: (-(2**31), 2**31 - 1),
    ModbusFormat.UINT32: (0, 2**32 - 1),
    ModbusFormat.INT64: (-(2**63), 2**63 - 1),
    ModbusFormat.UINT64: (0, 2**64 - 1),
}


def addresses(tags: Mapping[str, TagEntry]) -> dict[str, ModbusAddress]:
    """Where each tag that is not derived lies."""
    return {name: tag.address.modbus for name, tag in tags.items() if tag.address.modbus is not None}


def raw(tag: TagEntry, reading: bool | int | float | str) -> bool | int | float | str:
    """The wire value of a reading; a number beyond the register's range is held at its end, as in a PLC.

    Raises:
        ValueError: the tag is a derived one.
    """
    address = tag.address.modbus
    if address is None:
        raise ValueError("a derived tag has no register")
    if isinstance(reading, bool | str):
        return reading
    value = reading if tag.scaling is None else (reading - tag.scaling.offset) / tag.scaling.gain
    if address.format is ModbusFormat.BITS:
        return int(value)
    if address.format not in _BITS:
        return float(value)
    low, high = _BITS[address.format]
    return min(high, max(low, round(value)))


def reading(tag: TagEntry, wire: float) -> float:
    """What a written wire value means in the tag's unit."""
    return wire if tag.scaling is None else wire * tag.scaling.gain + tag.scaling.offset
