"""The whole line: racks through tanks by the timetable, with everything that this does to the baths."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from random import Random
from typing import Final, Self

from twinpane_anodizing_line.model import cells, dosing
from twinpane_anodizing_line.model.air import Air
from twinpane_anodizing_line.model.bath import Bath
from twinpane_anodizing_line.model.cells import Cell
from twinpane_anodizing_line.model.hoist import Move, Pose, pose
from twinpane_anodizing_line.model.orders import jobs
from twinpane_anodizing_line.model.plant import BATHS
from twinpane_anodizing_line.model.rack import Rack
from twinpane_anodizing_line.model.schedule import UNLOADING, Timetable
from twinpane_anodizing_line.model.stations import CELLS, TANKS, Station

RACKS: Final = 5
LOADING: Final = 240.0
"""s from off the line to hung with new parts and ready (assumed)."""
AIR_TRANSFER: Final = 0.1
"""W/(K·dm²) between a rack and the air: natural convection, 10 W/(m²·K)."""
LONGEST_STEP: Final = 1.0
"""s; longer steps are divided."""
WARM, SCOUTED = 3600.0, 3000.0
"""s of production before a demo may begin, and s after that in which its liveliest moment is looked for."""


@dataclass(order=True, slots=True)
class _Event:
    at: float
    turn: int
    happen: Callable[[], None] = field(compare=False)


class Line:
    """The line's state; `step` is the only thing that moves it. The same seed gives the same line.

    ``time``  s since the line was made;  ``hold``  no new rack enters while true
    """

    def __init__(self, seed: int = 1, air: Air | None = None) -> None:
        self.time = 0.0
        self.hold = False
        self.air = air or Air()
        self.baths = {station: Bath(BATHS[station]) for station in TANKS}
        self.cells = {station: Cell(self.baths[station]) for station in CELLS}
        self.timetable = Timetable()
        self.racks_done = 0
        self.parts_done = 0
        self._random = Random(seed)  # noqa: S311 - a simulated process
        self._jobs = jobs(seed)
        self.racks = [Rack(number, next(self._jobs)) for number in range(1, RACKS + 1)]
        self._waiting: list[Rack] = []
        self._events: list[_Event] = []
        self._turns = count()
        for rack in self.racks:
            self._at(10.0 * rack.number, partial(self._waiting.append, rack))

    @classmethod
    def in_production(cls, seed: int = 1) -> Self:
        """A line in mid-shift: both cells under current, the hoist about to move and with much to do."""
        scout, best = cls(seed), (float("inf"), WARM)
        while scout.time < WARM + SCOUTED:
            scout.step(LONGEST_STEP)
            if scout.time > WARM:
                best = min(best, (scout._bustle(), scout.time))
        line = cls(seed)
        while line.time < best[1]:
            line.step(LONGEST_STEP)
        return line

    def _bustle(self) -> float:
        """s until the hoist has begun four moves; infinite unless the line is in full work."""
        starts = [move.start - self.time for move in self.timetable.moves if move.start > self.time]
        plating = all(cell.rectifier.time_left > 240.0 and cell.film > 2.0 for cell in self.cells.values())
        return starts[3] if plating and len(starts) > 3 and 3.0 < starts[0] < 6.0 else float("inf")

    @property
    def upcoming(self) -> Move | None:
        """The move that the hoist is making or will make next."""
        return next((move for move in self.timetable.moves if move.end > self.time), None)

    @property
    def pose(self) -> Pose:
        """Where the hoist is."""
        self.timetable.forget(self.time)
        return pose(self.timetable.parked, self.upcoming, self.time)

    def time_left(self, rack: Rack) -> float:
        """s until a rack is lifted where it hangs; 0 where nothing is planned."""
        ends = (move.lifted for move in self.timetable.moves if move.rack == rack.number)
        return max(0.0, next((end for end in ends if end > self.time), self.time) - self.time)

    def step(self, dt: float) -> None:
        """Go on by ``dt`` seconds."""
        end = self.time + dt
        while self.time < end:
            self._admit()
            until = min(end, self.time + LONGEST_STEP)
            if self._events:
                until = min(until, max(self.time, self._events[0].at))
            self._process(until - self.time)
            self.time = until
            while self._events and self._events[0].at <= self.time:
                heapq.heappop(self._events).happen()
        self.timetable.forget(self.time)

    def _at(self, time: float, happen: Callable[[], None]) -> None:
        heapq.heappush(self._events, _Event(time, next(self._turns), happen))

    def _admit(self) -> None:
        if self.hold or not self._waiting or any(rack.station is Station.LOAD for rack in self.racks):
            return
        rack = self._waiting.pop(0)
        rack.station = Station.LOAD
        for move in self.timetable.enter(rack.number, rack.job.recipe.route(), self.time):
            self._at(move.lifted, partial(self._lifted, move))
            self._at(move.lowered, partial(self._lowered, move))

    def _lifted(self, move: Move) -> None:
        if move.source in self.cells:
            self.cells[move.source].rectifier.stop()
        if move.source in self.baths:
            self.baths[move.source].withdraw()
        self.racks[move.rack - 1].station = Station.HOIST

    def _lowered(self, move: Move) -> None:
        rack = self.racks[move.rack - 1]
        rack.station = move.target
        if move.target in self.baths:
            self.baths[move.target].immerse(rack)
        if move.target in self.cells:
            self.cells[move.target].rectifier.begin(rack.job)
        if move.target is Station.UNLOAD:
            self._at(self.time + UNLOADING, partial(self._unloaded, rack))

    def _unloaded(self, rack: Rack) -> None:
        self.racks_done += 1
        self.parts_done += rack.job.parts
        rack.station = Station.OFF_LINE
        rack.load(next(self._jobs), self.air.temperature)
        self._at(self.time + LOADING, partial(self._waiting.append, rack))

    def _process(self, dt: float) -> None:
        if dt <= 0:
            return
        heats = cells.step(self.cells, dt, self._random)
        heats[Station.ETCH] = dosing.etch(self.baths[Station.ETCH], dt)
        for station, bath in self.baths.items():
            bath.step(dt, self.air, heats.get(station, 0.0))
        dosing.dose(self.baths, dt)
        for rack in self.racks:
            if rack.station not in self.baths:
                rack.exchange(AIR_TRANSFER, self.air.temperature, dt)
