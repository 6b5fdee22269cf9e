"""The whole machine in time: control, axes, spindle, cut, coolant and the person beside it. Pure.

No clock, no protocol: `Mill.step` is told how much time goes by, and all chance comes from the seed, so
the same seed and steps give the same machine.
"""

from __future__ import annotations

import math
from importlib import resources
from typing import Final

from twinpane_haas_vf6ss.attendant import Attendant
from twinpane_haas_vf6ss.gcode import Point, Program, Setup, interpret
from twinpane_haas_vf6ss.machine.control import Control
from twinpane_haas_vf6ss.machine.servo import Servo
from twinpane_haas_vf6ss.machine.spindle import Spindle
from twinpane_haas_vf6ss.machine.tools import Tool, cutting_speed, magazine
from twinpane_haas_vf6ss.orders import FIRST, part_made
from twinpane_haas_vf6ss.process.coolant import Coolant
from twinpane_haas_vf6ss.process.cutting import ALUMINIUM_6082, Cut, RemovalMeter, cut
from twinpane_haas_vf6ss.process.stock import Stock
from twinpane_haas_vf6ss.process.supply import Air, Chips
from twinpane_haas_vf6ss.process.vibration import Vibration

TICK: Final = 0.01
"""Longest step in s: at the fastest feed of the program the tool goes 0.8 mm in it."""

WORK_ZERO: Final[Point] = (-1143.0, -526.5, -684.0)
"""G54: the raw block's lower left corner of the finished top, in machine coordinates."""

PART_LOW: Final = (-3.0, -3.0)
PART_HIGH: Final = (483.0, 243.0)
PART_BOTTOM: Final = -60.0
PART_TOP: Final = 3.0
"""Raw block in work coordinates: 486 × 246 × 63 mm."""

PROGRAM_FILE: Final = "O01234.nc"
AMBIENT: Final = 22.0
PARTS_BEFORE: Final = 18_743
REVOLUTIONS_BEFORE: Final = 5_482_113_906
"""Counters of the machine's life at the start; the second is past 32 bits, as after some 15,000 h."""


def setup() -> Setup:
    """The offsets with which the shipped program runs."""
    return Setup(work={54: WORK_ZERO}, lengths={number: tool.length for number, tool in magazine().items()})


def shipped_program() -> Program:
    """The program that the simulated machine mills."""
    folder = resources.files("twinpane_haas_vf6ss") / "programs"
    return interpret((folder / PROGRAM_FILE).read_text(encoding="utf-8"), setup())


class Mill:
    """A VF-6SS at work on ``program`` (the shipped one where none is given)."""

    def __init__(self, seed: int = 1, program: Program | None = None) -> None:
        self.tools = magazine()
        self.control = Control(program or shipped_program(), tool=4)
        self.spindle = Spindle(temperature=36.5, ambient=AMBIENT)
        self.servos = tuple(Servo(axis) for axis in range(3))
        self.stock = Stock(PART_LOW, PART_HIGH, PART_BOTTOM, PART_TOP)
        self.coolant = Coolant(level=64.0, concentration=7.3)
        self.air = Air()
        self.chips = Chips()
        self.vibration = Vibration(seed)
        self.attendant = Attendant(seed + 1)
        self.order = FIRST
        self.material = ALUMINIUM_6082
        self.cut = Cut()
        self.seconds = 0.0
        self.cutting_seconds = 0.0
        self.spindle_revolutions = float(REVOLUTIONS_BEFORE)
        self._removal = RemovalMeter()

    @property
    def tool(self) -> Tool:
        """What the spindle holds."""
        return self.tools[self.control.tool]

    @property
    def work_position(self) -> Point:
        """The tool's tip in G54."""
        x, y, z = (here - zero for here, zero in zip(self.control.position, WORK_ZERO, strict=True))
        return (x, y, z - self.tool.length)

    @property
    def feed(self) -> float:
        """Path speed in mm/min."""
        return math.hypot(*self.control.velocity) * 60

    @property
    def parts_in_life(self) -> int:
        """The machine's counter of all parts ever made."""
        return PARTS_BEFORE + self.attendant.parts

    def step(self, dt: float) -> None:
        """Let ``dt`` seconds go by."""
        while dt > 1e-9:
            tick = min(dt, TICK)
            self._tick(tick)
            dt -= tick

    def _tick(self, dt: float) -> None:
        parts = self.attendant.parts
        self.attendant.step(dt, self.control, self.tools.values(), self.coolant, self.stock)
        if self.attendant.parts != parts:
            self.order = part_made(self.order)
        self.control.step(dt, self.spindle.at_speed)
        self.spindle.command = self.control.spindle_command
        self._cut(dt)
        self.spindle.step(dt, self.cut.power)
        self.spindle_revolutions += abs(self.spindle.speed) / 60 * dt
        self._surroundings(dt)
        self.seconds += dt

    def _cut(self, dt: float) -> None:
        tool, speed = self.tool, self.spindle.speed
        x, y, tip = self.work_position
        removal = self.stock.cut(x, y, tip, tool.radius)
        self._removal.step(dt, removal.volume, removal.depth)
        self.cut = cut(self.material, tool, speed, self.feed / 60, self._removal.rate, self._removal.depth)
        if self.cut.power:
            tool.cut(dt, cutting_speed(tool.diameter, speed))
            self.cutting_seconds += dt
        self.vibration.step(dt, speed, self.cut.force, tool.wear)
        velocity = self.control.velocity
        path = math.hypot(*velocity)
        for servo, along in zip(self.servos, velocity, strict=True):
            servo.step(dt, along, self.cut.force * abs(along) / path if path else 0.0)

    def _surroundings(self, dt: float) -> None:
        carried = self.chips.step(dt, self.cut.rate * dt * self.material.density)
        self.coolant.pump_on = self.control.coolant_on
        self.coolant.step(dt, self.cut.power, carried)
        self.air.step(dt, self.spindle.speed != 0.0, self.control.released)
