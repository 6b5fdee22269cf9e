"""Device processes that are there at once: forked from a process that has loaded what they need.

A device is a process of its own in tests, killed and frozen for real. Loading an OPC UA stack takes seconds,
and most of a suite would go by with that. `ForkServer` loads a module once; each `ForkServer.start` is a new
process that goes on from there, as different from its siblings as two that were started by hand.

The module (a name, or a file ``….py``) has ``main(arguments)``, called in each new process, and may have
``prepare()``, called once before.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Final, Self

_LONGEST: Final = 65_536


class ForkedProcess:
    """A process that a `ForkServer` made, with the part of `asyncio.subprocess.Process` that devices need."""

    def __init__(self, pid: int, stdin: asyncio.StreamWriter, stdout: asyncio.StreamReader) -> None:
        self.pid = pid
        self.stdin = stdin
        self.stdout = stdout
        # It is not our child: the kernel tells us of its end all the same.
        self._end = os.pidfd_open(pid)

    def send_signal(self, number: int) -> None:
        """Send a signal.

        Raises:
            ProcessLookupError: it has ended.
        """
        signal.pidfd_send_signal(self._end, number)

    def kill(self) -> None:
        """End it at once; see `send_signal`."""
        self.send_signal(signal.SIGKILL)

    async def wait(self) -> None:
        """Return when it has ended; to be called once."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()
        loop.add_reader(self._end, ended.set)
        try:
            await ended.wait()
        finally:
            loop.remove_reader(self._end)
            os.close(self._end)
        while await self.stdout.read(_LONGEST):  # to its end, at which the pipe is closed
            pass


class ForkServer:
    """A process that has loaded ``module`` and forks at request; a context manager."""

    def __init__(self, module: str) -> None:
        self._module = module

    def __enter__(self) -> Self:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, self._module], stdin=theirs.fileno()
            )
        if not self._control.recv(_LONGEST):
            self._end()
            raise RuntimeError(f"{self._module} cannot be loaded")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        self._control.close()
        self._process.wait()

    async def start(self, arguments: Sequence[str]) -> ForkedProcess:
        """A new process that runs ``main(arguments)`` with its standard input and output at pipes of ours."""
        loop = asyncio.get_running_loop()
        (read, ours_in), (ours_out, write) = os.pipe(), os.pipe()
        try:
            socket.send_fds(self._control, [json.dumps(list(arguments)).encode()], [read, write])
        finally:
            os.close(read)
            os.close(write)
        pid = int(self._control.recv(_LONGEST))
        stdout = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdout), os.fdopen(ours_out, "rb"))
        transport, protocol = await loop.connect_write_pipe(
            asyncio.streams.FlowControlMixin, os.fdopen(ours_in, "wb")
        )
        return ForkedProcess(pid, asyncio.StreamWriter(transport, protocol, None, loop), stdout)


def _serve(module_name: str) -> None:
    control = socket.socket(fileno=os.dup(0))
    module = _load(module_name)
    getattr(module, "prepare", lambda: None)()
    gc.freeze()  # what is loaded by now is shared with every process to come
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    control.send(b"ready")
    while True:
        asked, descriptors, _, _ = socket.recv_fds(control, _LONGEST, 2)
        if not asked:
            return
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.close()
            for target, descriptor in enumerate(descriptors):
                os.dup2(descriptor, target)
                os.close(descriptor)
            _become(module.main, json.loads(asked))
        for descriptor in descriptors:
            os.close(descriptor)
        with contextlib.suppress(BrokenPipeError):
            control.send(str(pid).encode())


def _load(name: str) -> ModuleType:
    if not name.endswith(".py"):
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location(Path(name).stem, name)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _become(main: Callable[[list[str]], object], arguments: list[str]) -> None:
    code = 1
    try:
        main(arguments)
        code = 0
    finally:
        if code:
            traceback.print_exc()
        sys.stdout.flush()
        os._exit(code)


if __name__ == "__main__":
    _serve(sys.argv[1])
