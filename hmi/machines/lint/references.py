"""Tags that other files name exist and are of a type that fits the use."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hmi.config.problems import Problem, suggestion
from hmi.config.yaml_file import Loaded
from hmi.config.yaml_text import DataPath
from hmi.machines.files import PluginFiles
from hmi.model.values import ValueType

ANY = frozenset(ValueType)
NUMERIC = frozenset(each for each in ValueType if each.numeric)
ENUM = frozenset((ValueType.ENUM,))
BOOL = frozenset((ValueType.BOOL,))
NO_ARRAY = frozenset(each for each in ValueType if not each.is_array)

Use = tuple[DataPath, str, frozenset[ValueType]]
"""Where a tag is named, its name, the types that it may have there."""


def check(files: PluginFiles) -> Iterator[Problem]:
    """Machine, screen and geometry name only tags that exist, of a type that can serve there."""
    if files.tags.model is None:
        return
    for loaded, uses in (
        (files.type, _in_machine),
        (files.screen, _in_screen),
        (files.geometry, _in_geometry),
    ):
        if loaded is not None and loaded.model is not None:
            for path, name, types in uses(loaded.model):
                yield from _check_use(files, loaded, path, name, types)


def _check_use(
    files: PluginFiles,
    where: Loaded[Any],
    path: tuple[str | int, ...],
    name: str,
    types: frozenset[ValueType],
) -> Iterator[Problem]:
    place = ".".join(map(str, path))
    tag = files.entries.get(name)
    if tag is None:
        near = suggestion(name, files.entries) or ", expected one of tags.yaml"
        yield where.problem(f"{place}: there is no tag `{name}`{near}", *path)
    elif tag.type not in types:
        fitting = " or ".join(sorted(types))
        yield where.problem(f"{place}: the tag `{name}` is of type {tag.type}, expected {fitting}", *path)


def _in_machine(machine: Any) -> Iterator[Use]:
    if machine.state is not None:
        yield ("state", "tag"), machine.state.tag, ENUM
    for key, name in machine.context.items():
        yield ("context", str(key)), name, NO_ARRAY
    for i, name in enumerate(machine.headline):
        yield ("headline", i), name, NO_ARRAY
    if machine.progress is not None:
        yield ("progress", "remaining"), machine.progress.remaining, NUMERIC
        if machine.progress.total is not None:
            yield ("progress", "total"), machine.progress.total, NUMERIC


def _in_screen(screen: Any) -> Iterator[Use]:
    for i, name in enumerate(screen.readouts):
        yield ("readouts", i), name, NO_ARRAY
    for i, tile in enumerate(screen.tiles):
        yield ("tiles", i, "tag"), tile.tag, NUMERIC
    for i, name in enumerate(screen.trends):
        yield ("trends", i), name, NUMERIC


def _in_geometry(geometry: Any) -> Iterator[Use]:
    for name, frame in geometry.frames.items():
        if frame.joint is not None:
            yield ("frames", name, "joint", "value", "tag"), frame.joint.value.tag, NUMERIC
    for part in ("shapes", "labels", "trails"):
        for i, each in enumerate(getattr(geometry, part)):
            if each.visible is not None:
                yield (part, i, "visible"), each.visible, BOOL
            yield from _bound(each.model_dump(), (part, i))
    for i, shape in enumerate(geometry.shapes):
        if shape.zone is not None:
            yield ("shapes", i, "zone", "tag"), shape.zone.tag, NUMERIC
    for i, label in enumerate(geometry.labels):
        if label.tag is not None:
            yield ("labels", i, "tag"), label.tag, NO_ARRAY


def _bound(value: Any, path: DataPath) -> Iterator[Use]:
    """Numbers that follow a tag, wherever they stand in a shape, label or trail."""
    if isinstance(value, dict):
        if value.keys() == {"tag", "scale", "offset"}:
            yield (*path, "tag"), value["tag"], NUMERIC
        else:
            for key, each in value.items():
                yield from _bound(each, (*path, key))
    elif isinstance(value, tuple):
        for i, each in enumerate(value):
            yield from _bound(each, (*path, i))
