"""From the text of an observation to the lane of a tag: pure, and strict: what is not of the type is Bad."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Final

from hmi.model import status, values
from hmi.model.values import EXACT_BELOW, ValueType
from hmi.sources.mtconnect.streams import UNAVAILABLE

BAD_UNAVAILABLE: Final = status.BAD_OUT_OF_SERVICE
"""What UNAVAILABLE is: the agent answers, and says that the source of the value does not operate."""

_DECIMAL: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,5})?", re.ASCII)
_INTEGER: Final = re.compile(r"[+-]?\d+", re.ASCII)
_WHOLE: Final = re.compile(r"([+-]?\d+)\.0*", re.ASCII)
_LONGEST: Final = 400
"""Digits of a number that are read; no device writes more."""

_TRUE: Final = frozenset(("TRUE", "ON", "YES", "ACTIVE", "1"))
_FALSE: Final = frozenset(("FALSE", "OFF", "NO", "INACTIVE", "0"))
_NO_LABEL: Final = re.compile(r"[^A-Z0-9]+")


def label(text: str) -> str:
    """A value of a vocabulary as the label of an enum: ``SPINDLE``, ``x:Tool change`` → ``X_TOOL_CHANGE``."""
    return _NO_LABEL.sub("_", text.strip().upper()).strip("_")


def decode(
    text: str, wire: ValueType, labels: Mapping[str, int], side: bytearray, samples: int | None = None
) -> tuple[int, int]:
    """(lane, status) of a value; strings and arrays are appended to ``side``.

    ``labels`` name → number of an enum; ``samples`` the count that a time series declares. What cannot be
    one of the type is ``BadTypeMismatch``, a number that it cannot hold or a text that the enum does not
    know ``BadOutOfRange``, a series of another length than it says ``BadDecodingError``, all with an empty
    lane. An integer that a float can only hold rounded is ``UncertainConfigurationError``.
    """
    text = text.strip()
    if text == UNAVAILABLE:
        return 0, BAD_UNAVAILABLE
    if samples is not None and len(text.split()) != samples:
        return 0, status.BAD_DECODING_ERROR
    try:
        match wire:
            case ValueType.STRING:
                return _aside(values.pack_side(text), side), status.GOOD
            case ValueType.FLOATS | ValueType.INTS:
                return _array(text, wire, side, empty=samples == 0)
            case ValueType.ENUM:
                return _enum(text, labels)
            case ValueType.BOOL:
                return _bool(text)
            case ValueType.FLOAT:
                number, code = _float(text)
                return values.to_lane(number, wire), code
            case _:
                return values.to_lane(_integer(text), wire), status.GOOD
    except ValueError:
        return 0, status.BAD_TYPE_MISMATCH
    except OverflowError:
        return 0, status.BAD_OUT_OF_RANGE


def _float(text: str) -> tuple[float, int]:
    if len(text) > _LONGEST or not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    number = float(text)
    if math.isinf(number):
        raise OverflowError(text)
    if abs(number) >= EXACT_BELOW and _INTEGER.fullmatch(text) and int(text) != number:
        return number, status.UNCERTAIN_CONFIGURATION_ERROR
    return number, status.GOOD


def _integer(text: str) -> int:
    """A whole number; ``12.0`` is one, as some adapters write counts."""
    whole = _WHOLE.fullmatch(text)
    digits = whole[1] if whole else text
    if len(digits) > _LONGEST or not _INTEGER.fullmatch(digits):
        raise ValueError(text)
    return int(digits)


def _bool(text: str) -> tuple[int, int]:
    if text.upper() in _TRUE:
        return 1, status.GOOD
    if text.upper() in _FALSE:
        return 0, status.GOOD
    raise ValueError(text)


def _enum(text: str, labels: Mapping[str, int]) -> tuple[int, int]:
    number = labels.get(label(text))
    if number is None:
        number = _integer(text) if _INTEGER.fullmatch(text) else None
        if number not in labels.values():
            return 0, status.BAD_OUT_OF_RANGE
    return values.to_lane(number or 0, ValueType.ENUM), status.GOOD


def _array(text: str, wire: ValueType, side: bytearray, *, empty: bool) -> tuple[int, int]:
    """Numbers with white space between them: ``x y z`` of a position, a time series."""
    parts = text.split()
    if not parts and not empty:
        raise ValueError(text)
    read: Callable[[str], tuple[float, int]] = _float if wire is ValueType.FLOATS else _exact
    numbers = [read(part) for part in parts]
    lane = _aside(values.pack_side(tuple(number for number, _ in numbers), wire), side)
    return lane, max((code for _, code in numbers), default=status.GOOD)


def _exact(text: str) -> tuple[int, int]:
    return _integer(text), status.GOOD


def _aside(payload: bytes, side: bytearray) -> int:
    side += payload
    return values.side_lane(len(side) - len(payload), len(payload))
