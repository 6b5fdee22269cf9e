"""The whole line over hours, watched from outside like a machine."""

from collections import defaultdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twinpane_anodizing_line import measurements
from twinpane_anodizing_line.measurements import LineState
from twinpane_anodizing_line.model.chemistry import Species
from twinpane_anodizing_line.model.line import Line
from twinpane_anodizing_line.model.recipes import Job, Visit
from twinpane_anodizing_line.model.stations import CELLS, TANKS, Station

HOURS = 4


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 10_000))
def test_hours_without_a_collision_or_a_missed_window(seed: int) -> None:
    line = Line(seed)
    since: dict[int, tuple[Station, float]] = {}
    stays: dict[int, list[tuple[Station, float]]] = defaultdict(list)
    finished = 0
    while line.time < HOURS * 3600.0:
        line.step(1.0)
        places = [rack.station for rack in line.racks if rack.station is not Station.OFF_LINE]
        assert len(places) == len(set(places)), "two racks in one place"
        assert line.pose.rack == next((r.number for r in line.racks if r.station is Station.HOIST), 0)
        for rack in line.racks:
            station, begun = since.get(rack.number, (Station.OFF_LINE, 0.0))
            if rack.station is station:
                continue
            if station in TANKS:
                stays[rack.number].append((station, line.time - begun))
            if rack.station is Station.UNLOAD:
                _judge(rack.job, rack.film, stays.pop(rack.number))
                finished += 1
            since[rack.number] = (rack.station, line.time)
    assert finished >= 2 * HOURS


def _judge(job: Job, film: float, stays: list[tuple[Station, float]]) -> None:
    route: tuple[Visit, ...] = job.recipe.route()
    assert len(stays) == len(route)
    for (station, seconds), visit in zip(stays, route, strict=True):
        assert station in visit.stations
        assert visit.shortest - 1.1 <= seconds <= visit.longest + 1.1
    assert job.recipe.low <= film <= job.recipe.high
    assert film == pytest.approx(job.recipe.film, rel=0.01)


def test_the_same_seed_gives_the_same_line_and_another_gives_another() -> None:
    def run(seed: int) -> list[object]:
        line = Line(seed)
        for _ in range(5400):
            line.step(1.0)
        return [measurements.instant(line), measurements.process(line)]

    assert run(3) == run(3)
    assert run(3) != run(4)


def test_the_size_of_the_steps_changes_neither_timetable_nor_film() -> None:
    fine, coarse = Line(5), Line(5)
    for _ in range(int(4200 / 0.25)):
        fine.step(0.25)
    for _ in range(420):
        coarse.step(10.0)
    assert coarse.timetable.moves == fine.timetable.moves
    assert [rack.station for rack in coarse.racks] == [rack.station for rack in fine.racks]
    for a, b in zip(coarse.racks, fine.racks, strict=True):
        assert a.film == pytest.approx(b.film, rel=0.01, abs=0.05)
    for station in TANKS:
        assert coarse.baths[station].temperature == pytest.approx(fine.baths[station].temperature, abs=0.3)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_it_starts_in_mid_production(seed: int) -> None:
    line = Line.in_production(seed)
    assert all(cell.film > 2.0 and cell.rectifier.current > 500.0 for cell in line.cells.values())
    x, z = line.pose.x, line.pose.z
    for _ in range(200):
        line.step(0.05)
    assert (line.pose.x, line.pose.z) != (x, z), "nothing moves in the first ten seconds"


def test_charge_film_and_counter_agree() -> None:
    line = Line.in_production(1)
    cell = line.cells[Station.ANODIZE_A]
    rack = cell.bath.rack
    assert rack is not None
    charge, counter, amperes = rack.charge, cell.rectifier.total, 0.0
    aluminium = cell.bath.contents[Species.ALUMINIUM]
    for _ in range(1200):
        line.step(0.1)
        amperes += cell.rectifier.current * 0.1
    assert rack.charge - charge == pytest.approx(amperes, rel=1e-6)
    assert (cell.rectifier.total - counter) / 1e6 == pytest.approx(amperes, rel=1e-6)
    assert cell.bath.contents[Species.ALUMINIUM] - aluminium == pytest.approx(amperes * 20.9e-6, rel=0.01)


def test_a_cell_under_current_warms_by_its_power_less_the_cooling() -> None:
    line = Line.in_production(1)
    cell = line.cells[Station.ANODIZE_A]
    start, joules = cell.bath.temperature, 0.0
    for _ in range(180):
        line.step(1.0)
        joules += (cell.rectifier.voltage + 1.41) * cell.rectifier.current - cell.cooled
    gained = (cell.bath.temperature - start) * cell.bath.capacity
    assert gained == pytest.approx(joules, abs=3_000.0 * 180)  # walls, air, evaporation, the rack


def test_both_cells_together_are_more_than_the_chiller_takes() -> None:
    line = Line.in_production(1)
    for cell in line.cells.values():
        cell.bath.temperature = 21.5
    before = [cell.bath.temperature for cell in line.cells.values()]
    for _ in range(180):
        line.step(1.0)
    assert all(cell.rectifier.current > 500.0 for cell in line.cells.values())
    assert all(cell.bath.temperature > old for cell, old in zip(line.cells.values(), before, strict=True))


def test_baths_drift_but_stay_in_their_normal_bands_over_a_shift() -> None:
    line = Line.in_production(1)
    acid = line.baths[Station.ANODIZE_A].concentration(Species.SULFURIC)
    for _ in range(8 * 3600):
        line.step(1.0)
        assert all(18.0 < line.baths[station].temperature < 22.0 for station in CELLS)
        assert 95.0 < line.baths[Station.SEAL].temperature < 99.0
        assert all(94.0 <= bath.level <= 101.5 for bath in line.baths.values())
    assert line.baths[Station.ANODIZE_A].concentration(Species.SULFURIC) < acid


def test_hold_lets_the_line_run_empty_and_release_starts_it_again() -> None:
    line = Line.in_production(2)
    assert measurements.state(line) is LineState.EXECUTE
    line.hold = True
    assert measurements.state(line) is LineState.HOLDING
    for _ in range(3 * 3600):
        line.step(1.0)
    assert measurements.state(line) is LineState.HELD
    assert all(bath.rack is None for bath in line.baths.values())
    line.hold = False
    entered = set()
    for _ in range(300):
        line.step(1.0)
        entered |= {rack.station for rack in line.racks}
    assert Station.CLEAN in entered
