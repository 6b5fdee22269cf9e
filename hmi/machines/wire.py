"""The type in which a tag's value travels, before scaling."""

from __future__ import annotations

from typing import Final

from hmi.config.addresses import Address
from hmi.config.modbus import ModbusAddress, ModbusFormat
from hmi.config.mtconnect import MtconnectAddress
from hmi.config.tags import TagDescription
from hmi.model.values import ValueType

_OF_FORMAT: Final = {
    ModbusFormat.BOOL: ValueType.BOOL,
    ModbusFormat.INT16: ValueType.INT,
    ModbusFormat.INT32: ValueType.INT,
    ModbusFormat.INT64: ValueType.INT,
    ModbusFormat.UINT16: ValueType.UINT,
    ModbusFormat.UINT32: ValueType.UINT,
    ModbusFormat.UINT64: ValueType.UINT,
    ModbusFormat.FLOAT32: ValueType.FLOAT,
    ModbusFormat.FLOAT64: ValueType.FLOAT,
    ModbusFormat.STRING: ValueType.STRING,
}

_SAME_LANE: Final = {
    ValueType.INT: frozenset((ValueType.INT, ValueType.FLOAT, ValueType.ENUM)),
    ValueType.UINT: frozenset((ValueType.UINT, ValueType.INT, ValueType.FLOAT, ValueType.ENUM)),
    ValueType.BOOL: frozenset(
        (ValueType.BOOL, ValueType.INT, ValueType.UINT, ValueType.FLOAT, ValueType.ENUM)
    ),
}
"""Wire type → the declared types in which its lanes read the same, and float, which is computed."""


def wire_type(tag: TagDescription, address: Address | None) -> ValueType:
    """The type of the raw lane: fixed by a Modbus format, else the declared type.

    An OPC UA server states the type with each value, an MTConnect agent sends text: what is not of the
    declared type is a Bad status.
    """
    if not isinstance(address, ModbusAddress):
        return tag.type
    if address.format is ModbusFormat.BITS:
        return ValueType.BOOL if address.bits == 1 else ValueType.UINT
    return _OF_FORMAT[address.format]


def misfit(tag: TagDescription, address: Address) -> str:
    """Why the declared type cannot be made of what travels, or "" where it can.

    A float can be made of any number, by scaling or without. Any other type takes the lane as it is, so
    only where each value of the wire means the same in it.
    """
    wire = wire_type(tag, address)
    if tag.scaling is not None:
        if tag.type is not ValueType.FLOAT:
            return f"`scaling` on type {tag.type}, expected type float: a scaled value is a float"
        if not wire.numeric:
            return f"`scaling` on a value that travels as {wire}, expected a number"
        return ""
    if isinstance(address, MtconnectAddress) and address.part != "value" and wire is not ValueType.STRING:
        return f"type {tag.type}, but `part: {address.part}` gives text, expected type string"
    if isinstance(address, ModbusAddress) and address.format is ModbusFormat.UINT64:
        fitting = frozenset((ValueType.UINT, ValueType.FLOAT))
    else:
        fitting = _SAME_LANE.get(wire, frozenset((wire,)))
    if tag.type in fitting:
        return ""
    return f"type {tag.type}, but the address gives {wire}, expected a type that can be made of it"
