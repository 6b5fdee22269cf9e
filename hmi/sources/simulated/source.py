"""The simulated source: signals made by the engine itself, for machines that have no simulator."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from hmi.config.simulated import SimulatedEndpoint
from hmi.config.tags import Tag
from hmi.model import status, values
from hmi.model.clock import SECOND, Clock
from hmi.model.samples import Confirmation, Granted, LinkEvent, LinkState, WriteOutcome, WriteResult
from hmi.model.values import Scalar, ValueType
from hmi.sources.protocol import Emit
from hmi.sources.schedule import FixedRate
from hmi.sources.simulated.pace import Pace


class SimulatedSource:
    """See `hmi.sources.protocol.Source`. Its link is up as long as it runs.

    A truth value is true from 0.5 on; integers are rounded, also in arrays; strings show the address'
    ``text``; arrays have the signal as their one element. A written tag holds the written value from then
    on.
    """

    def __init__(self, endpoint: SimulatedEndpoint, tags: Sequence[tuple[int, Tag]], clock: Clock) -> None:
        self._clock = clock
        self._running = False
        self._tags = dict(tags)
        self._held: dict[int, Scalar] = {}
        paces: dict[str, list[tuple[int, Tag]]] = {}
        for index, tag in tags:
            paces.setdefault(tag.pace, []).append((index, tag))
        self._paces = [
            Pace(round(endpoint.paces.of(name) * SECOND), members) for name, members in paces.items()
        ]

    async def run(self, emit: Emit) -> None:
        """Serve until cancelled."""
        emit(LinkEvent(LinkState.CONNECTING, self._clock.now()))
        emit(LinkEvent(LinkState.UP, self._clock.now()))
        for pace in self._paces:
            pace.begin()
            emit(Granted(pace.index, pace.interval / SECOND, 0.0))
        self._running = True
        try:
            async with asyncio.TaskGroup() as group:
                for pace in self._paces:
                    group.create_task(self._serve(pace, emit), name="simulated signals")
                await asyncio.Event().wait()  # also without a tag it runs until it is cancelled
        finally:
            self._running = False

    async def write(self, index: int, value: Scalar, timeout: float) -> WriteResult:
        """Hold a value from the next evaluation on."""
        tag = self._tags[index]
        if tag.access != "write":
            return WriteResult(WriteOutcome.REFUSED, status.BAD_NOT_WRITABLE, "the tag is read-only")
        if not self._running:
            return WriteResult(WriteOutcome.NOT_SENT, status.BAD_NOT_CONNECTED, "the source does not run")
        try:
            _check(value, tag.wire)
        except TypeError as error:
            return WriteResult(WriteOutcome.REFUSED, status.BAD_TYPE_MISMATCH, str(error))
        except OverflowError as error:
            return WriteResult(WriteOutcome.REFUSED, status.BAD_OUT_OF_RANGE, str(error))
        self._held[index] = value
        return WriteResult(WriteOutcome.ACCEPTED, status.GOOD)

    async def _serve(self, pace: Pace, emit: Emit) -> None:
        schedule = FixedRate(pace.interval, self._clock.now().monotonic)
        while True:
            now = self._clock.now()
            batch = pace.batch(now, self._held)
            if batch is not None:
                emit(batch)
            emit(Confirmation(pace.vouched, now))
            schedule.advance(now.monotonic)
            await asyncio.sleep(max(schedule.due - self._clock.now().monotonic, 0) / SECOND)


def _check(value: Scalar, wire: ValueType) -> None:
    if wire is ValueType.STRING:
        if not isinstance(value, str):
            raise TypeError(f"{value!r} is not a text")
    elif isinstance(value, str):
        raise TypeError(f"{value!r} is a text")
    else:
        values.to_lane(value, wire)
