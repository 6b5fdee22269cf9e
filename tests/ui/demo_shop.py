"""A shop like the real one: a mill, an anodizing line, a press without a link, one machine left out."""

from __future__ import annotations

from typing import Any

from hmi.config.epoch import Epoch
from hmi.model import status
from hmi.model.clock import SECOND
from hmi.model.samples import LinkState
from tests.ui import builders
from tests.ui.builders import Shop, machine, tag

MILL_STATES = {"0": "READY", "1": "ACTIVE", "2": "FEED_HOLD"}

MILL_TAGS: list[dict[str, Any]] = [
    tag("mill_07", "execution", type="enum", wire="enum", labels=MILL_STATES),
    tag(
        "mill_07",
        "spindle_speed",
        unit="rpm",
        decimals=0,
        range={"low": 0, "high": 12000},
        normal={"low": 6600, "high": 10200},
        pace="live",
    ),
    tag(
        "mill_07",
        "load",
        unit="%",
        decimals=0,
        range={"low": 0, "high": 120},
        normal={"low": 12, "high": 86},
        limits={"high": 100},
        pace="live",
    ),
    tag(
        "mill_07",
        "spindle_temperature",
        unit="°C",
        range={"low": 10, "high": 80},
        normal={"low": 24, "high": 59},
        limits={"high": 70},
    ),
    tag(
        "mill_07",
        "coolant_level",
        unit="%",
        decimals=0,
        range={"low": 0, "high": 100},
        normal={"low": 30, "high": 100},
        limits={"low": 20},
    ),
    tag(
        "mill_07",
        "coolant_concentration",
        unit="%",
        range={"low": 2, "high": 12},
        normal={"low": 5.6, "high": 8.6},
    ),
    tag(
        "mill_07",
        "vibration",
        unit="mm/s",
        range={"low": 0, "high": 6},
        normal={"low": 0, "high": 3},
        limits={"high": 4.2},
        semantic="/Machine/Monitoring/Vibration",
    ),
    tag("mill_07", "x", unit="mm", decimals=3, pace="live"),
    tag("mill_07", "y", unit="mm", decimals=3, pace="live"),
    tag("mill_07", "z", unit="mm", decimals=3, pace="live"),
    tag("mill_07", "b", unit="°", decimals=3, pace="live"),
    tag("mill_07", "feed", unit="mm/min", decimals=0, pace="live"),
    tag("mill_07", "cycle_left", unit="s"),
    tag("mill_07", "cycle_total", unit="s"),
]

LINE_TAGS: list[dict[str, Any]] = [
    tag(
        "line_1",
        name,
        unit=unit,
        address={"protocol": "modbus", "table": "input_register", "address": n * 2, "format": "float32"},
        wire="float",
        range={"low": low, "high": high},
        normal={"low": low + (high - low) * 0.3, "high": low + (high - low) * 0.6},
    )
    for n, (name, unit, low, high) in enumerate(
        [
            ("film_thickness", "µm", 0, 20),
            ("bath_temperature", "°C", 10, 30),
            ("bath_acid", "g/l", 100, 260),
            ("rectifier_current", "A", 0, 1600),
            ("bath_ph", "", 0, 3),
        ]
    )
]

TEXTS = {
    "en": {
        "site.name": "Hall 2",
        "machine.mill_07": "Mill 07",
        "machine.line_1": "Anodizing 1",
        "machine.press_04": "Press 04",
    },
    "de": {
        "site.name": "Halle 2",
        "machine.mill_07": "Fräsmaschine 07",
        "machine.line_1": "Eloxalanlage 1",
        "machine.press_04": "Presse 04",
    },
}
MILL_TEXTS = {
    "en": {
        "type.name": "Haas VF-6SS",
        "tag.spindle_speed": "Spindle speed",
        "tag.load": "Spindle load",
        "tag.spindle_temperature": "Spindle temperature",
        "tag.coolant_level": "Coolant level",
        "tag.coolant_concentration": "Coolant concentration",
        "tag.vibration": "Vibration",
        "tag.x": "X",
        "tag.y": "Y",
        "tag.z": "Z",
        "tag.b": "B",
        "tag.feed": "Feed",
        "tag.cycle_left": "Time left",
        "execution.ACTIVE": "Machining",
        "execution.READY": "Ready",
        "execution.FEED_HOLD": "Feed hold",
        "tag.execution": "Execution state",
    },
    "de": {
        "tag.spindle_speed": "Spindeldrehzahl",
        "tag.load": "Spindelauslastung",
        "tag.spindle_temperature": "Spindeltemperatur",
        "tag.coolant_level": "Kühlschmierstoff-Füllstand",
        "tag.coolant_concentration": "Kühlschmierstoffkonzentration",
        "tag.vibration": "Schwinggeschwindigkeit",
        "tag.feed": "Vorschubgeschwindigkeit",
        "execution.ACTIVE": "Bearbeitung läuft",
        "tag.cycle_left": "Restzeit",
    },
}
LINE_TEXTS = {
    "en": {
        "type.name": "Anodizing line",
        "tag.film_thickness": "Film thickness, rack R4",
        "tag.bath_temperature": "Bath A temperature",
        "tag.bath_acid": "Bath A acid",
        "tag.rectifier_current": "Rectifier A",
        "tag.bath_ph": "Bath A pH",
    },
    "de": {
        "type.name": "Anodisieranlage",
        "tag.film_thickness": "Schichtdicke, Gestell R4",
        "tag.bath_temperature": "Badtemperatur A",
        "tag.bath_acid": "Säurekonzentration Bad A",
        "tag.rectifier_current": "Gleichrichterstrom A",
        "tag.bath_ph": "pH-Wert Bad A",
    },
}
GEOMETRY = {
    "views": [
        {
            "name": "plan",
            "title": "view.plan",
            "right": "x",
            "up": "y",
            "span_right": {"low": 0, "high": 1},
            "span_up": {"low": 0, "high": 1},
        }
    ]
}
PLACE = {"enterprise": "Works", "site": "Hall 2", "area": "Cell 3", "line": "Milling"}


def demo_epoch(language: str = "en") -> Epoch:
    mill_screen = {
        "layout": "beside",
        "views": ["plan"],
        "readouts": ["x", "y", "z", "b", "feed"],
        "tiles": [
            {"tag": each}
            for each in (
                "spindle_speed",
                "load",
                "spindle_temperature",
                "coolant_level",
                "coolant_concentration",
                "vibration",
            )
        ],
        "trends": ["load"],
    }
    line_screen = {
        "layout": "above",
        "views": ["plan"],
        "tiles": [
            {"tag": "film_thickness", "wide": True},
            *({"tag": each} for each in ("bath_temperature", "rectifier_current", "bath_acid", "bath_ph")),
        ],
        "trends": ["bath_temperature"],
    }
    mill_type = {
        "id": "haas",
        "api_version": 1,
        "protocols": ["opcua"],
        "state": {
            "tag": "execution",
            "tones": {"ACTIVE": "running", "READY": "idle", "FEED_HOLD": "stopped"},
        },
        "headline": ["cycle_left", "load", "spindle_temperature"],
        "context": {"program": "execution"},
        "progress": {"remaining": "cycle_left", "total": "cycle_total"},
    }
    line_type = {
        "id": "line",
        "api_version": 1,
        "protocols": ["modbus"],
        "headline": ["film_thickness", "bath_temperature"],
    }
    press_type = {
        "id": "press",
        "manufacturer": "Schuler",
        "model": "MSD 400",
        "api_version": 1,
        "protocols": ["opcua"],
        "headline": ["force"],
    }
    return builders.epoch(
        [
            machine(
                "mill_07", type=mill_type, screen=mill_screen, geometry=GEOMETRY, texts=MILL_TEXTS, **PLACE
            ),
            machine(
                "line_1",
                type=line_type,
                screen=line_screen,
                geometry=GEOMETRY,
                texts=LINE_TEXTS,
                endpoints={"main": builders.MODBUS},
                **PLACE,
            ),
            machine("press_04", type=press_type, **PLACE),
        ],
        [*MILL_TAGS, *LINE_TAGS, tag("press_04", "force", unit="kN")],
        texts=TEXTS,
        language=language,
        quarantined=[
            {"name": "laser_01", "cause": "ImportError: no module named 'kerf' in plugin trumpf_5030"}
        ],
    )


def demo_shop(language: str = "en") -> Shop:
    """130 s into the shift: live but pH (stale 14 s), B (bad 4 s), the press (no link for 130 s)."""
    shop = Shop(demo_epoch(language))
    for each in ("mill_07", "line_1"):
        shop.link(each, LinkState.UP)
    shop.link("press_04", LinkState.DOWN, cause="127.0.0.1:4840 refused the connection")
    shop.clock.advance(116 * SECOND)
    fill(shop)
    shop.frame()
    shop.clock.advance(10 * SECOND)
    shop.table.confirm(shop.clock, besides=("line_1/bath_ph",))
    shop.put("mill_07/b", 12.0, status=status.BAD_SENSOR_FAILURE)
    shop.frame()
    shop.clock.advance(4 * SECOND)
    shop.table.confirm(shop.clock, besides=("line_1/bath_ph", "mill_07/b"))
    return shop


def fill(shop: Shop) -> None:
    figures = {
        "mill_07/spindle_speed": 8500.0,
        "mill_07/load": 112.0,
        "mill_07/spindle_temperature": 41.2,
        "mill_07/coolant_level": 63.0,
        "mill_07/coolant_concentration": 7.4,
        "mill_07/vibration": 1.9,
        "mill_07/x": 412.306,
        "mill_07/y": -188.740,
        "mill_07/z": 118.402,
        "mill_07/b": 12.0,
        "mill_07/feed": 1840.0,
        "mill_07/cycle_left": 222.0,
        "mill_07/cycle_total": 550.0,
        "line_1/film_thickness": 9.4,
        "line_1/bath_temperature": 19.6,
        "line_1/bath_acid": 178.0,
        "line_1/rectifier_current": 1184.0,
        "line_1/bath_ph": 0.9,
    }
    for tag_id, value in figures.items():
        code = status.UNCERTAIN if tag_id == "line_1/rectifier_current" else status.GOOD
        shop.put(tag_id, value, status=code)
    shop.put("mill_07/execution", 1)
    shop.context(
        "mill_07",
        program="O01234",
        part="Bracket left",
        part_count="17",
        planned_count="40",
        operation="20",
        tool="4, Ø12 mill",
        order="55 120",
    )
    shop.context("line_1", order="55 120", part="6061 housing", lot="7 of 12")
    shop.counters("mill_07", 128_402, 0, 1)
    shop.counters("line_1", 18_040, 3, 2, 1)
    live = [each.id for each in shop.epoch.tags if each.machine == "mill_07"]
    shop.granted(live, 0.05, 0.1)
