"""The rectifier: limits, ramp, exact charge, and voltage as film and bath make it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twinpane_anodizing_line.model import rectifier
from twinpane_anodizing_line.model.recipes import BLACK, RAMP, SOAK, Job
from twinpane_anodizing_line.model.rectifier import RATED_CURRENT, RATED_VOLTAGE, RampState, Rectifier

JOB = Job("1", "part", 1, 1, parts=24, area=768.8, mass=80.0, recipe=BLACK)
AREA, CELSIUS, FILM = st.floats(50.0, 2000.0), st.floats(0.0, 35.0), st.floats(0.0, 60.0)


@given(st.floats(0.0, 5000.0), AREA, CELSIUS, FILM)
def test_no_limit_is_ever_passed(wanted: float, area: float, celsius: float, film: float) -> None:
    current = rectifier.limited(wanted, area, celsius, film)
    assert 0.0 <= current <= min(wanted, RATED_CURRENT)
    volts = rectifier.voltage(current / area, area, celsius, film)
    assert volts <= RATED_VOLTAGE + 1e-6
    if current < min(wanted, RATED_CURRENT) - 1e-6:
        assert volts == pytest.approx(RATED_VOLTAGE, abs=1e-3), "limited, but by no limit"


@given(st.floats(0.2, 2.5), AREA, st.floats(5.0, 30.0), st.floats(0.0, 40.0))
def test_voltage_rises_with_film_and_current_and_falls_with_warmth(
    density: float, area: float, celsius: float, film: float
) -> None:
    volts = rectifier.voltage(density, area, celsius, film)
    assert rectifier.voltage(density, area, celsius, film + 1.0) > volts
    assert rectifier.voltage(density * 1.1, area, celsius, film) > volts
    assert rectifier.voltage(density, area, celsius + 1.0, film) < volts


def test_typical_voltage() -> None:
    assert rectifier.voltage(1.5, 800.0, 20.0, 5.0) == pytest.approx(16.0, abs=1.0)


def programme(dt: float) -> tuple[Rectifier, list[tuple[RampState, float]]]:
    made, seen = Rectifier(total=61_234_567_890 * 1_000_000), []
    made.begin(JOB)
    while made.state is not RampState.OFF:
        made.step(dt, 20.0, 0.0)
        seen.append((made.state, made.current))
    return made, seen


def test_a_programme_soaks_ramps_holds_and_ramps_down() -> None:
    _, seen = programme(0.25)
    states = [state for state, _ in seen]
    assert list(dict.fromkeys(states)) == [
        RampState.SOAK,
        RampState.RAMP_UP,
        RampState.CONSTANT_CURRENT,
        RampState.RAMP_DOWN,
        RampState.OFF,
    ]
    assert states.count(RampState.SOAK) * 0.25 == pytest.approx(SOAK, abs=0.5)
    assert states.count(RampState.RAMP_UP) * 0.25 == pytest.approx(RAMP, abs=0.5)
    rising = [current for state, current in seen if state is RampState.RAMP_UP]
    assert rising == sorted(rising)


@pytest.mark.parametrize("dt", [0.05, 0.2, 1.0])
def test_the_charge_passed_is_that_of_the_film_and_the_counter_is_exact(dt: float) -> None:
    made, seen = programme(dt)
    passed = made.ampere_seconds - 61_234_567_890
    assert passed == pytest.approx(sum(current * dt for _, current in seen), abs=2.0)
    overshoot = 1200.0 * (dt + 2.5 + dt)  # the last step, and the ramp down
    wanted = 11.5 / 0.327741 * 60.0 * 768.8
    assert wanted <= passed <= wanted + overshoot


def test_time_left_is_the_time_that_it_takes() -> None:
    made = Rectifier()
    made.begin(JOB)
    promised, elapsed = made.time_left, 0.0
    while made.state not in (RampState.RAMP_DOWN, RampState.OFF):
        made.step(0.5, 20.0, 0.0)
        elapsed += 0.5
        if made.state is not RampState.RAMP_DOWN:
            assert made.time_left == pytest.approx(promised - elapsed, abs=2.0)
    assert elapsed == pytest.approx(promised, abs=2.0)


def test_too_large_a_load_is_held_at_the_voltage_limit_and_says_so() -> None:
    made = Rectifier()
    made.begin(Job("1", "part", 1, 1, parts=1, area=600.0, mass=50.0, recipe=BLACK))
    for _ in range(300):
        made.step(1.0, -15.0, 60.0)
    assert made.state is RampState.VOLTAGE_LIMIT
    assert made.voltage == pytest.approx(RATED_VOLTAGE, abs=0.01)
    assert made.current < made.setpoint
