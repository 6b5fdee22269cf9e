"""Properties of the plan: everything is read once, nothing needlessly, within the limits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hmi.config.modbus import ModbusAddress, ModbusFormat, ModbusTable
from hmi.model.values import ValueType
from hmi.sources.modbus.decoding import Item
from hmi.sources.modbus.plan import Block, halves, plan


@st.composite
def addresses(draw: st.DrawFn) -> ModbusAddress:
    table = draw(st.sampled_from(ModbusTable))
    unit = draw(st.sampled_from([1, 1, 1, 7]))
    address = draw(st.one_of(st.integers(0, 300), st.integers(0, 60_000)))
    if table.of_bits:
        return ModbusAddress(table=table, address=address, format=ModbusFormat.BOOL, unit=unit)
    format_ = draw(st.sampled_from([each for each in ModbusFormat if each is not ModbusFormat.BOOL]))
    length = draw(st.integers(1, 120)) if format_ is ModbusFormat.STRING else 1
    return ModbusAddress(table=table, address=address, format=format_, length=length, unit=unit)


def items_of(found: list[ModbusAddress]) -> list[Item]:
    return [Item(i, each, ValueType.UINT) for i, each in enumerate(found)]


def wanted(block: Block) -> set[int]:
    return {
        register
        for item in block.items
        for register in range(item.address.address, item.address.address + item.address.registers)
    }


@given(st.lists(addresses(), max_size=60), st.integers(0, 120), st.integers(1, 125))
def test_a_plan_reads_each_item_once_within_the_limits(
    found: list[ModbusAddress], gap: int, max_registers: int
) -> None:
    items = items_of(found)
    blocks = plan(items, gap, max_registers)
    assert sorted(item.index for block in blocks for item in block.items) == list(range(len(items)))
    for block in blocks:
        read = range(block.start, block.start + block.count)
        needed = wanted(block)
        assert {(item.address.unit, item.address.table) for item in block.items} == {
            (block.unit, block.table)
        }
        assert needed <= set(read)
        assert read[0] in needed
        assert read[-1] in needed
        # Nothing is read along in a row longer than the gap.
        run = 0
        for register in read:
            run = 0 if register in needed else run + 1
            assert run <= gap
        limit = min(16 * max_registers, 2000) if block.table.of_bits else max_registers
        # Only a value that is too long by itself, and what overlaps its registers, may pass the limit.
        longest = max(item.address.registers for item in block.items)
        assert block.count <= max(limit, longest)


@given(st.lists(addresses(), min_size=2, max_size=60), st.integers(0, 120))
def test_neighbours_that_fit_together_are_not_read_apart(found: list[ModbusAddress], gap: int) -> None:
    blocks = plan(items_of(found), gap, 125)
    for a in blocks:
        for b in blocks:
            if a is not b and (a.unit, a.table) == (b.unit, b.table) and a.start <= b.start:
                limit = 2000 if a.table.of_bits else 125
                near = b.start - (a.start + a.count) <= gap
                first_of_b = min(
                    b.items, key=lambda item: (item.address.address, -item.address.registers)
                ).address
                joined = max(a.start + a.count, first_of_b.address + first_of_b.registers) - a.start
                between = [c for c in blocks if (c.unit, c.table) == (a.unit, a.table)]
                following = sorted(between, key=lambda c: c.start)
                if following.index(b) == following.index(a) + 1:
                    assert not (near and joined <= limit)


@given(st.lists(addresses(), max_size=40))
def test_halves_part_without_loss_until_single_values_are_left(found: list[ModbusAddress]) -> None:
    for block in plan(items_of(found), 8, 125):
        left, alone = [block], []
        while left:
            each = left.pop()
            parts = halves(each)
            if parts is None:
                alone.append(each)
                continue
            low, high = parts
            assert low.start + low.count <= high.start, "a register that two items share would be read apart"
            assert low.items
            assert high.items
            left += parts
        assert sorted(i.index for each in alone for i in each.items) == sorted(i.index for i in block.items)


def test_halves_cut_at_the_widest_gap() -> None:
    found = [
        ModbusAddress(table=ModbusTable.HOLDING_REGISTER, address=address) for address in (10, 11, 12, 18, 19)
    ]
    parts = halves(plan(items_of(found), 8, 125)[0])
    assert parts is not None
    assert [(part.start, part.count) for part in parts] == [(10, 3), (18, 2)]
