"""A machine plugin's tags.yaml, for a simulator that fills its server by it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from hmi.config.modbus import ModbusAddress, ModbusFormat
from hmi.config.tags import TagEntry, TagsFile
from hmi.config.yaml_file import load

__all__ = ["ModbusAddress", "ModbusFormat", "TagEntry", "load_tags"]


def load_tags(file: Path) -> Mapping[str, TagEntry]:
    """The tags by name.

    Raises:
        ValueError: the file has mistakes; the text names each with its line.
    """
    loaded = load(file, TagsFile, "tags")
    if loaded.model is None:
        raise ValueError("\n".join(str(problem) for problem in loaded.problems))
    return loaded.model.tags
