"""A program cut into what the control does one after the other, with its times at 100 %."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from twinpane_haas_vf6ss.gcode import (
    Arc,
    Block,
    Coolant,
    Dwell,
    Line,
    Program,
    SpindleCommand,
    Stop,
    ToolChange,
)
from twinpane_haas_vf6ss.machine import figures
from twinpane_haas_vf6ss.machine.motion import Motion
from twinpane_haas_vf6ss.machine.segments import Segment, segment

_TICK: Final = 0.02


@dataclass(frozen=True, slots=True)
class Run:
    """Moves without anything between them. ``starts`` s after the run's begin; one more for its end.

    ``cutting`` is what of these times the feed override governs: that of all moves but rapids.
    """

    segments: tuple[Segment, ...]
    starts: tuple[float, ...]
    cutting: tuple[float, ...]

    @property
    def seconds(self) -> float:
        """How long the run takes at 100 %."""
        return self.starts[-1]


Step = Run | Dwell | SpindleCommand | ToolChange | Coolant | Stop


@dataclass(frozen=True, slots=True)
class Schedule:
    """The steps of a program and, for each, the seconds that remain at its begin (and 0 at the end).

    ``cutting`` is what of ``remaining`` the feed override governs.
    """

    steps: tuple[Step, ...]
    remaining: tuple[float, ...]
    cutting: tuple[float, ...]

    def total(self, feed_override: float = 1.0) -> float:
        """The cycle time in s at a feed override (1.0 = 100 %)."""
        return at_override(self.remaining[0], self.cutting[0], feed_override)


def at_override(seconds: float, cutting: float, feed_override: float) -> float:
    """What ``seconds`` at 100 % become, of which ``cutting`` go by the feed override.

    Dwells, rapids and tool changes take as long as ever. That a faster feed is reached later is left out.
    """
    return seconds - cutting + cutting / max(feed_override, 0.01)


def schedule(program: Program) -> Schedule:
    """Group a program's blocks into steps and time them; a program ends with a stop, never with a move."""
    steps: list[Step] = []
    moves: list[Segment] = []
    for block in program.blocks:
        if isinstance(block, Line | Arc):
            moves.append(segment(block))
            continue
        if moves:
            steps.append(_run(moves))
            moves = []
        steps.append(block)
    remaining, cutting = [0.0], [0.0]
    for step, seconds in zip(reversed(steps), reversed(_durations(steps)), strict=True):
        remaining.append(remaining[-1] + seconds)
        cutting.append(cutting[-1] + (step.cutting[-1] if isinstance(step, Run) else 0.0))
    return Schedule(tuple(steps), tuple(reversed(remaining)), tuple(reversed(cutting)))


def _run(segments: Sequence[Segment]) -> Run:
    motion = Motion(segments)
    starts, now = [0.0], 0.0
    while len(starts) <= len(segments):
        now += _TICK - motion.advance(_TICK)
        begun = motion.index + (1 if motion.done else 0)
        starts.extend([now] * (begun + 1 - len(starts)))
    cutting = [0.0]
    for each, begin, end in zip(segments, starts, starts[1:], strict=False):
        cutting.append(cutting[-1] + (0.0 if each.rapid else end - begin))
    return Run(tuple(segments), tuple(starts), tuple(cutting))


def _durations(steps: Sequence[Step]) -> list[float]:
    speed, result = 0.0, []
    for step in steps:
        result.append(_duration(step, speed))
        if isinstance(step, SpindleCommand):
            speed = step.speed
        elif isinstance(step, ToolChange):
            speed = 0.0
    return result


def _duration(step: Run | Block, speed: float) -> float:
    match step:
        case Run():
            return step.seconds
        case Dwell():
            return step.seconds
        case SpindleCommand():
            return abs(step.speed - speed) / figures.SPINDLE_RAMP
        case ToolChange():
            return figures.TOOL_CHANGE_SECONDS + abs(speed) / figures.SPINDLE_RAMP
        case _:
            return 0.0
