"""An interpreter of ISO 6983 G-code in the dialect of a Haas mill: text in, machine blocks out."""

from twinpane_haas_vf6ss.gcode.blocks import (
    Arc,
    Block,
    Coolant,
    Dwell,
    Line,
    Move,
    Point,
    Program,
    SpindleCommand,
    Stop,
    StopKind,
    ToolChange,
)
from twinpane_haas_vf6ss.gcode.errors import GCodeError
from twinpane_haas_vf6ss.gcode.interpreter import interpret
from twinpane_haas_vf6ss.gcode.setup import Setup

__all__ = [
    "Arc",
    "Block",
    "Coolant",
    "Dwell",
    "GCodeError",
    "Line",
    "Move",
    "Point",
    "Program",
    "Setup",
    "SpindleCommand",
    "Stop",
    "StopKind",
    "ToolChange",
    "interpret",
]
