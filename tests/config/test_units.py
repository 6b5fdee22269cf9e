from __future__ import annotations

import subprocess
import sys

import pytest

from hmi.config import units
from hmi.config.units import UnknownUnitError


@pytest.mark.parametrize(
    ("unit", "dimension"),
    [
        ("", "dimensionless"),
        ("%", "dimensionless"),
        ("pH", "dimensionless"),
        ("mm", "[length]"),
        ("µm", "[length]"),
        ("μm", "[length]"),
        ("mm/min", "[length] / [time]"),
        ("mm/s", "[length] / [time]"),
        ("m/s²", "[length] / [time] ** 2"),
        ("rpm", "1 / [time]"),
        ("1/min", "1 / [time]"),
        ("°C", "[temperature]"),
        ("K", "[temperature]"),
        ("A", "[current]"),
        ("A/dm²", "[current] / [length] ** 2"),
        ("V", "[mass] * [length] ** 2 / [time] ** 3 / [current]"),
        ("kW", "[mass] * [length] ** 2 / [time] ** 3"),
        ("bar", "[mass] / [length] / [time] ** 2"),
        ("g/l", "[mass] / [length] ** 3"),
        ("l/min", "[length] ** 3 / [time]"),
        ("s", "[time]"),
        ("min", "[time]"),
        ("N·m", "[mass] * [length] ** 2 / [time] ** 2"),
        ("µS/cm", "[current] ** 2 * [time] ** 3 / [mass] / [length] ** 3"),
    ],
)
def test_dimensions(unit: str, dimension: str) -> None:
    units.check(unit)
    assert units.dimension(unit) == dimension


@pytest.mark.parametrize("unit", sorted(units._COMMON))
def test_what_is_suggested_is_known(unit: str) -> None:
    units.dimension(unit)


@pytest.mark.parametrize(
    ("unit", "hint"),
    [
        ("mm/mn", "did you mean `mm/min`?"),
        ("RPM", "did you mean `rpm`?"),
        ("kn", "did you mean `kN`?"),
        ("Mm", "did you mean `mm`?"),
        ("°c", "did you mean `°C`?"),
        ("A/dm2", "did you mean `A/dm²`?"),
        ("furlongish", "expected one such as mm"),
        ("mm/", ""),
        ("/min", ""),
        (" mm", ""),
        ("mm min", ""),
        ("m**9999999", ""),
        ("1e9", ""),
        ("__import__('os')", ""),
        ("m" * 1000, ""),
    ],
)
def test_unknown(unit: str, hint: str) -> None:
    with pytest.raises(UnknownUnitError, match=r"found the unit") as caught:
        units.check(unit)
    assert hint in str(caught.value)


def test_common_units_do_not_load_pint() -> None:
    checks = "units.check('A/dm²'); units.check('A·s'); units.check('kWh/m³')"
    code = f"import sys; from hmi.config import units; {checks}; sys.exit('pint' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
