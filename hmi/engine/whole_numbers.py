"""Where an expression over integers may have left the numbers that float64 holds exactly. Pure.

Expressions are computed in float64. Sums, differences and products of integers are exact in it as long as
all of them stay below 2**53 in magnitude: a float64 holds each of those, and rounding is monotonic, so that
an exact result of 2**53 or more never comes out smaller. Past it nobody can tell. Numbers that are no
integers (floats, quotients, roots) are rounded as ever, and no claim is made for them here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.expressions import Expression, operations
from hmi.expressions.parser import Apply, Load, Push
from hmi.model.values import EXACT_BELOW

F64 = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_ARITHMETIC: Final = (*operations.SUMS.values(), operations.PRODUCTS["*"])
_REAL: Final = (operations.divide, operations.UNARY_FUNCTIONS["sqrt"])
_OF_OPERANDS: Final = (
    operations.negate,
    operations.UNARY_FUNCTIONS["abs"],
    *operations.FOLDED_FUNCTIONS.values(),
)
"""What gives one of its operands, but for the sign."""


class WholeNumbers:
    """Follows the integers through one expression; ``whole`` says which of its inputs are integers."""

    def __init__(self, expression: Expression, whole: Sequence[bool]) -> None:
        self._steps = expression.steps
        self._whole = tuple(whole)
        self._constants = {
            number: bool(np.all(step.value == np.rint(step.value)))
            for number, step in enumerate(self._steps)
            if isinstance(step, Push)
        }
        self._needed = self._has_integer_work()

    def doubtful(self, inputs: Sequence[F64]) -> Flags:
        """bool[k]: where an integer on the way may have been rounded; ``inputs`` as in `evaluate`.

        Doubtful are sums, differences and products of integers of which one, or the result, reaches 2**53,
        and comparisons of two integers that both do (of which one may be a rounded constant).
        """
        length = len(inputs[0]) if inputs else 1
        doubt = np.zeros(length, np.bool_)
        if not self._needed:
            return doubt
        stack: list[tuple[F64, bool]] = []
        with np.errstate(all="ignore"):
            for number, step in enumerate(self._steps):
                match step:
                    case Load(place):
                        stack.append((inputs[place], self._whole[place]))
                    case Push(value):
                        stack.append((value, self._constants[number]))
                    case Apply(operation, arity):
                        operands = stack[-arity:]
                        del stack[-arity:]
                        result = operation(*(value for value, _ in operands))
                        doubt |= _doubt(step, operands, result)
                        stack.append((result, _gives_whole(step, [whole for _, whole in operands])))
        return doubt

    def _has_integer_work(self) -> bool:
        """Whether any step could be doubtful: other expressions need no second look at each evaluation."""
        constants = [step.value for step in self._steps if isinstance(step, Push)]
        if any((np.abs(value) >= EXACT_BELOW).any() for value in constants):
            return True
        stack: list[bool] = []
        for number, step in enumerate(self._steps):
            match step:
                case Load(place):
                    stack.append(self._whole[place])
                case Push():
                    stack.append(self._constants[number])
                case Apply(_, arity):
                    operands = stack[-arity:]
                    del stack[-arity:]
                    if step.operation in _ARITHMETIC and all(operands):
                        return True
                    stack.append(_gives_whole(step, operands))
        return False


def _compares(step: Apply) -> bool:
    """Comparisons, also chained ones, and the logic, whose operands are never large but by design."""
    others = (*_ARITHMETIC, *_REAL, *_OF_OPERANDS, operations.select)
    return step.operation not in others


def _gives_whole(step: Apply, whole: Sequence[bool]) -> bool:
    if step.operation in _REAL:
        return False
    if step.operation is operations.select:
        return whole[0] and whole[2]
    return _compares(step) or all(whole)


def _doubt(step: Apply, operands: Sequence[tuple[F64, bool]], result: F64) -> Flags:
    large = [np.abs(value) >= EXACT_BELOW for value, whole in operands if whole]
    if step.operation in _ARITHMETIC and len(large) == len(operands):
        return np.asarray(large[0] | large[1] | (np.abs(result) >= EXACT_BELOW))
    if _compares(step) and len(large) > 1:
        return np.asarray(np.add.reduce([each.astype(np.intp) for each in np.broadcast_arrays(*large)]) > 1)
    return np.zeros(1, np.bool_)
