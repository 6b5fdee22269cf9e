"""Colours and type sizes as data (ISA-101: greys, colour only for what is abnormal).

``#rrggbb`` strings; sizes in px of the 1280 × 800 design, scaled by the panel's real dpi in ui.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Theme:
    """One palette. ``running`` is the one calm accent; ``replay`` marks what is recorded and not live;
    ``priority`` holds alarm priorities 1 to 4; ``trend`` one colour for each series that a plot can show,
    none of them an alarm's; ``zone_cold`` to ``zone_hot`` is what a value's colour goes through.
    """

    name: str
    background: str
    surface: str
    raised: str
    pressed: str
    line: str
    grid: str
    track: str
    band: str
    limit: str
    text: str
    text_soft: str
    text_faint: str
    running: str
    idle: str
    fault: str
    replay: str
    warning_surface: str
    warning_line: str
    hatch_back: str
    hatch_line: str
    badge: str
    structure: str
    structure_line: str
    fixture: str
    workpiece: str
    workpiece_line: str
    moving: str
    tool: str
    water: str
    acid: str
    alkaline: str
    dye: str
    zone_cold: str
    zone_hot: str
    trend: tuple[str, str, str, str, str, str]
    priority: tuple[str, str, str, str]


DARK = Theme(
    name="dark",
    background="#23272b",
    surface="#2c3136",
    raised="#343a40",
    pressed="#414950",
    line="#454c53",
    grid="#3b4148",
    track="#4a535b",
    band="#5f6d78",
    limit="#9aa3ab",
    text="#dfe3e6",
    text_soft="#9aa3ab",
    text_faint="#7b858e",
    running="#8fb8d8",
    idle="#9aa3ab",
    fault="#f2a93b",
    replay="#b39ddb",
    warning_surface="#3a2f22",
    warning_line="#5a4527",
    hatch_back="#343a40",
    hatch_line="#6c757d",
    badge="#1f2326",
    structure="#343a40",
    structure_line="#454c53",
    fixture="#4a535b",
    workpiece="#8a949c",
    workpiece_line="#c3cad0",
    moving="#5f6d78",
    tool="#dfe3e6",
    water="#3f4d5a",
    acid="#3f4d5a",
    alkaline="#4a5044",
    dye="#514760",
    zone_cold="#3d5a73",
    zone_hot="#c98fa8",
    trend=("#8fb8d8", "#dfe3e6", "#b9a7d3", "#7cc4b4", "#d0b48c", "#d79fb4"),
    priority=("#e5484d", "#f2a93b", "#f5d90a", "#6fb3d9"),
)

LIGHT = Theme(
    name="light",
    background="#d9dcdf",
    surface="#e9ebed",
    raised="#f5f6f7",
    pressed="#cfd4d8",
    line="#b9c0c6",
    grid="#d3d7db",
    track="#c3c9ce",
    band="#9aa7b1",
    limit="#5b646c",
    text="#1f2429",
    text_soft="#4d565e",
    text_faint="#6a737b",
    running="#2b6a99",
    idle="#6c757d",
    fault="#a85f00",
    replay="#5e4391",
    warning_surface="#f6e3c4",
    warning_line="#d9b375",
    hatch_back="#dfe2e5",
    hatch_line="#9aa3ab",
    badge="#f5f6f7",
    structure="#dfe2e5",
    structure_line="#b3bac0",
    fixture="#b9c0c6",
    workpiece="#8d979f",
    workpiece_line="#5b646c",
    moving="#a3adb5",
    tool="#2f363c",
    water="#a9bccb",
    acid="#a9bccb",
    alkaline="#b8c0a8",
    dye="#b7a9c6",
    zone_cold="#b5cbdc",
    zone_hot="#9a4468",
    trend=("#2b6a99", "#1f2429", "#6b4f96", "#1c7567", "#7d5a2b", "#a03c6c"),
    priority=("#c4242b", "#b86a00", "#8f7a00", "#2b6a99"),
)
