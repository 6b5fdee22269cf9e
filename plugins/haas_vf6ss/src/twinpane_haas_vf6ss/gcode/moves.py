"""The moves that a line's axis words ask for, from work to machine coordinates."""

from __future__ import annotations

from collections.abc import Iterator

from twinpane_haas_vf6ss.gcode.arcs import centre_from_radius, swept_angle
from twinpane_haas_vf6ss.gcode.blocks import Arc, Block, Dwell, Line, Point
from twinpane_haas_vf6ss.gcode.cycles import Cycle, hole
from twinpane_haas_vf6ss.gcode.errors import GCodeError
from twinpane_haas_vf6ss.gcode.modal import Modal
from twinpane_haas_vf6ss.gcode.setup import Setup
from twinpane_haas_vf6ss.gcode.words import ProgramLine

_AXES = ("X", "Y", "Z")


def work_position(modal: Modal, setup: Setup) -> Point:
    """Where the tool's tip stands in the work coordinates that hold now."""
    ox, oy, oz = setup.work[modal.work]
    x, y, z = modal.position
    return (x - ox, y - oy, z - oz - modal.length)


def _machine(modal: Modal, setup: Setup, work: Point) -> Point:
    ox, oy, oz = setup.work[modal.work]
    return (work[0] + ox, work[1] + oy, work[2] + oz + modal.length)


def seconds(line: ProgramLine, *, required: bool = False) -> float:
    """P as a dwell: seconds with a decimal point, milliseconds without (Haas).

    Raises:
        GCodeError: no P where one is required, or a negative one.
    """
    word = line.word("P")
    if word is None:
        if required:
            raise GCodeError(line.number, "G4 without P")
        return 0.0
    if word.value < 0:
        raise GCodeError(line.number, "P: a dwell is not negative")
    return word.value if word.pointed else word.value / 1000


def rapid_to(modal: Modal, target: Point, line: int) -> Iterator[Block]:
    """A rapid to machine coordinates, where it goes anywhere at all."""
    if target != modal.position:
        yield Line(line, modal.position, target, None)
        modal.position = target


def machine_coordinates(modal: Modal, line: ProgramLine) -> Iterator[Block]:
    """G53: this line's axis words are machine coordinates.

    Raises:
        GCodeError: with another motion than G0 or G1.
    """
    if modal.motion not in ("G0", "G1"):
        raise GCodeError(line.number, "G53 needs G0 or G1")
    wanted = [line.value(axis) for axis in _AXES]
    x, y, z = (
        here if value is None else value * modal.unit
        for here, value in zip(modal.position, wanted, strict=True)
    )
    yield from _straight(modal, (x, y, z), line, rapid=modal.motion == "G0")


def reference_return(modal: Modal, setup: Setup, line: ProgramLine) -> Iterator[Block]:
    """G28: the axes that are named go through the point given to machine zero; none named: all."""
    named = [axis for axis in _AXES if line.word(axis) is not None] or list(_AXES)
    yield from rapid_to(modal, _machine(modal, setup, _target(modal, setup, line)), line.number)
    x, y, z = (0.0 if axis in named else here for axis, here in zip(_AXES, modal.position, strict=True))
    yield from rapid_to(modal, (x, y, z), line.number)


def motion(modal: Modal, setup: Setup, line: ProgramLine) -> Iterator[Block]:
    """The motion that holds, applied to this line's axis words; nothing without any.

    Raises:
        GCodeError: axis words without a motion, a feed move without F, an impossible arc or cycle.
    """
    has_axes = any(line.word(axis) is not None for axis in _AXES)
    offsets = line.word("I") is not None or line.word("J") is not None
    if modal.motion in ("G2", "G3"):
        if has_axes or offsets:
            yield _arc(modal, setup, line, clockwise=modal.motion == "G2")
    elif has_axes:
        if modal.motion is None:
            raise GCodeError(line.number, "axis words without a motion: G80 ended the last one")
        if modal.motion in ("G0", "G1"):
            target = _machine(modal, setup, _target(modal, setup, line))
            yield from _straight(modal, target, line, rapid=modal.motion == "G0")
        else:
            yield from _drill(modal, setup, line, modal.motion)


def _target(modal: Modal, setup: Setup, line: ProgramLine) -> Point:
    here = work_position(modal, setup)
    x, y, z = (
        start if value is None else value * modal.unit + (0.0 if modal.absolute else start)
        for start, value in zip(here, (line.value(axis) for axis in _AXES), strict=True)
    )
    return (x, y, z)


def _feed(modal: Modal, line: ProgramLine) -> float:
    if modal.feed == 0.0:
        raise GCodeError(line.number, "a move at feed without F")
    return modal.feed


def _straight(modal: Modal, target: Point, line: ProgramLine, *, rapid: bool) -> Iterator[Block]:
    if rapid:
        yield from rapid_to(modal, target, line.number)
        return
    feed = _feed(modal, line)
    if target != modal.position:
        yield Line(line.number, modal.position, target, feed)
        modal.position = target


def _arc(modal: Modal, setup: Setup, line: ProgramLine, *, clockwise: bool) -> Arc:
    start, end = modal.position, _machine(modal, setup, _target(modal, setup, line))
    flat_start, flat_end = (start[0], start[1]), (end[0], end[1])
    radius, i, j = line.value("R"), line.value("I"), line.value("J")
    try:
        if radius is not None and (i is not None or j is not None):
            raise ValueError("an arc has R or I and J, not both")
        if radius is not None:
            centre = centre_from_radius(flat_start, flat_end, radius * modal.unit, clockwise)
        elif i is not None or j is not None:
            centre = (start[0] + (i or 0.0) * modal.unit, start[1] + (j or 0.0) * modal.unit)
        else:
            raise ValueError("an arc needs R or I and J")
        angle = swept_angle(flat_start, flat_end, centre, clockwise)
    except ValueError as error:
        raise GCodeError(line.number, str(error)) from error
    modal.position = end
    return Arc(line.number, start, end, centre, angle, _feed(modal, line))


def _drill(modal: Modal, setup: Setup, line: ProgramLine, code: str) -> Iterator[Block]:
    cycle = modal.cycle = _cycle(modal, line, code)
    x, y, _ = _target(modal, setup, line)
    level = modal.initial_z if modal.return_to_initial else cycle.retract
    here = work_position(modal, setup)
    yield from rapid_to(modal, _machine(modal, setup, (x, y, here[2])), line.number)
    for step in hole(cycle, level):
        target = _machine(modal, setup, (x, y, step.z))
        yield from _straight(modal, target, line, rapid=step.rapid)
        if step.dwell:
            yield Dwell(line.number, step.dwell)


def _cycle(modal: Modal, line: ProgramLine, code: str) -> Cycle:
    last = modal.cycle
    retract = _sticky(modal, line, "R", None if last is None else last.retract, modal.initial_z)
    bottom = _sticky(modal, line, "Z", None if last is None else last.bottom, retract or 0.0)
    if retract is None or bottom is None:
        raise GCodeError(line.number, f"{code} without {'R' if retract is None else 'Z'}")
    if bottom >= retract:
        raise GCodeError(line.number, f"{code}: Z{bottom:g} is not below R{retract:g}")
    peck = line.value("Q")
    pecking = last.peck if peck is None and last is not None else (peck or 0.0) * modal.unit
    if code == "G83" and pecking <= 0:
        raise GCodeError(line.number, "G83 without Q, or with a Q that is not more than 0")
    dwell = last.dwell if last is not None and line.word("P") is None else seconds(line)
    return Cycle(code, bottom, retract, pecking, dwell)


def _sticky(modal: Modal, line: ProgramLine, letter: str, last: float | None, origin: float) -> float | None:
    """R counts from the initial level and Z from R where G91 holds; both stay until programmed anew."""
    value = line.value(letter)
    if value is None:
        return last
    return value * modal.unit + (0.0 if modal.absolute else origin)
