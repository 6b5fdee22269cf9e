"""The engine inside this process: faults of its own, and the change to another configuration."""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hmi.config.epoch import Epoch
from hmi.config.tags import TagDescription
from hmi.engine import runtime as runtime_module
from hmi.engine.pipeline import Pipeline
from hmi.engine.process import EngineFault, EngineOptions, run_engine
from hmi.link.client import LinkClient
from hmi.link.errors import LinkClosed, LinkUnavailable
from hmi.link.lock import is_held
from hmi.link.messages import Counters, ToClient, Welcome
from hmi.link.table import TableReader, TableWriter
from hmi.machines.resolve import Resolution
from hmi.model.clock import SystemClock
from hmi.sources.protocol import Emit
from hmi.testing.epochs import batch_of, epoch_of


@pytest.fixture(autouse=True)
def collector_as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(30):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def engine(directory: Path, resolve: Callable[[], Epoch]) -> AsyncIterator[LinkClient]:
    """An engine and a client of it; raises with what the engine raises."""
    running = asyncio.create_task(
        run_engine(EngineOptions("test", directory, lambda: Resolution(resolve())), SystemClock())
    )
    client: LinkClient | None = None
    while client is None:
        assert not running.done()
        try:
            client = LinkClient.connect(directory)
        except LinkUnavailable:
            await asyncio.sleep(0.01)
    try:
        yield client
    finally:
        client.close()
        if not running.done():
            os.kill(os.getpid(), signal.SIGTERM)
        await running


def _is_closed(client: LinkClient) -> bool:
    try:
        client.receive()
    except LinkClosed:
        return True
    return False


async def test_an_engine_without_a_heart_ends_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    epoch = epoch_of({"load": TagDescription()})
    caplog.set_level(logging.CRITICAL)

    def broken(_table: TableWriter, _monotonic: int) -> None:
        raise RuntimeError("no beat")

    async def run_until_its_heart_breaks() -> None:
        async with engine(tmp_path / "run", lambda: epoch) as client:
            monkeypatch.setattr(TableWriter, "beat", broken)
            await until(lambda: _is_closed(client))
            await until(lambda: not is_held(tmp_path / "run"))

    with pytest.raises(EngineFault, match=r"'heartbeat' ended: RuntimeError\('no beat'\)") as caught:
        await run_until_its_heart_breaks()
    assert caught.value.code == 70
    assert "the engine ends" in caplog.text
    assert sorted(os.listdir(tmp_path / "run")) == ["engine.lock"]  # noqa: PTH208


async def test_an_engine_that_can_take_nothing_from_its_sources_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Driver:
        async def run(self, emit: Emit) -> None:
            raise OSError("a driver's defect")

    def broken(*_: object) -> None:
        raise KeyError("a defect of ours")

    monkeypatch.setattr(runtime_module, "make_source", lambda *_: Driver())
    monkeypatch.setattr(Pipeline, "step", broken)
    options = EngineOptions(
        "test", tmp_path / "run", lambda: Resolution(epoch_of({"load": TagDescription()}))
    )
    with pytest.raises(EngineFault, match=r"'source m.main' ended: KeyError"):
        async with asyncio.timeout(30):
            await run_engine(options, SystemClock())


async def test_a_run_directory_with_things_in_the_way_is_told_as_such(tmp_path: Path) -> None:
    options = EngineOptions(
        "test", tmp_path / "run", lambda: Resolution(epoch_of({"load": TagDescription()}))
    )
    for name in ("doorbell.sock", "table-7"):
        blocked = tmp_path / "run" / name
        await asyncio.to_thread(blocked.mkdir, parents=True)
        await asyncio.to_thread(blocked.parent.chmod, 0o700)
        with pytest.raises(LinkUnavailable, match=name):
            await run_engine(options, SystemClock())
        await asyncio.to_thread(blocked.rmdir)


async def test_the_old_table_beats_and_the_old_source_ends_before_another_configuration_begins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    events: list[str] = []
    release = asyncio.Event()
    epochs = [epoch_of({"load": TagDescription(max_age=age)}) for age in (1.0, 2.0)]

    class Driver:
        async def run(self, emit: Emit) -> None:
            number = sum(each == "begins" for each in events)
            events.append("begins")
            emit(batch_of(epochs[number], [("load", 1.0)], SystemClock().now()))
            try:
                await asyncio.sleep(3600)
            except asyncio.CancelledError:
                events.append("is to end")
                await release.wait()
                events.append("ends")
                raise

    monkeypatch.setattr(runtime_module, "make_source", lambda *_: Driver())
    heard: list[ToClient] = []
    present = [epochs[0]]
    async with engine(tmp_path / "run", lambda: present[0]) as client:

        def welcomes() -> list[Welcome]:
            heard.extend(client.receive())
            return [each for each in heard if isinstance(each, Welcome)]

        await until(welcomes)
        old: TableReader | None = client.table
        assert old is not None
        present[0] = epochs[1]
        os.kill(os.getpid(), signal.SIGHUP)
        await until(lambda: "is to end" in events)
        beat = old.heartbeat
        await until(lambda: old.heartbeat > beat)
        beat = old.heartbeat
        await until(lambda: old.heartbeat > beat)
        assert len(welcomes()) == 1
        assert events == ["begins", "is to end"]
        release.set()
        await until(lambda: len(welcomes()) == 2)
        assert welcomes()[1].digest == epochs[1].digest
        assert client.table is not None
        await until(lambda: client.table and client.table.revision)
        await until(
            lambda: welcomes() and any(isinstance(m, Counters) and m.samples == 2 for m in heard),
        )
    assert events == ["begins", "is to end", "ends", "begins", "is to end", "ends"]
