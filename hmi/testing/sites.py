"""A small site of simulated signals, as files: for tests that run whole processes."""

from __future__ import annotations

from pathlib import Path

_SITE = """\
schema: twinpane.site/1
id: small
machines:
  - id: rig
    plugin: rig
    name: machine.rig
    endpoints:
      main: {protocol: simulated, paces: {live: 0.02, normal: 0.05, slow: 0.2}}
"""

_MACHINE = """\
schema: twinpane.machine/1
id: rig
api_version: 1
protocols: [simulated]
headline: [speed]
context: {part: part}
"""

_TAGS = """\
schema: twinpane.tags/1
tags:
  speed:
    pace: live
    unit: rpm
    range: {low: 0, high: 100}
    address: {simulated: {kind: ramp, low: 0, high: 100, period: 2.0}}
  steady:
    address: {simulated: {kind: constant, low: 42.0}}
  part:
    type: string
    address: {simulated: {kind: constant, text: Bracket}}
  double:
    derived: speed * 2
    unit: rpm
"""

_SCREEN = """\
schema: twinpane.screen/1
views: [plan]
tiles: [{tag: speed}, {tag: steady}]
trends: [speed]
"""

_GEOMETRY = """\
schema: twinpane.geometry/1
frames:
  slide: {joint: {kind: prismatic, axis: x, value: {tag: speed}}}
shapes:
  - {kind: box, frame: slide, style: moving, low: [0, 0, 0], high: [10, 10, 10]}
views:
  - name: plan
    title: view.plan
    right: x
    up: y
    span_right: {low: -10, high: 120}
    span_up: {low: -10, high: 50}
"""

_TEXTS = """\
schema: twinpane.texts/1
texts:
  type.name: Rig
  view.plan: Plan
  tag.speed: Speed
  tag.steady: Steady
  tag.part: Part
  tag.double: Double speed
"""


def write_small_site(folder: Path) -> Path:
    """Write the site and its one machine type ``rig`` below ``folder``; gives ``folder``."""
    rig = folder / "machines" / "rig"
    files = {
        folder / "site.yaml": _SITE,
        folder
        / "texts"
        / "en.yaml": "schema: twinpane.texts/1\ntexts:\n  site.name: Small\n  machine.rig: Rig 1\n",
        rig / "machine.yaml": _MACHINE,
        rig / "tags.yaml": _TAGS,
        rig / "geometry.yaml": _GEOMETRY,
        rig / "screens" / "machine.yaml": _SCREEN,
        rig / "texts" / "en.yaml": _TEXTS,
    }
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder
