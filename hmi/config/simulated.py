"""Signals that the engine makes itself, for machine plugins without a simulator."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hmi.config.base import Config
from hmi.config.endpoint_parts import Paces


class SimulatedEndpoint(Config):
    """Signals made by the engine itself; said so on screen."""

    protocol: Literal["simulated"]
    paces: Paces = Paces()


class SimulatedAddress(Config):
    """A signal made by the engine itself, for machine plugins that ship no simulator.

    ``kind``    ``constant``: ``low``; ``ramp``: saw-tooth low → high per ``period``; ``square``: low and
                high, half a ``period`` each; ``sine``; ``steps``: low, low+1 … high, one per ``period``;
                ``walk``: a bounded random walk from ``seed``
    ``period``  seconds
    """

    protocol: Literal["simulated"] = "simulated"
    kind: Literal["constant", "ramp", "square", "sine", "steps", "walk"]
    low: float = 0.0
    high: float = 1.0
    period: Annotated[float, Field(gt=0)] = 10.0
    seed: int = 0
    text: str = ""
