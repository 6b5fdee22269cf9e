"""What is left of a file with mistakes, so that the checks across files need not wait for their repair.

Everything that holds a mistake is taken out, as a whole entry where the entry has a name (a tag without its
wrong type would be another tag). What was taken out is remembered by name: a check that misses it repeats
only what has been told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from hmi.config.problems import Problem
from hmi.config.validation import at, paths_of
from hmi.config.yaml_text import DataPath, Document

M = TypeVar("M", bound=BaseModel)

_ROUNDS: Final = 8
_STAND_INS: Final[dict[str, object]] = {"id": "unnamed", "api_version": 1}
"""For keys that no check across files asks for, but that a model does not go without."""

_NAMING: Final = ("name", "id")
_WORD: Final = re.compile(r"[^\W\d][\w.]*")


@dataclass(frozen=True, slots=True)
class Remains(Generic[M]):
    """A model of what is left, its places in the file, and the names of what is not in it any more."""

    model: M
    document: Document
    missing: frozenset[str] = frozenset()


def salvage(model: type[M], data: object, document: Document) -> Remains[M] | None:
    """The sound part of ``data``, or None where too little is left to make a model of."""
    deep = 4 if "machines" in model.model_fields else 2
    taken: set[DataPath] = set(document.refused)
    for _ in range(_ROUNDS):
        origins: dict[DataPath, DataPath] = {}
        left = _without(data, taken, (), (), origins)
        if isinstance(left, dict):
            for key, value in _STAND_INS.items():
                if key in model.model_fields:
                    left.setdefault(key, value)
        try:
            made = model.model_validate_json(json.dumps(left))
        except ValidationError as error:
            wrong = {origins.get(path, ())[:deep] for path in paths_of(error, left)}
            if () in wrong or wrong <= taken:
                return None
            taken |= wrong
        else:
            lines = {new: document.line(*old) for new, old in origins.items()}
            moved = Document(document.file, left, lines, origins=origins)
            return Remains(made, moved, frozenset(_names(data, taken)))
    return None


def without_echoes(problems: Iterable[Problem], missing: Collection[str]) -> Iterator[Problem]:
    """The problems that do not speak of what was taken out."""
    for problem in problems:
        said = problem.text.partition(": ")[2] if missing else ""
        words = {part for word in _WORD.findall(said) for part in (word, word.partition(".")[0])}
        if words.isdisjoint(missing):
            yield problem


def _without(
    node: object, taken: set[DataPath], old: DataPath, new: DataPath, origins: dict[DataPath, DataPath]
) -> object:
    origins[new] = old
    if isinstance(node, dict):
        return {
            key: _without(value, taken, (*old, key), (*new, key), origins)
            for key, value in node.items()
            if (*old, key) not in taken
        }
    if isinstance(node, list):
        kept = [i for i in range(len(node)) if (*old, i) not in taken]
        return [_without(node[i], taken, (*old, i), (*new, k), origins) for k, i in enumerate(kept)]
    return node


def _names(data: object, taken: Iterable[DataPath]) -> Iterator[str]:
    for path in taken:
        node = at(data, path)
        yield from (step for step in path[-1:] if isinstance(step, str))
        if isinstance(node, dict):
            yield from (str(node[key]) for key in _NAMING if key in node)
