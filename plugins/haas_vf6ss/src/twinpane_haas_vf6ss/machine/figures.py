"""The VF-6SS in numbers: mm, mm/min, mm/s², N, W, rpm. The README says where each comes from."""

from __future__ import annotations

from typing import Final

TRAVEL: Final = ((-1626.0, 0.0), (-813.0, 0.0), (-762.0, 0.0))
"""Machine coordinates X, Y, Z: home is the upper end of each axis, as on every Haas mill."""

NOSE_AT_HOME: Final = 864.0
"""Spindle nose above the table at Z0."""

TABLE: Final = (1626.0, 711.0)

RAPID: Final = (15_240.0, 15_240.0, 15_240.0)
MAX_CUTTING_FEED: Final = 12_700.0
ACCELERATION: Final = (3000.0, 3000.0, 3000.0)

SPINDLE_MAX_SPEED: Final = 12_000.0
SPINDLE_RATED_POWER: Final = 22_400.0
SPINDLE_RAMP: Final = 6_000.0
"""rpm per second."""

TOOL_CHANGE_SECONDS: Final = 2.8
"""Chip to chip, less the Z travel that the motion model makes itself."""

AXIS_THRUST: Final = (15_124.0, 15_124.0, 24_910.0)
AXIS_MASS: Final = (1_450.0, 2_300.0, 780.0)
"""kg moved by each drive: table and part; saddle, table and part; head."""

COOLANT_TANK: Final = 360.0
"""Litres."""
