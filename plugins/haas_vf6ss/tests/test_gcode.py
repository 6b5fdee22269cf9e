"""The G-code interpreter, against moves worked out by hand and properties of circles."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twinpane_haas_vf6ss.gcode import (
    Arc,
    Block,
    Coolant,
    Dwell,
    GCodeError,
    Line,
    Setup,
    SpindleCommand,
    Stop,
    StopKind,
    ToolChange,
    interpret,
)

SETUP = Setup(work={54: (0.0, 0.0, 0.0), 55: (-100.0, -50.0, -400.0)}, lengths={1: 80.0, 2: 120.0})
END = "\nM30"


def run(text: str) -> tuple[Block, ...]:
    *blocks, last = interpret(text + END, SETUP).blocks
    assert isinstance(last, Stop)
    assert last.kind is StopKind.END
    return tuple(blocks)


def ends(text: str) -> list[tuple[float, float, float]]:
    return [pytest.approx(block.end) for block in run(text) if isinstance(block, Line | Arc)]


def test_rapid_and_feed_moves_follow_the_modal_motion() -> None:
    assert run("G0 X10.\nG1 Y5. F600\nX0") == (
        Line(1, (0, 0, 0), (10, 0, 0), None),
        Line(2, (10, 0, 0), (10, 5, 0), 600),
        Line(3, (10, 5, 0), (0, 5, 0), 600),
    )


def test_incremental_words_count_from_the_last_point() -> None:
    assert ends("G0 X10. Y10.\nG91 X5.\nX5. Y-1.\nG90 X0.") == [
        (10, 10, 0),
        (15, 10, 0),
        (20, 9, 0),
        (0, 9, 0),
    ]


def test_inches_scale_lengths_and_feeds() -> None:
    (move,) = run("G20 G1 X1. F10.")
    assert move == Line(1, (0, 0, 0), (25.4, 0, 0), 254.0)


def test_an_arc_in_inches_has_its_centre_in_millimetres() -> None:
    (arc,) = run("G20 G3 X0. Y2. J1. F10.")
    assert isinstance(arc, Arc)
    assert arc.centre == pytest.approx((0.0, 25.4))
    assert arc.end == pytest.approx((0.0, 50.8, 0.0))


def test_work_offset_and_tool_length_make_machine_coordinates_of_the_nose() -> None:
    assert ends("G55 G0 X0. Y0.\nG43 H2 Z10.\nG54 G49 Z0.") == [
        (-100, -50, 0),
        (-100, -50, -400 + 120 + 10),
        (-100, -50, 0),
    ]


def test_g53_is_machine_coordinates_for_one_line() -> None:
    assert ends("G55 G0 X0. Y0.\nG53 Z-5.\nX1.") == [(-100, -50, 0), (-100, -50, -5), (-99, -50, -5)]


def test_g28_goes_through_the_point_to_machine_zero_with_the_named_axes() -> None:
    assert ends("G0 X-10. Y-20. Z-30.\nG91 G28 Z0.\nG90 G28 X-15. Y-20.") == [
        (-10, -20, -30),
        (-10, -20, 0),
        (-15, -20, 0),
        (0, 0, 0),
    ]


@pytest.mark.parametrize(
    ("line", "centre", "angle"),
    [
        ("G2 X10. Y0. I5. J0. F100", (5, 0), -math.pi),
        ("G3 X10. Y0. I5. J0. F100", (5, 0), math.pi),
        ("G2 X10. Y10. R10. F100", (10, 0), -math.pi / 2),
        ("G3 X10. Y10. R10. F100", (0, 10), math.pi / 2),
        ("G2 X10. Y10. R-10. F100", (0, 10), -3 * math.pi / 2),
        ("G3 X10. Y10. R-10. F100", (10, 0), 3 * math.pi / 2),
        ("G3 I-4. F100", (-4, 0), 2 * math.pi),
        ("G2 J3. F100", (0, 3), -2 * math.pi),
    ],
)
def test_arcs_by_centre_and_by_radius(line: str, centre: tuple[float, float], angle: float) -> None:
    (arc,) = run(line)
    assert isinstance(arc, Arc)
    assert arc.centre == pytest.approx(centre)
    assert arc.angle == pytest.approx(angle)


@given(
    radius=st.floats(1.0, 500.0),
    first=st.floats(0.0, 6.28),
    sweep=st.floats(0.05, 6.2),
    clockwise=st.booleans(),
)
def test_an_r_arc_is_the_same_as_its_ij_arc(
    radius: float, first: float, sweep: float, clockwise: bool
) -> None:
    angle = -sweep if clockwise else sweep
    start = (radius * math.cos(first), radius * math.sin(first))
    end = (radius * math.cos(first + angle), radius * math.sin(first + angle))
    code = "G2" if clockwise else "G3"
    go = f"G0 X{start[0]:.9f} Y{start[1]:.9f}\n"
    _, by_centre = run(f"{go}{code} X{end[0]:.9f} Y{end[1]:.9f} I{-start[0]:.9f} J{-start[1]:.9f} F1")
    signed = radius if sweep <= math.pi else -radius
    _, by_radius = run(f"{go}{code} X{end[0]:.9f} Y{end[1]:.9f} R{signed:.9f} F1")
    assert isinstance(by_centre, Arc)
    assert isinstance(by_radius, Arc)
    assert by_centre.angle == pytest.approx(angle, abs=1e-6)
    # Near 180° the centre of an R arc hangs on the last digits of the chord: √(R² - (chord/2)²).
    assert by_radius.centre == pytest.approx((0.0, 0.0), abs=radius * 2e-3)
    assert by_radius.angle == pytest.approx(angle, abs=5e-3)


def test_a_helix_has_the_z_of_its_end() -> None:
    (arc,) = run("G3 I-5. Z-3. F100")
    assert isinstance(arc, Arc)
    assert arc.end == (0, 0, -3)
    assert arc.angle == pytest.approx(2 * math.pi)


def test_g81_drills_every_hole_until_g80_and_returns_to_the_initial_level() -> None:
    assert ends("G0 Z20.\nG98 G81 X1. Y1. Z-5. R2. F100\nX2.\nG80\nG0 X0.") == [
        (0, 0, 20),
        (1, 1, 20),
        (1, 1, 2),
        (1, 1, -5),
        (1, 1, 20),
        (2, 1, 20),
        (2, 1, 2),
        (2, 1, -5),
        (2, 1, 20),
        (0, 1, 20),
    ]


def test_g99_returns_to_the_r_level() -> None:
    assert ends("G0 Z20.\nG99 G81 X1. Z-5. R2. F100\nX2.")[-3:] == [(2, 0, 2), (2, 0, -5), (2, 0, 2)]


def test_g82_dwells_at_the_bottom() -> None:
    blocks = run("G0 Z5.\nG82 X1. Z-5. R2. P250 F100")
    assert [block for block in blocks if isinstance(block, Dwell)] == [Dwell(2, 0.25)]
    assert blocks.index(Dwell(2, 0.25)) == len(blocks) - 2


def test_g83_pecks_down_and_clears_the_hole_between() -> None:
    depths = [
        z for _, _, z in (b.end for b in run("G0 Z5.\nG83 X1. Z-10. R0. Q4. F100") if isinstance(b, Line))
    ]
    assert depths == pytest.approx([5, 5, 0, -4, 0, -3.5, -8, 0, -7.5, -10, 5])


def test_cycle_feed_moves_are_at_feed_and_the_rest_rapid() -> None:
    feeds = {b.end[2]: b.feed for b in run("G0 Z5.\nG81 X1. Z-10. R1. F123") if isinstance(b, Line)}
    assert feeds == {5.0: None, 1.0: None, -10.0: 123.0}


def test_dwell_is_milliseconds_without_a_point_and_seconds_with_one() -> None:
    assert run("G4 P1500\nG4 P1.5") == (Dwell(1, 1.5), Dwell(2, 1.5))


def test_spindle_coolant_tool_and_stops() -> None:
    assert run("T2 M6\nS3000 M3\nM8\nS4000\nM4\nM9 M5\nM0\nM1") == (
        ToolChange(1, 2),
        SpindleCommand(2, 3000),
        Coolant(3, True),
        SpindleCommand(4, 4000),
        SpindleCommand(5, -4000),
        SpindleCommand(6, 0),
        Coolant(6, False),
        Stop(7, StopKind.PROGRAM),
        Stop(8, StopKind.OPTIONAL),
    )


def test_a_tool_change_takes_the_head_up_first() -> None:
    assert run("G0 Z-100.\nT1 M6")[1:] == (Line(2, (0, 0, -100), (0, 0, 0), None), ToolChange(2, 1))


def test_comments_numbers_names_and_block_delete() -> None:
    program = interpret("%\nO01234 (BRACKET)\nN10 G00 X1. (there) ; and back\n/G0X2.\n\nM30\n%", SETUP)
    assert (program.name, program.title) == ("O01234", "BRACKET")
    assert [b.end[0] for b in program.blocks if isinstance(b, Line)] == [1.0, 2.0]
    assert program.text(3).startswith("N10")
    assert program.text(99) == ""


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("G1 X1.", "without F"),
        ("G41 X1.", "G41"),
        ("M98", "M98"),
        ("G0 X", "address word"),
        ("G0 X1. X2.", "twice"),
        ("G0 G1 X1.", "in one line"),
        ("(open", "comment"),
        ("G2 X1. F1", "R or I and J"),
        ("G2 X10. R1. F1", "too small"),
        ("G2 R5. F1 X0. Y0.", "full circle"),
        ("G2 X10. I5. R5. F1", "not both"),
        ("G3 X9. Y0. I5. F1", "off the circle"),
        ("G43 Z1.", "without H"),
        ("G43 H9 Z1.", "H9"),
        ("G56 G0 X1.", "G56"),
        ("M6", "without a tool"),
        ("G80\nX1.", "axis words without a motion"),
        ("G81 X1. Z-1. F1", "without R"),
        ("G83 X1. Z-1. R1. F1", "without Q"),
        ("G81 X1. Z2. R1. F1", "not below"),
        ("G4", "without P"),
        ("F0", "more than 0"),
        ("G3 G53 I1. F1", "G53 needs"),
    ],
)
def test_errors_say_the_line_and_the_cause(text: str, cause: str) -> None:
    with pytest.raises(GCodeError, match=cause) as caught:
        interpret(f"(first)\n{text}{END}", SETUP)
    assert caught.value.line == 2 + text.count("\n")
    assert str(caught.value).startswith(f"line {caught.value.line}: ")


def test_a_program_without_end_is_refused() -> None:
    with pytest.raises(GCodeError, match="M30"):
        interpret("G0 X1.", SETUP)
