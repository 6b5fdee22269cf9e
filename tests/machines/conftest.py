"""A small sound machine plugin on disk, and the means to change, install and site it."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FILES = {
    "machine.yaml": """\
        schema: twinpane.machine/1
        id: press
        api_version: 1
        protocols: [opcua, modbus]
        state:
          tag: state
          tones: {IDLE: idle, RUN: running}
        context: {part: part_name}
        headline: [force]
        progress: {remaining: left}
        """,
    "tags.yaml": """\
        schema: twinpane.tags/1
        tags:
          force:
            unit: kN
            range: {low: 0, high: 1000}
            normal: {low: 100, high: 800}
            address:
              opcua: {node: "nsu=urn:press;s=Force"}
              modbus: {table: input_register, address: 0, format: uint16}
          state:
            type: enum
            labels: {0: IDLE, 1: RUN}
            address:
              opcua: {node: "nsu=urn:press;s=State"}
              modbus: {table: holding_register, address: 7, format: bits, bit: 0, bits: 3}
          part_name:
            type: string
            address:
              opcua: {node: "nsu=urn:press;s=Part"}
              modbus: {table: holding_register, address: 20, format: string, length: 8}
          left:
            unit: s
            scaling: {gain: 0.1}
            address:
              opcua: {node: "nsu=urn:press;s=Left"}
              modbus: {table: input_register, address: 2, format: int32}
          open:
            type: bool
            address:
              opcua: {node: "nsu=urn:press;s=Open"}
              modbus: {table: coil, address: 3, format: bool}
          pressure:
            unit: MPa
            derived: force / 0.5 if state == state.RUN else 0
          doubled:
            unit: MPa
            derived: pressure * 2
          place:
            unit: mm
            derived: force * 0.1
        """,
    "geometry.yaml": """\
        schema: twinpane.geometry/1
        frames:
          slide: {joint: {kind: prismatic, axis: z, value: {tag: force, scale: 0.1}}}
        shapes:
          - {kind: box, frame: slide, low: [0, 0, 0], high: [1, 1, {tag: left}], visible: open}
          - {kind: box, low: [0, 0, 0], high: [1, 1, 1], zone: {tag: force, low: 0, high: 900}}
        labels:
          - {at: [0, 0, 0], tag: force, text: label.force}
        calibrations:
          - axes: [[place]]
            fit: shift
            date: 2026-09-14
            due: 2027-09-14
            tolerance: 0.1
            reference: steel rule
            points: [{machine: [0], drawing: [1]}, {machine: [5], drawing: [6]}]
        views:
          - name: front
            title: view.front
            right: x
            up: z
            span_right: {low: 0, high: 10}
            span_up: {low: 0, high: 10}
        """,
    "screens/machine.yaml": """\
        schema: twinpane.screen/1
        views: [front]
        readouts: [force]
        tiles: [{tag: force}]
        trends: [force]
        """,
    "texts/en.yaml": """\
        schema: twinpane.texts/1
        texts:
          type.name: Press
          tag.force: Force
          tag.state: State
          tag.part_name: Part
          tag.left: Left
          tag.open: Open
          tag.pressure: Pressure
          tag.doubled: Doubled
          tag.place: Place
          state.IDLE: idle
          state.RUN: running
          view.front: Front
          label.force: Force
        """,
}

SITE = """\
    schema: twinpane.site/1
    id: works
    machines:
      - id: press1
        plugin: press
        name: machine.press1
        endpoints:
          main: {protocol: opcua, url: "opc.tcp://127.0.0.1:4840"}
    """


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text), encoding="utf-8")
    return folder


Change = Callable[[str, str, str], None]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A site folder with the press as a plugin folder of its own, all sound."""
    site = write(tmp_path / "site", {"site.yaml": SITE})
    write(
        site,
        {"texts/en.yaml": "schema: twinpane.texts/1\ntexts: {site.name: Works, machine.press1: Press 1}\n"},
    )
    write(site / "machines" / "press", FILES)
    return site


@pytest.fixture
def plugin_folder(site: Path) -> Path:
    return site / "machines" / "press"


@pytest.fixture
def change(plugin_folder: Path) -> Change:
    """Replace a text that stands exactly once in one of the press' files."""

    def replace(name: str, old: str, new: str) -> None:
        file = plugin_folder / name
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {name}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    return replace


Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Put a distribution with a machine plugin on the import path, as an installer leaves it."""
    root = tmp_path / "site-packages"
    root.mkdir()
    monkeypatch.syspath_prepend(str(root))
    before = set(sys.modules)

    def installed(
        plugin: str, code: str = "", *, package: str = "", files: dict[str, str] | None = None
    ) -> Path:
        package = package or f"twinpane_{plugin}"
        mine = {name: text.replace("id: press", f"id: {plugin}") for name, text in (files or FILES).items()}
        folder = write(root / package, {**mine, "__init__.py": code})
        name = package.replace("_", "-")
        write(
            root / f"{package}-1.2.dist-info",
            {
                "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.2\n",
                "entry_points.txt": f"[twinpane]\n{plugin} = {package}\n",
            },
        )
        return folder

    yield installed
    for name in set(sys.modules) - before:
        del sys.modules[name]
