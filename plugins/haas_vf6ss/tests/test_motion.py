"""Motion in time: never over the limits, always where the program says."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twinpane_haas_vf6ss.gcode import Arc, Line, Setup, interpret
from twinpane_haas_vf6ss.machine import figures
from twinpane_haas_vf6ss.machine.motion import Motion
from twinpane_haas_vf6ss.machine.segments import Segment, segment

SETUP = Setup(work={54: (-800.0, -400.0, -300.0)}, start=(-800.0, -400.0, -300.0))
TICK = 0.004
ACCELERATION = max(figures.ACCELERATION)
KINK = 0.001
"""rad: the largest corner that is taken without a stop, see segments.smooth."""

coordinates = st.floats(-25.0, 25.0).map(lambda value: round(value, 3))
points = st.tuples(coordinates, coordinates, st.floats(-20.0, 20.0).map(lambda value: round(value, 3)))
feeds = st.integers(1_500, 12_000)
moves = st.tuples(st.sampled_from(["G0", "G1", "G3"]), points, feeds)


def segments(text: str) -> list[Segment]:
    blocks = interpret(text + "\nM30", SETUP).blocks
    return [segment(block) for block in blocks if isinstance(block, Line | Arc)]


def code(move: tuple[str, tuple[float, float, float], int]) -> str:
    kind, (x, y, z), feed = move
    if kind == "G3":
        return f"G3 I{abs(x) + 1:.3f} J{y:.3f} Z{z:.3f} F{feed}"
    return f"{kind} X{x:.3f} Y{y:.3f} Z{z:.3f} F{feed}"


def follow(motion: Motion, overrides: list[tuple[float, float]]) -> list[tuple[tuple[float, ...], float]]:
    """(velocity, speed limit of the segment) at every tick; overrides change every 20 ticks, at first."""
    seen = []
    for tick in range(20_000):
        feed, rapid = overrides[(tick // 20) % len(overrides)] if tick < 240 else (1.0, 1.0)
        motion.advance(TICK, feed, rapid)
        seen.append((motion.velocity, motion.current.cap))
        if motion.done:
            return seen
    raise AssertionError("the motion does not end")


override = st.sampled_from([0.0, 0.5, 1.0, 1.5])


@given(
    program=st.lists(moves, min_size=1, max_size=4),
    overrides=st.lists(st.tuples(override, override), min_size=1, max_size=4),
)
def test_speed_and_acceleration_stay_within_the_axes(
    program: list[tuple[str, tuple[float, float, float], int]], overrides: list[tuple[float, float]]
) -> None:
    run = segments("\n".join(map(code, program)))
    if not run:
        return
    before = (0.0, 0.0, 0.0)
    for velocity, cap in follow(Motion(run), overrides):
        speed = math.hypot(*velocity)
        assert speed <= cap * (1 + 1e-9) or speed <= math.hypot(*before)
        for axis, limit in zip(velocity, figures.RAPID, strict=True):
            assert abs(axis) <= limit / 60 * (1 + 1e-9)
        change = math.dist(velocity, before)
        # A straight line may use each axis to its limit, so the vector may be √3 of one axis.
        assert change <= ACCELERATION * math.sqrt(3) * TICK * (1 + 1e-6) + KINK * speed
        before = velocity


@given(program=st.lists(moves, min_size=1, max_size=4))
def test_each_axis_accelerates_no_more_than_it_may(
    program: list[tuple[str, tuple[float, float, float], int]],
) -> None:
    run = segments("\n".join(map(code, program)))
    if not run:
        return
    before = (0.0, 0.0, 0.0)
    for velocity, _ in follow(Motion(run), [(1.0, 1.0)]):
        for axis, (now, then) in enumerate(zip(velocity, before, strict=True)):
            limit = figures.ACCELERATION[axis] * TICK * (1 + 1e-6)
            assert abs(now - then) <= limit + KINK * math.hypot(*velocity)
        before = velocity


@given(program=st.lists(moves, min_size=1, max_size=5))
def test_a_run_ends_where_the_program_says(
    program: list[tuple[str, tuple[float, float, float], int]],
) -> None:
    blocks = [
        block
        for block in interpret("\n".join(map(code, program)) + "\nM30", SETUP).blocks
        if isinstance(block, Line | Arc)
    ]
    if not blocks:
        return
    motion = Motion([segment(block) for block in blocks])
    follow(motion, [(1.0, 1.0)])
    assert motion.position == pytest.approx(blocks[-1].end, abs=1e-6)
    assert motion.speed == 0.0


def test_a_long_line_takes_the_time_of_a_trapezoid() -> None:
    (line,) = segments("G1 X300. F6000")
    motion = Motion([line])
    left = motion.advance(100.0)
    # t = s/v + v/a for a trapezoid with v = 100 mm/s, a = 3000 mm/s²
    assert 100.0 - left == pytest.approx(3.0 + 100 / 3000, abs=0.01)


def test_arcs_run_at_the_programmed_feed_along_the_arc() -> None:
    motion = Motion(segments("G3 X100. Y100. R100. F3000"))
    motion.advance(1.0)
    assert motion.speed * 60 == pytest.approx(3000.0)
    centre = (-800.0, -300.0)
    assert math.dist(motion.position[:2], centre) == pytest.approx(100.0)


def test_a_tight_arc_is_slower_than_its_feed() -> None:
    motion = Motion(segments("G3 I1. F12000"))
    fastest = max(math.hypot(*velocity) for velocity, _ in follow(motion, [(1.0, 1.0)]))
    assert fastest**2 / 1.0 <= min(figures.ACCELERATION)
    assert fastest < 12_000 / 60


def test_smooth_joints_are_passed_and_corners_stop() -> None:
    def slowest_inside(text: str) -> float:
        motion = Motion(segments(text))
        seen = [math.hypot(*velocity) for velocity, _ in follow(motion, [(1.0, 1.0)])]
        return min(seen[50:-50])

    assert slowest_inside("G1 X60. F3000\nG3 X80. Y20. J20.\nG1 Y80.") == pytest.approx(50.0)
    assert slowest_inside("G1 X60. F3000\nG1 Y60.") < 15.0


def test_feed_override_governs_feeds_and_rapid_override_rapids() -> None:
    feed = Motion(segments("G1 X300. F6000"))
    feed.advance(1.0, 0.5, 1.0)
    assert feed.speed == pytest.approx(50.0)
    rapid = Motion(segments("G0 X300."))
    rapid.advance(0.5, 0.0, 0.25)
    assert rapid.speed == pytest.approx(figures.RAPID[0] / 60 / 4)


def test_zero_override_stops_and_holds_the_place() -> None:
    motion = Motion(segments("G1 X300. F6000"))
    motion.advance(1.0)
    motion.advance(1.0, 0.0, 0.0)
    held = motion.position
    assert motion.speed == 0.0
    motion.advance(5.0, 0.0, 0.0)
    assert motion.position == held
    motion.advance(0.5)
    assert motion.speed == pytest.approx(100.0)
