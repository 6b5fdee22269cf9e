"""What the line's PLC measures and reports: every tag's value in its unit, from the model.

``instant`` is what moves with the hoist; ``process`` all the rest. Texts and numbers are those of tags.yaml
before scaling to registers.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from typing import Final

from twinpane_anodizing_line.model import cooling, dosing, hoist, plant
from twinpane_anodizing_line.model.cells import Cell
from twinpane_anodizing_line.model.chemistry import Species
from twinpane_anodizing_line.model.hoist import HoistState
from twinpane_anodizing_line.model.line import Line
from twinpane_anodizing_line.model.rack import Rack
from twinpane_anodizing_line.model.stations import Station, position

Reading = bool | int | float | str

BATH_NAMES: Final = {
    Station.CLEAN: "clean",
    Station.ETCH: "etch",
    Station.RINSE_1: "rinse1",
    Station.DESMUT: "desmut",
    Station.ANODIZE_A: "ano_a",
    Station.ANODIZE_B: "ano_b",
    Station.RINSE_2: "rinse2",
    Station.DYE: "dye",
    Station.SEAL: "seal",
}
LEVEL_SWITCH: Final = 90.0
"""% at which a level switch *low* closes."""


class LineState(IntEnum):
    """Those states of PackML (ISA-TR88.00.02) that the line can be in, by its numbers."""

    STOPPED = 2
    STARTING = 3
    IDLE = 4
    EXECUTE = 6
    ABORTED = 9
    HOLDING = 10
    HELD = 11


def state(line: Line) -> LineState:
    """Running; on hold, first until the last rack is through (*holding*), then *held*."""
    if not line.hold:
        return LineState.EXECUTE
    inside = any(rack.station not in (Station.OFF_LINE, Station.LOAD) for rack in line.racks)
    return LineState.HOLDING if inside else LineState.HELD


def instant(line: Line) -> dict[str, Reading]:
    """The hoist and the places of the racks."""
    pose = line.pose
    readings: dict[str, Reading] = {"hoist_x": pose.x, "hoist_z": pose.z}
    for rack in line.racks:
        x, z = place(line, rack)
        readings |= {f"r{rack.number}_x": x, f"r{rack.number}_z": z}
    return readings


def place(line: Line, rack: Rack) -> tuple[float, float]:
    """x and z of a rack's flight bar in mm."""
    if rack.station is Station.HOIST:
        pose = line.pose
        return pose.x, pose.z
    return position(rack.station), hoist.SEAT


def process(line: Line) -> dict[str, Reading]:
    """All other readings."""
    return {
        **_baths(line),
        **{key: value for station, cell in line.cells.items() for key, value in _cell(line, station, cell)},
        **_hoist(line),
        **{key: value for rack in line.racks for key, value in _rack(line, rack)},
        **_line(line),
    }


def _baths(line: Line) -> dict[str, Reading]:
    baths = {name: line.baths[station] for station, name in BATH_NAMES.items()}
    cell = line.baths[Station.ANODIZE_A]
    cooled = sum(each.cooled for each in line.cells.values()) / cooling.CHILLER
    return {
        **{f"{name}_temp": bath.temperature for name, bath in baths.items()},
        **{f"{name}_level": bath.level for name, bath in baths.items()},
        "rinse1_conductivity": baths["rinse1"].conductivity,
        "rinse2_conductivity": baths["rinse2"].conductivity,
        "ano_a_ph": dosing.ph(Station.ANODIZE_A, cell),
        **{
            f"{BATH_NAMES[station]}_ph": dosing.ph(station, line.baths[station])
            for station in plant.NOMINAL_PH
        },
        "ano_a_acid": cell.concentration(Species.SULFURIC),
        "ano_b_acid": baths["ano_b"].concentration(Species.SULFURIC),
        "ano_a_aluminium": cell.concentration(Species.ALUMINIUM),
        "etch_caustic": baths["etch"].concentration(Species.CAUSTIC),
        "clean_heating": baths["clean"].heating,
        "seal_heating": baths["seal"].heating,
        "rinse1_feed": baths["rinse1"].filling,
        "rinse2_feed": baths["rinse2"].filling,
        "acid_dosing": Species.SULFURIC in cell.dosing,
        "chiller": min(3, int(cooled * 3 + 0.999)),
        "rinse2_low": baths["rinse2"].level < LEVEL_SWITCH,
        "exhaust_on": True,
        "ano_temp_set": cell.setpoint,
        "seal_temp_set": baths["seal"].setpoint,
    }


def _cell(line: Line, station: Station, cell: Cell) -> Iterator[tuple[str, Reading]]:
    name, rectifier, rack = BATH_NAMES[station], cell.rectifier, cell.bath.rack
    yield f"{name}_voltage", rectifier.voltage
    yield f"{name}_current", rectifier.current
    yield f"{name}_density_set", rectifier.density_set
    yield f"{name}_ramp", int(rectifier.state)
    yield f"{name}_rack", rack.number if rack is not None else 0
    yield f"{name}_area", rectifier.area
    yield f"{name}_charge", rectifier.ampere_seconds
    yield f"{name}_film", cell.film
    yield f"{name}_time_left", line.time_left(rack) if rack is not None else 0.0


def _hoist(line: Line) -> dict[str, Reading]:
    pose, upcoming = line.pose, line.upcoming
    towards = upcoming is not None and pose.state not in (HoistState.IDLE, HoistState.RAISE_EMPTY)
    target = (upcoming.target if pose.rack else upcoming.source) if upcoming is not None and towards else 0
    return {
        "hoist_state": int(pose.state),
        "hoist_moving": towards,
        "hoist_load": pose.rack,
        "hoist_target": int(target),
        "hoist_next_move": max(0.0, upcoming.start - line.time) if upcoming is not None else 0.0,
    }


def _rack(line: Line, rack: Rack) -> Iterator[tuple[str, Reading]]:
    yield f"r{rack.number}_station", int(rack.station)
    yield f"r{rack.number}_time_left", line.time_left(rack)
    yield f"r{rack.number}_film", rack.film
    yield f"r{rack.number}_on_line", rack.station is not Station.OFF_LINE


def _line(line: Line) -> dict[str, Reading]:
    anodizing = [cell.bath.rack for cell in line.cells.values() if cell.bath.rack is not None]
    first = min(anodizing, key=line.time_left, default=None)
    job = first.job if first is not None else None
    return {
        "line_state": int(state(line)),
        "parts_on_rack": job.parts if job else 0,
        "racks_done": line.racks_done,
        "parts_done": line.parts_done,
        "line_time_left": line.time_left(first) if first is not None else 0.0,
        "order": job.order if job else "",
        "part": job.part if job else "",
        "lot": f"{job.lot}/{job.lots}" if job else "",
        "recipe": job.recipe.name if job else "",
        "load_gate_closed": all(rack.station is not Station.OFF_LINE for rack in line.racks),
        "line_hold": line.hold,
    }
