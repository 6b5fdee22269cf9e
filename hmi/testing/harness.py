"""What the source contract needs of a source and its device, and a device in a process of its own.

A device that is killed, frozen or restarted must be one for real: a server in a child process that gets
the signals, not a mock. `ChildDevice` is the half that every protocol shares.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol, runtime_checkable

from hmi.config.tags import Tag
from hmi.model.clock import SystemClock
from hmi.model.samples import SourceMessage
from hmi.model.values import Value
from hmi.sources.protocol import Source
from hmi.testing.fork_server import ForkedProcess, ForkServer

START_TIMEOUT: Final = 60.0
"""Seconds for a device to come up on a machine that is busy with other tests."""

TAG_NAMES: Final = ("a_float", "an_int", "a_bool", "an_enum", "a_string", "a_setpoint", "a_ghost")
"""The tags that every harness has, see `SourceHarness`."""

ARRAY_NAMES: Final = ("an_array", "an_int_array")
"""The tags that a harness has after those where its source knows arrays."""

EXACT: Final[Mapping[str, Value]] = {
    "a_float": 0.1 + 0.2,
    "an_int": 2**62 + 1,
    "a_bool": True,
    "an_enum": 2,
    "a_string": "Ø 12 µm — Schlichtgang",
    "a_setpoint": -273.15,
}
"""Values that a detour through text, float32 or float64 would bend; for `SourceHarness.exact`."""


class SourceHarness(Protocol):
    """What one source under the contract is made of.

    ``tags``   one of each, machine ``device``, in this order and under these names: ``a_float``,
               ``an_int`` (64 bits, signed), ``a_bool``, ``an_enum``, ``a_string``, ``a_setpoint`` (a
               float, writable unless the suite says ``read_only``; all others are read-only), ``a_ghost``,
               a number that the source has no value for, and with arrays ``an_array``, of floats, and
               ``an_int_array``. The tag's index is its place in the tuple.
    ``exact``  the value that each tag but ``a_ghost`` has when a source begins, as ugly as it can have
    """

    tags: tuple[Tag, ...]
    exact: Mapping[str, Value]

    def source(self) -> Source:
        """A fresh source."""
        ...


@runtime_checkable
class DeviceHarness(SourceHarness, Protocol):
    """One device under the contract's control; it can be given the values ``exact`` by `set`.

    ``frozen_limit``   seconds within which the source promises to tell that a device is frozen
    ``one_at_a_time``  whether a request waits for the answer to the one before it, as on a serial line
    """

    frozen_limit: float
    one_at_a_time: bool

    async def start(self) -> None:
        """Bring the device up, at the same address as before; returns when it answers."""
        ...

    async def stop(self) -> None:
        """Kill the device abruptly (a power cut); it may be started again."""
        ...

    async def freeze(self) -> None:
        """Make it accept and answer nothing, as a hung PLC does, until `thaw`."""
        ...

    async def thaw(self) -> None:
        """Let a frozen device go on."""
        ...

    async def set(self, name: str, value: Value) -> None:
        """Change a value in the device."""
        ...

    async def fail(self, name: str) -> None:
        """Make that item alone bad, until the next `set` of it."""
        ...

    async def writes(self, name: str) -> int:
        """How many writes of that item the device has carried out since it was started."""
        ...


class ChildDevice:
    """A device server in a child process, spoken to in JSON lines over its standard streams.

    ``command`` is what to run after the interpreter (``-m some.module --port 1234``), or with
    ``forks`` the arguments of that server's module. The child prints one JSON object when it answers on
    its port, then one object for each line that it is sent.
    """

    def __init__(self, command: Callable[[], Sequence[str]], forks: ForkServer | None = None) -> None:
        self._command = command
        self._forks = forks
        self._process: asyncio.subprocess.Process | ForkedProcess | None = None
        self._frozen = False
        self.greeting: dict[str, Any] = {}

    async def start(self) -> None:
        """Start the child and wait for its greeting.

        Raises:
            RuntimeError: it ended instead of answering.
        """
        if self._forks is not None:
            self._process = await self._forks.start(self._command())
        else:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._command(),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        self.greeting = await self._answer()

    async def stop(self) -> None:
        """Kill the child (SIGKILL works on a frozen one too) and wait for its end."""
        process, self._process = self._process, None
        self._frozen = False
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        if process.stdin is not None:
            process.stdin.close()
        await process.wait()

    async def freeze(self) -> None:
        """Stop the child's execution; its sockets stay open and the kernel goes on accepting."""
        self._running().send_signal(signal.SIGSTOP)
        self._frozen = True

    async def thaw(self) -> None:
        """Let the child go on."""
        self._running().send_signal(signal.SIGCONT)
        self._frozen = False

    async def ask(self, request: dict[str, Any]) -> dict[str, Any]:
        """Send one request and give the child's answer."""
        if self._frozen:
            raise RuntimeError("a frozen device answers nothing: thaw it first")
        stdin = self._running().stdin
        assert stdin is not None
        stdin.write(json.dumps(request).encode() + b"\n")
        await stdin.drain()
        return await self._answer()

    def _running(self) -> asyncio.subprocess.Process | ForkedProcess:
        if self._process is None:
            raise RuntimeError("the device is not running")
        return self._process

    async def _answer(self) -> dict[str, Any]:
        stdout = self._running().stdout
        assert stdout is not None
        line = await asyncio.wait_for(stdout.readline(), START_TIMEOUT)
        if not line:
            raise RuntimeError(f"the device ended: python {' '.join(self._command())}")
        answer: dict[str, Any] = json.loads(line)
        return answer


class Listener:
    """Runs a source and keeps what it says, with conditions that a test can wait for."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.messages: list[SourceMessage] = []
        self.clock = SystemClock()
        self._news = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Listener:
        if self._task is not None:  # started and waited for before its `async with`
            return self
        self._task = asyncio.create_task(self.source.run(self._take), name="source under test")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.cancel()

    def _take(self, message: SourceMessage) -> None:
        self.messages.append(message)
        self._news.set()

    async def cancel(self) -> None:
        """Cancel the source and wait until it has ended; an error of the source comes out here."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def until(self, condition: Callable[[], bool], what: str, seconds: float = 30.0) -> None:
        """Wait for a condition over the messages; fail with ``what`` and the last messages."""
        deadline = asyncio.get_running_loop().time() + seconds
        while not condition():
            self._news.clear()
            left = deadline - asyncio.get_running_loop().time()
            if self._task is not None and self._task.done():
                await self._task
            if left <= 0:
                raise AssertionError(f"not within {seconds} s: {what}; last messages: {self.messages[-6:]}")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._news.wait(), min(left, 0.1))
