"""A declared type is accepted exactly where the lane of every wire value reads as the same number in it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from hmi.config.modbus import ModbusAddress, ModbusFormat, ModbusTable
from hmi.config.opcua import OpcUaAddress
from hmi.config.tags import Scaling, TagDescription
from hmi.machines.wire import misfit, wire_type
from hmi.model.values import ValueType, as_floats, to_lane

EXTREMES: dict[ModbusFormat, list[int | bool]] = {
    ModbusFormat.BOOL: [False, True],
    ModbusFormat.INT16: [-(2**15), 2**15 - 1],
    ModbusFormat.UINT16: [0, 2**16 - 1],
    ModbusFormat.INT32: [-(2**31), 2**31 - 1],
    ModbusFormat.UINT32: [0, 2**32 - 1],
    ModbusFormat.INT64: [-(2**63), 2**63 - 1],
    ModbusFormat.UINT64: [0, 2**64 - 1],
}
TAKES_THE_LANE = (ValueType.INT, ValueType.UINT, ValueType.ENUM)


def address(form: ModbusFormat, bits: int = 1) -> ModbusAddress:
    table = ModbusTable.COIL if form is ModbusFormat.BOOL else ModbusTable.INPUT_REGISTER
    return ModbusAddress(table=table, address=0, format=form, bits=bits)


@pytest.mark.parametrize(("form", "declared"), [*itertools.product(EXTREMES, TAKES_THE_LANE)])
def test_lanes_that_would_read_differently_are_refused(form: ModbusFormat, declared: ValueType) -> None:
    tag = TagDescription(type=declared)
    wire = wire_type(tag, address(form))
    lanes = np.array([to_lane(value, wire) for value in EXTREMES[form]], np.uint64)
    same = list(as_floats(lanes, declared)) == [float(value) for value in EXTREMES[form]]
    assert (misfit(tag, address(form)) == "") == same


@pytest.mark.parametrize("form", [form for form in ModbusFormat if form is not ModbusFormat.STRING])
def test_a_float_is_made_of_any_number(form: ModbusFormat) -> None:
    assert misfit(TagDescription(), address(form)) == ""
    assert misfit(TagDescription(scaling=Scaling(gain=2.0)), address(form)) == ""


def test_texts_and_bits() -> None:
    assert misfit(TagDescription(type=ValueType.STRING), address(ModbusFormat.STRING)) == ""
    assert misfit(TagDescription(type=ValueType.STRING), address(ModbusFormat.UINT16))
    assert misfit(TagDescription(), address(ModbusFormat.STRING))
    assert misfit(TagDescription(scaling=Scaling()), address(ModbusFormat.STRING))
    assert misfit(TagDescription(type=ValueType.INT, scaling=Scaling()), address(ModbusFormat.INT16))
    assert wire_type(TagDescription(), address(ModbusFormat.BITS)) is ValueType.BOOL
    assert wire_type(TagDescription(), address(ModbusFormat.BITS, bits=3)) is ValueType.UINT
    assert misfit(TagDescription(type=ValueType.BOOL), address(ModbusFormat.BITS)) == ""
    assert misfit(TagDescription(type=ValueType.BOOL), address(ModbusFormat.BITS, bits=2))
    assert misfit(TagDescription(type=ValueType.BOOL), address(ModbusFormat.UINT16))


@pytest.mark.parametrize("declared", list(ValueType))
def test_opc_ua_travels_as_declared(declared: ValueType) -> None:
    tag = TagDescription(type=declared)
    assert wire_type(tag, OpcUaAddress(node="i=1")) is declared
    assert wire_type(tag, None) is declared
    assert misfit(tag, OpcUaAddress(node="i=1")) == ""
