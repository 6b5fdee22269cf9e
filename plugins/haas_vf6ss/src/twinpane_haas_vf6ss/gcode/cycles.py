"""Drilling cycles G81, G82 and G83, as the moves that a Haas makes of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

PECK_CLEARANCE = 0.5
"""mm above the last depth at which a peck's rapid ends (Haas setting 22; assumed value)."""


@dataclass(frozen=True, slots=True)
class Cycle:
    """The sticky words of a drilling cycle, absolute work coordinates in mm.

    ``code`` G81, G82 or G83; ``bottom`` Z; ``retract`` the R plane; ``peck`` Q (G83), ``dwell`` seconds
    (G82); ``back_to_initial`` G98 (else G99).
    """

    code: str
    bottom: float
    retract: float
    peck: float = 0.0
    dwell: float = 0.0


@dataclass(frozen=True, slots=True)
class Plunge:
    """One step in Z at the hole: to ``z``, rapid or at feed, then ``dwell`` seconds."""

    z: float
    rapid: bool
    dwell: float = 0.0


def hole(cycle: Cycle, return_to: float) -> Iterator[Plunge]:
    """The steps over one hole, from the tool standing above it to its return level ``return_to``."""
    yield Plunge(cycle.retract, rapid=True)
    if cycle.code == "G83":
        yield from _pecks(cycle)
    else:
        yield Plunge(cycle.bottom, rapid=False, dwell=cycle.dwell if cycle.code == "G82" else 0.0)
    yield Plunge(return_to, rapid=True)


def _pecks(cycle: Cycle) -> Iterator[Plunge]:
    depth = cycle.retract
    while depth > cycle.bottom:
        depth = max(depth - cycle.peck, cycle.bottom)
        yield Plunge(depth, rapid=False)
        if depth > cycle.bottom:
            yield Plunge(cycle.retract, rapid=True)
            yield Plunge(min(depth + PECK_CLEARANCE, cycle.retract), rapid=True)
