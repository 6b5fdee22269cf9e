"""One epoch at work: its table, its pipeline, and a task for every source."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hmi.config.epoch import Epoch
from hmi.engine.history import MOST_POINTS, History, Series, decimate
from hmi.engine.link_log import LinkLog
from hmi.engine.pipeline import EndpointState, Pipeline
from hmi.engine.settled import give_back
from hmi.engine.sources import Shared, make_source
from hmi.link import epoch_text
from hmi.link.messages import HistoryReply, HistoryRequest, Refusal, ToClient
from hmi.link.table import TableWriter
from hmi.model.clock import Clock, Instant
from hmi.model.samples import Batch, LinkEvent, LinkState, SourceMessage
from hmi.sources.certificates.folder import CertificateFolder
from hmi.twin.store import side_bytes

if TYPE_CHECKING:
    from hmi.engine.recording import Recording

_log = logging.getLogger(__name__)

HISTORY_SAMPLES: Final = 1_000_000
"""21 MB; at the demo site's few hundred changes a second somewhat more than half an hour."""

_RESTART_PAUSE: Final = 2.0

_AFTER_A_LINK: Final = 10.0
"""Seconds after a link came or went, or up to twice as many, at which what that took is given back."""


class EpochRuntime:
    """Runs one resolved configuration until it is closed.

    ``told`` receives the news for clients; ``rung`` is called after changes of the table, once for all
    that a source says at once; ``ended`` with the task of a source that ended though nobody stopped it,
    by a defect of ours. ``text`` is the epoch packed for the greeting of clients. Without ``certificates``
    no link is made that has to be secured, and without ``recording`` nothing is recorded.
    """

    def __init__(
        self,
        epoch: Epoch,
        directory: Path,
        generation: int,
        clock: Clock,
        told: Callable[[ToClient], None],
        rung: Callable[[], None],
        ended: Callable[[asyncio.Task[None]], None],
        history_samples: int = HISTORY_SAMPLES,
        certificates: CertificateFolder | None = None,
        recording: Recording | None = None,
    ) -> None:
        """Make table and pipeline; for a large site that takes a while, and may be done in any thread.

        Raises:
            LinkUnavailable: there is no room for the table.
        """
        began = clock.now()
        self.epoch = epoch
        self.text = epoch_text.packed(epoch)
        self.table = TableWriter(
            directory / f"table-{generation}",
            len(epoch.tags),
            side_bytes(epoch.tags),
            epoch.acquisition,
            generation,
        )
        self.pipeline = Pipeline(epoch, self.table, History(epoch.tags, history_samples, began.utc), began)
        self._links = {each.subject: LinkLog(each.subject) for each in self.pipeline.endpoints}
        self._recording = recording
        self._machine_texts = {} if recording is None else recording.texts(epoch)
        self._clock = clock
        self._told = told
        self._rung = rung
        self._ended = ended
        self._shared = Shared(certificates)
        self._tasks: list[asyncio.Task[None]] = []
        self._to_ring = False
        self._giving_back: asyncio.TimerHandle | None = None
        self._link_moved = False

    def start(self) -> None:
        """Start recording, and a task for every endpoint."""
        self._begin_recording()
        for endpoint in self.pipeline.endpoints:
            name = f"source {endpoint.subject}"
            task = asyncio.create_task(self._serve(endpoint), name=name)
            task.add_done_callback(self._look_at_end)
            self._tasks.append(task)

    def show(self, epoch: Epoch, text: bytes, machine_texts: dict[str, bytes]) -> None:
        """Go on with another epoch of the same acquisition: only what is shown differs.

        ``text`` is it packed, ``machine_texts`` as `Recording.texts` gives them (nothing where none is).
        """
        self.epoch, self.text, self._machine_texts = epoch, text, machine_texts
        self._begin_recording()

    def _begin_recording(self) -> None:
        if self._recording is not None:
            self._recording.begin(self.epoch, self._machine_texts, self.pipeline, self._clock.now())

    async def stop(self) -> None:
        """Stop the sources; the table stays and can be read."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks.clear()
        if self._giving_back is not None:
            self._giving_back.cancel()
            self._giving_back = None

    async def close(self) -> None:
        """Stop the sources and remove the table."""
        await self.stop()
        self.table.close()

    def counters(self) -> list[ToClient]:
        """The present counters of every endpoint."""
        return [endpoint.counters() for endpoint in self.pipeline.endpoints]

    def answer(self, request: HistoryRequest) -> ToClient:
        """Serve one request for history."""
        if not 0 <= request.index < len(self.epoch.tags):
            return Refusal(f"there is no tag of index {request.index} in this epoch", request.request)
        history = self.pipeline.history
        points = min(request.points, MOST_POINTS)
        found: Series = decimate(history.told(request.index, request.begin, request.end), points)
        return HistoryReply(
            request=request.request,
            index=request.index,
            time=found.time.tobytes(),
            value=found.value.tobytes(),
            severity=found.severity.tobytes(),
            complete_from=history.complete_from(request.index),
        )

    async def _serve(self, endpoint: EndpointState) -> None:
        """Run one source; a source that fails by a defect is told, and started anew."""
        machine = next(m for m in self.epoch.machines if m.id == endpoint.machine)
        tags = [(int(i), self.epoch.tags[int(i)]) for i in endpoint.tags]
        while True:
            source = make_source(machine.endpoints[endpoint.name], tags, self._clock, self._shared)
            try:
                await source.run(partial(self._take, endpoint))
            except Exception as defect:  # noqa: BLE001
                # A driver's defect must not take the other machines down; it is shown and logged whole.
                _log.exception("the source of %s failed", endpoint.subject)
                cause = f"defect in the driver: {type(defect).__name__}: {defect}"
                self._take(endpoint, LinkEvent(LinkState.DOWN, self._clock.now(), cause))
            if _is_being_cancelled():
                # The driver lost the cancellation, in a defect or by returning: it must still end here.
                raise asyncio.CancelledError
            await asyncio.sleep(_RESTART_PAUSE)

    def _look_at_end(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled():
            self._ended(task)

    def _take(self, endpoint: EndpointState, message: SourceMessage) -> None:
        now = self._clock.now()
        if isinstance(message, LinkEvent):
            self._links[endpoint.subject].note(message)
            self._link_moved = True
            if self._giving_back is None:
                self._give_back_later()
        for news in self._step(endpoint, message, now):
            self._told(news)
        # Ages move by the screen's own timer: a confirmation need not wake it. It follows its batch at
        # once, though, and a screen should see both together.
        if isinstance(message, Batch | LinkEvent) and not self._to_ring:
            self._to_ring = True
            asyncio.get_running_loop().call_soon(self._ring)

    def _step(self, endpoint: EndpointState, message: SourceMessage, now: Instant) -> list[ToClient]:
        """As `Pipeline.step`, recorded: what went in, and what follows from it."""
        pipeline, recording = self.pipeline, self._recording
        if recording is None:
            return pipeline.step(endpoint, message, now)
        news: list[ToClient] = []
        if by := pipeline.wall_clock.set_by(now):
            recording.clock_set(by, now)
            news = pipeline.clock_set(by, now)
        recording.take(endpoint, message, now)
        news += pipeline.take(endpoint, message, now)
        for each in news:
            recording.followed(each, now)
        return news

    def _give_back_later(self) -> None:
        self._link_moved = False
        self._giving_back = asyncio.get_running_loop().call_later(_AFTER_A_LINK, self._give_back)

    def _give_back(self) -> None:
        self._giving_back = None
        give_back()
        if self._link_moved:  # what this one took may still be in use
            self._give_back_later()

    def _ring(self) -> None:
        self._to_ring = False
        self._rung()
        self.pipeline.history.settle()


def _is_being_cancelled() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
