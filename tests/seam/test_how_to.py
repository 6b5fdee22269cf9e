"""What the how-to shows of a plugin is what the plugin that is tested has."""

from __future__ import annotations

import re

from tests.seam.conftest import ROOT
from tests.seam.installation import HERE

FENCE = re.compile(r"^```\w+ (?P<file>\S+)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_excerpt_stands_in_the_plugin() -> None:
    text = (ROOT / "hmi/docs/how-to/write-a-machine-plugin.md").read_text()
    excerpts = [(each["file"], each["body"]) for each in FENCE.finditer(text)]
    assert {"machine.yaml", "tags.yaml", "geometry.yaml", "__init__.py"} <= {file for file, _ in excerpts}
    package = HERE / "plugin/src/twinpane_coolant_tank"
    for file, body in excerpts:
        places = [package / file, HERE / "plugin" / file]
        assert body in next(place for place in places if place.is_file()).read_text(), file
