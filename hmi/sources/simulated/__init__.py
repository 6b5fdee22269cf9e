"""Signals made by the engine itself, for machine plugins that ship no simulator; said so on screen."""

from __future__ import annotations

from collections.abc import Sequence

from hmi.config.simulated import SimulatedEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import Clock
from hmi.sources.protocol import Source
from hmi.sources.simulated.source import SimulatedSource


def make_simulated_source(
    endpoint: SimulatedEndpoint, tags: Sequence[tuple[int, Tag]], clock: Clock
) -> Source:
    """The source of one simulated endpoint. ``tags``: (index, tag with a simulated address).

    Raises:
        TypeError: a tag's address is not a simulated one.
    """
    return SimulatedSource(endpoint, tags, clock)
