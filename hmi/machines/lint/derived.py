"""Derived tags: the expression can be read, names numbers only, and no circle of tags."""

from __future__ import annotations

from collections.abc import Iterator

from hmi.config.problems import Problem
from hmi.expressions import (
    CircularError,
    ExpressionError,
    compile_expression,
    evaluation_order,
    label_constants,
)
from hmi.machines.files import PluginFiles


def check(files: PluginFiles) -> Iterator[Problem]:
    """Every expression compiles over the machine's numeric tags; none needs itself."""
    entries = files.entries
    constants = label_constants({name: tag.labels for name, tag in entries.items()})
    inputs: dict[str, tuple[str, ...]] = {}
    for name, tag in entries.items():
        if tag.derived is None:
            continue
        try:
            expression = compile_expression(tag.derived, entries.keys(), constants)
        except ExpressionError as error:
            yield _problem(files, name, str(error))
            continue
        inputs[name] = expression.inputs
        if not tag.type.numeric:
            yield _problem(files, name, f"the tag is of type {tag.type}, expected a numeric type")
        if not expression.inputs:
            yield _problem(files, name, "the expression names no tag, expected at least one")
        for each in expression.inputs:
            if not entries[each].type.numeric:
                text = f"the tag `{each}` is of type {entries[each].type}, expected a numeric tag"
                yield _problem(files, name, text)
    try:
        evaluation_order(inputs)
    except CircularError as error:
        yield _problem(files, error.names[0], f"the expressions need each other: {error}")


def _problem(files: PluginFiles, name: str, text: str) -> Problem:
    return files.tags.problem(f"tags.{name}.derived: {text}", "tags", name, "derived")
