"""The files of a machine plugin, each loaded and checked by itself."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel

from hmi.config.epoch import Texts
from hmi.config.geometry import Geometry
from hmi.config.machine import MachineType
from hmi.config.problems import Problem
from hmi.config.screens import MachineScreen
from hmi.config.tags import TagEntry, TagsFile
from hmi.config.texts import TextsFile
from hmi.config.yaml_file import Loaded, load

MACHINE: Final = "machine.yaml"
TAGS: Final = "tags.yaml"
GEOMETRY: Final = "geometry.yaml"
SCREEN: Final = "screens/machine.yaml"

_LANGUAGE: Final = re.compile(r"[a-z]{2}")


@dataclass(frozen=True, slots=True)
class PluginFiles:
    """What a plugin folder holds; a file with mistakes has no model but its problems."""

    folder: Path
    type: Loaded[MachineType]
    tags: Loaded[TagsFile]
    geometry: Loaded[Geometry] | None
    screen: Loaded[MachineScreen] | None
    texts: Mapping[str, Loaded[TextsFile]]
    misplaced: tuple[Problem, ...] = ()

    def all(self) -> Iterator[Loaded[Any]]:
        """Every file that was found."""
        yield self.type
        yield self.tags
        yield from (each for each in (self.geometry, self.screen) if each is not None)
        yield from self.texts.values()

    def left(self) -> PluginFiles:
        """These files without what is wrong in each of them: for checks across them."""
        if not self.problems:
            return self
        return replace(
            self,
            type=self.type.left(),
            tags=self.tags.left(),
            geometry=self.geometry.left() if self.geometry else None,
            screen=self.screen.left() if self.screen else None,
            texts={language: each.left() for language, each in self.texts.items()},
        )

    def vital(self, problem: Problem) -> bool:
        """Whether values depend on the file that holds the mistake, not only what is shown of them."""
        return problem.file in (self.type.document.file, self.tags.document.file)

    def without(self, flaws: Iterable[Problem]) -> PluginFiles:
        """These files without those that hold flaws, and without problems: what can be shown all the same.

        A geometry or screen goes as a whole (half a machine would be taken for the machine), and a screen
        with the geometry whose views it names; of texts only those go that are wrong.
        """
        flawed = {each.file for each in flaws}
        geometry = _gone(self.geometry) if _holds(self.geometry, flawed) else self.geometry
        unseen = _holds(self.geometry, flawed) or _holds(self.screen, flawed)
        return replace(
            self,
            geometry=geometry,
            screen=_gone(self.screen) if unseen else self.screen,
            texts={
                language: replace(each.left(), problems=(), remains=None)
                for language, each in self.texts.items()
            },
            misplaced=(),
        )

    @property
    def missing(self) -> frozenset[str]:
        """The names of what `left` has no more."""
        return frozenset().union(*(each.remains.missing for each in self.all() if each.remains))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The mistakes within single files."""
        return (*self.misplaced, *(problem for each in self.all() for problem in each.problems))

    @property
    def entries(self) -> Mapping[str, TagEntry]:
        """The tags by name; empty where tags.yaml has mistakes."""
        return self.tags.model.tags if self.tags.model else {}


_M = TypeVar("_M", bound=BaseModel)


def _holds(loaded: Loaded[Any] | None, flawed: Container[Path]) -> bool:
    return loaded is not None and loaded.document.file in flawed


def _gone(loaded: Loaded[_M] | None) -> Loaded[_M] | None:
    return replace(loaded, model=None, problems=(), remains=None) if loaded is not None else None


def load_plugin(folder: Path) -> PluginFiles:
    """Read all files of a plugin folder. Never raises for what stands in them."""
    geometry, screen = folder / GEOMETRY, folder / SCREEN
    texts, misplaced = load_texts(folder / "texts")
    misplaced += [
        Problem(file, 1, "not read, expected screens/machine.yaml alone")
        for file in sorted((folder / "screens").glob("*.y*ml"))
        if file != screen
    ]
    return PluginFiles(
        folder,
        load(folder / MACHINE, MachineType, "machine"),
        load(folder / TAGS, TagsFile, "tags"),
        load(geometry, Geometry, "geometry") if geometry.exists() else None,
        load(screen, MachineScreen, "screen") if screen.exists() else None,
        texts,
        tuple(misplaced),
    )


def load_texts(folder: Path) -> tuple[dict[str, Loaded[TextsFile]], list[Problem]]:
    """The texts files of a folder by language, and files whose name is no language."""
    texts: dict[str, Loaded[TextsFile]] = {}
    misplaced = []
    for file in sorted(folder.glob("*.y*ml")):
        if file.suffix == ".yaml" and _LANGUAGE.fullmatch(file.stem):
            texts[file.stem] = load(file, TextsFile, "texts")
        else:
            misplaced.append(Problem(file, 1, "expected a file name such as en.yaml (language code)"))
    return texts, misplaced


def texts_of(files: Mapping[str, Loaded[TextsFile]]) -> Texts:
    """language → text id → text of the files without mistakes."""
    return {language: each.model.texts for language, each in files.items() if each.model}
