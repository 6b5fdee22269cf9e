"""The hoist's motion: speeds, accelerations, and one continuous way through a cycle."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twinpane_anodizing_line.model import hoist
from twinpane_anodizing_line.model.hoist import HoistState, Move, Profile, cycle, pose
from twinpane_anodizing_line.model.stations import Station, position

STOPS = st.sampled_from([station for station in Station if Station.LOAD <= station <= Station.UNLOAD])


@given(st.floats(0.0, 20_000.0), st.floats(10.0, 2000.0), st.floats(10.0, 2000.0))
def test_a_run_keeps_its_speed_and_acceleration_and_arrives(
    distance: float, speed: float, acceleration: float
) -> None:
    run = Profile(distance, speed, acceleration)
    assert run.at(-1.0) == 0.0
    assert run.at(run.duration + 1.0) == distance
    step = run.duration / 200.0
    ways = [run.at(i * step) for i in range(201)]
    speeds = [(b - a) / step for a, b in pairwise(ways)] if step else []
    assert all(-1e-6 <= each <= speed * (1 + 1e-6) for each in speeds)
    changes = [abs(b - a) / step for a, b in pairwise(speeds)]
    assert all(each <= acceleration * (1 + 1e-3) for each in changes)
    assert ways[-1] == pytest.approx(distance)


@given(STOPS, STOPS, STOPS)
def test_a_cycle_is_continuous_and_carries_the_rack_from_source_to_target(
    parked: Station, source: Station, target: Station
) -> None:
    move = Move(3, source, target, start=100.0)
    poses = [pose(parked, move, i * 0.05) for i in range(int((move.end + 1.0) / 0.05))]
    for before, after in pairwise(poses):
        assert abs(after.x - before.x) <= hoist.TRAVEL_SPEED * 0.05 + 1e-6
        assert abs(after.z - before.z) <= hoist.LIFT_SPEED * 0.05 + 1e-6
    carried = [each for each in poses if each.rack == 3]
    assert carried[0].x == position(source)
    assert carried[-1].x == position(target)
    assert carried[0].z == pytest.approx(hoist.SEAT, abs=10.0)
    assert carried[-1].z == pytest.approx(hoist.SEAT, abs=10.0)
    assert all(each.z == hoist.HIGH for each in poses if each.state is HoistState.TRAVEL)
    assert poses[-1] == hoist.Pose(HoistState.IDLE, position(target), hoist.HIGH)


def test_a_move_takes_what_its_phases_take() -> None:
    made = cycle(Station.CLEAN, Station.RINSE_1)
    assert made.end == pytest.approx(4 * (740.0 / 130.0 + 1.0) + 1.0 + 8.0 + 1.0 + (2800.0 / 600.0 + 2.0))
    assert made.lifted < made.lowered < made.end


def test_the_hoist_leaves_as_late_as_it_can_and_is_there_in_time() -> None:
    move = Move(1, Station.SEAL, Station.UNLOAD, start=60.0)
    assert pose(Station.LOAD, move, 30.0).state is HoistState.IDLE
    assert pose(Station.LOAD, move, 55.0).state is HoistState.APPROACH
    assert pose(Station.LOAD, move, 60.0).x == position(Station.SEAL)
