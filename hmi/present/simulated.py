"""The mark of what is no machine: values that the engine itself makes up look like any others."""

from __future__ import annotations

from collections.abc import Iterable

from hmi.config.endpoints import Endpoint
from hmi.config.simulated import SimulatedEndpoint
from hmi.present.texts import Texts


def mark(endpoints: Iterable[Endpoint], texts: Texts) -> str:
    """``simulated`` where one of the endpoints is made up by the engine, else "".

    A simulator behind a real protocol is a machine to us: nothing in what it sends tells it from one.
    """
    made_up = any(isinstance(each, SimulatedEndpoint) for each in endpoints)
    return texts.text("machine.simulated") if made_up else ""
