from __future__ import annotations

import subprocess
import sys

import pytest

import hmi.api
from hmi.machines.hookspecs import API_VERSION

PROMISED_IN_1 = {
    "API_VERSION",
    "MILLISECOND",
    "NO_TIME",
    "SECOND",
    "Clock",
    "ContextKey",
    "Instant",
    "ManualClock",
    "Scalar",
    "Severity",
    "Simulator",
    "SystemClock",
    "Value",
    "ValueType",
    "from_lane",
    "hookimpl",
    "pack_side",
    "status",
    "to_lane",
    "unpack_side",
}


def test_nothing_promised_is_gone() -> None:
    assert API_VERSION == 1, "a new version: begin a new promise beside the old one"
    assert set(hmi.api.__all__) >= PROMISED_IN_1
    assert all(hasattr(hmi.api, name) for name in hmi.api.__all__)


@pytest.mark.parametrize(
    "module", ["PyQt6", "asyncua", "pymodbus", "hmi.engine", "hmi.ui", "hmi.config", "pint"]
)
def test_a_plugin_does_not_pay_for_what_it_does_not_use(module: str) -> None:
    code = f"import sys; import hmi.api; sys.exit({module!r} in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
