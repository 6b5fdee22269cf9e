"""MTConnect: an agent's stream as batches, conditions as states, gaps and restarts told.

ANSI/MTC1.4 and later, over HTTP by h11 and expat of the standard library.
"""

from __future__ import annotations

from collections.abc import Sequence

from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import Clock
from hmi.sources.mtconnect.source import MtconnectSource

__all__ = ["MtconnectSource", "make_mtconnect_source"]


def make_mtconnect_source(
    endpoint: MtconnectEndpoint, tags: Sequence[tuple[int, Tag]], clock: Clock
) -> MtconnectSource:
    """A source for the tags (with their indexes in the epoch) that an endpoint serves.

    Raises:
        TypeError: a tag's address is not an MTConnect address.
    """
    return MtconnectSource(endpoint, tags, clock)
