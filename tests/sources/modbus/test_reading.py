"""Merged reads that are refused: parted until the items at fault stand alone, and merged again later."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hmi.config.modbus import ModbusAddress, ModbusTable
from hmi.model.clock import SECOND
from hmi.model.values import ValueType
from hmi.sources.modbus.decoding import Item
from hmi.sources.modbus.plan import plan
from hmi.sources.modbus.reading import RETRY, Reading
from hmi.sources.modbus.refusals import refusal


def reading(addresses: list[int]) -> Reading:
    items = [
        Item(i, ModbusAddress(table=ModbusTable.HOLDING_REGISTER, address=a), ValueType.UINT)
        for i, a in enumerate(addresses)
    ]
    (block,) = plan(items, 120, 125)
    return Reading(block, {i: i for i in range(len(items))})


def play(under_test: Reading, missing: set[int], now: int) -> tuple[set[int], set[int], int]:
    """One round against a device without some registers: (rows good, rows refused, requests)."""
    good: set[int] = set()
    bad: set[int] = set()
    requests = 0
    for piece in under_test.due(now):
        requests += 1
        block = piece.block
        if missing & set(range(block.start, block.start + block.count)):
            if under_test.refused(piece, refusal(2), now):
                bad |= set(piece.at.tolist())
        else:
            under_test.answered(piece)
            good |= set(piece.at.tolist())
    return good, bad, requests


@given(st.lists(st.integers(0, 100), min_size=1, max_size=30, unique=True), st.sets(st.integers(0, 100)))
def test_the_first_round_already_tells_each_item_apart(addresses: list[int], missing: set[int]) -> None:
    under_test = reading(addresses)
    good, bad, _ = play(under_test, missing, 0)
    at_fault = {i for i, a in enumerate(addresses) if a in missing}
    assert bad == at_fault
    assert good == set(range(len(addresses))) - at_fault


@given(st.lists(st.integers(0, 100), min_size=2, max_size=30, unique=True), st.data())
def test_the_split_is_remembered_and_the_faulty_left_alone_a_while(
    addresses: list[int], data: st.DataObject
) -> None:
    missing = {data.draw(st.sampled_from(addresses))}
    under_test = reading(addresses)
    play(under_test, missing, 0)
    good, bad, requests = play(under_test, missing, RETRY // 2)
    assert good == {i for i, a in enumerate(addresses) if a not in missing}
    assert not bad
    assert requests == len(under_test.pieces) - 1
    assert play(under_test, missing, RETRY + 1)[1] == {i for i, a in enumerate(addresses) if a in missing}


def test_all_well_again_means_one_request_again() -> None:
    under_test = reading([0, 1, 2, 3])
    play(under_test, {2}, 0)
    assert play(under_test, set(), 3 * SECOND)[0] == {0, 1, 2, 3}
    assert play(under_test, set(), 10 * SECOND) == ({0, 1, 2, 3}, set(), 1)
    assert play(under_test, set(), 11 * SECOND) == ({0, 1, 2, 3}, set(), 1)


def test_a_hole_for_ever_is_tried_ever_more_rarely() -> None:
    under_test = reading([0, 5])
    total = sum(play(under_test, {2}, second * SECOND)[2] - 2 for second in range(3600))
    assert 5 <= total <= 15
    assert play(under_test, {2}, 3600 * SECOND)[0] == {0, 1}
