"""Dissolved matter: Faraday's law, acid bound, pH and conductivity by independent figures."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twinpane_anodizing_line.model import chemistry, dosing, plant
from twinpane_anodizing_line.model.bath import Bath
from twinpane_anodizing_line.model.chemistry import Species
from twinpane_anodizing_line.model.stations import Station


def test_an_ampere_hour_oxidizes_a_third_of_a_gram() -> None:
    assert chemistry.aluminium_oxidized(3600.0) == pytest.approx(0.33557, rel=1e-4)


@given(st.floats(1.0, 1e8))
def test_oxidized_metal_is_in_the_film_or_in_the_bath(charge: float) -> None:
    film, bath = chemistry.aluminium_in_film(charge), chemistry.aluminium_dissolved(charge)
    assert film + bath == pytest.approx(chemistry.aluminium_oxidized(charge))
    assert 0.15 < bath / (film + bath) < 0.30


def test_the_film_weighs_what_a_handbook_film_weighs() -> None:
    charge = 1.5 * 60.0 * 30.0  # A·s on one dm² in 30 min at 1.5 A/dm²: 14.75 µm
    grams_of_oxide = chemistry.aluminium_in_film(charge) * chemistry.ALUMINA / (2 * chemistry.ALUMINIUM)
    assert grams_of_oxide == pytest.approx(14.748e-4 * 100.0 * 2.5, rel=1e-3)


def test_strong_acid_is_strongly_acid_and_less_so_when_diluted() -> None:
    assert 0.3 < chemistry.acid_ph(180.0) < 0.6
    assert chemistry.acid_ph(18.0) == pytest.approx(chemistry.acid_ph(180.0) + 1.0)


def test_a_rinse_reads_what_the_ions_conduct() -> None:
    millimolar = {Species.SULFURIC: 98.079e-3 * 1000.0}  # 1 mmol/l in 1000 l
    expected = 30.0 + 1e-3 * (2 * 349.8 + 160.0) * 1e3
    assert chemistry.conductivity(millimolar, 1000.0) == pytest.approx(expected)


def test_etching_takes_caustic_by_the_mole_and_gives_heat() -> None:
    assert chemistry.etched(1.0, 800.0, 1.0) == pytest.approx(21.6)
    assert pytest.approx(40.0 / 26.98, rel=1e-3) == chemistry.CAUSTIC_PER_ALUMINIUM


def test_dosing_starts_low_and_stops_high() -> None:
    baths = {station: Bath(spec) for station, spec in plant.BATHS.items()}
    bath = baths[Station.ANODIZE_A]
    bath.contents[Species.SULFURIC] *= 171.9 / 180.0
    seen = []
    for _ in range(3000):
        dosing.dose(baths, 1.0)
        seen.append(bath.concentration(Species.SULFURIC))
    assert seen == sorted(seen)
    assert 182.0 <= seen[-1] < 182.02


def test_dragged_in_acid_lowers_the_seal_until_ammonia_binds_it() -> None:
    baths = {station: Bath(spec) for station, spec in plant.BATHS.items()}
    seal = baths[Station.SEAL]
    fresh = dosing.ph(Station.SEAL, seal)
    lowest = fresh
    for _ in range(200):
        seal.add(Species.SULFURIC, 20.0)
        lowest = min(lowest, dosing.ph(Station.SEAL, seal))
        dosing.dose(baths, 1.0)
    assert fresh == pytest.approx(5.7)
    assert plant.PH_LOW - 0.2 < lowest < plant.PH_LOW
