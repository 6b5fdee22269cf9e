"""Decoding of one Modbus read, beside the library's own way from registers to values."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable
from statistics import median
from typing import Any, Final

import click
import numpy as np

from hmi.config.modbus import ModbusAddress, ModbusFormat, ModbusTable
from hmi.model.values import ValueType
from hmi.simulation.modbus_load import library
from hmi.sources.modbus.decoding import Decoder, Item

_READ: Final = 125
"""The most registers that one request may ask for (Modbus Application Protocol V1.1b3, 6.3)."""

_ROUNDS: Final = 200


def measure_one_read() -> dict[str, Any]:
    """One read of 125 registers, a float64 and single registers, both ways in turn; the medians.

    Ours begins with the bytes of the answer; the library's way with the registers as numbers, which it has
    taken out of those bytes before: that is not counted.
    """
    registers = [*struct.unpack(">4H", struct.pack(">d", time.time())), *range(_READ - 4)]
    payload = struct.pack(f">{_READ}H", *registers)
    decoder = Decoder(_items(), 0, _READ)

    def ours() -> list[float]:
        found: list[float] = decoder.decode(payload).lanes.view(np.float64).tolist()
        return found

    def theirs() -> list[float]:
        return library.values(registers, 1)

    if ours() != theirs():
        raise click.ClickException("both ways have to give the same")
    took: dict[str, list[float]] = {"ours": [], "library": []}
    for _ in range(_ROUNDS):
        took["ours"].append(_timed(lambda: decoder.decode(payload)))
        took["library"].append(_timed(theirs))
    us = {name: median(each) / 1000 for name, each in took.items()}
    return {
        "registers": _READ,
        "ours_us": round(us["ours"], 1),
        "library_us": round(us["library"], 1),
        "times_faster": round(us["library"] / us["ours"], 1),
    }


def _items() -> list[Item]:
    table = ModbusTable.HOLDING_REGISTER
    double = ModbusAddress(table=table, address=0, format=ModbusFormat.FLOAT64)
    single = [ModbusAddress(table=table, address=each) for each in range(4, _READ)]
    return [Item(row, address, ValueType.FLOAT) for row, address in enumerate([double, *single])]


def _timed(work: Callable[[], object]) -> int:
    begin = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - begin
