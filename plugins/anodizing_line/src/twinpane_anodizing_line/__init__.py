"""Twinpane machine plugin: a type II sulfuric anodizing line over Modbus TCP. Hooks only."""

from __future__ import annotations

from hmi.api import Simulator, hookimpl
from twinpane_anodizing_line.simulator import AnodizingLineSimulator


@hookimpl
def twinpane_simulator() -> Simulator:
    """A line in mid-production behind a Modbus TCP server."""
    return AnodizingLineSimulator()
