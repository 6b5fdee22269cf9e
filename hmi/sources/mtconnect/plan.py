"""How an agent is asked: intervals, limits of silence, and the requests themselves. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.tags import Tag

LONGEST_HEARTBEAT: Final = 0.5
"""Seconds: an agent without news says so at least this often."""

SHORTEST_HEARTBEAT: Final = 0.05

SHORTEST_SILENCE: Final = 1.0
"""Seconds: a link is never given up for a shorter silence."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked of the agent: seconds between two documents with news, and without.

    One stream carries all tags of an endpoint, so the fastest pace among them counts for all.
    """

    interval: float
    heartbeat: float

    @property
    def silence_limit(self) -> float:
        """Seconds without a byte after which a connected agent counts as frozen: three heartbeats."""
        return max(3 * max(self.heartbeat, self.interval), SHORTEST_SILENCE)

    @property
    def document_limit(self) -> float:
        """Seconds without a whole document after which one that only drips does."""
        return 4 * self.silence_limit


def plan(endpoint: MtconnectEndpoint, tags: Sequence[tuple[int, Tag]]) -> Plan:
    """The intervals for an endpoint's tags."""
    interval = min((endpoint.paces.of(tag.pace) for _, tag in tags), default=endpoint.paces.slow)
    wanted = min((tag.max_age for _, tag in tags), default=LONGEST_HEARTBEAT) / 4
    return Plan(interval, max(min(wanted, LONGEST_HEARTBEAT), SHORTEST_HEARTBEAT))


class Requests:
    """The URLs of an agent's answers (MTConnect Part 1, 8: the REST protocol)."""

    def __init__(self, endpoint: MtconnectEndpoint, plan: Plan) -> None:
        self._base = endpoint.url.rstrip("/") + (f"/{quote(endpoint.device)}" if endpoint.device else "")
        self._count = endpoint.count
        self._plan = plan

    def probe(self) -> str:
        """The device model."""
        return f"{self._base}/probe"

    def current(self) -> str:
        """The state of all."""
        return f"{self._base}/current"

    def time(self) -> str:
        """The shortest answer that bears the agent's time."""
        return f"{self._base}/sample?count=1"

    def sample(self, start: int) -> str:
        """What came from number ``start`` on, once."""
        return f"{self._base}/sample?{urlencode({'from': start, 'count': self._count})}"

    def stream(self, start: int) -> str:
        """The same, and from then on what comes."""
        asked = {
            "interval": _milliseconds(self._plan.interval),
            "heartbeat": _milliseconds(self._plan.heartbeat),
        }
        return f"{self._base}/sample?{urlencode({'from': start, 'count': self._count, **asked})}"


def _milliseconds(seconds: float) -> int:
    return max(round(seconds * 1000), 1)
