"""Several units on one line: in turn, and a dead one costs the others little."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.modbus_lines import SerialLine, TcpLine
from hmi.sources.modbus.turns import Turns
from hmi.sources.modbus.units import SHARE, Units
from hmi.sources.modbus.wire_time import WireTime, load, stretch

TIMEOUT, ANSWER = 1.0, 0.01


@pytest.mark.parametrize(("living", "dead"), [(1, 1), (1, 4), (3, 2)])
def test_dead_units_take_a_bounded_share_and_each_is_tried(living: int, dead: int) -> None:
    """Play five minutes: everybody asks as often as the line lets them."""
    units, now, spent = Units(), 0.0, Counter[int]()
    alive, silent = list(range(living)), list(range(10, 10 + dead))
    units.join([*alive, *silent])
    probes: Counter[int] = Counter()
    while now < 300.0:
        for unit in [*alive, *silent]:
            if units.rests_until(unit, now, TIMEOUT) is not None:
                continue
            units.asked(unit, now, TIMEOUT)
            took = ANSWER if unit in alive else TIMEOUT
            now += took
            spent[unit] += round(took * 1000)
            if unit in alive:
                units.answered(unit)
            else:
                probes[unit] += 1
                units.timed_out(unit)
    share = sum(spent[each] for each in silent) / 1000 / now
    assert share <= 1 / SHARE + 0.02
    assert all(probes[each] >= 300.0 / (dead * SHARE * TIMEOUT) / 2 for each in silent), probes


def test_a_unit_alone_is_never_left_alone() -> None:
    units = Units()
    units.join([1])
    for _ in range(5):
        units.asked(1, 0.0, TIMEOUT)
        units.timed_out(1)
    assert units.rests_until(1, 0.0, TIMEOUT) is None


def test_a_unit_that_answers_again_is_asked_as_before() -> None:
    units = Units()
    units.join([1, 2])
    for _ in range(2):
        units.answered(1)
        units.asked(2, 0.0, TIMEOUT)
        units.timed_out(2)
    assert units.rests_until(2, 1.0, TIMEOUT) == 10.0
    units.answered(2)
    assert units.rests_until(2, 1.0, TIMEOUT) is None


@given(st.integers(2, 8), st.lists(st.integers(1, 8), max_size=40), st.integers(1, 8))
def test_when_the_whole_line_was_silent_everybody_is_asked_at_once(
    count: int, asked: list[int], first: int
) -> None:
    """Whoever was asked how often during the outage, and whoever answers first after it."""
    units, everybody = Units(), range(1, count + 1)
    units.join(everybody)
    for unit in everybody:
        units.answered(unit)
    for unit in asked:
        if unit in everybody:
            units.asked(unit, 0.0, TIMEOUT)
            units.timed_out(unit)
    units.answered(min(first, count))
    assert {units.rests_until(unit, 0.0, TIMEOUT) for unit in everybody} == {None}


def test_a_unit_that_was_dead_before_the_line_was_silent_rests_when_it_is_back() -> None:
    units = Units()
    units.join([1, 2])
    for _ in range(2):
        units.answered(1)
        units.asked(2, 0.0, TIMEOUT)
        units.timed_out(2)
    for _ in range(9):
        units.timed_out(1)
    assert units.rests_until(2, 0.0, TIMEOUT) is None, "nobody else is there to be held up"
    units.answered(1)
    assert units.rests_until(2, 0.0, TIMEOUT) is not None


async def test_units_have_their_turns_one_after_the_other() -> None:
    turns, order = Turns(1), list[int]()

    async def ask(unit: int) -> None:
        async with turns.of(unit):
            order.append(unit)
            await asyncio.sleep(0)

    await asyncio.gather(*(ask(unit) for unit in [1, 1, 1, 1, 2, 2, 3]))
    assert order == [1, 1, 2, 3, 1, 2, 1]
    assert turns.under_way == 0


@given(
    st.integers(1, 3), st.lists(st.tuples(st.integers(1, 3), st.integers(0, 6), st.booleans()), max_size=20)
)
def test_whoever_is_cancelled_the_places_are_kept(places: int, plays: list[tuple[int, int, bool]]) -> None:
    async def play() -> None:
        turns, served, most = Turns(places), 0, 0

        async def ask(unit: int, pause: int) -> None:
            nonlocal served, most
            async with turns.of(unit):
                most = max(most, turns.under_way)
                for _ in range(pause):
                    await asyncio.sleep(0)
                served += 1

        tasks = [asyncio.create_task(ask(unit, pause)) for unit, pause, _ in plays]
        await asyncio.sleep(0)
        for task, (_, _, cancelled) in zip(tasks, plays, strict=True):
            if cancelled:
                task.cancel()
                await asyncio.sleep(0)
        async with asyncio.timeout(30.0):
            await asyncio.gather(*tasks, return_exceptions=True)
        assert most <= places
        assert turns.under_way == 0
        assert served >= sum(not cancelled for _, _, cancelled in plays)

    asyncio.run(play())


@pytest.mark.parametrize(
    ("baud", "parity", "stop_bits", "silence", "read"),
    [
        # 11 bits to a character: 8 + 5 + 20 characters and twice 3.5.
        (9600, "even", 1, 3.5 * 11 / 9600, 40 * 11 / 9600),
        (19200, "none", 2, 3.5 * 11 / 19200, 40 * 11 / 19200),
        (38400, "even", 1, 0.00175, 33 * 11 / 38400 + 2 * 0.00175),
        (115200, "none", 1, 0.00175, 33 * 10 / 115200 + 2 * 0.00175),
    ],
)
def test_a_serial_line_has_its_pace(
    baud: int, parity: str, stop_bits: int, silence: float, read: float
) -> None:
    line = SerialLine.model_validate(
        {"device": "/dev/ttyS0", "baud": baud, "parity": parity, "stop_bits": stop_bits}
    )
    assert WireTime(line).silence == pytest.approx(silence)
    assert WireTime(line).read(20) == pytest.approx(read)
    assert WireTime(TcpLine(host="h")).read(20) == 0.0


def test_intervals_are_stretched_to_what_a_line_can_do() -> None:
    quick = load([(0.01, 0.1), (0.02, 0.2)])
    assert quick == pytest.approx(0.2)
    assert stretch([quick]) == 1.0
    assert stretch([quick, 1.6]) == pytest.approx(2.0)
