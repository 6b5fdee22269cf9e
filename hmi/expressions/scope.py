"""What the derived tags of one machine may name, and the order in which they are computed."""

from __future__ import annotations

import graphlib
from collections.abc import Collection, Mapping


class CircularError(ValueError):
    """Expressions that need each other; ``names`` is the circle, the first name also last."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(f"expected no circle, found {' → '.join(names)}")


def label_constants(labels: Mapping[str, Mapping[int, str]]) -> dict[str, float]:
    """``tag.LABEL`` → number, of the labels (number → name) of each enum tag."""
    return {f"{tag}.{label}": float(number) for tag, each in labels.items() for number, label in each.items()}


def evaluation_order(inputs: Mapping[str, Collection[str]]) -> tuple[str, ...]:
    """The derived tags (``inputs``: tag → the tags that it needs), each after the derived ones it needs.

    Raises:
        CircularError: there is no such order.
    """
    derived = {name: [each for each in needed if each in inputs] for name, needed in inputs.items()}
    try:
        return tuple(graphlib.TopologicalSorter(derived).static_order())
    except graphlib.CycleError as error:
        raise CircularError(tuple(reversed(error.args[1]))) from None
