"""The control: runs a schedule in time and says what it is doing, in MTConnect's words."""

from __future__ import annotations

from enum import IntEnum
from typing import Final

from twinpane_haas_vf6ss.gcode import (
    Coolant,
    Dwell,
    Point,
    Program,
    SpindleCommand,
    Stop,
    StopKind,
    ToolChange,
)
from twinpane_haas_vf6ss.machine import figures
from twinpane_haas_vf6ss.machine.motion import Motion
from twinpane_haas_vf6ss.machine.steps import Run, Schedule, Step, at_override, schedule

HOME: Final[Point] = (0.0, 0.0, 0.0)
STILL: Final[Point] = (0.0, 0.0, 0.0)


class Execution(IntEnum):
    """MTConnect part 3, ``Execution``."""

    READY = 0
    ACTIVE = 1
    INTERRUPTED = 2
    FEED_HOLD = 3
    STOPPED = 4
    OPTIONAL_STOP = 5
    PROGRAM_STOPPED = 6
    PROGRAM_COMPLETED = 7
    WAIT = 8


class ControllerMode(IntEnum):
    """MTConnect part 3, ``ControllerMode``."""

    AUTOMATIC = 0
    MANUAL = 1
    MANUAL_DATA_INPUT = 2
    SEMI_AUTOMATIC = 3
    EDIT = 4


_STOPPED_AS: Final = {
    StopKind.PROGRAM: Execution.PROGRAM_STOPPED,
    StopKind.OPTIONAL: Execution.OPTIONAL_STOP,
    StopKind.END: Execution.PROGRAM_COMPLETED,
}


class Control:
    """Runs one program; the commands to spindle, coolant and tool changer are its public state.

    ``feed_override`` and ``rapid_override`` in %; ``optional_stop`` is the key for M1. ``position`` mm of
    the nose in machine coordinates, ``velocity`` mm/s. ``tool`` is what the spindle holds; ``released``
    says that the drawbar opened in the last step; ``line`` counts from 1, 0 before the start.
    """

    def __init__(self, program: Program, tool: int) -> None:
        self.program = program
        self.schedule: Schedule = schedule(program)
        self.execution = Execution.READY
        self.mode = ControllerMode.AUTOMATIC
        self.feed_override = 100.0
        self.rapid_override = 100.0
        self.optional_stop = False
        self.position: Point = HOME
        self.velocity: Point = STILL
        self.feed_command = 0.0
        self.spindle_command = 0.0
        self.coolant_on = False
        self.tool = tool
        self.released = False
        self.line = 0
        self._index = 0
        self._motion: Motion | None = None
        self._timer = 0.0

    def start(self) -> None:
        """Cycle start: from the beginning, or on from a stop or feed hold."""
        if self.execution in (Execution.READY, Execution.PROGRAM_COMPLETED):
            self._index, self._motion, self._timer = 0, None, 0.0
        self.execution = Execution.ACTIVE

    def hold(self) -> None:
        """Feed hold: the axes brake and wait for `start`; the spindle goes on turning."""
        if self.execution is Execution.ACTIVE:
            self.execution = Execution.FEED_HOLD

    def reset(self) -> None:
        """Back to the program's beginning, ready."""
        self.execution = Execution.READY
        self.line = 0

    @property
    def remaining(self) -> float:
        """Seconds that are left of the program at the present feed override."""
        if self.execution is Execution.READY:
            return self.total
        if self.execution is Execution.PROGRAM_COMPLETED:
            return 0.0
        seconds, cutting = self._behind()
        left = self.schedule.remaining[self._index] - seconds
        return at_override(left, self.schedule.cutting[self._index] - cutting, self.feed_override / 100)

    @property
    def total(self) -> float:
        """Seconds that the whole program takes at the present feed override."""
        return self.schedule.total(self.feed_override / 100)

    def step(self, dt: float, spindle_at_speed: bool) -> None:
        """Go on for ``dt`` s; ``spindle_at_speed`` tells whether the last spindle command is reached."""
        self.released = False
        self.velocity = STILL
        left = dt
        while left > 1e-9:
            if self.execution is Execution.FEED_HOLD:
                self._brake(left)
                return
            if self.execution is not Execution.ACTIVE:
                return
            left = self._take(self.schedule.steps[self._index], left, spindle_at_speed)

    def _take(self, step: Step, dt: float, spindle_at_speed: bool) -> float:
        """Spend up to ``dt`` on the step under way; what is left of it."""
        match step:
            case Run():
                return self._move(step, dt)
            case Dwell():
                return self._wait(step.line, step.seconds, dt)
            case SpindleCommand():
                self.line = step.line
                fresh = self.spindle_command != step.speed
                self.spindle_command = step.speed
                if fresh or not spindle_at_speed:
                    return 0.0
                self._done()
            case ToolChange():
                return self._change_tool(step, dt, spindle_at_speed)
            case Coolant():
                self.line, self.coolant_on = step.line, step.on
                self._done()
            case Stop():
                self._stop(step)
        return dt

    def _move(self, run: Run, dt: float) -> float:
        motion = self._motion
        if motion is None:
            motion = self._motion = Motion(run.segments)
        left = motion.advance(dt, self.feed_override / 100, self.rapid_override / 100)
        self._show(motion)
        if motion.done:
            self.position = motion.position
            self._motion = None
            self._done()
        return left

    def _brake(self, dt: float) -> None:
        if self._motion is not None and not self._motion.done:
            self._motion.advance(dt, 0.0, 0.0)
            self._show(self._motion)

    def _show(self, motion: Motion) -> None:
        self.position, self.velocity = motion.position, motion.velocity
        self.line = motion.current.line
        self.feed_command = 0.0 if motion.current.rapid else motion.current.feed * 60

    def _wait(self, line: int, seconds: float, dt: float) -> float:
        self.line = line
        self._timer += dt
        if self._timer < seconds:
            return 0.0
        left = self._timer - seconds
        self._done()
        return left

    def _change_tool(self, change: ToolChange, dt: float, spindle_at_speed: bool) -> float:
        self.line = change.line
        fresh = self.spindle_command != 0.0
        self.spindle_command = 0.0
        if fresh or not spindle_at_speed:
            return 0.0
        if self.tool != change.number and self._timer >= figures.TOOL_CHANGE_SECONDS / 2:
            self.tool, self.released = change.number, True
        return self._wait(change.line, figures.TOOL_CHANGE_SECONDS, dt)

    def _stop(self, stop: Stop) -> None:
        self.line = stop.line
        if stop.kind is StopKind.OPTIONAL and not self.optional_stop:
            self._done()
            return
        if stop.kind is not StopKind.END:
            self._done()
        else:
            self.spindle_command, self.coolant_on = 0.0, False
        self.execution = _STOPPED_AS[stop.kind]

    def _done(self) -> None:
        self._index += 1
        self._timer = 0.0

    def _behind(self) -> tuple[float, float]:
        """Seconds (at 100 %) of the step under way that are behind, and what of them was cutting."""
        step = self.schedule.steps[self._index]
        if isinstance(step, Run) and self._motion is not None:
            at, share = self._motion.index, self._motion.share
            (a, b), (c, d) = step.starts[at : at + 2], step.cutting[at : at + 2]
            return a + (b - a) * share, c + (d - c) * share
        return self._timer, 0.0
