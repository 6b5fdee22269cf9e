"""Plain data → pydantic model; every error of pydantic becomes a problem with file and line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hmi.config.problems import Problem
from hmi.config.schema_walk import KEY, describe, expected_at
from hmi.config.wording import found, word
from hmi.config.yaml_text import DataPath, Document

MAX_TOLD: Final = 500
"""Mistakes in one file that are told one by one; who has more has another file in hand than they think."""

M = TypeVar("M", bound=BaseModel)
Loc = tuple[str | int, ...]

_WRONG_SHAPE: Final = frozenset(
    f"{kind}_type" for kind in ("int", "float", "string", "bool", "model", "dict", "tuple", "list")
)


def validate(
    model: type[M], data: object, document: Document, at: DataPath = ()
) -> tuple[M | None, list[Problem]]:
    """The model, or all problems. ``at`` is where ``data`` stands in the document.

    Validation is by way of JSON, so that a strict model takes lists as tuples and texts as enums, just
    as the epoch does when it crosses the link.
    """
    try:
        return model.model_validate_json(json.dumps(data)), []
    except ValidationError as error:
        told = error.errors(include_url=False)[:MAX_TOLD]
        errors = [_Place.of(each, data) for each in told]
        problems = []
        if more := error.error_count() - len(told):
            problems.append(document.problem(at, f"{more} further mistakes are not listed"))
        for path, text in _told(errors, model, data):
            if not any((*at, *path)[: len(refused)] == refused for refused in document.refused):
                name = ".".join(map(str, (*at, *path)))
                problems.append(document.problem((*at, *path), f"{name}: {text}" if name else text))
        return None, problems


def paths_of(error: ValidationError, data: object) -> list[DataPath]:
    """Where the mistakes are; for a missing key, where it is missing."""
    return [_Place.of(each, data).path for each in error.errors(include_url=False)]


@dataclass(frozen=True, slots=True)
class _Place:
    """An error and its path in the data; ``branch``: the length of ``loc`` before a union member's name."""

    error: ErrorDetails
    path: Loc
    branch: int | None

    @classmethod
    def of(cls, error: ErrorDetails, data: object) -> _Place:
        loc = error["loc"]
        taken = _descend(data, loc)
        path, node = [], data
        for i, step in enumerate(loc):
            if taken[i]:
                path.append(step)
                node = _child(node, step)
            elif step != KEY and not (i == len(loc) - 1 and error["type"] == "missing"):
                discriminated = isinstance(node, dict) and step in node.values()
                if not discriminated:
                    return cls(error, _path(loc, taken), i)
        return cls(error, tuple(path), None)


def _path(loc: Loc, taken: Sequence[bool]) -> Loc:
    return tuple(step for step, is_taken in zip(loc, taken, strict=True) if is_taken)


def _child(node: object, step: str | int) -> object:
    if isinstance(node, dict):
        return node.get(str(step))
    return node[step] if isinstance(node, list) and isinstance(step, int) and step < len(node) else None


def _descend(node: object, loc: Loc) -> list[bool]:
    """Which components of ``loc`` are keys and positions in the data; the others name union members."""
    if not loc:
        return []
    skipped = [False, *_descend(node, loc[1:])]
    exists = (isinstance(node, dict) and str(loc[0]) in node) or (
        isinstance(node, list) and isinstance(loc[0], int) and loc[0] < len(node)
    )
    if not exists:
        return skipped
    taken = [True, *_descend(_child(node, loc[0]), loc[1:])]
    return taken if sum(taken) >= sum(skipped) else skipped


def _told(places: list[_Place], model: type[BaseModel], data: object) -> Iterator[tuple[Loc, str]]:
    unions: dict[Loc, list[_Place]] = {}
    for place in places:
        if place.branch is not None:
            unions.setdefault(place.error["loc"][: place.branch], []).append(place)
        elif not _is_echo(place.error):
            yield place.path, word(place.error, model, at(data, place.path))
    for loc, members in unions.items():
        right_shape = [
            each
            for each in members
            if not (len(each.error["loc"]) == len(loc) + 1 and each.error["type"] in _WRONG_SHAPE)
        ]
        if right_shape:
            for each in right_shape:
                yield each.path, word(each.error, model, at(data, each.path))
        else:
            text = f"found {found(members[0].error['input'])}, expected {describe(expected_at(model, loc))}"
            yield members[0].path, text


def _is_echo(error: ErrorDetails) -> bool:
    """pydantic calls a list too short whose items were refused: those are told already."""
    given, context = error["input"], error.get("ctx", {})
    return (
        error["type"] == "too_short"
        and isinstance(given, list | dict)
        and len(given) >= int(context["min_length"])
    )


def at(data: object, path: Loc) -> object:
    """The value at a path, None where there is none."""
    for step in path:
        data = _child(data, step)
    return data
