"""Signals as pure functions of the time (UTC ns): no state, so the same moment gives the same value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.simulated import SimulatedAddress
from hmi.model.clock import SECOND

F64 = npt.NDArray[np.float64]

_OCTAVES: Final = 6


class Signals:
    """A row of signals, evaluated together; see `hmi.config.addresses.SimulatedAddress` for the kinds."""

    def __init__(self, addresses: Sequence[SimulatedAddress]) -> None:
        self._low = np.array([each.low for each in addresses], np.float64)
        self._high = np.array([each.high for each in addresses], np.float64)
        self._period = np.array([max(round(each.period * SECOND), 1) for each in addresses], np.int64)
        self._seed = np.array([each.seed % 2**64 for each in addresses], np.uint64)
        kinds = np.array([each.kind for each in addresses])
        self._parts = [
            (rows, shape) for kind, shape in _SHAPES.items() if (rows := np.flatnonzero(kinds == kind)).size
        ]

    def at(self, utc: int) -> F64:
        """The values (f8[n]) at a moment in UTC ns."""
        values = np.empty(len(self._low), np.float64)
        for rows, shape in self._parts:
            values[rows] = shape(self._low[rows], self._high[rows], self._period[rows], self._seed[rows], utc)
        return values


_I64 = npt.NDArray[np.int64]
_U64 = npt.NDArray[np.uint64]


def _phase(period: _I64, utc: int) -> F64:
    """Where in its period each signal is, 0 ≤ phase < 1; the remainder is taken in exact integers."""
    return np.asarray((utc % period) / period, np.float64)


def _constant(low: F64, _high: F64, _period: _I64, _seed: _U64, _utc: int) -> F64:
    return low


def _ramp(low: F64, high: F64, period: _I64, _seed: _U64, utc: int) -> F64:
    return low + (high - low) * _phase(period, utc)


def _square(low: F64, high: F64, period: _I64, _seed: _U64, utc: int) -> F64:
    return np.where(_phase(period, utc) < 0.5, low, high)


def _sine(low: F64, high: F64, period: _I64, _seed: _U64, utc: int) -> F64:
    return (low + high) / 2 + (high - low) / 2 * np.sin(2 * np.pi * _phase(period, utc))


def _steps(low: F64, high: F64, period: _I64, _seed: _U64, utc: int) -> F64:
    number = np.maximum(np.floor(high - low), 0.0) + 1.0
    return low + (utc // period) % number


def _walk(low: F64, high: F64, period: _I64, seed: _U64, utc: int) -> F64:
    """Random-looking, continuous and bounded: value noise, in octaves of half the amplitude each.

    A sum of steps since 1970 could not be asked for one moment; here each octave interpolates between
    hashes of (seed, octave, number of the interval), the longest interval being the period.
    """
    total = np.zeros(len(low))
    for octave in range(_OCTAVES):
        interval = np.maximum(period >> octave, 1)
        number = utc // interval
        along = (utc % interval) / interval
        begin, end = _hash(seed, octave, number), _hash(seed, octave, number + 1)
        total += (begin + (end - begin) * along) / 2 ** (octave + 1)
    return low + (high - low) * total / (1 - 2.0**-_OCTAVES)


def _hash(seed: _U64, octave: int, number: _I64) -> F64:
    """Even in [0, 1) by splitmix64 (Steele, Lea & Flood 2014), the same on every machine."""
    x = seed * np.uint64(0xD1342543DE82EF95) + np.uint64(octave)
    x = x * np.uint64(0x2545F4914F6CDD1D) + number.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ x >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ x >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return np.asarray((x ^ x >> np.uint64(31)) >> np.uint64(11), np.float64) / 2.0**53


_SHAPES: Final[dict[str, Callable[[F64, F64, _I64, _U64, int], F64]]] = {
    "constant": _constant,
    "ramp": _ramp,
    "square": _square,
    "sine": _sine,
    "steps": _steps,
    "walk": _walk,
}
