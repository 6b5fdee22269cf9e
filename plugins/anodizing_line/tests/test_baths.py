"""Heat, level and contents of a bath against closed solutions, and what moves between baths."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twinpane_anodizing_line.model import air
from twinpane_anodizing_line.model.air import Air
from twinpane_anodizing_line.model.bath import RACK_TRANSFER, Bath, BathSpec
from twinpane_anodizing_line.model.chemistry import Species
from twinpane_anodizing_line.model.rack import Drag, Rack
from twinpane_anodizing_line.model.recipes import BLACK, Job

SHUT = BathSpec(contents={Species.SULFURIC: 180.0}, wall=0.0, open_share=0.0, low=0.0)
"""A bath that loses nothing."""
JOB = Job("1", "part", 1, 1, parts=20, area=800.0, mass=80.0, recipe=BLACK)


def test_a_heater_warms_the_mass_of_the_bath() -> None:
    bath = Bath(replace(SHUT, heater=20_000.0, setpoint=60.0))
    bath.temperature = 40.0
    for _ in range(600):
        bath.step(1.0, Air())
    litres = 3.68 * 1.2 * 0.97 * 1000.0
    assert bath.temperature == pytest.approx(40.0 + 20_000.0 * 600 / (litres * 4186.0), rel=1e-6)


def test_the_thermostat_holds_its_band_and_rests_in_it() -> None:
    bath = Bath(BathSpec(contents={}, heater=20_000.0, setpoint=60.0))
    seen = []
    for _ in range(20_000):
        bath.step(1.0, Air())
        seen.append((bath.temperature, bath.heating))
    assert all(59.5 < celsius < 60.5 for celsius, _ in seen)
    assert {heating for _, heating in seen} == {True, False}


def test_without_heater_it_cools_as_newton_says() -> None:
    bath = Bath(replace(SHUT, wall=500.0, setpoint=60.0))
    start, constant = bath.temperature, bath.capacity / 500.0
    for _ in range(3600):
        bath.step(1.0, Air(temperature=20.0))
    assert bath.temperature - 20.0 == pytest.approx((start - 20.0) * math.exp(-3600.0 / constant), rel=1e-3)


def test_what_evaporates_takes_its_heat_along() -> None:
    bath = Bath(replace(SHUT, open_share=1.0, setpoint=60.0))
    volume, celsius, capacity = bath.volume, bath.temperature, bath.capacity
    bath.step(1.0, Air())
    kilograms = (volume - bath.volume) * 1000.0
    assert kilograms == pytest.approx(air.evaporation(60.0, 3.68, Air()))
    assert (celsius - bath.temperature) * capacity == pytest.approx(kilograms * 2.355e6, rel=0.002)


@pytest.mark.parametrize(("celsius", "kilopascal"), [(20, 2.339), (60, 19.95), (97, 90.9)])
def test_vapour_pressure_is_that_of_the_steam_tables(celsius: float, kilopascal: float) -> None:
    assert air.saturation_pressure(celsius) == pytest.approx(kilopascal, rel=0.03)


def test_nothing_evaporates_into_saturated_air() -> None:
    assert air.evaporation(20.0, 4.0, Air(temperature=25.0, humidity=1.0)) == 0.0


@given(st.floats(10.0, 60.0), st.floats(15.0, 99.0), st.floats(0.05, 2.0))
def test_rack_and_bath_exchange_heat_and_end_alike(cold: float, hot: float, dt: float) -> None:
    bath, rack = Bath(replace(SHUT, setpoint=hot)), Rack(1, JOB, temperature=cold)
    bath.immerse(rack)
    before = bath.capacity * bath.temperature + rack.heat_capacity * rack.temperature
    for _ in range(int(600 / dt)):
        bath.step(dt, Air())
    after = bath.capacity * bath.temperature + rack.heat_capacity * rack.temperature
    assert after == pytest.approx(before, rel=1e-9)
    assert rack.temperature == pytest.approx(bath.temperature, abs=0.01)


def test_a_rack_warms_with_its_time_constant() -> None:
    rack = Rack(1, JOB, temperature=20.0)
    constant = rack.heat_capacity / (RACK_TRANSFER * JOB.area)
    for _ in range(100):
        rack.exchange(RACK_TRANSFER, 60.0, constant / 100.0)
    assert rack.temperature == pytest.approx(60.0 - 40.0 / math.e)


def test_a_rack_raises_the_level_by_its_volume() -> None:
    bath = Bath(SHUT)
    before = bath.level
    bath.immerse(Rack(1, JOB))
    assert bath.level - before == pytest.approx(100.0 * (80.0 / 2700.0) / (3.68 * 1.2))


def test_no_second_rack_goes_in_and_none_comes_out_of_an_empty_bath() -> None:
    bath = Bath(SHUT)
    bath.immerse(Rack(1, JOB))
    with pytest.raises(RuntimeError, match="lowered onto"):
        bath.immerse(Rack(2, JOB))
    bath.withdraw()
    with pytest.raises(RuntimeError, match="no rack"):
        bath.withdraw()


@given(st.lists(st.sampled_from(range(3)), min_size=1, max_size=30))
def test_drag_out_moves_liquid_and_acid_but_loses_none(way: list[int]) -> None:
    baths = [Bath(SHUT), Bath(replace(SHUT, contents={})), Bath(replace(SHUT, contents={Species.DYE: 5.0}))]
    rack = Rack(1, JOB)

    def total() -> tuple[float, float, float]:
        volume = sum(bath.volume for bath in baths) + rack.drag.litres / 1000.0
        amounts = [*(bath.contents for bath in baths), rack.drag.amounts]
        return (
            volume,
            *(sum(each.get(species, 0.0) for each in amounts) for species in (Species.SULFURIC, Species.DYE)),
        )

    before = total()
    for number in way:
        baths[number].immerse(rack)
        baths[number].withdraw()
    assert total() == pytest.approx(before, rel=1e-9)


def test_the_feed_refills_and_stops() -> None:
    bath = Bath(BathSpec(contents={}, low=95.0, full=97.0, setpoint=20.0, open_share=0.0, wall=0.0))
    bath.volume *= 0.95
    assert bath.level < 95.0
    for _ in range(3600):
        bath.step(1.0, Air())
    assert 97.0 <= bath.level < 97.1
    assert not bath.filling


def test_a_fouled_rinse_is_fed_until_it_is_clean_and_overflows() -> None:
    bath = Bath(BathSpec(contents={}, feed=120.0, setpoint=18.0, rinse_limits=(300.0, 600.0), open_share=0.0))
    bath.immerse(Rack(1, JOB, drag=Drag(2.0, {Species.SULFURIC: 400.0})))
    assert bath.conductivity > 600.0
    for _ in range(3 * 3600):
        bath.step(1.0, Air())
    assert bath.conductivity == pytest.approx(300.0, abs=2.0)
    assert bath.volume <= 3.68 * 1.2 + 1e-9


def test_a_diluting_rinse_follows_the_exponential_of_a_stirred_tank() -> None:
    bath = Bath(BathSpec(contents={Species.NITRIC: 0.5}, feed=60.0, rinse_limits=(0.0, 0.0), full=100.0))
    before = bath.concentration(Species.NITRIC)
    for _ in range(3600):
        bath.step(1.0, Air(humidity=1.0))
    turnovers = 3600.0 / (3.68 * 1.2 * 1000.0)
    assert bath.concentration(Species.NITRIC) == pytest.approx(before * math.exp(-turnovers), rel=0.01)
