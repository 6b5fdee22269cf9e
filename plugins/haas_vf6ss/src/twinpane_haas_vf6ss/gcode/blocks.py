"""What a program makes the machine do: one object per action, in machine coordinates and mm.

Coordinates are those of the spindle nose, as the control's *machine* position display shows them; work
offset and tool length are already added.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

Point = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """A straight move. ``feed`` in mm/min; None: rapid. ``line`` is the program's line, from 1."""

    line: int
    start: Point
    end: Point
    feed: float | None


@dataclass(frozen=True, slots=True)
class Arc:
    """A circular move in the XY plane, with a steady Z (a helix) where start and end differ in Z.

    ``angle`` is swept from start about ``centre`` (x, y), in radians, positive counter-clockwise;
    ``feed`` in mm/min along the path.
    """

    line: int
    start: Point
    end: Point
    centre: tuple[float, float]
    angle: float
    feed: float


@dataclass(frozen=True, slots=True)
class Dwell:
    """G4, or the dwell of a drilling cycle."""

    line: int
    seconds: float


@dataclass(frozen=True, slots=True)
class SpindleCommand:
    """M3 (positive), M4 (negative) or M5 (0): speed in rpm."""

    line: int
    speed: float


@dataclass(frozen=True, slots=True)
class ToolChange:
    """M6: the tool in pocket ``number`` goes into the spindle."""

    line: int
    number: int


@dataclass(frozen=True, slots=True)
class Coolant:
    """M8 and M9."""

    line: int
    on: bool


class StopKind(Enum):
    """Why a program stands still."""

    PROGRAM = "M0"
    OPTIONAL = "M1"
    END = "M30"


@dataclass(frozen=True, slots=True)
class Stop:
    """M0, M1, M2 or M30."""

    line: int
    kind: StopKind


Move = Line | Arc
Block = Line | Arc | Dwell | SpindleCommand | ToolChange | Coolant | Stop


@dataclass(frozen=True, slots=True)
class Program:
    """An interpreted program. ``name`` like ``O01234``, ``title`` the comment beside it."""

    name: str
    title: str
    lines: tuple[str, ...]
    blocks: tuple[Block, ...]

    def text(self, line: int) -> str:
        """The program text of a line (from 1); empty outside the program."""
        return self.lines[line - 1] if 1 <= line <= len(self.lines) else ""
