"""The machine as a whole, in simulated time."""

from __future__ import annotations

import pytest
from twinpane_haas_vf6ss.faults import CONCENTRATION, FAULTS, VIBRATION, Spells
from twinpane_haas_vf6ss.gcode import Arc, Line, interpret
from twinpane_haas_vf6ss.machine import figures
from twinpane_haas_vf6ss.machine.control import Control, ControllerMode, Execution
from twinpane_haas_vf6ss.machine.segments import segment
from twinpane_haas_vf6ss.model import Mill, setup, shipped_program
from twinpane_haas_vf6ss.orders import FIRST, part_made
from twinpane_haas_vf6ss.signals import SIGNALS
from twinpane_haas_vf6ss.simulator import LEAD_IN


def everything(mill: Mill) -> list[object]:
    return [signal.read(mill) for signal in SIGNALS]


def test_the_shipped_program_stays_within_the_travels() -> None:
    moves = [block for block in shipped_program().blocks if isinstance(block, Line | Arc)]
    assert len(moves) > 300
    for move in moves:
        shape = segment(move).shape
        for share in range(33):
            place = shape.at(shape.length * share / 32)
            for axis, (low, high) in zip(place, figures.TRAVEL, strict=True):
                assert low - 1e-6 <= axis <= high + 1e-6, f"line {move.line}"


def test_the_shipped_program_has_real_arcs_and_all_four_tools() -> None:
    program = shipped_program()
    assert (program.name, program.title) == ("O01234", "BRACKET LEFT")
    assert sum(isinstance(block, Arc) for block in program.blocks) > 80
    text = "\n".join(program.lines)
    for code in ("T1 M6", "T2 M6", "T3 M6", "T4 M6", "G81", "G82", "G83"):
        assert code in text


def test_one_part_from_cycle_start_to_the_next() -> None:
    mill = Mill(seed=3)
    raw = mill.stock.volume
    assert 240 < mill.control.total < 540
    seen: set[Execution] = set()
    loads, tools = 0.0, set()
    while not (mill.attendant.parts == 1 and mill.control.execution is Execution.ACTIVE):
        mill.step(0.1)
        assert mill.seconds < 1500, "the cycle does not end"
        seen.add(mill.control.execution)
        tools.add(mill.control.tool)
        loads = max(loads, mill.spindle.load)
        for here, (low, high) in zip(mill.control.position, figures.TRAVEL, strict=True):
            assert low <= here <= high
        if mill.attendant.door_open:
            assert mill.spindle.command == 0.0
            assert mill.control.mode is ControllerMode.MANUAL
            removed = raw - mill.stock.volume
            assert removed == 0.0 or removed > 1.5e6
    assert {Execution.ACTIVE, Execution.PROGRAM_COMPLETED} <= seen
    assert tools == {1, 2, 3, 4}
    assert 80.0 < loads < 140.0
    assert mill.order.done == FIRST.done + 1
    assert mill.stock.volume == raw
    assert not mill.attendant.door_open
    assert mill.coolant.level < 64.0
    assert 25.0 < mill.spindle.temperature < 65.0


def test_the_time_left_is_the_time_that_it_takes() -> None:
    mill = Mill(seed=3)
    mill.control.start()
    while mill.control.execution is not Execution.PROGRAM_COMPLETED:
        # The person does not meddle here: the control alone, with the spindle following.
        mill.control.step(0.01, mill.spindle.at_speed)
        mill.spindle.command = mill.control.spindle_command
        mill.spindle.step(0.01, 0.0)
        mill.seconds += 0.01
        assert mill.seconds < 900
    assert mill.seconds == pytest.approx(Mill().control.total, rel=0.03)


def test_a_newcomer_sees_milling_at_once() -> None:
    mill = Mill()
    mill.step(LEAD_IN + 2.0)
    before = mill.work_position
    for _ in range(10):
        mill.step(0.5)
        assert mill.control.execution is Execution.ACTIVE
        assert mill.cut.rate > 0.0
    assert mill.work_position != before


def test_the_same_seed_gives_the_same_machine() -> None:
    one, two, other = Mill(seed=5), Mill(seed=5), Mill(seed=6)
    for mill in (one, two, other):
        mill.step(120.0)
    assert everything(one) == everything(two)
    assert everything(one) != everything(other)


def test_feed_hold_stops_the_axes_and_not_the_spindle() -> None:
    mill = Mill()
    mill.step(100.0)
    mill.control.hold()
    mill.step(1.0)
    held = mill.control.position
    mill.step(2.0)
    assert mill.control.execution is Execution.FEED_HOLD
    assert mill.control.position == held
    assert mill.feed == 0.0
    assert mill.spindle.speed == pytest.approx(10_000.0)
    mill.step(6.0)
    assert mill.control.execution is Execution.ACTIVE
    assert mill.control.position != held


@pytest.mark.parametrize(("key", "state"), [(False, Execution.ACTIVE), (True, Execution.OPTIONAL_STOP)])
def test_an_optional_stop_needs_its_key(key: bool, state: Execution) -> None:
    control = Control(interpret("M1\nG4 P60.\nM30", setup()), tool=1)
    control.optional_stop = key
    control.start()
    control.step(0.1, spindle_at_speed=True)
    assert control.execution is state
    control.start()
    control.step(61.0, spindle_at_speed=True)
    assert control.execution is Execution.PROGRAM_COMPLETED


def test_a_program_stop_waits_for_cycle_start() -> None:
    control = Control(interpret("M0\nG0 X-5.\nM30", setup()), tool=1)
    control.start()
    control.step(10.0, spindle_at_speed=True)
    assert control.execution is Execution.PROGRAM_STOPPED
    assert control.position == (0.0, 0.0, 0.0)


def test_orders_follow_one_another() -> None:
    order = FIRST
    for _ in range(FIRST.planned - FIRST.done - 1):
        order = part_made(order)
    assert (order.number, order.part_in_work) == (FIRST.number, FIRST.planned)
    order = part_made(order)
    assert order.number != FIRST.number
    assert order.lot != FIRST.lot
    assert order.part_in_work == 1


def test_bad_spells_begin_and_end_and_come_again() -> None:
    spells = Spells(seed=1)
    bad = {fault.node: [] for fault in FAULTS}
    for tenth in range(6000):
        for node in spells.at(tenth / 10):
            bad[node].append(tenth / 10)
    assert bad[VIBRATION][0] == 25.0
    assert 6.0 <= sum(1 for at in bad[VIBRATION] if at < 60) / 10 <= 10.1
    assert any(at > 95 for at in bad[VIBRATION])
    assert len(bad[VIBRATION]) < 1000
    assert bad[CONCENTRATION]


@pytest.mark.parametrize("override", [80.0, 110.0])
def test_the_time_left_is_right_at_any_feed_override(override: float) -> None:
    control = Control(shipped_program(), tool=4)
    control.feed_override = override
    control.start()
    seconds, said = 0.0, []
    while control.execution is Execution.ACTIVE:
        said.append((seconds, control.remaining))
        control.step(0.1, spindle_at_speed=True)
        seconds += 0.1
        assert control.total == pytest.approx(said[0][1])
    # The schedule waits for the spindle, which is at speed at once here.
    for then, left in said[:: len(said) // 10]:
        assert left == pytest.approx(seconds - then, rel=0.03, abs=12.0)


def test_turning_the_override_and_back_leaves_the_time_left_as_it_was() -> None:
    control = Control(shipped_program(), tool=4)
    control.start()
    for _ in range(600):
        control.step(0.1, spindle_at_speed=True)
    before = control.remaining
    control.feed_override = 50.0
    assert before < control.remaining < 2 * before, "rapids, dwells and tool changes take as long as ever"
    control.feed_override = 100.0
    assert control.remaining == before
