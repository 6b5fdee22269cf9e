"""The tank keeps its balances."""

import pytest
from twinpane_coolant_tank.model import MINIMUM, Tank


def test_it_fills_to_its_setpoint_and_no_further() -> None:
    tank = Tank(level=200.0, level_set=450.0)
    levels = []
    for _ in range(2000):
        tank.step(0.05)
        levels.append(tank.level)
    assert max(levels) <= 450.0
    assert levels[-1] == pytest.approx(450.0, abs=0.5)


def test_what_is_made_up_thins_and_cools() -> None:
    tank = Tank(level=200.0, level_set=400.0, temperature=40.0, concentration=9.0)
    for _ in range(1200):
        tank.step(0.05)
    assert tank.concentration == pytest.approx((200 * 9 + 200 * 7) / 400, abs=0.01)
    assert 29.0 < tank.temperature < 31.0


def test_an_empty_tank_stops_its_pump() -> None:
    tank = Tank(level_set=0.0)
    for _ in range(1200):
        tank.step(0.05)
    assert tank.level < MINIMUM
    assert (tank.pump, tank.flow) == (False, 0.0)
