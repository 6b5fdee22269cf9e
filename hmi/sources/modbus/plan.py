"""Tags → block reads: as few requests as the endpoint's limits allow. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from hmi.config.modbus import ModbusTable
from hmi.sources.modbus.decoding import Item

MAX_BITS: Final = 2000
"""Coils or discrete inputs in one read (Modbus Application Protocol V1.1b3, 6.1 and 6.2)."""


@dataclass(frozen=True, slots=True)
class Block:
    """One read: ``count`` items of a unit's table from ``start`` on, and the tags that lie in it."""

    unit: int
    table: ModbusTable
    start: int
    count: int
    items: tuple[Item, ...]

    def __str__(self) -> str:
        """For an engineer: which read this is."""
        return f"unit {self.unit}, {self.table} {self.start}–{self.start + self.count - 1}"


def plan(items: Iterable[Item], gap: int, max_registers: int) -> tuple[Block, ...]:
    """Cover every item exactly once, whole values only.

    ``gap``            at most this many unwanted registers (or bits) in a row are read along
    ``max_registers``  at most this many registers in one read; of bits 16 times as many, at most 2,000.
                       A value that is longer by itself is read by itself.
    """
    blocks: list[Block] = []
    run: list[Item] = []
    end = 0

    def place(item: Item) -> tuple[int, str, int, int]:
        address = item.address
        return address.unit, address.table, address.address, -address.registers

    for item in sorted(items, key=place):
        address = item.address
        if run:
            first = run[0].address
            limit = min(16 * max_registers, MAX_BITS) if first.table.of_bits else max_registers
            fits = (
                (address.unit, address.table) == (first.unit, first.table)
                and address.address - end <= gap
                and max(end, address.address + address.registers) - first.address <= limit
            )
            if not fits:
                blocks.append(_block(run))
                run, end = [], 0
        run.append(item)
        end = max(end, address.address + address.registers)
    if run:
        blocks.append(_block(run))
    return tuple(blocks)


def halves(block: Block) -> tuple[Block, Block] | None:
    """The block's items in two reads, or None where they cannot be parted.

    Cut at the widest gap, since a hole that the device does not have is the usual reason for a refusal;
    without gaps in the middle. Items that share registers stay together.
    """
    items = sorted(block.items, key=lambda item: (item.address.address, item.address.registers))
    cuts: list[tuple[int, int, int]] = []
    end = 0
    for number, item in enumerate(items):
        if number and item.address.address >= end:
            cuts.append((item.address.address - end, -abs(2 * number - len(items)), number))
        end = max(end, item.address.address + item.address.registers)
    if not cuts:
        return None
    cut = max(cuts)[2]
    return _block(items[:cut]), _block(items[cut:])


def _block(items: list[Item]) -> Block:
    first = items[0].address
    end = max(item.address.address + item.address.registers for item in items)
    return Block(first.unit, first.table, first.address, end - first.address, tuple(items))
