"""The film against the 720 rule in the units in which the rule is stated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twinpane_anodizing_line.model import film

DENSITIES = st.floats(5.0, 40.0)


@pytest.mark.parametrize(("asf", "minutes"), [(12, 60), (18, 40), (24, 30), (30, 24), (40, 18)])
def test_one_mil_takes_the_minutes_of_the_published_table(asf: float, minutes: float) -> None:
    density = asf / film.DM2_PER_FT2
    assert film.rate(density) * minutes == pytest.approx(25.4)


@given(DENSITIES, st.floats(0.05, 1.0), st.floats(1.0, 100.0))
def test_minutes_are_720_mils_per_asf(asf: float, mils: float, square_feet: float) -> None:
    minutes = 720.0 * mils / asf
    charge = asf * square_feet * minutes * 60.0
    assert film.thickness(charge, square_feet * 9.290304) == pytest.approx(mils * 25.4)


@given(st.floats(0.1, 60.0), st.floats(1.0, 2000.0))
def test_charge_for_a_film_makes_that_film(micrometres: float, area: float) -> None:
    assert film.thickness(film.charge_for(micrometres, area), area) == pytest.approx(micrometres)


def test_the_factor_in_metric_units() -> None:
    assert pytest.approx(0.327741, abs=1e-6) == film.GROWTH
