"""Which subscriptions an endpoint's tags make, and what each one asks the server for: pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, get_args

from hmi.config.opcua import OpcUaEndpoint
from hmi.config.tags import Pace, Tag

SHORTEST_SILENCE: Final = 1.0
"""Seconds: a link is never given up for a shorter silence."""

LONGEST_SILENCE: Final = 30.0
"""Seconds: no link is kept for a longer one."""

LONGEST_STALL: Final = 10.0
"""Seconds: a busy server is given so much time before it is asked for everything anew."""

LONGEST_ROUND_TRIP: Final = 0.05
"""Seconds from an answer's way to us to the next request's arrival at the server, on a network of a plant."""

MOST_REQUESTS: Final = 10
"""Requests waiting at the server; what every server takes that has a place for us is not known beforehand."""

FIRST_PATIENCE: Final = 10.0
"""Seconds that a server gets for the first values of a subscription: there may be thousands. Who gives it up
before that makes it begin anew, and never gets any."""

ORPHAN_LIFETIME: Final = 20.0
"""Seconds that a server keeps a subscription for a client that has vanished."""


@dataclass(frozen=True)
class Group:
    """The tags of one pace: one subscription. Intervals in seconds, as they will be requested."""

    pace: Pace
    tags: tuple[tuple[int, Tag], ...]
    publishing: float
    sampling: float
    keep_alive: float

    @property
    def queue_size(self) -> int:
        """Samples that the server keeps per item between two publishes, with room for a late one."""
        return max(4, 2 * math.ceil(self.publishing / self.sampling) + 2)


def groups(endpoint: OpcUaEndpoint, tags: Sequence[tuple[int, Tag]]) -> tuple[Group, ...]:
    """One group for each pace that occurs."""
    found = []
    for pace in get_args(Pace):
        members = tuple((index, tag) for index, tag in tags if tag.pace == pace)
        if members:
            max_age = min(tag.max_age for _, tag in members)
            publishing, sampling = endpoint.publishing_of(pace, max_age), endpoint.paces.of(pace)
            found.append(Group(pace, members, publishing, sampling, endpoint.keep_alive(max_age)))
    return tuple(found)


def keep_alive_count(publishing: float, keep_alive: float) -> int:
    """Publishing cycles without news after which the server speaks up (OPC 10000-4, 5.14.1.1)."""
    return max(1, math.floor(keep_alive / publishing + 1e-9))


def lifetime_count(publishing: float, keep_alives: int) -> int:
    """Publishing cycles without a client; at least three keep-alives (OPC 10000-4, 5.14.2.2)."""
    return max(3 * keep_alives, math.ceil(ORPHAN_LIFETIME / publishing))


def publish_requests(publishing: Iterable[float]) -> int:
    """Requests to keep waiting at the server for subscriptions of these publishing intervals (s).

    A notification must never wait for a request: of each subscription as many as it can use up during
    `LONGEST_ROUND_TRIP`, and one at least, and one more for all. A server that takes fewer says so.
    """
    wanted = 1 + sum(max(1, math.ceil(LONGEST_ROUND_TRIP / each)) if each > 0 else 1 for each in publishing)
    return min(wanted, MOST_REQUESTS)


def stall_limit(keep_alive_period: float) -> float:
    """Seconds of silence after which one subscription of a server that answers counts as forgotten."""
    return max(6 * keep_alive_period, LONGEST_STALL)


def silence_limit(keep_alive_periods: Iterable[float]) -> float:
    """Seconds of silence after which a server counts as frozen: three keep-alives of its liveliest group.

    Whatever it grants, it is asked for the time every few seconds, and so not silent for long while it lives.
    """
    kept = 3 * min(keep_alive_periods, default=0.0)
    return min(max(kept, SHORTEST_SILENCE), LONGEST_SILENCE)
