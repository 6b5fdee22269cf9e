"""What the control knows beside the program: offsets and where the machine stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from twinpane_haas_vf6ss.gcode.blocks import Point


@dataclass(frozen=True, slots=True)
class Setup:
    """Offsets as an operator enters them, in mm.

    ``work``     offset number (54 … 59) → machine coordinates of that work zero
    ``lengths``  H number → tool length
    ``start``    machine coordinates of the spindle nose at cycle start
    """

    work: Mapping[int, Point]
    lengths: Mapping[int, float] = field(default_factory=dict)
    start: Point = (0.0, 0.0, 0.0)
