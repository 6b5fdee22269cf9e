"""What a configuration model expects at a place: its known keys and a description in words."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import BaseModel

KEY: Final = "[key]"
"""Last component of a pydantic location, after the key itself, where the key is what is wrong."""

Annotation = Any
"""A type as it stands in an annotation: a class, ``Annotated[…]``, ``Literal[…]``, a union."""


def expected_at(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[Annotation]:
    """The types that may stand at a pydantic error location (which also names members of unions)."""
    here: list[Annotation] = [model]
    if loc[-1:] == (KEY,):
        loc = (*loc[:-2], KEY)
    for step in loc:
        here = _step(_members(here), step)
    return _members(here)


def known_keys(model: type[BaseModel], loc: tuple[str | int, ...]) -> list[str]:
    """The keys that a mapping at ``loc`` may have, in the order of the model."""
    keys: dict[str, None] = {}
    for each in expected_at(model, loc):
        if _is_model(each):
            keys.update(dict.fromkeys(each.model_fields))
    return list(keys)


def describe(expected: list[Annotation]) -> str:
    """The expected types in words: "a number or a mapping with `tag`"."""
    if float in expected:
        expected = [each for each in expected if each is not int]
    return " or ".join(dict.fromkeys(_describe(each) for each in expected)) or "something else"


def _is_model(annotation: Annotation) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _members(annotations: list[Annotation]) -> list[Annotation]:
    flat: list[Annotation] = []
    for each in annotations:
        origin: Any = get_origin(each)
        if origin is Annotated:
            flat += _members([get_args(each)[0]])
        elif origin in (Union, types.UnionType):
            flat += _members(list(get_args(each)))
        elif each is not type(None):
            flat.append(each)
    return flat


def _step(here: list[Annotation], step: str | int) -> list[Annotation]:
    below: list[Annotation] = []
    for each in here:
        origin: Any = get_origin(each)
        arguments = get_args(each)
        if _is_model(each) and step in each.model_fields:
            below.append(each.model_fields[step].annotation)
        elif origin in (dict, Mapping):
            below.append(arguments[0] if step == KEY else arguments[1])
        elif origin in (tuple, list) and isinstance(step, int):
            fixed = origin is tuple and arguments[-1] is not Ellipsis
            below += [arguments[step]] if fixed and step < len(arguments) else [arguments[0]]
    return below or _named(here, step)


def _named(here: list[Annotation], step: str | int) -> list[Annotation]:
    """The union members that a location component such as ``box`` or ``Bound`` names."""
    named = [each for each in here if getattr(each, "__name__", None) == step or _is_tagged(each, step)]
    return named or here


def _is_tagged(annotation: Annotation, tag: str | int) -> bool:
    if not _is_model(annotation):
        return False
    return any(
        get_origin(field.annotation) is Literal and tag in get_args(field.annotation)
        for field in annotation.model_fields.values()
    )


def _describe(annotation: Annotation) -> str:
    origin: Any = get_origin(annotation)
    arguments = get_args(annotation)
    if origin is Literal:
        return "one of " + ", ".join(map(str, arguments)) if len(arguments) > 1 else str(arguments[0])
    if origin is tuple and arguments[-1] is not Ellipsis:
        return f"a list of {len(arguments)}"
    if origin in (tuple, list):
        return "a list"
    if origin in (dict, Mapping):
        return "a mapping"
    if _is_model(annotation):
        required = [f"`{name}`" for name, field in annotation.model_fields.items() if field.is_required()]
        return "a mapping" + (f" with {', '.join(required)}" if required else "")
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return "one of " + ", ".join(annotation)
    plain = {bool: "true or false", int: "an integer", float: "a number", str: "a text"}
    return plain.get(annotation, "something else")
