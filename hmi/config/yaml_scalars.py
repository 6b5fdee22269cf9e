"""Plain scalars by the core schema of YAML 1.2 (section 10.3.2), without the surprises of YAML 1.1.

``on``, ``yes`` and ``12:30`` are texts, ``1e3`` is a float, ``017`` is the integer 17.
"""

from __future__ import annotations

import math
import re
from typing import Final

Scalar = None | bool | int | float | str

_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL: Final = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT: Final = re.compile(r"[-+]?[0-9]+")
_BASED: Final = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER: Final = 40


def plain(text: str) -> Scalar:
    """The value of an unquoted scalar.

    Raises:
        ValueError: an infinity, a NaN, or a number past what a float or 64 bits can hold.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"found {text}, expected a finite number")
    if len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return _within_64_bits(int(text), text)
    if _BASED.fullmatch(text):
        return _within_64_bits(int(text, 0), text)
    if _FLOAT.fullmatch(text):
        number = float(text)
        if math.isinf(number):
            raise ValueError(f"found {text}, expected a number that fits in a float64")
        return number
    return text


def _within_64_bits(number: int, text: str) -> int:
    if not -(2**63) <= number < 2**64:
        raise ValueError(f"found {text}, expected an integer that fits in 64 bits")
    return number
