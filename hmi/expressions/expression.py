"""Compiled expressions: a postfix program over float64 arrays."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from hmi.expressions.operations import F64
from hmi.expressions.parser import Apply, Load, Parser, Push, Step


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A checked expression. ``inputs``: the tags that it needs, each once, in the order of first use."""

    text: str
    inputs: tuple[str, ...]
    steps: tuple[Step, ...]

    def evaluate(self, inputs: Sequence[F64]) -> F64:
        """The result f8[k] for input arrays f8[k] in the order of ``inputs``; f8[1] if there are none.

        Truth is 1.0, falsehood 0.0. NaN stands for what is not known: x / 0, the root of a negative
        number, and what is computed of a NaN. Nothing warns or raises for any values.

        Raises:
            ValueError: the number of arrays is not that of ``inputs``, or their lengths differ.
        """
        if len(inputs) != len(self.inputs) or len({len(each) for each in inputs}) > 1:
            lengths = [len(each) for each in inputs]
            raise ValueError(f"expected {len(self.inputs)} arrays of one length, found lengths {lengths}")
        length = len(inputs[0]) if inputs else 1
        stack: list[F64] = []
        with np.errstate(all="ignore"):
            for step in self.steps:
                match step:
                    case Load(number):
                        stack.append(inputs[number])
                    case Push(value):
                        stack.append(value)
                    case Apply(operation, arity):
                        result = operation(*stack[-arity:])
                        del stack[-arity:]
                        stack.append(result)
        return np.array(np.broadcast_to(stack[0], (length,)), dtype=np.float64)


def compile_expression(
    text: str, names: Collection[str], constants: Mapping[str, float] | None = None
) -> Expression:
    """Check and compile an expression.

    ``names`` are the tags that it may use; ``constants`` are dotted names such as ``execution.ACTIVE``
    with their numbers.

    Raises:
        ExpressionError: what is wrong, at which column, and what is expected.
    """
    parser = Parser(text, names, constants or {})
    parser.parse()
    return Expression(text, tuple(parser.inputs), tuple(parser.steps))
