"""One epoch at work: sources that misbehave, history for whoever asks for too much."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hmi.config.tags import TagDescription
from hmi.engine import runtime as runtime_module
from hmi.engine.history import MOST_POINTS
from hmi.engine.runtime import EpochRuntime
from hmi.link.messages import EndpointNews, HistoryReply, HistoryRequest, Notice, ToClient
from hmi.model.clock import SystemClock
from hmi.model.samples import Confirmation, LinkEvent, LinkState
from hmi.model.status import BAD_NO_COMMUNICATION
from hmi.sources.protocol import Emit
from hmi.testing.epochs import batch_of, epoch_of

EPOCH = epoch_of({"load": TagDescription()})
CLOCK = SystemClock()

Run = Callable[[Emit], object]


class Driver:
    """A source whose ``run`` is the test's."""

    def __init__(self, run: Run) -> None:
        self.run = run


def made(
    directory: Path, told: list[ToClient], rung: Callable[[], None] = lambda: None, samples: int = 100
) -> EpochRuntime:
    return EpochRuntime(EPOCH, directory, 1, CLOCK, told.append, rung, _none_ends, samples)


def _none_ends(task: asyncio.Task[None]) -> None:
    raise AssertionError(task)


async def _raising(emit: Emit) -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        raise OSError("the socket was gone already")


async def _returning(emit: Emit) -> None:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        return


@pytest.mark.parametrize("run", [_raising, _returning])
async def test_a_driver_that_loses_its_cancellation_ends_all_the_same(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime_module, "make_source", lambda *_: Driver(run))
    runtime = made(tmp_path, [])
    runtime.start()
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await runtime.close()
    assert not runtime.table.path.exists()


async def test_a_drivers_defect_is_told_and_the_driver_is_started_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = []

    async def defective(emit: Emit) -> None:
        runs.append(1)
        raise ZeroDivisionError("float division by zero")

    monkeypatch.setattr(runtime_module, "make_source", lambda *_: Driver(defective))
    monkeypatch.setattr(runtime_module, "_RESTART_PAUSE", 0.01)
    told: list[ToClient] = []
    runtime = made(tmp_path, told)
    runtime.start()
    async with asyncio.timeout(20):
        while len(runs) < 3:
            await asyncio.sleep(0.005)
    assert runtime.table.columns.status.tolist() == [BAD_NO_COMMUNICATION]
    await runtime.close()
    news = [each for each in told if isinstance(each, EndpointNews)]
    assert {each.cause for each in news} == {
        "defect in the driver: ZeroDivisionError: float division by zero"
    }
    assert not [each for each in told if isinstance(each, Notice)], "the link's news tell it, and no flood"


async def test_a_batch_and_its_confirmation_ring_once_and_are_seen_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def speaking(emit: Emit) -> None:
        now = CLOCK.now()
        for value in (1.0, 2.0, 3.0):
            emit(batch_of(EPOCH, [("load", value)], now))
            emit(Confirmation(np.zeros(1, np.uint32), now))
        await asyncio.sleep(3600)

    seen: list[tuple[float, bool]] = []

    def look() -> None:
        columns = runtime.table.columns
        seen.append((float(columns.value.view(np.float64)[0]), bool(columns.confirmed[0] > 0)))

    monkeypatch.setattr(runtime_module, "make_source", lambda *_: Driver(speaking))
    runtime = made(tmp_path, [], look)
    runtime.start()
    async with asyncio.timeout(20):
        while not seen:
            await asyncio.sleep(0.005)
    await runtime.close()
    assert seen == [(3.0, True)]


async def test_what_links_took_is_given_back_once_for_many_and_never_after_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[float] = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(runtime_module, "give_back", lambda: given.append(loop.time()))
    monkeypatch.setattr(runtime_module, "_AFTER_A_LINK", 0.05)
    again = asyncio.Event()

    async def flapping(emit: Emit) -> None:
        while True:
            for _ in range(5):
                emit(LinkEvent(LinkState.UP, CLOCK.now()))
                emit(LinkEvent(LinkState.DOWN, CLOCK.now(), "cut"))
            await again.wait()
            again.clear()

    monkeypatch.setattr(runtime_module, "make_source", lambda *_: Driver(flapping))
    runtime = made(tmp_path, [])
    began = loop.time()
    runtime.start()
    again.set()  # while the first is awaited: another, whose memory may still be in use then
    async with asyncio.timeout(20):
        while len(given) < 2:
            await asyncio.sleep(0.005)
    assert given[0] >= began + 0.05
    assert given[1] >= given[0] + 0.05
    await asyncio.sleep(0.2)
    assert len(given) == 2, "two for ten events of the first and ten of the second time"
    again.set()
    await asyncio.sleep(0.01)
    await runtime.close()
    await asyncio.sleep(0.1)
    assert len(given) == 2


async def test_no_answer_is_longer_than_its_bound(tmp_path: Path) -> None:
    runtime = made(tmp_path, [], samples=200_000)
    noise = np.random.default_rng(1).normal(size=150_000)
    now = CLOCK.now()
    for part in np.split(noise, 50):
        rows = [("load", float(value)) for value in part]
        runtime.pipeline.step(runtime.pipeline.endpoints[0], batch_of(EPOCH, rows, now), now)
    reply = runtime.answer(HistoryRequest(1, 0, 0, 2**62, 2**32 - 1))
    assert isinstance(reply, HistoryReply)
    assert len(reply.severity) <= MOST_POINTS + 8
    assert np.frombuffer(reply.value).max() == noise.max()
    await runtime.close()
