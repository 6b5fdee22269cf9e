"""The reference page is held to the models: its examples load, and it leaves out no key."""

from __future__ import annotations

import re
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

import hmi
from hmi.config.geometry import Geometry
from hmi.config.machine import MachineType
from hmi.config.screens import MachineScreen
from hmi.config.site import Site
from hmi.config.tags import TagsFile
from hmi.config.texts import TextsFile
from hmi.config.yaml_file import VERSIONS, load

PAGE = (Path(hmi.__file__).parent / "docs/reference/configuration.md").read_text(encoding="utf-8")
EXAMPLES = {
    re.search(r"twinpane\.([a-z]+)/", text)[1]: text  # type: ignore[index]
    for text in re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
}
KINDS: dict[str, type[BaseModel]] = {
    "site": Site,
    "machine": MachineType,
    "tags": TagsFile,
    "geometry": Geometry,
    "screen": MachineScreen,
    "texts": TextsFile,
}


def models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models(field.annotation)
    elif get_origin(annotation) in (Annotated, Union, types.UnionType, tuple, dict):
        for argument in get_args(annotation):
            yield from models(argument)


def test_every_kind_has_an_example() -> None:
    assert set(EXAMPLES) == set(KINDS) == set(VERSIONS)


@pytest.mark.parametrize("kind", KINDS)
def test_examples_load(tmp_path: Path, kind: str) -> None:
    file = tmp_path / "example.yaml"
    file.write_text(EXAMPLES[kind], encoding="utf-8")
    assert [str(problem) for problem in load(file, KINDS[kind], kind).problems] == []


@pytest.mark.parametrize("kind", KINDS)
def test_no_key_is_left_out(kind: str) -> None:
    told = set(re.findall(r"`([a-z0-9_]+)`", PAGE)) | set(re.findall(r"\b([a-z0-9_]+):", PAGE))
    wanted = {f"{model.__name__}.{name}" for model in models(KINDS[kind]) for name in model.model_fields}
    assert {each for each in wanted if each.split(".")[1] not in told} == set()
