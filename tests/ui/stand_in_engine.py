"""An engine's end of the link, real sockets and real shared memory, in a thread of the test."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from hmi.config.epoch import Epoch
from hmi.link import epoch_text
from hmi.link.messages import HistoryReply, HistoryRequest, ToClient, Welcome
from hmi.link.server import LinkServer
from hmi.link.table import TableWriter
from hmi.model import status, values
from hmi.model.clock import monotonic_ns
from tests.ui.builders import SIDE


class StandInEngine:
    """Started by `start`, ended by `stop`; ``beating`` False makes it hang with its link open."""

    _generation = 0

    def __init__(self, directory: Path, epoch: Epoch, news: tuple[ToClient, ...] = ()) -> None:
        self.directory = directory
        self.epoch = epoch
        self.news = news
        self.beating = True
        self.requests: list[HistoryRequest] = []
        self._inside = ExitStack()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._end = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="stand-in engine")
        StandInEngine._generation += 1
        self._started = StandInEngine._generation
        self._table_name = f"table-{self._started}"

    def start(self) -> StandInEngine:
        self._thread.start()
        assert self._ready.wait(20)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(20)
        assert not self._thread.is_alive()

    def put(self, tag_id: str, value: float) -> None:
        self._call(lambda: self._put(tag_id, value))

    def stay_inside(self) -> None:
        """Begin a change of the table and do not end it, as a writer that died there; until `come_out`."""
        self._call(self._begin_change)

    def come_out(self) -> None:
        self._call(self._inside.close)

    def broadcast(self, message: ToClient) -> None:
        self._call(lambda: self._server.broadcast(message))

    def _call(self, act: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(act)

    def _begin_change(self) -> None:
        self._inside.enter_context(self._table.write())

    def _put(self, tag_id: str, value: float) -> None:
        index = self.epoch.index[tag_id]
        with self._table.write() as revision:
            columns, now = self._table.columns, monotonic_ns()
            columns.value[index] = values.to_lane(value, self.epoch.tags[index].type)
            columns.status[index] = status.GOOD
            columns.receive_time[index] = columns.source_time[index] = time.time_ns()
            columns.not_before[index] = columns.confirmed[index] = now
            columns.changed[index] = revision
        self._server.ring()

    def _greeting(self) -> list[ToClient]:
        text = epoch_text.packed(self.epoch)
        return [Welcome(1, 1, self._started, text, self.epoch.digest, self._table_name), *self.news]

    def _answer(self, request: HistoryRequest) -> ToClient:
        self.requests.append(request)
        return HistoryReply(request.request, request.index, b"", b"", b"", request.begin)

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        path = self.directory / self._table_name
        self._table = TableWriter(path, len(self.epoch.tags), SIDE, self.epoch.digest, 1)
        self._server = LinkServer(self.directory, self._greeting, self._answer)
        self._table.beat(monotonic_ns())
        await self._server.start()
        self._ready.set()
        while not self._end.is_set():
            if self.beating:
                self._table.beat(monotonic_ns())
            await asyncio.sleep(0.01)
        await self._server.close()
        self._table.close()
