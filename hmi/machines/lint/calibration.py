"""Calibrations: of a plugin's geometry, or of one machine of a site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from hmi.config.calibration import Calibration
from hmi.config.problems import Problem, suggestion
from hmi.config.site import Site, SiteMachine
from hmi.config.tags import TagEntry
from hmi.config.yaml_file import Loaded
from hmi.config.yaml_text import DataPath
from hmi.machines.files import PluginFiles
from hmi.twin.calibration import CalibrationError, fit


def check(files: PluginFiles) -> Iterator[Problem]:
    """The calibrations of a machine type, those of a site's machine aside."""
    loaded = files.geometry
    if loaded is None or loaded.model is None or files.tags.model is None:
        return
    for path, text in _wrong(loaded.model.calibrations, files.entries, loaded.model.unit):
        yield loaded.problem(f"{'.'.join(map(str, path))}: {text}", *path)


def of_machine(
    files: PluginFiles, site: Loaded[Site], position: int, machine: SiteMachine
) -> Iterator[Problem]:
    """The calibrations that a site gives for one of its machines."""
    if machine.calibrations is None:
        return
    at = ("machines", position)
    if files.geometry is None:
        path: DataPath = (*at, "calibrations")
        text = f"the plugin {machine.plugin} has no geometry, expected no calibration"
        yield site.problem(f"{'.'.join(map(str, path))}: {text}", *path)
        return
    if files.geometry.model is None:
        return  # it has mistakes and was left out
    for within, text in _wrong(machine.calibrations, files.entries, files.geometry.model.unit):
        path = (*at, *within)
        yield site.problem(f"{'.'.join(map(str, path))}: {text}", *path)


def _wrong(
    calibrations: Sequence[Calibration], entries: Mapping[str, TagEntry], unit: str
) -> Iterator[tuple[DataPath, str]]:
    seen: set[str] = set()
    for i, each in enumerate(calibrations):
        for j, tags in enumerate(each.axes):
            for k, name in enumerate(tags):
                if text := _unfit(name, entries, unit, seen):
                    yield ("calibrations", i, "axes", j, k), text
                seen.add(name)
        try:
            fit(each.fit, [p.machine for p in each.points], [p.drawing for p in each.points])
        except CalibrationError as error:
            yield ("calibrations", i, "points"), str(error)


def _unfit(name: str, entries: Mapping[str, TagEntry], unit: str, seen: set[str]) -> str:
    """Why the tag cannot be an axis here; empty: it can."""
    if name not in entries:
        return f"there is no tag `{name}`{suggestion(name, entries) or ', expected one of tags.yaml'}"
    tag = entries[name]
    if not tag.type.numeric:
        return f"the tag `{name}` is of type {tag.type}, expected a number"
    if tag.unit != unit:
        return f"the tag `{name}` is in {tag.unit or 'no unit'}, expected the geometry's unit {unit}"
    return f"the tag `{name}` is calibrated twice, expected once" if name in seen else ""
