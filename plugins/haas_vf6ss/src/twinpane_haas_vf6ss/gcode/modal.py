"""The control's modal memory: what holds until another code says otherwise."""

from __future__ import annotations

from dataclasses import dataclass

from twinpane_haas_vf6ss.gcode.blocks import Point
from twinpane_haas_vf6ss.gcode.cycles import Cycle

MILLIMETRES_PER_INCH = 25.4


@dataclass(slots=True)
class Modal:
    """State between two lines. ``position`` is the *machine* position of the spindle nose in mm.

    ``motion`` is G0 … G3 or G81 … G83; None after G80, when axis words have nothing to do.
    """

    position: Point
    motion: str | None = "G0"
    unit: float = 1.0
    absolute: bool = True
    work: int = 54
    length: float = 0.0
    feed: float = 0.0
    speed: float = 0.0
    direction: int = 0
    tool: int = 0
    selected: int | None = None
    cycle: Cycle | None = None
    initial_z: float = 0.0
    return_to_initial: bool = True
