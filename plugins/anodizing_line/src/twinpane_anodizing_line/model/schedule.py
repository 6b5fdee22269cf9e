"""The hoist schedule: one hoist, one rack per tank, every stay within its window.

A rack enters with a complete plan. It is put into the timetable without touching what is committed
(job insertion): from the set of moments at which the rack can arrive in one tank follows the set for
the next, minus those at which hoist or tank are taken. The last set's earliest moment is the soonest
that the rack can be through; going backwards gives the stays, each as short as it can be. What is
committed ends, so there is always a plan; it only starts later.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Final

from twinpane_anodizing_line.model import intervals
from twinpane_anodizing_line.model.hoist import Move, cycle, travel_time
from twinpane_anodizing_line.model.intervals import Intervals
from twinpane_anodizing_line.model.recipes import Visit
from twinpane_anodizing_line.model.stations import Station

MARGIN: Final = 0.5
"""s between one move's end and the next's beginning, beside the travel."""
UNLOADING: Final = 90.0
"""s that a rack stays on the unload stand."""
_EXACT: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Stay:
    """A rack at a station from ``begin`` (lowered) to ``end`` (lifted), in seconds."""

    rack: int
    station: Station
    begin: float
    end: float


_Stop = tuple[Station, float, float]


@dataclass(slots=True)
class Timetable:
    """What is committed. ``parked``: where the hoist stands after the last finished move."""

    parked: Station = Station.LOAD
    moves: list[Move] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)

    def forget(self, now: float) -> None:
        """Drop what is over at ``now``."""
        while self.moves and self.moves[0].end <= now:
            self.parked = self.moves.pop(0).target
        self.stays = [stay for stay in self.stays if stay.end > now]

    def enter(self, rack: int, route: Sequence[Visit], now: float) -> tuple[Move, ...]:
        """Commit the plan that brings a rack from the load stand through its route soonest."""
        self.forget(now)
        ways = [self._plan(rack, way, now) for way in _ways(route)]
        plan = min(ways, key=lambda moves: (moves[-1].end, moves[0].start))
        self.moves = sorted((*self.moves, *plan), key=lambda move: move.start)
        self.stays += _stays(plan)
        return plan

    def _plan(self, rack: int, way: Sequence[_Stop], now: float) -> tuple[Move, ...]:
        legs = [cycle(a[0], b[0]) for a, b in pairwise(way)]
        arrivals: list[Intervals] = [((now, now),)]
        for (station, shortest, longest), (following, _, _), leg in zip(way, way[1:], legs, strict=False):
            lifts = intervals.union(
                lift
                for low, high in self._gaps(station)
                for lift in intervals.clip(
                    intervals.delay(intervals.clip(arrivals[-1], low, high), shortest, longest), low, high
                )
            )
            starts = intervals.delay(lifts, -leg.lifted, -leg.lifted)
            starts = intervals.without(starts, self._taken(station, following, leg.end, now))
            arrivals.append(intervals.delay(starts, leg.lowered, leg.lowered))
        last, stay, _ = way[-1]
        ends = [
            moment
            for low, high in self._gaps(last)
            for moment, _ in intervals.clip(arrivals[-1], low, high - stay)
        ]
        starts_backwards = []
        arrival = min(ends)
        for i in reversed(range(len(legs))):
            start = arrival - legs[i].lowered
            starts_backwards.append(start)
            arrival = self._arrival(arrivals[i], way[i], start + legs[i].lifted)
        planned = zip(way, way[1:], reversed(starts_backwards), strict=False)
        return tuple(Move(rack, a[0], b[0], start) for a, b, start in planned)

    def _arrival(self, arrivals: Intervals, stop: _Stop, lift: float) -> float:
        station, shortest, longest = stop
        gap = next(low for low, high in self._gaps(station) if low - _EXACT <= lift <= high + _EXACT)
        return max(
            high
            for _, high in intervals.clip(
                arrivals, max(gap, lift - longest) - _EXACT, lift - shortest + _EXACT
            )
        )

    def _gaps(self, station: Station) -> Iterator[tuple[float, float]]:
        """When a station is free. The load stand is given out by the line, one rack at a time."""
        free = -math.inf
        if station is not Station.LOAD:
            for stay in sorted((s for s in self.stays if s.station is station), key=lambda s: s.begin):
                yield free, stay.begin
                free = stay.end
        yield free, math.inf

    def _taken(
        self, source: Station, target: Station, duration: float, now: float
    ) -> Iterator[tuple[float, float]]:
        """Starts at which the hoist could not do a further move, as open intervals."""
        yield -math.inf, now + travel_time(self.parked, source) + MARGIN
        for move in self.moves:
            before = move.start - duration - travel_time(target, move.source) - MARGIN
            yield before, move.end + travel_time(move.target, source) + MARGIN


def _ways(route: Sequence[Visit]) -> Iterator[tuple[_Stop, ...]]:
    for stations in product(*(visit.stations for visit in route)):
        stops = ((s, v.shortest, v.longest) for s, v in zip(stations, route, strict=True))
        yield (Station.LOAD, 0.0, math.inf), *stops, (Station.UNLOAD, UNLOADING, UNLOADING)


def _stays(plan: Sequence[Move]) -> Iterable[Stay]:
    for arriving, leaving in pairwise(plan):
        yield Stay(arriving.rack, arriving.target, arriving.lowered, leaving.lifted)
    yield Stay(plan[-1].rack, plan[-1].target, plan[-1].lowered, plan[-1].lowered + UNLOADING)
