"""From address words to machine blocks, in the order in which a control executes a line.

Order within a line after RS274/NGC (NIST IR 6556, table 8): feed, speed, tool, tool change, spindle,
coolant, units and offsets, dwell, reference return, motion, stop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from twinpane_haas_vf6ss.gcode import moves
from twinpane_haas_vf6ss.gcode.blocks import (
    Block,
    Coolant,
    Dwell,
    Program,
    SpindleCommand,
    Stop,
    StopKind,
    ToolChange,
)
from twinpane_haas_vf6ss.gcode.errors import GCodeError
from twinpane_haas_vf6ss.gcode.modal import MILLIMETRES_PER_INCH, Modal
from twinpane_haas_vf6ss.gcode.setup import Setup
from twinpane_haas_vf6ss.gcode.words import ProgramLine, read_line

_MOTION: Final = ("G0", "G1", "G2", "G3", "G81", "G82", "G83")
_UNITS: Final = {"G20": MILLIMETRES_PER_INCH, "G21": 1.0}
_WITHOUT_EFFECT: Final = ("G17", "G40", "G49", "G94")
"""The only plane, no cutter compensation, feed per minute: what this machine does anyway; G49 below."""
_ONE_SHOT: Final = ("G4", "G28", "G43", "G49", "G53", "G80", "G90", "G91", "G98", "G99")
_WORK: Final = {f"G{number}": number for number in range(54, 60)}
_STOPS: Final = {"M0": StopKind.PROGRAM, "M1": StopKind.OPTIONAL, "M2": StopKind.END, "M30": StopKind.END}
_SPINDLE: Final = {"M3": 1, "M4": -1, "M5": 0}
_COOLANT: Final = {"M8": True, "M9": False}
_KNOWN_G: Final = frozenset((*_MOTION, *_UNITS, *_WITHOUT_EFFECT, *_ONE_SHOT, *_WORK))
_KNOWN_M: Final = frozenset((*_STOPS, *_SPINDLE, *_COOLANT, "M6"))


def interpret(text: str, setup: Setup) -> Program:
    """Run a program through the control's memory and give what the machine has to do.

    Raises:
        GCodeError: a line that this control cannot run; the message names the line.
    """
    lines = tuple(text.splitlines())
    reading = _Reading(Modal(position=setup.start), setup)
    for number, raw in enumerate(lines, start=1):
        reading.take(read_line(raw, number))
        if reading.ended:
            break
    if not reading.ended:
        raise GCodeError(len(lines), "the program ends without M30")
    return Program(reading.name, reading.title, lines, tuple(reading.blocks))


@dataclass(slots=True)
class _Reading:
    """A program half read."""

    modal: Modal
    setup: Setup
    name: str = ""
    title: str = ""
    blocks: list[Block] = field(default_factory=list)
    ended: bool = False

    def take(self, line: ProgramLine) -> None:
        """Execute one line."""
        codes_g, codes_m = line.codes("G"), line.codes("M")
        for code in (*codes_g, *codes_m):
            if code not in _KNOWN_G | _KNOWN_M:
                raise GCodeError(line.number, f"{code} is not known to this control")
        self._name(line)
        self._feed_and_speed(line, codes_g)
        self._tool(line, codes_m)
        self._switches(line, codes_m)
        self._modes(line, codes_g)
        self._act(line, codes_g)
        self._stop(line, codes_m)

    def _name(self, line: ProgramLine) -> None:
        number = line.value("O")
        if number is not None:
            self.name, self.title = f"O{int(number):05d}", line.comment

    def _feed_and_speed(self, line: ProgramLine, codes: tuple[str, ...]) -> None:
        # Units first: an F in the line of a G20 is in inches.
        for code in codes:
            self.modal.unit = _UNITS.get(code, self.modal.unit)
        feed, speed, tool = line.value("F"), line.value("S"), line.value("T")
        if feed is not None:
            if feed <= 0:
                raise GCodeError(line.number, f"F{feed:g}: a feed is more than 0")
            self.modal.feed = feed * self.modal.unit
        if speed is not None:
            if speed < 0:
                raise GCodeError(line.number, f"S{speed:g}: a speed is not less than 0")
            self.modal.speed = speed
        if tool is not None:
            self.modal.selected = int(tool)

    def _tool(self, line: ProgramLine, codes: tuple[str, ...]) -> None:
        if "M6" not in codes:
            return
        if self.modal.selected is None:
            raise GCodeError(line.number, "M6 without a tool: no T was programmed")
        self.modal.tool = self.modal.selected
        self.modal.direction = 0
        # The arm is at Z0; the control goes there by itself before it swings.
        x, y, _ = self.modal.position
        self.blocks.extend(moves.rapid_to(self.modal, (x, y, 0.0), line.number))
        self.blocks.append(ToolChange(line.number, self.modal.tool))

    def _switches(self, line: ProgramLine, codes: tuple[str, ...]) -> None:
        turned = [_SPINDLE[code] for code in codes if code in _SPINDLE]
        if turned:
            self.modal.direction = turned[-1]
        if turned or (line.word("S") is not None and self.modal.direction):
            self.blocks.append(SpindleCommand(line.number, self.modal.speed * self.modal.direction))
        self.blocks.extend(Coolant(line.number, _COOLANT[code]) for code in codes if code in _COOLANT)

    def _modes(self, line: ProgramLine, codes: tuple[str, ...]) -> None:
        modal = self.modal
        for code in codes:
            if code in _WORK:
                modal.work = _WORK[code]
                if modal.work not in self.setup.work:
                    raise GCodeError(line.number, f"{code}: this work offset is not set")
            match code:
                case "G90" | "G91":
                    modal.absolute = code == "G90"
                case "G98" | "G99":
                    modal.return_to_initial = code == "G98"
                case "G49":
                    modal.length = 0.0
                case "G43":
                    modal.length = self._length(line)

    def _length(self, line: ProgramLine) -> float:
        number = line.value("H")
        if number is None:
            raise GCodeError(line.number, "G43 without H")
        if int(number) not in self.setup.lengths:
            raise GCodeError(line.number, f"H{int(number)}: this tool length is not set")
        return self.setup.lengths[int(number)]

    def _act(self, line: ProgramLine, codes: tuple[str, ...]) -> None:
        motions = [code for code in codes if code in _MOTION]
        if len(motions) > 1:
            raise GCodeError(line.number, f"{' and '.join(motions)} in one line")
        if "G80" in codes:
            self.modal.motion, self.modal.cycle = None, None
        if motions:
            self._begin(motions[0])
        if "G4" in codes:
            self.blocks.append(Dwell(line.number, moves.seconds(line, required=True)))
        elif "G28" in codes:
            self.blocks.extend(moves.reference_return(self.modal, self.setup, line))
        elif "G53" in codes:
            self.blocks.extend(moves.machine_coordinates(self.modal, line))
        else:
            self.blocks.extend(moves.motion(self.modal, self.setup, line))

    def _begin(self, code: str) -> None:
        modal = self.modal
        if code in ("G0", "G1", "G2", "G3"):
            modal.cycle = None
        elif modal.motion not in ("G81", "G82", "G83"):
            modal.initial_z = moves.work_position(modal, self.setup)[2]
        modal.motion = code

    def _stop(self, line: ProgramLine, codes: tuple[str, ...]) -> None:
        for code in codes:
            if code in _STOPS:
                self.blocks.append(Stop(line.number, _STOPS[code]))
                self.ended = self.ended or _STOPS[code] is StopKind.END
