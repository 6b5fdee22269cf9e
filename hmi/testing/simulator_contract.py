# ruff: noqa: D102 - each test's name is its sentence of the contract
"""What a machine plugin's simulator must do, whatever machine it is."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from collections.abc import Hashable, Mapping
from typing import Any, Final

import pytest

from hmi.config.tags import TagEntry
from hmi.machines.files import PluginFiles
from hmi.machines.hookspecs import Simulator
from hmi.machines.plugin import MachinePlugin
from hmi.machines.simulators import load_code, simulator_of
from hmi.testing import leftovers
from hmi.testing.plugin_under_test import PATIENCE, PluginUnderTest

_END: Final = 20.0
"""Seconds in which what was cancelled must have ended."""


class SimulatorContract(PluginUnderTest):
    """Each test states one sentence of the contract; the coroutines need pytest-asyncio's auto mode."""

    @pytest.fixture
    def simulator(self, plugin: MachinePlugin) -> Simulator:
        """The plugin's simulator, by its hook."""
        simulator = simulator_of(plugin)
        assert simulator is not None, "the plugin's hook twinpane_simulator gives none"
        return simulator

    def test_its_code_can_be_loaded(self, plugin: MachinePlugin) -> None:
        load_code(plugin)

    def test_importing_it_brings_no_screen_into_the_engine(self, plugin: MachinePlugin) -> None:
        code = f"import sys, {plugin.module}; sys.exit('PyQt6' in sys.modules)"
        subprocess.run([sys.executable, "-c", code], check=True, timeout=PATIENCE)

    def test_the_simulator_serves_the_endpoints_of_the_tags(
        self, simulator: Simulator, files: PluginFiles
    ) -> None:
        assert files.type.model is not None
        assert set(simulator.endpoints) == {tag.endpoint for tag in _addressed(files).values()}
        assert set(simulator.endpoints.values()) <= set(files.type.model.protocols)
        unreachable = [
            name
            for name, tag in _addressed(files).items()
            if tag.address.of(simulator.endpoints[tag.endpoint]) is None
        ]
        assert not unreachable

    async def test_it_serves_on_loopback_alone_and_says_so_once(self, simulator: Simulator) -> None:
        before = leftovers.sockets()
        async with _Served(simulator) as served:
            assert set(served.ports) == set(simulator.endpoints)
            listening = [text for key, text in leftovers.sockets().items() if key not in before]
            abroad = [text for text in listening if "127.0.0.1:" not in text and "::1:" not in text]
            assert not abroad
            for port in served.ports.values():
                await _knock(port)
            await asyncio.sleep(1.0)
            assert len(served.said) == 1

    async def test_it_serves_on_the_port_that_it_is_given(self, simulator: Simulator) -> None:
        async with _Served(simulator) as first:
            ports = dict(first.ports)
        async with _Served(simulator, ports) as second:
            assert second.ports == ports
            for port in ports.values():
                await _knock(port)

    async def test_two_of_it_run_beside_each_other(self, simulator: Simulator) -> None:
        async with _Served(simulator) as first, _Served(simulator) as second:
            assert not set(first.ports.values()) & set(second.ports.values())

    async def test_cancelling_leaves_nothing(self, simulator: Simulator) -> None:
        before = _here()
        async with _Served(simulator) as served:
            await asyncio.sleep(0.5)
        await _back_to(before)
        for port in served.ports.values():
            with pytest.raises(ConnectionRefusedError):
                await _knock(port)

    async def test_cancelling_before_it_is_ready_leaves_nothing(self, simulator: Simulator) -> None:
        before = _here()
        for pause in (0.0, 0.01, 0.1):
            serving = asyncio.create_task(
                simulator.serve(dict.fromkeys(simulator.endpoints, 0), lambda _: None)
            )
            await asyncio.sleep(pause)
            await _cancelled(serving)
        await _back_to(before)


class _Served:
    """A simulator that serves in this loop; knows everything that it said to ``ready``."""

    def __init__(self, simulator: Simulator, ports: Mapping[str, int] | None = None) -> None:
        self._simulator = simulator
        self._wanted = ports or dict.fromkeys(simulator.endpoints, 0)
        self._task: asyncio.Task[None] | None = None
        self.said: list[dict[str, int]] = []

    @property
    def ports(self) -> dict[str, int]:
        return self.said[0]

    async def __aenter__(self) -> _Served:
        ready = asyncio.Event()

        def say(ports: Mapping[str, int]) -> None:
            self.said.append(dict(ports))
            ready.set()

        self._task = asyncio.create_task(
            self._simulator.serve(self._wanted, say), name="simulator under test"
        )
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait((self._task, waiting), timeout=PATIENCE, return_when=asyncio.FIRST_COMPLETED)
        await _cancelled(waiting)
        if not ready.is_set():
            await _cancelled(self._task)
            raise AssertionError(f"the simulator has not called ready within {PATIENCE} s, or it ended")
        return self

    async def __aexit__(self, *_error: object) -> None:
        assert self._task is not None
        assert not self._task.done(), "serve ended by itself: it serves until it is cancelled"
        await _cancelled(self._task)


async def _cancelled(task: asyncio.Task[Any]) -> None:
    """Cancel and wait; what the task raised comes out here."""
    task.cancel()
    # Not by asyncio.timeout: its cancellation would be swallowed by the same defect that it is to show.
    _, running = await asyncio.wait((task,), timeout=_END)
    if running:
        task.cancel()
        await asyncio.wait((task,), timeout=_END)
        raise AssertionError(f"cancelled once, it ran on for {_END} s: something swallows CancelledError")
    if not task.cancelled():
        task.result()


async def _knock(port: int) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port, family=socket.AF_INET)
    writer.close()
    await writer.wait_closed()


def _here() -> tuple[set[asyncio.Task[Any]], set[Hashable]]:
    """The tasks of this loop, and this process' threads, listening sockets and children."""
    found = {**leftovers.threads(), **leftovers.sockets(), **leftovers.processes()}
    # The loop's own pool of threads for blocking calls ends with the loop.
    return asyncio.all_tasks(), {
        key for key, text in found.items() if not text.startswith("thread 'asyncio_")
    }


async def _back_to(before: tuple[set[asyncio.Task[Any]], set[Hashable]]) -> None:
    for _ in range(100):
        now = _here()
        tasks, others = now[0] - before[0], now[1] - before[1]
        if not tasks and not others:
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"left behind: {tasks or ''} {others or ''}")


def _addressed(files: PluginFiles) -> dict[str, TagEntry]:
    return {name: tag for name, tag in files.entries.items() if tag.derived is None}
