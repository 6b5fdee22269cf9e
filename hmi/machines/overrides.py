"""The tag overrides of a site, merged into a plugin's tags and checked like them."""

from __future__ import annotations

import dataclasses

from hmi.config.problems import Problem, suggestion
from hmi.config.site import Site, SiteMachine
from hmi.config.tags import TagEntry, TagsFile
from hmi.config.validation import validate
from hmi.config.yaml_file import Loaded
from hmi.config.yaml_text import DataPath, Document
from hmi.machines.files import PluginFiles
from hmi.machines.lint import unsound


def apply_overrides(
    files: PluginFiles, site: Loaded[Site], position: int, machine: SiteMachine
) -> tuple[PluginFiles, list[Problem]]:
    """The plugin's files with the site's keys in place of its own, and mistakes in the site file.

    ``position`` is the machine's place in the site's list. A key replaces the plugin's key as a whole.
    """
    if not machine.tags:
        return files, []
    at: DataPath = ("machines", position, "tags")
    merged, problems = dict(files.entries), []
    for name, override in machine.tags.items():
        if name not in merged:
            hint = suggestion(name, merged) or f", expected one of the plugin {machine.plugin}"
            problems.append(site.problem(f"{_place(at, name)}: there is no such tag{hint}", *at, name))
            continue
        entry, wrong = validate(
            TagEntry, {**_as_written(files, name), **override}, site.document, (*at, name)
        )
        problems += wrong
        if entry is not None:
            merged[name] = entry
    if problems:
        return files, problems
    tags = Loaded(TagsFile(tags=merged), _document(files, site, at), ())
    files = dataclasses.replace(files, tags=tags)
    for problem in unsound(files):
        within = problem.file == site.document.file
        line = problem.line if within else site.document.line(*at)
        problems.append(Problem(site.document.file, line, f"{_place(at)}: {problem.text}"))
    return files, problems


def _place(at: DataPath, *more: str) -> str:
    return ".".join(map(str, (*at, *more)))


def _as_written(files: PluginFiles, name: str) -> dict[str, object]:
    data = files.tags.document.data
    assert isinstance(data, dict)  # noqa: S101 - the file was found sound
    written: dict[str, object] = data["tags"][name]
    return written


def _document(files: PluginFiles, site: Loaded[Site], at: DataPath) -> Document:
    """Places of the merged tags, at the lines of the site file."""
    depth = len(at)
    places = site.document.lines.items()
    lines: dict[DataPath, int] = {
        ("tags", *path[depth:]): line for path, line in places if path[:depth] == at
    }
    lines[()] = site.document.line(*at)
    return Document(site.document.file, files.tags.document.data, lines)
