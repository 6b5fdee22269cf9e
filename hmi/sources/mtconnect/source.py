"""The MTConnect source: one link after the other, for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import Clock
from hmi.model.samples import WriteOutcome, WriteResult
from hmi.model.values import Scalar
from hmi.sources.link import Link
from hmi.sources.mtconnect.connection import Connection
from hmi.sources.mtconnect.errors import LinkLostError
from hmi.sources.mtconnect.plan import plan
from hmi.sources.pauses import Pauses
from hmi.sources.protocol import Emit


class MtconnectSource:
    """A `hmi.sources.protocol.Source` for one agent.

    UP is an agent that has told its device model and the state of all its data items. Whether there is a
    machine behind it is the status of each value: an agent that has lost its adapter is up, with every
    value UNAVAILABLE.
    """

    def __init__(self, endpoint: MtconnectEndpoint, tags: Sequence[tuple[int, Tag]], clock: Clock) -> None:
        self._endpoint = endpoint
        self._tags = tuple(tags)
        self._clock = clock
        self._plan = plan(endpoint, self._tags)
        self._names = {index: tag.id for index, tag in self._tags}

    @property
    def silence_limit(self) -> float:
        """Seconds of silence after which a connected agent counts as frozen and the link as down."""
        return self._plan.silence_limit

    async def run(self, emit: Emit) -> None:
        """Serve until cancelled; see `hmi.sources.protocol.Source`."""
        link = Link(emit, self._clock)
        link.connecting()
        pauses = Pauses()
        while True:
            connection = Connection(self._endpoint, self._plan, self._tags, emit, self._clock)
            try:
                await connection.prepare()
                link.up()
                await connection.serve()
            except LinkLostError as lost:
                if link.has_settled:
                    pauses.begin_again()
                link.down(str(lost))
            await asyncio.sleep(pauses.next())

    async def write(self, index: int, value: Scalar, timeout: float) -> WriteResult:
        """Refuse: an agent takes no writes (MTConnect Part 1: a read-only protocol)."""
        cause = f"{self._names[index]}: MTConnect is read-only"
        return WriteResult(WriteOutcome.REFUSED, status.BAD_NOT_WRITABLE, cause)
