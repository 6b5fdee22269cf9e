"""The engine's process: takes the site's lock, serves clients, runs epochs, beats."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from hmi.config.epoch import Epoch
from hmi.config.problems import ConfigurationError
from hmi.engine.reload import refusal
from hmi.engine.runtime import EpochRuntime
from hmi.engine.settled import settle
from hmi.engine.sources import load_drivers
from hmi.engine.watch import Watch, look
from hmi.link import epoch_text
from hmi.link.directory import prepare
from hmi.link.errors import LinkUnavailable
from hmi.link.lock import EngineLock
from hmi.link.messages import (
    PROTOCOL_VERSION,
    REFUSED,
    RIGHT_AGAIN,
    HistoryRequest,
    Notice,
    Seen,
    ToClient,
    Welcome,
)
from hmi.link.server import LinkServer
from hmi.machines.discovery import quarantine_cause
from hmi.machines.resolve import Resolution
from hmi.model.clock import SECOND, Clock, Instant
from hmi.sources.certificates.folder import CertificateFolder

if TYPE_CHECKING:  # an engine that does not record does without
    from hmi.engine.recording import Recording

_log = logging.getLogger(__name__)

_BEAT: Final = 0.02
WATCH_EVERY: Final = 0.5
"""Seconds; what is saved is taken after two looks."""
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

    ``resolve``  gives the configuration; called again, in a thread, on SIGHUP and when files have changed
    ``managed``  who restarts it: ``panel`` or ``service``
    ``linger``   seconds after the last client's leaving at which it ends by itself; None: never
    ``watch``    seconds between two looks at the configuration's files; None: only SIGHUP reads them again
    ``certificates``  folder of our key and of trusted servers; None: no link is made that must be secured
    ``recording``     records what happens; closed at the end. None: nothing is recorded
    """

    site: str
    directory: Path
    resolve: Callable[[], Resolution]
    managed: str = "panel"
    linger: float | None = None
    watch: float | None = WATCH_EVERY
    certificates: CertificateFolder | None = None
    recording: Recording | None = None


async def run_engine(options: EngineOptions, clock: Clock) -> None:
    """Run until SIGTERM, SIGINT or the end of ``linger``.

    Raises:
        AlreadyRunning: another engine holds the lock.
        LinkUnavailable: the run directory cannot be used, or has no room.
        EngineFault: something failed without which there is no engine; it is logged.
        ConfigurationError, ValueError: the configuration is wrong.
    """
    prepare(options.directory)
    # Before the lock: it takes the longest, and may fail.
    resolution = options.resolve()
    watch = Watch(look(resolution.folders))
    load_drivers(resolution.epoch)
    lock = EngineLock.acquire(options.directory, managed=options.managed, site=options.site)
    if lock is None:
        raise AlreadyRunning(f"an engine of site {options.site} is running already ({options.directory})")
    try:
        _sweep(options.directory)
        await _Engine(options, resolution, watch, clock, lock).run()
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
    def __init__(
        self, options: EngineOptions, resolution: Resolution, watch: Watch, clock: Clock, lock: EngineLock
    ) -> None:
        self._options = options
        self._lock = lock
        self._clock = clock
        self._started = clock.now()
        self._generation = 0
        self._server = LinkServer(options.directory, self._greeting, self._answer, self._seen)
        self._ended_source: asyncio.Future[asyncio.Task[None]] = asyncio.get_running_loop().create_future()
        self._resolution = resolution
        self._watch = watch
        self._refused: Notice | None = None
        self._recording = options.recording
        self._runtime = self._new_runtime(resolution.epoch)
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        handlers = {signal.SIGTERM: self._stop, signal.SIGINT: self._stop, signal.SIGHUP: self._reload}
        for number, event in handlers.items():
            loop.add_signal_handler(number, event.set)
        await self._server.start()
        self._runtime.start()
        settle()
        tasks = [
            asyncio.create_task(self._beat(), name="heartbeat"),
            asyncio.create_task(self._tell_counters(), name="counters"),
            asyncio.create_task(self._reloads(), name="reloads"),
        ]
        if self._options.watch is not None:
            tasks.append(asyncio.create_task(self._look_at_files(self._options.watch), name="watch"))
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
            if self._recording is not None:
                # In a thread: a disk that does not answer must not hold the heart up, nor our end for long.
                await asyncio.to_thread(self._recording.close, self._clock.now())
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
            certificates=self._options.certificates,
            recording=self._recording,
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
                acquisition=epoch.acquisition,
            ),
            *self._runtime.pipeline.greeting(),
            *(Notice(self._started.utc, q.name, q.cause) for q in epoch.quarantined),
            *([self._refused] if self._refused else []),
            *([] if self._recording is None else self._recording.greeting()),
        ]

    def _answer(self, request: HistoryRequest) -> ToClient:
        return self._runtime.answer(request)

    def _seen(self, panel: str, seen: Seen) -> None:
        if self._recording is not None:
            self._recording.seen(panel, seen, self._clock.now())

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
            recording = [] if self._recording is None else self._recording.tick(self._clock.now())
            for message in (*self._runtime.counters(), *recording):
                self._server.broadcast(message)
            if self._server.cut_off != cut_off:
                cut_off = self._server.cut_off
                text = f"a screen did not read what it was sent and was cut off ({cut_off} so far)"
                _log.warning("%s", text)
                self._server.broadcast(Notice(self._clock.now().utc, "link", text))

    async def _look_at_files(self, every: float) -> None:
        while True:
            await asyncio.sleep(every)
            # In a thread: the folders may lie on a network.
            if self._watch.changed(await asyncio.to_thread(look, self._resolution.folders)):
                self._reload.set()

    async def _reloads(self) -> None:
        while True:
            await self._reload.wait()
            self._reload.clear()
            try:
                # In threads: the heart goes on beating while files are read and drivers imported.
                await self._take(*await asyncio.to_thread(_read, self._options.resolve))
            except ConfigurationError as error:
                self._refuse(quarantine_cause(error.problems), str(error))
            except (ValueError, LinkUnavailable) as error:
                self._refuse(str(error))

    async def _take(self, read: Resolution, text: bytes) -> None:
        epoch, running = read.epoch, self._runtime.epoch
        if cause := refusal(self._resolution, read):
            self._refuse(cause)
            return
        if epoch.acquisition != running.acquisition:
            await asyncio.to_thread(load_drivers, epoch)
            new = await asyncio.to_thread(self._new_runtime, epoch)
            self._accept(read)
            await self._change_to(new)
        elif epoch.digest != running.digest:
            recording = self._recording
            # In a thread: a tenth of a second and more for a large site, and the heart goes on beating.
            texts = {} if recording is None else await asyncio.to_thread(recording.texts, epoch)
            self._accept(read)
            self._runtime.show(epoch, text, texts)
            self._server.regreet()
        else:
            if self._refused is not None:
                notice = Notice(self._clock.now().utc, self._options.site, "", RIGHT_AGAIN)
                self._server.broadcast(notice)
                _log.info("the configuration's files are right again")
            self._accept(read)
            return
        _log.info("the configuration %s is in force", epoch.digest[:12])

    def _accept(self, read: Resolution) -> None:
        self._resolution = read
        self._refused = None

    def _refuse(self, cause: str, whole: str = "") -> None:
        """Say why what was read is not taken; once, however often it is read. The log has the ``whole``."""
        if self._refused is None or self._refused.text != cause:
            _log.error("the configuration was read again and is not taken: %s", whole or cause)
            self._refused = Notice(self._clock.now().utc, self._options.site, cause, REFUSED)
            self._server.broadcast(self._refused)

    async def _change_to(self, new: EpochRuntime) -> None:
        """Let ``new`` begin when the old sources have ended: a device serves one of them at a time."""
        old = self._runtime
        try:
            await old.stop()  # its table beats on
        except asyncio.CancelledError:
            new.table.close()
            raise
        now = self._clock.now()
        new.pipeline.carry(old.pipeline, now)
        new.table.beat(now.monotonic)
        self._runtime = new
        self._server.regreet()
        old.table.close()
        del old
        await asyncio.sleep(0)  # until now this step held how the old sources ended, and so all of theirs
        settle()  # now, as no source is at work
        new.start()


def _read(resolve: Callable[[], Resolution]) -> tuple[Resolution, bytes]:
    """The configuration, and its epoch packed; the digests are worked out, which takes a while as well."""
    read = resolve()
    assert read.epoch.digest  # noqa: S101
    assert read.epoch.acquisition  # noqa: S101
    return read, epoch_text.packed(read.epoch)


def _raise_fault(task: asyncio.Task[None]) -> None:
    """Raise why a task ended that should never end."""
    error = task.exception()
    if isinstance(error, EngineFault):
        raise error
    raise EngineFault(f"its task {task.get_name()!r} ended: {error!r}") from error
