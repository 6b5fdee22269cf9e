"""The operations of the language over float64 arrays. Truth is 1.0, falsehood 0.0, unknown NaN.

Unknown stays unknown: a comparison with NaN is NaN, and the logic is Kleene's (``false and NaN`` is
false, ``true and NaN`` is NaN), so that no alarm or state is made up from a value that is not there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
Operation = Callable[..., F64]


def divide(a: F64, b: F64) -> F64:
    """The quotient; NaN where the divisor is 0."""
    a, b = np.broadcast_arrays(a, b)
    return np.asarray(np.divide(a, b, out=np.full(a.shape, np.nan), where=b != 0))


def negate(a: F64) -> F64:
    """The opposite."""
    return np.negative(a)


def _known(result: npt.NDArray[np.bool_], *operands: F64) -> F64:
    made = result.astype(np.float64)
    for operand in operands:
        made[np.isnan(np.broadcast_to(operand, made.shape))] = np.nan
    return made


def comparison(compare: Callable[[F64, F64], npt.NDArray[np.bool_]]) -> Operation:
    """A comparison that is NaN where an operand is."""
    return lambda a, b: _known(np.asarray(compare(a, b)), a, b)


def both(a: F64, b: F64) -> F64:
    """``and``: false where one is false, else NaN where one is NaN, else true."""
    made = _known(np.asarray((a != 0) & (b != 0)), a, b)
    made[np.broadcast_to((a == 0) | (b == 0), made.shape)] = 0.0
    return made


def either(a: F64, b: F64) -> F64:
    """``or``: true where one is true, else NaN where one is NaN, else false."""
    made = _known(np.asarray((a != 0) | (b != 0)), a, b)
    made[np.broadcast_to(_is_true(a) | _is_true(b), made.shape)] = 1.0
    return made


def invert(a: F64) -> F64:
    """``not``: NaN stays NaN."""
    return _known(np.asarray(a == 0), a)


def select(chosen: F64, condition: F64, otherwise: F64) -> F64:
    """``chosen if condition else otherwise``; NaN where the condition is NaN."""
    return np.where(np.isnan(condition), np.nan, np.where(condition != 0, chosen, otherwise))


def _is_true(a: F64) -> npt.NDArray[np.bool_]:
    return np.asarray((a != 0) & ~np.isnan(a))


COMPARISONS: Final[dict[str, Operation]] = {
    "<": comparison(np.less),
    "<=": comparison(np.less_equal),
    ">": comparison(np.greater),
    ">=": comparison(np.greater_equal),
    "==": comparison(np.equal),
    "!=": comparison(np.not_equal),
}
SUMS: Final[dict[str, Operation]] = {"+": np.add, "-": np.subtract}
PRODUCTS: Final[dict[str, Operation]] = {"*": np.multiply, "/": divide}
UNARY_FUNCTIONS: Final[dict[str, Operation]] = {"sqrt": np.sqrt, "abs": np.abs}
FOLDED_FUNCTIONS: Final[dict[str, Operation]] = {"min": np.minimum, "max": np.maximum}
