"""Balances: what goes in comes out or stays; forces follow their laws."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twinpane_haas_vf6ss.machine.spindle import HEAT_CAPACITY, MAX_TORQUE, Spindle, available_power
from twinpane_haas_vf6ss.machine.tools import Tool, cutting_speed
from twinpane_haas_vf6ss.process.coolant import Coolant
from twinpane_haas_vf6ss.process.cutting import ALUMINIUM_6082, cut, mean_chip
from twinpane_haas_vf6ss.process.stock import PITCH, Stock
from twinpane_haas_vf6ss.process.supply import Air, Chips
from twinpane_haas_vf6ss.process.vibration import Vibration


def mill(wear: float = 0.0) -> Tool:
    return Tool(1, "mill", "mill", 20.0, 100.0, 3, 30.0, 600.0, wear)


@given(
    steps=st.lists(
        st.tuples(st.floats(0.01, 30.0), st.floats(0.0, 12_000.0), st.floats(0.0, 20_000.0)), max_size=30
    )
)
def test_the_spindles_heat_is_conserved(steps: list[tuple[float, float, float]]) -> None:
    spindle = Spindle(temperature=30.0, ambient=22.0)
    for dt, command, power in steps:
        spindle.command = command
        spindle.step(dt, power)
    stored = HEAT_CAPACITY * (spindle.temperature - 30.0)
    assert spindle.heat_in - spindle.heat_out == pytest.approx(stored, abs=1e-3)


def test_a_standing_spindle_cools_to_the_shops_air_and_never_below() -> None:
    spindle = Spindle(temperature=60.0, ambient=22.0)
    for _ in range(3600):
        before = spindle.temperature
        spindle.step(1.0, 0.0)
        assert 22.0 <= spindle.temperature <= before
    assert spindle.temperature == pytest.approx(22.0, abs=0.1)


def test_the_spindle_gives_its_torque_below_and_its_power_above_the_base_speed() -> None:
    assert available_power(1000.0) == pytest.approx(MAX_TORQUE * 1000 * 2 * math.pi / 60)
    assert available_power(10_000.0) == 22_400.0


def test_load_is_power_relative_to_the_rating() -> None:
    spindle = Spindle(temperature=30.0, ambient=22.0)
    spindle.command = 10_000.0
    for _ in range(1000):
        spindle.step(0.01, 11_200.0)
    friction = 950.0 * (10 / 12) ** 2
    assert spindle.load == pytest.approx(100 * (11_200 + friction) / 22_400, abs=0.1)


@given(
    level=st.floats(20.0, 100.0),
    concentration=st.floats(2.0, 12.0),
    steps=st.lists(st.tuples(st.floats(0.0, 25_000.0), st.floats(0.0, 0.5), st.booleans()), max_size=40),
)
def test_water_and_concentrate_are_conserved(
    level: float, concentration: float, steps: list[tuple[float, float, bool]]
) -> None:
    coolant = Coolant(level, concentration)
    water, concentrate = coolant.water, coolant.concentrate
    for power, chips, filling in steps:
        coolant.pump_on = not filling
        coolant.step(1.0, power, chips)
        if filling:
            coolant.top_up(20.0, 4.0)
        assert coolant.level <= 100.0 + 1e-9
    assert coolant.water + coolant.evaporated + coolant.dragged_water == pytest.approx(
        water + coolant.added_water
    )
    assert coolant.concentrate + coolant.dragged_concentrate == pytest.approx(
        concentrate + coolant.added_concentrate
    )


def test_evaporation_alone_raises_the_concentration_and_drag_out_does_not() -> None:
    dry, wet = Coolant(60.0, 7.0), Coolant(60.0, 7.0)
    dry.pump_on = True
    for _ in range(3600):
        dry.step(1.0, 10_000.0, 0.0)
    wet.step(0.0, 0.0, 5.0)
    assert dry.concentration > 7.01
    assert wet.concentration == pytest.approx(7.0)
    assert wet.level < 60.0


def test_the_stock_loses_what_the_cut_reports() -> None:
    stock = Stock((0.0, 0.0), (100.0, 60.0), -20.0, 0.0)
    full, taken = stock.volume, 0.0
    assert full == pytest.approx(100 * 60 * 20)
    for x in range(-10, 111):
        taken += stock.cut(float(x), 30.0, -5.0, 10.0).volume
    assert full - stock.volume == pytest.approx(taken)
    assert taken == pytest.approx(100 * 20 * 5, rel=0.02)
    assert stock.cut(50.0, 30.0, -5.0, 10.0).volume == 0.0


def test_a_tool_outside_or_above_takes_nothing_and_none_cuts_below_the_block() -> None:
    stock = Stock((0.0, 0.0), (50.0, 50.0), -20.0, 0.0)
    assert stock.cut(25.0, 25.0, 0.0, 10.0).volume == 0.0
    assert stock.cut(-100.0, 25.0, -5.0, 10.0).volume == 0.0
    assert stock.cut(500.0, 500.0, -5.0, 10.0).volume == 0.0
    stock.cut(25.0, 25.0, -99.0, 10.0)
    assert stock.heights.min() == -20.0
    columns = round(math.pi * 10**2 / PITCH**2)
    assert int((stock.heights < 0).sum()) == pytest.approx(columns, rel=0.03)
    stock.renew()
    assert stock.volume == pytest.approx(50 * 50 * 20)


def test_cutting_power_is_kienzles() -> None:
    # Slot of the full width: h_m = 2 f_z/π; 4200 mm/min at 10,000 rpm and 3 teeth: f_z = 0.14 mm.
    feed, width, depth = 70.0, 20.0, 10.0
    rate = feed * width * depth
    made = cut(ALUMINIUM_6082, mill(), 10_000.0, feed, rate, depth)
    thickness = 2 * 0.14 / math.pi
    assert made.power == pytest.approx(700 * thickness**-0.23 * rate / 1000, rel=1e-6)
    assert made.force == pytest.approx(made.power / (math.pi * 0.020 * 10_000 / 60), rel=1e-6)


def test_a_worn_tool_takes_more_power_and_shakes_more() -> None:
    sharp, worn = (cut(ALUMINIUM_6082, mill(wear), 10_000.0, 70.0, 10_000.0, 10.0) for wear in (0.0, 1.0))
    assert worn.power == pytest.approx(1.5 * sharp.power)
    quiet, loud = Vibration(1), Vibration(1)
    for _ in range(300):
        quiet.step(0.01, 10_000.0, sharp.force, 0.0)
        loud.step(0.01, 10_000.0, worn.force, 1.0)
    assert loud.velocity > 1.5 * quiet.velocity


def test_no_cut_without_feed_speed_or_removal() -> None:
    for speed, feed, rate in ((0.0, 70.0, 1.0), (1000.0, 0.0, 1.0), (1000.0, 70.0, 0.0)):
        assert cut(ALUMINIUM_6082, mill(), speed, feed, rate, 1.0).power == 0.0


@given(engagement=st.floats(0.001, 1.0))
def test_the_mean_chip_is_thinner_than_the_feed_per_tooth(engagement: float) -> None:
    assert 0.0 < mean_chip(0.1, engagement) <= 0.1


def test_tool_life_follows_taylor() -> None:
    slow, fast = mill(), mill()
    slow.cut(60.0, 600.0)
    fast.cut(60.0, 660.0)
    assert slow.wear == pytest.approx(1 / 30)
    assert fast.wear / slow.wear == pytest.approx(1.1 ** (1 / 0.3))
    fast.cut(1e6, 600.0)
    assert fast.remaining == 0.0


def test_cutting_speed() -> None:
    assert cutting_speed(20.0, -10_000.0) == pytest.approx(628.3, abs=0.1)


def test_air_settles_where_inflow_meets_the_purge_and_dips_at_a_tool_change() -> None:
    air = Air()
    for _ in range(6000):
        air.step(0.01, spindle_turning=True, released=False)
    settled = air.pressure
    assert settled == pytest.approx(6.9 - 0.9 / 4.0, abs=1e-3)
    air.step(0.01, spindle_turning=False, released=True)
    assert air.pressure == pytest.approx(settled - 10 / 12, abs=0.01)


def test_chips_are_conserved_and_the_conveyor_keeps_the_trough_low() -> None:
    chips = Chips()
    made, ran = chips.trough, 0
    for _ in range(20_000):
        chips.step(0.1, 0.003)
        made += 0.003
        ran += chips.conveyor_on
        assert chips.trough < 1.1
    assert chips.trough + chips.bin == pytest.approx(made)
    assert 0 < ran < 20_000
