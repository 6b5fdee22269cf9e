"""Sensors that fail now and then: which node has which status at which moment. Pure."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hmi.api import status

VIBRATION: Final = "Monitoring.Spindle.Vibration"
CONCENTRATION: Final = "Monitoring.Coolant.Concentration"


@dataclass(slots=True)
class Fault:
    """A sensor's bad spells: the first after ``first`` s, then one about every ``every`` s.

    ``seconds`` is the shortest and longest spell; ``code`` the status meanwhile.
    """

    node: str
    code: int
    first: float
    every: float
    seconds: tuple[float, float]


FAULTS: Final = (
    # A loose plug at the accelerometer on the head.
    Fault(VIBRATION, status.BAD_SENSOR_FAILURE, 25.0, 90.0, (6.0, 10.0)),
    # The refractometer's prism is being rinsed: the last figure is still usable, and says so.
    Fault(CONCENTRATION, status.UNCERTAIN_LAST_USABLE_VALUE, 40.0, 150.0, (12.0, 20.0)),
)


class Spells:
    """What is wrong at a moment; the moments must not go backwards. Lengths come from the seed."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - when a plug is loose, no secret
        self._spells = {fault.node: (fault.first, self._end(fault, fault.first)) for fault in FAULTS}

    def at(self, seconds: float) -> Mapping[str, int]:
        """Node → status of the sensors that do not work well ``seconds`` after the start."""
        wrong: dict[str, int] = {}
        for fault in FAULTS:
            begin, end = self._spells[fault.node]
            while seconds >= end:
                begin += fault.every * self._random.uniform(0.85, 1.15)
                end = self._end(fault, begin)
            self._spells[fault.node] = (begin, end)
            if seconds >= begin:
                wrong[fault.node] = fault.code
        return wrong

    def _end(self, fault: Fault, begin: float) -> float:
        return begin + self._random.uniform(*fault.seconds)
