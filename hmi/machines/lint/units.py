"""Units of tags are known."""

from __future__ import annotations

from collections.abc import Iterator

from hmi.config import units
from hmi.config.problems import Problem
from hmi.machines.files import PluginFiles


def check(files: PluginFiles) -> Iterator[Problem]:
    """Every tag's unit is one that `hmi.config.units` knows."""
    for name, tag in files.entries.items():
        try:
            units.check(tag.unit)
        except units.UnknownUnitError as error:
            yield files.tags.problem(f"tags.{name}.unit: {error}", "tags", name, "unit")
