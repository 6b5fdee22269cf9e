"""The life of one link to an agent: learn its model and state, follow its stream, end with the reason why."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from contextlib import aclosing
from typing import Final

import numpy as np

from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import SECOND, Clock
from hmi.model.samples import Granted, Irregular, Irregularity, Lost
from hmi.sources.mtconnect.agent import MULTIPART, Agent, Parts, Told
from hmi.sources.mtconnect.envelope import Header
from hmi.sources.mtconnect.errors import AgentError, DocumentError, LinkLostError
from hmi.sources.mtconnect.plan import Plan, Requests
from hmi.sources.mtconnect.resolving import resolve
from hmi.sources.mtconnect.streams import Streams
from hmi.sources.mtconnect.telling import Telling
from hmi.sources.mtconnect.timekeeping import DOUBT, Timekeeping
from hmi.sources.protocol import Emit
from hmi.sources.schedule import FixedRate, Reached
from hmi.sources.together import run_together

CLOCK_INTERVAL: Final = 5.0
"""Seconds between two questions for the agent's time."""

GRACE: Final = 0.05
"""Seconds to read what has arrived, before a silence that may be our own loop's counts as the agent's."""

WATCH_INTERVAL: Final = 0.1

OUT_OF_RANGE: Final = "OUT_OF_RANGE"

NO_STREAM: Final = frozenset(("UNSUPPORTED", "INVALID_REQUEST", "QUERY_ERROR"))
"""What an agent that cannot stream says of the request for one; polling finds out whether that is it."""

SLICE: Final = 500
"""Observations that are told in one go; of a longer document the rest waits until others had their turn."""

MOST_ANEW: Final = 3
"""How often all is read anew in a row though nothing was missing: the refusal is about something else."""


class Connection:
    """One link. `prepare` and then `serve`, which ends by raising."""

    def __init__(
        self,
        endpoint: MtconnectEndpoint,
        plan: Plan,
        tags: Sequence[tuple[int, Tag]],
        emit: Emit,
        clock: Clock,
    ) -> None:
        self._agent = Agent(endpoint.url, endpoint.timeout, clock)
        self._requests = Requests(endpoint, plan)
        self._device = endpoint.device
        self._plan = plan
        self._tags = tags
        self._emit = emit
        self._clock = clock
        self._time = Timekeeping()
        self._in_doubt = asyncio.Event()
        self._instance = 0
        self._next = 0
        self._anew = 0

    async def prepare(self) -> None:
        """Learn the device model and the state of all; nothing is emitted yet.

        Raises:
            LinkLostError: the agent cannot serve us.
        """
        model = await self._agent.probe(self._requests.probe())
        self._instance = model.header.instance
        self._resolved = resolve(model, self._device, self._tags)
        self._telling = Telling(self._resolved)
        self._first = await self._ask_current(0)

    async def serve(self) -> None:
        """Emit what the agent says until the link fails.

        Raises:
            LinkLostError: it has.
        """
        self._emit(Granted(np.array([index for index, _ in self._tags], np.uint32), self._plan.interval, 0.0))
        self._tell_current(self._first)
        await run_together(self._follow(), self._keep_time())

    async def _follow(self) -> None:
        while True:
            if not await self._stream():
                await self._poll()
            # An agent that ends its streams at once is not asked for them without end.
            await asyncio.sleep(self._plan.interval)

    async def _stream(self) -> bool:
        """Follow one stream to its end; False where the agent has none to give."""
        asked = self._clock.now().monotonic
        documents = 0
        async with self._agent.open(self._requests.stream(self._next)) as answer:
            if not answer.kind.startswith(MULTIPART):
                streams = Streams(self._resolved.targets)
                await self._agent.whole(answer, streams)
                if NO_STREAM & set(streams.error_codes):
                    return False
                return not await self._take(Told(streams, asked, self._clock.now()))
            parts = Parts(self._agent, answer, self._resolved.targets)

            async def read() -> None:
                nonlocal documents
                async with aclosing(parts.documents(asked)) as told:
                    async for each in told:
                        documents += 1
                        if not await self._take(each):
                            break  # the stream that belongs to the numbers before the gap
                raise _StreamOverError

            try:
                await run_together(read(), self._watch(parts))
            except _StreamOverError:
                # Its end says nothing of the values: the numbers say whether anything is missing.
                if documents:
                    return True
        raise LinkLostError(f"{self._agent.url}: the agent ended the stream before it had said anything")

    async def _poll(self) -> None:
        """Ask again and again, for an agent that does not stream."""
        now = self._clock.now().monotonic
        schedule, reached = (
            FixedRate(round(self._plan.interval * SECOND), now),
            Reached(round(self._plan.interval * SECOND)),
        )
        index = np.array([index for index, _ in self._tags], np.uint32)
        while True:
            now = self._clock.now().monotonic
            await asyncio.sleep(max(schedule.due - now, 0) / SECOND)
            if (news := reached.news(self._clock.now().monotonic)) is not None:
                self._emit(Granted(index, news / SECOND, 0.0))
            request = self._requests.sample(self._next)
            told = await self._agent.ask(request, "asking for news", self._resolved.targets)
            self._agent_time(told)
            await self._take(told)
            schedule.advance(self._clock.now().monotonic)

    async def _take(self, told: Told) -> bool:
        """Take one document of samples; False where something was missing before it and all was read anew."""
        try:
            header = self._header(told.streams)
        except AgentError as error:
            if OUT_OF_RANGE not in error.codes:
                raise LinkLostError(f"{self._agent.url}: the agent refuses: {error}") from error
            await self._begin_anew(str(error))
            return False
        if header.first > self._next:
            await self._begin_anew(f"its buffer begins at {header.first}")
            return False
        self._anew = 0
        created = self._created(told, header)
        clock = self._time.bounds(told.received)
        complete = header.next > header.last
        observations = sorted(told.streams.observations, key=lambda each: each.sequence)
        for at in range(0, max(len(observations), 1), SLICE):
            part, is_last = observations[at : at + SLICE], at + SLICE >= len(observations)
            for message in self._telling.sample(
                part, created, told.received, clock, complete=complete and is_last
            ):
                self._emit(message)
            if not is_last:
                await asyncio.sleep(0)
        self._next = max(self._next, header.next)  # only now: until then nobody vouches for what is not told
        return True

    async def _begin_anew(self, why: str) -> None:
        """What came since the last document is not to be had any more: say how much, and read the state."""
        wanted = self._next
        told = await self._ask_current(wanted)
        header = told.streams.header
        lost = max(header.next - wanted - told.streams.counted, 0)
        self._anew = 0 if lost else self._anew + 1
        if self._anew > MOST_ANEW:
            raise LinkLostError(f"{self._agent.url}: the agent refuses again and again: {why}")
        if lost or header.next < wanted:  # numbers that went back say only that something is missing
            cause = f"{self._agent.url}: the agent no longer has what came from {wanted} on ({why})"
            self._emit(Lost(lost, f"{cause}; everything is read anew", self._clock.now()))
            self._emit(Irregularity(Irregular.GAP, 1, self._clock.now()))
        self._tell_current(told)

    async def _ask_current(self, since: int) -> Told:
        told = await self._agent.ask(
            self._requests.current(), "reading the state", self._resolved.targets, since
        )
        try:
            header = self._header(told.streams)
        except AgentError as error:
            raise LinkLostError(
                f"{self._agent.url}: reading the state: the agent refuses: {error}"
            ) from error
        self._agent_time(told)
        self._next = header.next
        return told

    def _tell_current(self, told: Told) -> None:
        header = told.streams.header
        created = self._created(told, header)
        clock = self._time.bounds(told.received)
        self._tell_offset()
        for message in self._telling.current(told.streams.observations, created, told.received, clock):
            self._emit(message)

    def _header(self, streams: Streams) -> Header:
        """The header of the agent that we know.

        Raises:
            AgentError: it is of an error. LinkLostError: it is none, or another agent's.
        """
        try:
            instance = streams.any_header.instance
            if instance != self._instance:
                raise LinkLostError(
                    f"{self._agent.url}: the agent was started anew: its instance is {instance}, "
                    f"it was {self._instance}"
                )
            return streams.header
        except DocumentError as error:
            raise LinkLostError(f"{self._agent.url}: {error}") from error

    def _created(self, told: Told, header: Header) -> int:
        made = self._time.made(header.created, told.asked, told.received)
        if told.received.monotonic - made > DOUBT:
            self._in_doubt.set()
        return made

    async def _watch(self, parts: Parts) -> None:
        while True:
            await asyncio.sleep(WATCH_INTERVAL)
            if (
                self._silent(parts.heard) <= self._plan.silence_limit
                and self._silent(parts.whole_at) <= self._plan.document_limit
            ):
                continue
            await asyncio.sleep(GRACE)
            if (silent := self._silent(parts.heard)) > self._plan.silence_limit:
                raise LinkLostError(
                    f"{self._agent.url}: nothing heard for {silent:.1f} s, though connected: "
                    "the server is frozen or the network is cut"
                )
            if (silent := self._silent(parts.whole_at)) > self._plan.document_limit:
                raise LinkLostError(f"{self._agent.url}: no whole document for {silent:.1f} s, only pieces")

    def _silent(self, since: int) -> float:
        return (self._clock.now().monotonic - since) / SECOND

    async def _keep_time(self) -> None:
        while True:
            await asyncio.sleep(self._plan.heartbeat)
            if not self._time.coarse:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(CLOCK_INTERVAL - self._plan.heartbeat):
                        await self._in_doubt.wait()
            self._in_doubt.clear()
            try:
                told = await self._agent.ask(self._requests.time(), "asking for the time", ())
            except LinkLostError:
                continue  # whether the link is at its end shows where the news come from
            self._agent_time(told)
            self._tell_offset()
            self._vouched(told)

    def _vouched(self, told: Told) -> None:
        """Asked, the agent has nothing newer than what was told: that is certain whatever its clock."""
        try:
            header = told.streams.header
        except (AgentError, DocumentError):
            return
        if header.instance == self._instance and header.last < self._next:
            for message in self._telling.heartbeat(told.asked, told.received):
                self._emit(message)

    def _agent_time(self, told: Told) -> None:
        with contextlib.suppress(DocumentError):
            self._time.answered(told.streams.any_header.created, told.asked, told.received)

    def _tell_offset(self) -> None:
        if (offset := self._time.offset(self._clock.now())) is not None:
            self._emit(offset)


class _StreamOverError(Exception):
    """The stream came to its end."""
