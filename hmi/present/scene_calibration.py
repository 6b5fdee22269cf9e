"""A machine's calibrations at work: from what its position tags say to where that is in the drawing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum

import numpy as np

from hmi.config.calibration import Calibration
from hmi.config.geometry import Bound, Quantity
from hmi.model.clock import SECOND
from hmi.present.scene_values import HeldValues
from hmi.twin.calibration import Fitted, fit


class Doubt(StrEnum):
    """Why positions that hang on a calibration are uncertain."""

    OVERDUE = "overdue"
    RESIDUAL = "residual"


@dataclass(frozen=True, slots=True, eq=False)
class FittedCalibration:
    """A calibration with its fit; ``due`` is the begin of its due day, UTC ns."""

    described: Calibration
    fitted: Fitted
    due: int

    @classmethod
    def of(cls, described: Calibration) -> FittedCalibration:
        """Fit it.

        Raises:
            CalibrationError: the points cannot carry the fit.
        """
        points = described.points
        fitted = fit(described.fit, [p.machine for p in points], [p.drawing for p in points])
        due = datetime.combine(described.due, time(), UTC).timestamp()
        return cls(described, fitted, round(due) * SECOND)

    def doubt(self, utc: int) -> Doubt | None:
        """What is wrong with it at a moment (UTC ns); None: it holds."""
        if self.fitted.largest > self.described.tolerance:
            return Doubt.RESIDUAL
        return Doubt.OVERDUE if utc >= self.due else None


class CalibratedAxes:
    """The numbers of a machine's tags as the drawing takes them.

    Raises:
        CalibrationError: the points of a calibration cannot carry its fit.
    """

    def __init__(self, calibrations: Sequence[Calibration], held: HeldValues) -> None:
        self.calibrations = tuple(FittedCalibration.of(each) for each in calibrations)
        self._held = held
        self._axis = {
            name: (number, names, row)
            for number, each in enumerate(calibrations)
            for names in each.axes
            for row, name in enumerate(names)
        }

    def mates(self, names: Iterable[str]) -> tuple[str, ...]:
        """The tags with all those that are read together with them: one place hangs on all of a set."""
        found: list[str] = []
        for name in names:
            found += self._axis[name][1] if name in self._axis else (name,)
        return tuple(dict.fromkeys(found))

    def behind(self, names: Iterable[str]) -> frozenset[int]:
        """The numbers of the calibrations that the place of these tags hangs on."""
        return frozenset(self._axis[name][0] for name in names if name in self._axis)

    def doubtful(self, utc: int) -> frozenset[int]:
        """The numbers of the calibrations that do not hold at a moment (UTC ns)."""
        return frozenset(i for i, each in enumerate(self.calibrations) if each.doubt(utc) is not None)

    def number(self, name: str) -> float:
        """The last trustworthy number of a tag, in the drawing's coordinate where it is calibrated."""
        held = self._held
        if name not in self._axis:
            return held.number(held.index(name))
        number, names, row = self._axis[name]
        fitted = self.calibrations[number].fitted
        reported = [held.number(held.index(each)) for each in names]
        return float(fitted.matrix[row] @ np.array(reported) + fitted.offset[row])

    def reported(self, name: str, number: float) -> float:
        """What the tag would say where the drawing's coordinate is ``number``; the other axes stay."""
        if name not in self._axis:
            return number
        at, _, row = self._axis[name]
        here = self._held.number(self._held.index(name))
        return here + (number - self.number(name)) / float(self.calibrations[at].fitted.matrix[row, row])

    def quantity(self, quantity: Quantity) -> float:
        """A constant, or number × scale + offset of a bound tag (0 where the tag was never known)."""
        if isinstance(quantity, Bound):
            return self.number(quantity.tag) * quantity.scale + quantity.offset
        return float(quantity)
