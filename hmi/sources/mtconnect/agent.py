"""Questions to one agent and its answers as documents, with when they were asked and read."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Container
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from hmi.model.clock import Clock, Instant
from hmi.sources.mtconnect.devices import DeviceModel, Devices
from hmi.sources.mtconnect.errors import DocumentError, LinkLostError, blaming
from hmi.sources.mtconnect.http import Answer, get
from hmi.sources.mtconnect.multipart import Multipart
from hmi.sources.mtconnect.streams import Streams
from hmi.sources.mtconnect.xml import Document, Reader

MULTIPART: Final = "multipart/"
_REFUSED: Final = 400


@dataclass(frozen=True, slots=True)
class Told:
    """One document: monotonic ns of the request and when it had been read."""

    streams: Streams
    asked: int
    received: Instant


class Agent:
    """An agent at ``url``, which is what causes name; every question has a connection of its own."""

    def __init__(self, url: str, timeout: float, clock: Clock) -> None:
        self.url = url
        self.clock = clock
        self._timeout = timeout

    async def probe(self, request: str) -> DeviceModel:
        """The device model.

        Raises:
            LinkLostError: there is none to be had.
        """
        reader = Devices()
        with blaming(self.url, "reading the device model"):
            async with get(request, self._timeout) as answer:
                await self._read(answer, reader)
            return reader.model()

    async def ask(self, request: str, what: str, wanted: Container[str], since: int = 0) -> Told:
        """One document of streams, or the agent's error in it; ``what`` says what for, in causes.

        Raises:
            LinkLostError: there is none to be had.
        """
        reader = Streams(wanted, since)
        with blaming(self.url, what):
            asked = self.clock.now().monotonic
            async with get(request, self._timeout) as answer:
                await self._read(answer, reader)
            return Told(reader, asked, self.clock.now())

    @asynccontextmanager
    async def open(self, request: str) -> AsyncIterator[Answer]:
        """Ask for a stream; its head has come when this is entered.

        Raises:
            LinkLostError: there is no answer.
        """
        opened = get(request, self._timeout)
        with blaming(self.url, "asking for the stream"):
            answer = await opened.__aenter__()
        try:
            yield answer
        finally:
            await opened.__aexit__(None, None, None)

    async def whole(self, answer: Answer, reader: Reader) -> None:
        """Read an answer that is one document.

        Raises:
            LinkLostError: it is none.
        """
        with blaming(self.url, "reading an answer"):
            await self._read(answer, reader)

    async def _read(self, answer: Answer, reader: Reader) -> None:
        document = Document(reader)
        try:
            async with asyncio.timeout(self._timeout):  # for all of it, however it drips
                while piece := await answer.read(None):
                    document.feed(piece)
                    await asyncio.sleep(0)  # a long document is not read in one go: others have their turn
            document.close()
        except DocumentError as error:
            if answer.status >= _REFUSED:
                raise DocumentError(f"HTTP status {answer.status}") from error
            raise


class Parts:
    """The documents of a stream, one after the other.

    ``heard`` and ``whole_at`` are monotonic ns: when a byte came last, and when a document was whole.
    """

    def __init__(self, agent: Agent, answer: Answer, wanted: Container[str]) -> None:
        """Raises LinkLostError where the answer is no stream."""
        self._agent = agent
        self._answer = answer
        self._wanted = wanted
        with blaming(agent.url, "reading the stream"):
            self._multipart = Multipart(answer.boundary)
        self.heard = self.whole_at = agent.clock.now().monotonic

    async def documents(self, asked: int) -> AsyncGenerator[Told]:
        """Each document as it is whole, until the agent ends the stream; ``asked``: when it was asked for.

        Raises:
            LinkLostError: the connection, or what came over it, is broken.
        """
        reader: Streams | None = None
        document: Document | None = None
        while True:
            with blaming(self._agent.url, "reading the stream"):
                data = await self._answer.read(None)
                self.heard = self._agent.clock.now().monotonic
                for piece in self._multipart.feed(data):
                    if document is None or reader is None:
                        reader = Streams(self._wanted)
                        document = Document(reader)
                    if piece is not None:
                        document.feed(piece)
                        continue
                    document.close()
                    self.whole_at = self._agent.clock.now().monotonic
                    yield Told(reader, asked, self._agent.clock.now())
                    reader = document = None
            if not data or self._multipart.ended:
                if document is not None:
                    raise LinkLostError(f"{self._agent.url}: the stream ended in the middle of a document")
                return
            await asyncio.sleep(0)
