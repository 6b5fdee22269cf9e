"""The engine's process: takes the site's lock, serves clients, runs epochs, beats."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hmi.config.epoch import Epoch
from hmi.engine.runtime import EpochRuntime
from hmi.engine.sources import load_drivers
from hmi.link.directory import prepare
from hmi.link.lock import EngineLock
from hmi.link.messages import PROTOCOL_VERSION, HistoryRequest, Notice, ToClient, Welcome
from hmi.link.server import LinkServer
from hmi.model.clock import SECOND, Clock, Instant

_log = logging.getLogger(__name__)

_BEAT: Final = 0.02
_COUNTERS_EVERY: Final = 1.0


class AlreadyRunning(Exception):
    """Another engine holds the site's lock."""


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How to run an engine.

    ``resolve``  gives the epoch; called again on SIGHUP (a new epoch begins if it is another one)
    ``managed``  who restarts it: ``panel`` or ``service``
    ``linger``   seconds after the last client's leaving at which it ends by itself; None: never
    """

    site: str
    directory: Path
    resolve: Callable[[], Epoch]
    managed: str = "panel"
    linger: float | None = None


async def run_engine(options: EngineOptions, clock: Clock) -> None:
    """Run until SIGTERM, SIGINT or the end of ``linger``.

    Raises:
        AlreadyRunning: another engine holds the lock.
        LinkUnavailable: the run directory cannot be used.
        ValueError: the configuration is wrong.
    """
    prepare(options.directory)
    # Before the lock: it takes the longest, and may fail.
    epoch = options.resolve()
    load_drivers(epoch)
    lock = EngineLock.acquire(options.directory, managed=options.managed, site=options.site)
    if lock is None:
        raise AlreadyRunning(f"an engine of site {options.site} is running already ({options.directory})")
    try:
        for dead in options.directory.glob("table-*"):
            dead.unlink()  # the lock is ours, so whoever made it is gone
        await _Engine(options, epoch, clock).run()
    finally:
        lock.release()


class _Engine:
    def __init__(self, options: EngineOptions, epoch: Epoch, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._started = clock.now()
        self._generation = 0
        self._server = LinkServer(options.directory, self._greeting, self._answer)
        self._runtime = self._new_runtime(epoch)
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        handlers = {signal.SIGTERM: self._stop, signal.SIGINT: self._stop, signal.SIGHUP: self._reload}
        for number, event in handlers.items():
            loop.add_signal_handler(number, event.set)
        await self._server.start()
        self._runtime.start()
        # Everything loaded so far lives until the end: the collector need never look at it again.
        gc.collect()
        gc.freeze()
        tasks = [
            asyncio.create_task(self._beat(), name="heartbeat"),
            asyncio.create_task(self._tell_counters(), name="counters"),
            asyncio.create_task(self._reloads(), name="reloads"),
        ]
        try:
            await self._stop.wait()
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with contextlib.suppress(asyncio.CancelledError):
                    await task
            await self._server.close()
            await self._runtime.close()
            for number in handlers:
                loop.remove_signal_handler(number)

    def _new_runtime(self, epoch: Epoch) -> EpochRuntime:
        self._generation += 1
        return EpochRuntime(
            epoch,
            self._options.directory,
            self._generation,
            self._clock,
            told=self._server.broadcast,
            rung=self._server.ring,
        )

    def _greeting(self) -> Sequence[ToClient]:
        epoch = self._runtime.epoch
        return [
            Welcome(
                version=PROTOCOL_VERSION,
                engine_pid=os.getpid(),
                started=self._started.utc,
                epoch=epoch.model_dump_json().encode(),
                digest=epoch.digest,
                table=self._runtime.table.path.name,
            ),
            *self._runtime.pipeline.greeting(),
            *(Notice(self._started.utc, q.name, q.cause) for q in epoch.quarantined),
        ]

    def _answer(self, request: HistoryRequest) -> ToClient:
        return self._runtime.answer(request)

    async def _beat(self) -> None:
        unused_since: Instant | None = None
        while True:
            now = self._clock.now()
            self._runtime.table.beat(now.monotonic)
            if self._server.clients:
                unused_since = None
            elif unused_since is None:
                unused_since = now
            elif self._options.linger is not None and (
                now.monotonic - unused_since.monotonic > self._options.linger * SECOND
            ):
                self._stop.set()
            await asyncio.sleep(_BEAT)

    async def _tell_counters(self) -> None:
        while True:
            await asyncio.sleep(_COUNTERS_EVERY)
            for message in self._runtime.counters():
                self._server.broadcast(message)

    async def _reloads(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            try:
                # In a thread: the heart goes on beating while files are read and drivers imported.
                epoch = await asyncio.to_thread(self._options.resolve)
                await asyncio.to_thread(load_drivers, epoch)
            except ValueError as error:
                self._server.broadcast(Notice(self._clock.now().utc, self._options.site, str(error)))
                continue
            if epoch.digest == self._runtime.epoch.digest:
                continue
            old = self._runtime
            self._runtime = self._new_runtime(epoch)
            self._runtime.table.beat(self._clock.now().monotonic)
            await old.close()
            self._runtime.start()
            self._server.regreet()
            _log.info("epoch %s has begun", epoch.digest[:12])
