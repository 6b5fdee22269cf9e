"""The engine's process: takes the site's lock, serves clients, runs epochs, beats."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hmi.config.epoch import Epoch
from hmi.engine.runtime import EpochRuntime
from hmi.engine.sources import load_drivers
from hmi.link.directory import prepare
from hmi.link.errors import LinkUnavailable
from hmi.link.lock import EngineLock
from hmi.link.messages import PROTOCOL_VERSION, HistoryRequest, Notice, ToClient, Welcome
from hmi.link.server import LinkServer
from hmi.model.clock import SECOND, Clock, Instant

_log = logging.getLogger(__name__)

_BEAT: Final = 0.02
_COUNTERS_EVERY: Final = 1.0


class AlreadyRunning(Exception):
    """Another engine holds the site's lock."""


class EngineFault(Exception):
    """The engine cannot go on; ``code`` is the exit code by which its keeper can tell why."""

    code = 70
    """As EX_SOFTWARE of sysexits.h: a defect of ours."""


class LockLost(EngineFault):
    """The lock's file is no longer the one at its path: another engine may hold that one."""

    code = 75
    """As EX_TEMPFAIL: another start will do."""


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
        LinkUnavailable: the run directory cannot be used, or has no room.
        EngineFault: something failed without which there is no engine; it is logged.
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
        _sweep(options.directory)
        await _Engine(options, epoch, clock, lock).run()
    except EngineFault:
        _log.critical("the engine ends", exc_info=True)
        raise
    finally:
        lock.release()


def _sweep(directory: Path) -> None:
    """Remove the tables of dead engines: the lock is ours, so whoever made them is gone."""
    for dead in directory.glob("table-*"):
        try:
            dead.unlink()
        except OSError as error:
            raise LinkUnavailable(f"{dead} cannot be removed: {error.strerror}") from error


class _Engine:
    def __init__(self, options: EngineOptions, epoch: Epoch, clock: Clock, lock: EngineLock) -> None:
        self._options = options
        self._lock = lock
        self._clock = clock
        self._started = clock.now()
        self._generation = 0
        self._server = LinkServer(options.directory, self._greeting, self._answer)
        self._ended_source: asyncio.Future[asyncio.Task[None]] = asyncio.get_running_loop().create_future()
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
        stop = asyncio.create_task(self._stop.wait(), name="stop")
        try:
            watched: list[asyncio.Future[Any]] = [stop, self._ended_source, *tasks]
            await asyncio.wait(watched, return_when=asyncio.FIRST_COMPLETED)
            if self._ended_source.done():
                _raise_fault(self._ended_source.result())
            for task in tasks:
                if task.done():
                    _raise_fault(task)
        finally:
            stop.cancel()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
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
            ended=self._source_ended,
        )

    def _greeting(self) -> Sequence[ToClient]:
        epoch = self._runtime.epoch
        return [
            Welcome(
                version=PROTOCOL_VERSION,
                engine_pid=os.getpid(),
                started=self._started.utc,
                epoch=self._runtime.text,
                digest=epoch.digest,
                table=self._runtime.table.path.name,
            ),
            *self._runtime.pipeline.greeting(),
            *(Notice(self._started.utc, q.name, q.cause) for q in epoch.quarantined),
        ]

    def _answer(self, request: HistoryRequest) -> ToClient:
        return self._runtime.answer(request)

    def _source_ended(self, task: asyncio.Task[None]) -> None:
        if not self._ended_source.done():
            self._ended_source.set_result(task)

    async def _beat(self) -> None:
        unused_since: Instant | None = None
        while True:
            if not self._lock.stands():
                raise LockLost(f"{self._lock.path} was taken away; another engine may have begun")
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
        cut_off = 0
        while True:
            await asyncio.sleep(_COUNTERS_EVERY)
            for message in self._runtime.counters():
                self._server.broadcast(message)
            if self._server.cut_off != cut_off:
                cut_off = self._server.cut_off
                text = f"a screen did not read what it was sent and was cut off ({cut_off} so far)"
                _log.warning("%s", text)
                self._server.broadcast(Notice(self._clock.now().utc, "link", text))

    async def _reloads(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            try:
                # In threads: the heart goes on beating while files are read and drivers imported.
                epoch = await asyncio.to_thread(self._options.resolve)
                if epoch.digest == self._runtime.epoch.digest:
                    continue
                await asyncio.to_thread(load_drivers, epoch)
                new = await asyncio.to_thread(self._new_runtime, epoch)
            except (ValueError, LinkUnavailable) as error:
                _log.error("the configuration was read again and is not taken: %s", error)
                self._server.broadcast(Notice(self._clock.now().utc, self._options.site, str(error)))
                continue
            await self._change_to(new)
            _log.info("epoch %s has begun", epoch.digest[:12])

    async def _change_to(self, new: EpochRuntime) -> None:
        """Let ``new`` begin when the old sources have ended: a device serves one of them at a time."""
        old = self._runtime
        try:
            await old.stop()  # its table beats on
        except asyncio.CancelledError:
            new.table.close()
            raise
        new.pipeline.carry_counters(old.pipeline)
        new.table.beat(self._clock.now().monotonic)
        self._runtime = new
        self._server.regreet()
        old.table.close()
        new.start()


def _raise_fault(task: asyncio.Task[None]) -> None:
    """Raise why a task ended that should never end."""
    error = task.exception()
    if isinstance(error, EngineFault):
        raise error
    raise EngineFault(f"its task {task.get_name()!r} ended: {error!r}") from error
