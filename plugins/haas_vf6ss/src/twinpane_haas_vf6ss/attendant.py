"""The person at the machine: loads parts, changes blunt tools, fills coolant, turns the override."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Final

from twinpane_haas_vf6ss.machine.control import Control, ControllerMode, Execution
from twinpane_haas_vf6ss.machine.figures import COOLANT_TANK
from twinpane_haas_vf6ss.machine.tools import Tool
from twinpane_haas_vf6ss.process.coolant import Coolant
from twinpane_haas_vf6ss.process.stock import Stock

LOADING_SECONDS: Final = 15.0
REACTION_SECONDS: Final = 3.0
"""From the end of the program until the door opens."""

HOLD_SECONDS: Final = 6.0
BLUNT: Final = 8.0
"""% of tool life under which the edge is renewed while the door is open."""

COOLANT_LOW: Final = 45.0
COOLANT_TARGET: Final = 80.0
TOP_UP_CONCENTRATION: Final = 4.0
OVERRIDES: Final = (80.0, 90.0, 100.0, 100.0, 100.0, 110.0)


class Attendant:
    """Acts on the control as a person does; all chance comes from the seed.

    ``door_open`` and ``part_present`` as the machine's switches see them; ``parts`` counts those taken
    out since the beginning.
    """

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - a simulated person, no secret
        self.door_open = False
        self.part_present = True
        self.parts = 0
        self._pause = 0.0
        self._until_turn = self._random.uniform(40.0, 90.0)
        self._until_hold = self._random.uniform(150.0, 400.0)

    def step(
        self, dt: float, control: Control, tools: Iterable[Tool], coolant: Coolant, stock: Stock
    ) -> None:
        """Look at the machine for ``dt`` s and do what is due."""
        match control.execution:
            case Execution.READY:
                control.mode = ControllerMode.AUTOMATIC
                control.start()
            case Execution.ACTIVE:
                self._watch(dt, control)
            case Execution.PROGRAM_COMPLETED:
                self._change_part(dt, control, tools, coolant, stock)
            case _:
                self._pause += dt
                if self._pause >= HOLD_SECONDS:
                    self._pause = 0.0
                    control.start()

    def _watch(self, dt: float, control: Control) -> None:
        self._until_turn -= dt
        self._until_hold -= dt
        if self._until_turn <= 0.0:
            control.feed_override = self._random.choice(OVERRIDES)
            self._until_turn = self._random.uniform(30.0, 90.0)
        if self._until_hold <= 0.0:
            control.hold()
            self._until_hold = self._random.uniform(200.0, 500.0)

    def _change_part(
        self, dt: float, control: Control, tools: Iterable[Tool], coolant: Coolant, stock: Stock
    ) -> None:
        self._pause += dt
        if self._pause < REACTION_SECONDS:
            return
        if not self.door_open:
            self.door_open = True
            self.parts += 1
            control.mode = ControllerMode.MANUAL
        loading = self._pause - REACTION_SECONDS
        self.part_present = not 0.25 < loading / LOADING_SECONDS < 0.7
        if loading < LOADING_SECONDS:
            return
        self._pause = 0.0
        self.door_open = False
        stock.renew()
        for tool in tools:
            if tool.remaining < BLUNT:
                tool.wear = 0.0
        if coolant.level < COOLANT_LOW:
            coolant.top_up((COOLANT_TARGET - coolant.level) / 100 * COOLANT_TANK, TOP_UP_CONCENTRATION)
        control.reset()
