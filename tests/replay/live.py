"""The demo's machines at work in an engine's runtime, recorded, with all states and all news noted."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from hmi.config.epoch import Epoch
from hmi.engine.machine_state import state_of
from hmi.engine.pipeline import EndpointState, Pipeline
from hmi.engine.recording import Recording, RecordingFolders
from hmi.engine.runtime import EpochRuntime
from hmi.link.messages import ContextNews, Counters, EndpointNews, GrantedNews, Notice, ToClient
from hmi.model.clock import Instant, SystemClock
from hmi.model.samples import LinkState, SourceMessage
from hmi.recorder.state import MachineState


class SetClock:
    """The computer's clock, on which a person has set another time, ``ahead`` by some ns."""

    def __init__(self, utc: int) -> None:
        self._system = SystemClock()
        self.ahead = utc - self._system.now().utc

    def now(self) -> Instant:
        now = self._system.now()
        return Instant(now.utc + self.ahead, now.monotonic)


def digest(pipeline: Pipeline, epoch: Epoch, machine: str) -> bytes:
    """A machine's whole state as bytes; of the store's revisions only which tags changed before which."""
    return normal(state_of(pipeline, epoch, machine))


def normal(state: MachineState) -> bytes:
    """A state as bytes, with the store's revisions only in their order."""
    _, order = np.unique(np.frombuffer(state.changed, "<u8"), return_inverse=True)
    return msgspec.msgpack.encode(msgspec.structs.replace(state, changed=order.astype("<u8").tobytes()))


def said_of(news: Iterable[ToClient], epoch: Epoch, machine: str) -> list[ToClient]:
    """What of the news is about one machine; its tags are counted from its first one."""
    own = epoch.tags_of(machine)
    found: list[ToClient] = []
    for each in news:
        match each:
            case GrantedNews():
                index = np.frombuffer(each.index, "<u4")
                if index[0] in own:
                    local = (index - own[0]).astype("<u4").tobytes()
                    found.append(msgspec.structs.replace(each, index=local))
            case ContextNews():
                found += [each] * (each.event.machine == machine)
            case Notice():
                found += [each] * (each.subject.partition(".")[0] == machine)
            case EndpointNews() | Counters():
                found += [each] * (each.machine == machine)
    return found


@dataclass
class Trace:
    """Of one machine: its state after every message of a source, and all news, in order."""

    states: list[bytes] = field(default_factory=list)
    news: list[ToClient] = field(default_factory=list)
    keyframes: int = 0


class RecordedRun:
    """An epoch at work and recorded into ``folder``; ``traces`` by machine."""

    def __init__(self, epoch: Epoch, folder: Path, clock: SetClock) -> None:
        self.epoch = epoch
        self.clock = clock
        self.traces: dict[str, Trace] = defaultdict(Trace)
        self.recording = Recording(RecordingFolders(folder / "recordings", folder / "key"), epoch.site)
        self.runtime = EpochRuntime(
            epoch, folder, 1, clock, lambda _: None, lambda: None, _none_ends, recording=self.recording
        )
        self._step = self.runtime._step
        self.runtime._step = self._noted  # type: ignore[method-assign]

    def _noted(self, endpoint: EndpointState, message: SourceMessage, now: Instant) -> list[ToClient]:
        news = self._step(endpoint, message, now)
        for machine in self.epoch.machines:
            self.traces[machine.id].news += said_of(news, self.epoch, machine.id)
        state = digest(self.runtime.pipeline, self.epoch, endpoint.machine)
        self.traces[endpoint.machine].states.append(state)
        return news

    async def __aenter__(self) -> RecordedRun:
        self.runtime.start()
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.runtime.close()
        self.recording.close(self.clock.now())

    async def until(self, messages: int, seconds: float = 60.0) -> None:
        """Wait until so many more messages of each machine came."""
        wanted = {each.id: len(self.traces[each.id].states) + messages for each in self.epoch.machines}
        async with asyncio.timeout(seconds):
            while any(len(self.traces[each].states) < count for each, count in wanted.items()):
                self.recording.tick(self.clock.now())
                await asyncio.sleep(0.01)

    async def until_down(self, seconds: float = 60.0) -> None:
        """Wait until no endpoint has a link."""
        async with asyncio.timeout(seconds):
            while any(each.link.state is LinkState.UP for each in self.runtime.pipeline.endpoints):
                await asyncio.sleep(0.01)


def _none_ends(task: asyncio.Task[None]) -> None:
    raise AssertionError(task)
