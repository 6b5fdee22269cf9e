"""Units of measurement as they are shown on screens, checked against pint's registry.

A display unit is ASCII or typographic (``A/dm²``, ``N·m``, ``µS/cm``, ``m³/h``); pint parses most of
them, and a short table maps what this trade writes otherwise.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Final

from hmi.config.problems import suggestion

if TYPE_CHECKING:
    from pint import UnitRegistry

_ALIASES: Final = {
    "pH": "dimensionless",  # pint would read picohenry
    "%": "percent",
    "‰": "permille",
    "ppm": "ppm",
    "µm/m": "micrometer/meter",
    "°": "degree",
    "°C": "degree_Celsius",
    "°F": "degree_Fahrenheit",
    "in": "inch",
    '"': "inch",
    "h": "hour",
    "d": "day",
    "A": "ampere",
    "K": "kelvin",
    "pcs": "count",
}

_COMMON: Final = (
    *("mm", "mm/min", "mm/s", "m/s", "m/s²", "m/min", "µm", "m", "cm", "in", "in/min", "°", "rpm", "1/min"),
    *(
        "%",
        "‰",
        "ppm",
        "°C",
        "°F",
        "K",
        "K/min",
        "A",
        "mA",
        "A/dm²",
        "V",
        "mV",
        "kV",
        "W",
        "kW",
        "kWh",
        "A·h",
    ),
    *("bar", "mbar", "Pa", "kPa", "MPa", "g/l", "mg/l", "kg/m³", "pH", "l", "ml", "l/min", "m³/h", "s", "ms"),
    *("min", "h", "N", "kN", "N·m", "µS/cm", "mS/cm", "Hz", "kHz", "kg", "g", "kg/h", "µm/min", "Ω", "lx"),
    *(
        "mW",
        "MW",
        "MV",
        "mN",
        "MN",
        "mPa",
        "S",
        "mS",
        "µS",
        "µA",
        "GPa",
        "T",
        "mT",
        "t",
        "H",
        "mH",
        "F",
        "µF",
    ),
    *("mm²", "dm²", "m²", "mm³", "m³", "mm/rev", "1/s", "J", "kJ", "dB", "pcs"),
)
"""What the suggestions are taken from."""

_FOLDED: Final = frozenset(unit.casefold() for unit in _COMMON)

_SYMBOL: Final = re.compile(r"[^\s·*/^0-9²³⁻¹()]+")
_KNOWN_SYMBOLS: Final = frozenset(symbol for unit in _COMMON for symbol in _SYMBOL.findall(unit))
"""What units are made of in practice: those are accepted without loading pint, which takes its time."""

_ALLOWED: Final = re.compile(r"(1|[^\s·*/^0-9²³⁻¹()]+[²³]?)([·/]([^\s·*/^0-9²³⁻¹()]+[²³]?))*")
_LONGEST: Final = 24


class UnknownUnitError(ValueError):
    """A unit that is not known; the text says what was found and what is expected."""


@cache
def dimension(unit: str) -> str:
    """The dimension of a display unit, e.g. ``[length] / [time]``; ``dimensionless`` for "" and ``%``.

    Raises:
        UnknownUnitError: the unit is not known.
    """
    if not unit:
        return "dimensionless"
    return str(_registry().parse_units(_checked(unit)).dimensionality)


def check(unit: str) -> None:
    """Accept a display unit ("" for none).

    Raises:
        UnknownUnitError: the unit is not known; the text suggests one.
    """
    symbols = _SYMBOL.findall(unit)
    if not (_ALLOWED.fullmatch(unit) and _KNOWN_SYMBOLS.issuperset(symbols)):
        dimension(unit)


@cache
def _registry() -> UnitRegistry[float]:
    # Loading pint takes a good part of a second: paid by who needs it, not by every start of a panel.
    import pint  # noqa: PLC0415

    registry: UnitRegistry[float] = pint.UnitRegistry()
    registry.define("revolution_of_tool = 1 = rev")
    return registry


def _checked(unit: str) -> str:
    import pint  # noqa: PLC0415

    unit = unit.replace("μ", "µ")  # Greek mu and micro sign look the same
    spelled = _spelled(unit)
    if unit not in _COMMON and unit.casefold() in _FOLDED:
        spelled = None  # ``kn`` is a knot to pint, and a slip for kN to everyone else
    if spelled is not None:
        try:
            _registry().parse_units(spelled)
        except (pint.PintError, ValueError, TypeError, AttributeError):
            spelled = None
    if spelled is None:
        near = suggestion(unit, _COMMON) or f", expected one such as {', '.join(_COMMON[:12])}"
        raise UnknownUnitError(f"found the unit '{unit}', which is not known{near}")
    return spelled


def _spelled(unit: str) -> str | None:
    """The unit in pint's spelling; None where its form is not that of a unit."""
    if len(unit) > _LONGEST or not _ALLOWED.fullmatch(unit):
        return None
    text = _SYMBOL.sub(lambda symbol: _ALIASES.get(symbol.group(), symbol.group()), unit)
    return text.replace("·", "*").replace("²", "**2").replace("³", "**3")
