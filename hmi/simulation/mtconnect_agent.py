"""A small MTConnect agent over HTTP, for simulators and tests: probe, current, sample, streams, errors.

It serves on loopback what a device model describes and `MtconnectAgent.observe` is told::

    async with MtconnectAgent(Path("devices.xml").read_bytes()) as agent:
        agent.observe("Xact", "12.5")
        agent.observe("system", "coolant low", level="Warning", code="731")
        agent.change("offsets", {"G54": {"X": "1.5", "Y": "0"}, "G55": None})
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from types import TracebackType
from typing import Final, Self
from urllib.parse import parse_qs, unquote, urlsplit

from hmi.simulation.mtconnect_buffer import Buffer, Changes, OutOfRangeError

_BOUNDARY: Final = "twinpane-agent-part"
_DEVICES: Final = re.compile(r"<((?:\w+:)?Devices)\b.*</\1>", re.DOTALL)


class MtconnectAgent:
    """An agent on 127.0.0.1; a context manager.

    ``port``           0 for any free one; afterwards the one in use
    ``buffer``         observations that are kept
    ``streams``        without them ``interval`` is ignored, as by agents that cannot stream
    ``whole_seconds``  cut off creationTime, as agents before 2.0 do
    ``utc``            the agent's clock, UTC ns
    """

    def __init__(
        self,
        devices: bytes,
        *,
        port: int = 0,
        buffer: int = 1024,
        streams: bool = True,
        whole_seconds: bool = False,
        utc: Callable[[], int] = time.time_ns,
    ) -> None:
        self.port = port
        self._devices = devices
        self._size = buffer
        self._streams = streams
        self._whole_seconds = whole_seconds
        self._utc = utc
        self._news = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.buffer = self._new_buffer(int(utc() // 1_000_000_000))

    def observe(
        self, item: str, text: str, *, timestamp: str | None = None, level: str = "", code: str = ""
    ) -> None:
        """Take an observation of a data item by its id; see `Buffer.observe`."""
        self.buffer.observe(item, text, timestamp=timestamp, level=level, code=code)
        self._tell()

    def change(self, item: str, changes: Changes, *, reset: str = "") -> None:
        """Take what changed of a data set or table; see `Buffer.change`."""
        self.buffer.change(item, changes, reset=reset)
        self._tell()

    def lose_adapter(self) -> None:
        """The machine is gone, the agent is not: everything becomes UNAVAILABLE."""
        self.buffer.lose_adapter()
        self._tell()

    def restart(self) -> None:
        """Begin as another instance: numbers from 1, everything UNAVAILABLE, no connection outlives it."""
        self.buffer = self._new_buffer(self.buffer.instance + 1)
        self.cut()

    def cut(self) -> None:
        """Cut all connections."""
        for task in self._tasks:
            task.cancel()

    def _new_buffer(self, instance: int) -> Buffer:
        return Buffer(self._devices, instance, self._size, self._utc, whole_seconds=self._whole_seconds)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        tasks = list(self._tasks)
        self.cut()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # the closed transports let go of their sockets in the next turn

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(reader, writer))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            await self._answer(head.split(b" ")[1].decode("ascii", "replace"), writer)
            await writer.drain()
            writer.close()
            await writer.wait_closed()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, IndexError):
            pass
        finally:
            writer.transport.abort()

    async def _answer(self, target: str, writer: asyncio.StreamWriter) -> None:
        parts = urlsplit(target)
        *device, what = unquote(parts.path).strip("/").split("/")
        asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        known = {name for item in self.buffer.items.values() for name in (item.device, item.device_uuid)}
        if device and device[0] not in known:
            return _whole(writer, self.buffer.error("NO_DEVICE", f"Could not find the device '{device[0]}'"))
        if not all(asked.get(name, "0").isdigit() for name in ("from", "count", "interval", "heartbeat")):
            return _whole(writer, self.buffer.error("INVALID_REQUEST", "a parameter that is no number"))
        match what:
            case "probe" | "":
                found = _DEVICES.search(self._devices.decode("utf-8"))
                return _whole(writer, self.buffer.probe(found[0] if found else ""))
            case "current":
                return _whole(writer, self.buffer.current())
            case "sample":
                return await self._sample(asked, writer)
            case _:
                return _whole(writer, self.buffer.error("UNSUPPORTED", f"'{what}' is not supported"))

    async def _sample(self, asked: dict[str, str], writer: asyncio.StreamWriter) -> None:
        start = int(asked["from"]) if "from" in asked else None
        count = int(asked.get("count", "100"))
        try:
            document, after = self.buffer.sample(start, count)
        except OutOfRangeError as error:
            return _whole(writer, self.buffer.error("OUT_OF_RANGE", str(error)))
        if "interval" not in asked or not self._streams:
            return _whole(writer, document)
        kind = f"multipart/x-mixed-replace;boundary={_BOUNDARY}"
        writer.write(
            f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: {kind}\r\n"
            "Transfer-Encoding: chunked\r\n\r\n".encode()
        )
        interval, heartbeat = int(asked["interval"]) / 1000, int(asked.get("heartbeat", "10000")) / 1000
        while True:
            _part(writer, document)
            await writer.drain()
            await asyncio.sleep(interval)
            if self.buffer.next == after:
                await self._wait(heartbeat - interval)
            try:
                document, after = self.buffer.sample(after, count)
            except OutOfRangeError as error:
                _part(writer, self.buffer.error("OUT_OF_RANGE", str(error)))
                writer.write(b"0\r\n\r\n")
                return None

    async def _wait(self, most: float) -> None:
        """Until there is news, ``most`` seconds."""
        try:
            async with asyncio.timeout(max(most, 0)):
                await self._news.wait()
        except TimeoutError:
            pass


def _whole(writer: asyncio.StreamWriter, document: str) -> None:
    body = document.encode()
    head = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: text/xml\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)


def _part(writer: asyncio.StreamWriter, document: str) -> None:
    body = document.encode()
    head = f"--{_BOUNDARY}\r\nContent-type: text/xml\r\nContent-length: {len(body)}\r\n\r\n"
    part = head.encode() + body + b"\r\n"
    writer.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
