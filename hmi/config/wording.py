"""Words for pydantic's errors: what was found and what is expected, for a person with the file open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from hmi.config.problems import listing, suggestion
from hmi.config.schema_walk import describe, expected_at, known_keys

_LONGEST_SHOWN = 60
_BOUNDS = {"greater_than": (">", "gt"), "greater_than_equal": ("≥", "ge"), "less_than": ("<", "lt")}
_BOUNDS["less_than_equal"] = ("≤", "le")


def found(value: object) -> str:
    """A value as a person sees it in the file."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        shown = value if len(value) <= _LONGEST_SHOWN else value[:_LONGEST_SHOWN] + "…"
        return f"the text '{shown}'"
    if isinstance(value, Sequence):
        return "a list" if value else "an empty list"
    return "a mapping" if isinstance(value, dict) else str(value)


def word(error: ErrorDetails, model: type[BaseModel], data: object) -> str:
    """One sentence for one error; ``data`` is the value at its place (None where there is none)."""
    loc, context, value = error["loc"], error.get("ctx", {}), error["input"]
    kind = error["type"]
    if "credentials" in loc and isinstance(value, str):
        value = "…"  # what stands there by mistake may be the secret itself
    if kind == "missing":
        return _missing(loc, model, data)
    if kind == "extra_forbidden":
        keys = known_keys(model, loc[:-1])
        name = str(loc[-1])
        return f"unknown key `{name}`{suggestion(name, keys) or ', expected one of ' + listing(keys)}"
    if kind == "value_error":
        text = str(context["error"])
        return text if "found" in text or isinstance(value, dict) else f"found {found(value)}, {text}"
    expected = _expected(kind, context) or describe(expected_at(model, loc))
    hint = ""
    if kind in ("enum", "literal_error") and isinstance(value, str):
        hint = suggestion(value, re.findall(r"'([^']*)'", str(context["expected"])))
    elif kind == "string_type" and isinstance(value, bool | int | float):
        hint = " (put it in quotes)"
    elif kind == "union_tag_invalid":
        field = str(context["discriminator"]).strip("'")
        given = value.get(field) if isinstance(value, dict) else None
        hint = suggestion(str(context["tag"]), re.findall(r"'([^']*)'", str(context["expected_tags"])))
        return f"found `{field}: {context['tag'] if given is None else given}`, expected {expected}{hint}"
    elif kind == "union_tag_not_found":
        field = str(context["discriminator"]).strip("'")
        return f"the key `{field}` is missing, expected one of the kinds {_tags(model, loc, field)}"
    return f"found {_measured(kind, value, context)}, expected {expected}{hint}"


def _missing(loc: tuple[str | int, ...], model: type[BaseModel], data: object) -> str:
    last = loc[-1]
    if isinstance(last, int):
        length = len(data) if isinstance(data, list) else 0
        return f"found {length} entries, expected {describe(expected_at(model, loc[:-1]))}"
    return f"the key `{last}` is missing, expected {describe(expected_at(model, loc))}"


def _expected(kind: str, context: dict[str, Any]) -> str:
    if kind in _BOUNDS:
        sign, key = _BOUNDS[kind]
        return f"a number {sign} {str(context[key]).removesuffix('.0')}"
    match kind:
        case "too_short":
            return f"at least {context['min_length']}"
        case "too_long":
            return f"at most {context['max_length']}"
        case "string_too_short":
            return f"a text of at least {context['min_length']} characters"
        case "string_too_long":
            return f"a text of at most {context['max_length']} characters"
        case "string_pattern_mismatch":
            return f"a text that matches {context['pattern']}"
        case "literal_error" | "enum":
            return "one of " + str(context["expected"]).replace("'", "")
        case "union_tag_invalid":
            return "one of " + str(context["expected_tags"]).replace("'", "")
        case "finite_number":
            return "a finite number"
        case _:
            return ""


def _measured(kind: str, value: object, context: dict[str, Any]) -> str:
    """What was found, counted where the count is what is wrong."""
    if kind in ("too_short", "too_long"):
        return f"{len(value) if isinstance(value, list | dict) else context['actual_length']} entries"
    return found(value)


def _tags(model: type[BaseModel], loc: tuple[str | int, ...], field: str) -> str:
    tags: list[str] = []
    for each in expected_at(model, loc):
        tags += str(describe([each.model_fields[field].annotation])).removeprefix("one of ").split(", ")
    return ", ".join(tags)
