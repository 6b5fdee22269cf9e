"""A YAML file → a checked model, or every mistake in it as ``file:line: what is wrong, what is expected``.

The first key of every file is ``schema: twinpane.<kind>/<version>``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Generic, TypeVar

from pydantic import BaseModel

from hmi.config import yaml_text
from hmi.config.problems import Problem
from hmi.config.salvage import Remains, salvage
from hmi.config.validation import validate
from hmi.config.wording import found
from hmi.config.yaml_text import Document

M = TypeVar("M", bound=BaseModel)

VERSIONS: Final = {"site": 1, "machine": 1, "tags": 1, "geometry": 1, "screen": 1, "texts": 1}
"""The newest version of each kind of file that this Twinpane reads."""

_HEADER: Final = re.compile(r"twinpane\.([a-z]+)/([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[M]):
    """A file's model (None where it has mistakes), its problems, and the lines for checks across files.

    ``remains``: what is left of a file with mistakes, None where it has none or too little is left.
    """

    model: M | None
    document: Document
    problems: tuple[Problem, ...]
    remains: Remains[M] | None = None

    def problem(self, text: str, *path: str | int) -> Problem:
        """A further problem, at the line of the key or item at ``path``."""
        return self.document.problem(path, text)

    def left(self) -> Loaded[M]:
        """This file without what is wrong in it: for checks, not for use. The problems stay told."""
        if self.remains is None:
            return self
        return replace(self, model=self.remains.model, document=self.remains.document)


def load(file: Path, model: type[M], kind: str) -> Loaded[M]:
    """Read ``file`` as schema ``twinpane.<kind>``. Never raises for what stands in the file."""
    document = yaml_text.read(file)
    problems = list(document.problems)
    made: M | None = None
    remains: Remains[M] | None = None
    if isinstance(document.data, dict):
        key = _header_key(document.data)
        header, readable = _check_header(document.data, kind, key)
        problems += [document.problem((key,), text) for text in header]
        if readable:
            body = {each: value for each, value in document.data.items() if each != key}
            made, wrong = validate(model, body, document)
            problems += wrong
            remains = salvage(model, body, document) if problems else None
    elif not problems:
        what = "the file is empty" if document.data is None else f"found {found(document.data)}"
        problems.append(
            Problem(file, document.line(), f"{what}, expected {_expected_header(kind)} and its keys")
        )
    return Loaded(None if problems else made, document, tuple(sorted(set(problems))), remains)


def _expected_header(kind: str) -> str:
    return f"`schema: twinpane.{kind}/{VERSIONS[kind]}`"


def _header_key(data: dict[str, object]) -> str:
    """``schema``, or what was most likely meant to be it."""
    meant = (key for key, value in data.items() if isinstance(value, str) and _HEADER.fullmatch(value))
    return "schema" if "schema" in data else next(meant, "schema")


def _check_header(data: dict[str, object], kind: str, key: str) -> tuple[list[str], bool]:
    """What is wrong with the first key, and whether the rest of the file is worth reading."""
    expected = _expected_header(kind)
    if "schema" not in data:
        hint = f" (found `{key}`)" if key in data else ""
        return [f"the key `schema` is missing{hint}, expected {expected} as the first key"], True
    stated = data["schema"]
    match = _HEADER.fullmatch(stated) if isinstance(stated, str) else None
    if match is None:
        return [f"schema: found {found(stated)}, expected {expected}"], True
    if match[1] != kind:
        return [f"schema: this is a file of kind {match[1]}, expected {expected}"], False
    version = int(match[2])
    if version > VERSIONS[kind]:
        text = f"schema: the file is of version {version}, this Twinpane reads up to {VERSIONS[kind]}"
        return [f"{text}: expected {expected}, or a newer Twinpane"], False
    if version < 1:
        return [f"schema: there is no version {version}, expected {expected}"], True
    if next(iter(data)) != "schema":
        return [f"schema: expected as the first key of the file, found after `{next(iter(data))}`"], True
    return [], True
