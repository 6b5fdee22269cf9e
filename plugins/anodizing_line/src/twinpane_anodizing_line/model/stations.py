"""Where a rack can be, and where that is along the line."""

from __future__ import annotations

from enum import IntEnum
from typing import Final


class Station(IntEnum):
    """The stations in their order along the rail; the numbers are those of the PLC."""

    OFF_LINE = 0
    LOAD = 1
    CLEAN = 2
    ETCH = 3
    RINSE_1 = 4
    DESMUT = 5
    ANODIZE_A = 6
    ANODIZE_B = 7
    RINSE_2 = 8
    DYE = 9
    SEAL = 10
    UNLOAD = 11
    HOIST = 12


TANKS: Final = tuple(Station(number) for number in range(Station.CLEAN, Station.UNLOAD))
CELLS: Final = (Station.ANODIZE_A, Station.ANODIZE_B)

PITCH: Final = 1400.0
"""mm from one station's centre to the next."""


def position(station: Station) -> float:
    """The x of a station's centre in mm; the load stand is 0. A rack off the line waits behind it."""
    if station is Station.HOIST:
        raise ValueError("the hoist has no fixed place")
    return PITCH * max(0, station - Station.LOAD)
