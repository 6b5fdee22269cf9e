# ruff: noqa: D102 - each test's name is its sentence of the contract
"""What the files of a machine plugin must be, with or without Python beside them."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from hmi.config.endpoint_parts import Paces
from hmi.machines.files import PluginFiles, load_plugin
from hmi.machines.hookspecs import API_VERSION
from hmi.machines.lint import all_problems, unsound
from hmi.machines.lint.texts import wanted
from hmi.machines.plugin import MachinePlugin
from hmi.testing.plugin_under_test import PluginUnderTest, lines

FACADES: Final = ("hmi.api", "hmi.simulation")
"""All of ours that a plugin may import; in its tests ``hmi.testing`` too."""


class PluginFilesContract(PluginUnderTest):
    """Each test states one sentence of the contract."""

    def test_lint_finds_nothing(self, plugin: MachinePlugin) -> None:
        problems = sorted(set(all_problems(load_plugin(plugin.folder))))
        assert not problems, lines(problems)

    def test_it_is_written_for_this_api(self, files: PluginFiles) -> None:
        assert files.type.model is not None
        assert files.type.model.api_version == API_VERSION

    def test_the_files_need_no_python(self, plugin: MachinePlugin, tmp_path: Path) -> None:
        """Copied without any code, they are still the whole description of the machine."""
        copy = tmp_path / plugin.id
        code = shutil.ignore_patterns("*.py", "*.pyc", "__pycache__")
        shutil.copytree(plugin.folder, copy, ignore=code)
        alone, beside = load_plugin(copy), load_plugin(plugin.folder)
        assert not list(unsound(alone))
        assert [each.model for each in alone.all()] == [each.model for each in beside.all()]

    def test_every_language_has_every_text(self, files: PluginFiles) -> None:
        assert "en" in files.texts
        ids = {*wanted(files), *(f"tag.{name}" for name in files.entries)}
        for language, loaded in files.texts.items():
            assert loaded.model is not None
            missing = sorted(each for each in ids if not loaded.model.texts.get(each, "").strip())
            assert not missing, f"texts/{language}.yaml has no text for {missing}"

    def test_no_text_stands_in_one_language_alone(self, files: PluginFiles) -> None:
        ids = {language: set(each.model.texts) for language, each in files.texts.items() if each.model}
        everywhere = set[str]().union(*ids.values())
        lacking = {language: sorted(everywhere - each) for language, each in ids.items() if everywhere - each}
        assert not lacking

    def test_every_tag_that_is_shown_exists(self, files: PluginFiles) -> None:
        shown = {
            tag
            for loaded in (files.type, files.geometry, files.screen)
            if loaded is not None and loaded.model is not None
            for tag in _tags_named(loaded.model.model_dump(mode="json"))
        }
        assert shown, "no tag is shown anywhere"
        assert not shown - files.entries.keys()

    def test_a_live_link_is_never_stale_between_two_updates(self, files: PluginFiles) -> None:
        """A tag older than its `max_age` is shown as not live; so that must be longer than its pace."""
        hasty = {
            name: (tag.max_age, Paces().of(tag.pace))
            for name, tag in files.entries.items()
            if tag.max_age <= Paces().of(tag.pace)
        }
        assert not hasty, f"max_age within the default interval of the tag's pace: {hasty}"

    def test_it_imports_the_facades_alone(self, plugin: MachinePlugin) -> None:
        """Nothing else under ``hmi`` is promised to be there tomorrow."""
        reached = {
            f"{file.relative_to(plugin.folder)}:{line}: {name}"
            for file in sorted(plugin.folder.rglob("*.py"))
            for line, name in _imports(file)
            if name.split(".")[0] == "hmi" and not name.startswith(FACADES)
        }
        assert not reached, lines(sorted(reached))


_TAG_KEYS: Final = frozenset(("tag", "visible", "remaining", "total", "headline", "readouts", "trends"))


def _tags_named(data: Any, key: str = "") -> Iterator[str]:
    """The tag names in the data of machine.yaml, geometry.yaml or a screen, found by the keys alone."""
    match data:
        case dict():
            for name, each in data.items():
                yield from each.values() if name == "context" else _tags_named(each, name)
        case list():
            for each in data:
                yield from _tags_named(each, key)
        case str() if key in _TAG_KEYS:
            yield data


def _imports(file: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, each.name) for each in names)
            case ast.ImportFrom(module=str(module), level=0, names=names):
                if module == "hmi":
                    yield from ((node.lineno, f"hmi.{each.name}") for each in names)
                else:
                    yield node.lineno, module
