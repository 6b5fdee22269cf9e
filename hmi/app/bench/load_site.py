"""A site of one load machine, written as the files that any site has: the bench runs the product's way."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import yaml

from hmi.model.clock import MILLISECOND, SECOND

MACHINE: Final = "load"
_TILES: Final = 6
_TRENDS: Final = 3
_READOUTS: Final = 4
_MOVING: Final = 8


def write_site(folder: Path, url: str, namespace: str, tags: int, publish_ms: float) -> tuple[str, ...]:
    """Write the site of an OPC UA load server; the names of the tags that its Machine screen shows.

    The values are moments in UTC seconds; what the screen draws of them is their place in the hour.
    """
    interval = publish_ms * MILLISECOND / SECOND
    endpoint = {
        "protocol": "opcua",
        "url": url,
        "security": {"unsecured_because": "The load server runs on this computer."},
        "publishing": interval,
        "paces": {"live": interval},
    }
    return _site(folder, endpoint, [{"node": f"nsu={namespace};i={i + 1}"} for i in range(tags)])


def write_modbus_site(
    folder: Path, port: int, registers: int, poll_ms: float, pipeline: int
) -> tuple[str, ...]:
    """Write the site of a Modbus load server (`hmi.simulation.modbus_load`); the names of the shown tags.

    The first is the encoder, the moment of its change in UTC seconds; the others are single registers.
    """
    endpoint = {
        "protocol": "modbus",
        "host": "127.0.0.1",
        "port": port,
        "pipeline": pipeline,
        "paces": {"live": poll_ms * MILLISECOND / SECOND},
    }
    table = {"table": "holding_register"}
    encoder = {**table, "address": 0, "format": "float64"}
    return _site(folder, endpoint, [encoder, *({**table, "address": i} for i in range(4, registers))])


def _site(folder: Path, endpoint: dict[str, Any], addresses: list[dict[str, Any]]) -> tuple[str, ...]:
    protocol = endpoint["protocol"]
    names = [f"t{i}" for i in range(len(addresses))]
    shown = tuple(names[: max(_TILES, _READOUTS, _MOVING)])
    site = {
        "id": "bench",
        "machines": [
            {
                "id": MACHINE,
                "plugin": "load",
                "name": "machine.load",
                "endpoints": {"main": endpoint},
            }
        ],
    }
    _write(folder / "site.yaml", "site", site)
    _write(folder / "texts" / "en.yaml", "texts", {"texts": {"machine.load": "Load", "site.name": "Bench"}})
    plugin = folder / "machines" / "load"
    _write(
        plugin / "machine.yaml",
        "machine",
        {"id": "load", "api_version": 1, "protocols": [protocol], "headline": [names[0]]},
    )
    entry = {"pace": "live", "max_age": 1.0}
    _write(
        plugin / "tags.yaml",
        "tags",
        {
            "tags": {
                name: {**entry, "address": {protocol: address}}
                for name, address in zip(names, addresses, strict=True)
            }
        },
    )
    _write(plugin / "geometry.yaml", "geometry", _geometry(shown))
    _write(
        plugin / "screens" / "machine.yaml",
        "screen",
        {
            "views": ["plan"],
            "readouts": list(shown[:_READOUTS]),
            "tiles": [{"tag": name} for name in shown[:_TILES]],
            "trends": list(shown[:_TRENDS]),
        },
    )
    texts = {"type.name": "Load", "view.plan": "Plan", **{f"tag.{name}": name for name in names}}
    _write(plugin / "texts" / "en.yaml", "texts", {"texts": texts})
    return shown


def _geometry(shown: tuple[str, ...]) -> dict[str, Any]:
    """Boxes that move with tags, as many as a machine has moving parts."""
    frames = {
        f"f{i}": {
            "at": [0.0, 12.0 * i, 0.0],
            "joint": {"kind": "prismatic", "axis": "x", "value": {"tag": name, "scale": 1e-9}},
        }
        for i, name in enumerate(shown[:_MOVING])
    }
    return {
        "frames": frames,
        "shapes": [
            {"kind": "box", "style": "moving", "frame": frame, "low": [0.0] * 3, "high": [10.0] * 3}
            for frame in frames
        ],
        "views": [
            {
                "name": "plan",
                "title": "view.plan",
                "right": "x",
                "up": "y",
                "span_right": {"low": -20.0, "high": 120.0},
                "span_up": {"low": -5.0, "high": 100.0},
            }
        ],
    }


def _write(path: Path, kind: str, content: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # In braces: ten thousand tags would else be more than a file of a site may hold.
    text = yaml.dump(
        {"schema": f"twinpane.{kind}/1", **content},
        Dumper=yaml.CSafeDumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=True,
    )
    path.write_text(text, encoding="utf-8")
