"""What MTConnect Part 2 fixes of data items: controlled vocabularies, units, counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

CONDITION: Final = ("NORMAL", "WARNING", "FAULT")

_ON_OFF: Final = ("OFF", "ON")
_OPEN_CLOSED: Final = ("OPEN", "CLOSED", "UNLATCHED")

VOCABULARIES: Final[Mapping[str, tuple[str, ...]]] = {
    "ACTUATOR_STATE": ("INACTIVE", "ACTIVE"),
    "AVAILABILITY": ("AVAILABLE",),
    "AXIS_COUPLING": ("TANDEM", "SYNCHRONOUS", "MASTER", "SLAVE"),
    "AXIS_INTERLOCK": ("INACTIVE", "ACTIVE"),
    "AXIS_STATE": ("HOME", "TRAVEL", "PARKED", "STOPPED"),
    "CHUCK_INTERLOCK": ("INACTIVE", "ACTIVE"),
    "CHUCK_STATE": _OPEN_CLOSED,
    "CONTROLLER_MODE": ("AUTOMATIC", "MANUAL", "MANUAL_DATA_INPUT", "SEMI_AUTOMATIC", "EDIT"),
    "CONTROLLER_MODE_OVERRIDE": _ON_OFF,
    "DIRECTION": ("CLOCKWISE", "COUNTER_CLOCKWISE", "POSITIVE", "NEGATIVE", "NONE"),
    "DOOR_STATE": _OPEN_CLOSED,
    "EMERGENCY_STOP": ("ARMED", "TRIGGERED"),
    "END_OF_BAR": ("NO", "YES"),
    "EQUIPMENT_MODE": _ON_OFF,
    "EXECUTION": (
        "READY",
        "ACTIVE",
        "INTERRUPTED",
        "FEED_HOLD",
        "STOPPED",
        "OPTIONAL_STOP",
        "PROGRAM_STOPPED",
        "PROGRAM_COMPLETED",
        "PROGRAM_OPTIONAL_STOP",
        "WAIT",
    ),
    "FUNCTIONAL_MODE": ("PRODUCTION", "SETUP", "TEARDOWN", "MAINTENANCE", "PROCESS_DEVELOPMENT"),
    "INTERFACE_STATE": ("DISABLED", "ENABLED"),
    "LOCK_STATE": ("UNLOCKED", "LOCKED"),
    "PATH_MODE": ("INDEPENDENT", "MASTER", "SYNCHRONOUS", "MIRROR"),
    "POWER_STATE": _ON_OFF,
    "PROGRAM_EDIT": ("NOT_READY", "READY", "ACTIVE"),
    "ROTARY_MODE": ("SPINDLE", "INDEX", "CONTOUR"),
    "SPINDLE_INTERLOCK": ("INACTIVE", "ACTIVE"),
    "VALVE_STATE": ("OPEN", "OPENING", "CLOSED", "CLOSING"),
}
"""Event type → its values; UNAVAILABLE is none, it is a Bad status. A label's number is its place here."""

COUNTS: Final = frozenset(("PART_COUNT", "BLOCK_COUNT", "CYCLE_COUNT", "ACTIVATION_COUNT", "LINE_NUMBER"))
"""Event types that are whole numbers."""

UNITS: Final[Mapping[str, str]] = {
    "AMPERE": "A",
    "CELSIUS": "°C",
    "COUNT": "pcs",
    "COUNT/SECOND": "1/s",
    "CUBIC_MILLIMETER": "mm³",
    "CUBIC_MILLIMETER/SECOND": "mm³/s",
    "DECIBEL": "dB",
    "DEGREE": "°",
    "DEGREE/SECOND": "°/s",
    "DEGREE/SECOND^2": "°/s²",
    "GRAM": "g",
    "HERTZ": "Hz",
    "JOULE": "J",
    "KELVIN": "K",
    "KILOGRAM": "kg",
    "LITER": "l",
    "LITER/SECOND": "l/s",
    "METER": "m",
    "MILLIMETER": "mm",
    "MILLIMETER/REVOLUTION": "mm/rev",
    "MILLIMETER/SECOND": "mm/s",
    "MILLIMETER/SECOND^2": "mm/s²",
    "NEWTON": "N",
    "NEWTON_METER": "N·m",
    "OHM": "Ω",
    "PASCAL": "Pa",
    "PASCAL_SECOND": "Pa·s",
    "PERCENT": "%",
    "PH": "pH",
    "REVOLUTION/MINUTE": "rpm",
    "SECOND": "s",
    "SIEMENS/METER": "S/m",
    "TESLA": "T",
    "VOLT": "V",
    "VOLT_AMPERE": "V·A",
    "WATT": "W",
    "WATT_SECOND": "W·s",
}
"""Unit of MTConnect → as it is shown. ``_3D`` is a unit of three numbers and not in it."""

DECIMALS: Final[Mapping[str, int]] = {
    "mm": 3,
    "°": 3,
    "mm/rev": 3,
    "°C": 1,
    "%": 0,
    "rpm": 0,
    "s": 0,
    "pcs": 0,
}
