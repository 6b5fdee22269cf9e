"""The processes of a soak: servers behind links that can fail, and a panel that keeps its engine."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import click

from hmi.app import spawn
from hmi.app.bench.load_site import MACHINE
from hmi.app.bench.soak.site import Soaked

_LONGEST_LINE: Final = 1 << 20
"""Bytes of a line that a process says; more is no line of ours."""

_ANSWER_WITHIN: Final = 30.0


class Part:
    """A process that can be killed, stopped and started again; it ends when its standard input does."""

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        self._command = [sys.executable, "-m", module, *arguments]
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None
        self._said = b""

    @property
    def pid(self) -> int:
        """Its process id; 0 while it does not run."""
        return 0 if self._process is None or self._process.poll() is not None else self._process.pid

    def start(self) -> None:
        """Start it."""
        self._said = b""
        self._process = subprocess.Popen(
            self._command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=self._environment,
            start_new_session=True,
        )

    def send(self, number: signal.Signals) -> None:
        """Send it a signal, if it runs."""
        if self._process is not None:
            self._process.send_signal(number)

    def kill(self) -> None:
        """End it at once, also where it is stopped."""
        self._end(signal.SIGKILL, 10.0)

    def close(self) -> None:
        """End it."""
        self.send(signal.SIGCONT)
        self._end(signal.SIGTERM, 10.0)

    def lines(self) -> list[dict[str, Any]]:
        """What it has said since the last time, without waiting."""
        pipe = None if self._process is None else self._process.stdout
        while pipe is not None and select.select([pipe], [], [], 0)[0]:
            piece = os.read(pipe.fileno(), _LONGEST_LINE)
            if not piece:
                break
            self._said += piece
        *whole, self._said = self._said.split(b"\n")
        self._said = self._said[-_LONGEST_LINE:]
        return [json.loads(line) for line in whole if line.startswith(b"{")]

    def ask(self, command: Mapping[str, object]) -> dict[str, Any]:
        """Give it a line and wait for its next one.

        Raises:
            click.ClickException: it says nothing.
        """
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise click.ClickException(f"{self._command} does not run")
        process.stdin.write(json.dumps(command).encode() + b"\n")
        process.stdin.flush()
        return self.next_line()

    def next_line(self) -> dict[str, Any]:
        """Wait for one line.

        Raises:
            click.ClickException: none comes.
        """
        process = self._process
        if process is not None and process.stdout is not None:
            ready, _, _ = select.select([process.stdout], [], [], _ANSWER_WITHIN)
            if ready and (lines := self.lines()):
                return lines[0]
        raise click.ClickException(f"{' '.join(self._command)} does not answer")

    def _end(self, number: signal.Signals, seconds: float) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.send_signal(number)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()


class Plant:
    """All processes of a soak but the engine, which is the panel's: started by `start`, in order."""

    def __init__(
        self, running: ExitStack, directory: Path, soaked: Soaked, publish_ms: float, hz: float, bound: float
    ) -> None:
        """``bound``: seconds after which the parts end by themselves, should nobody end them."""
        self._running = running
        self.directory = directory
        self.ledger = directory / "ledger"
        self.machines = (*soaked.simulated, MACHINE)
        ports = {name: spawn.free_port() for name in self.machines}
        behind = {name: spawn.free_port() for name in self.machines}
        self.servers = {
            name: Part(
                "hmi.app", "simulate", plugin, "--with-parent", "--port", f"{soaked.endpoint}={behind[name]}"
            )
            for name, plugin in soaked.simulated.items()
        }
        self.servers[MACHINE] = Part(
            "hmi.simulation.opcua_load",
            *_options(tags=soaked.tags, hz=hz, publish_ms=publish_ms, port=behind[MACHINE]),
            *_options(seconds=bound, ledger=self.ledger),
            "--with-parent",
        )
        ways = (f"{name}={ports[name]}:{behind[name]}" for name in self.machines)
        self.wires = Part("hmi.simulation.wire_faults", *(f"--link={way}" for way in ways))
        addresses = (
            f"{name}.{soaked.endpoint}={soaked.address(name, ports[name])}" for name in self.machines
        )
        self.panel = Part(
            "hmi.app.bench.soak.panel",
            *_options(site=soaked.folder, seconds=bound),
            *(f"--endpoint={each}" for each in addresses),
            environment={"TWINPANE_RUN": str(directory)},
        )

    def start(self) -> None:
        """Servers and links first, then the panel, which starts its engine."""
        for part in (self.wires, *self.servers.values(), self.panel):
            self._running.callback(part.close)
            part.start()
        self.wires.next_line()

    def engines(self) -> list[int]:
        """The processes that are engines of this run: by what they were started with, zombies excepted."""
        mark = str(self.directory / "engine.log").encode()
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    words = (entry / "cmdline").read_bytes().split(b"\0")
                except OSError:
                    continue  # it has just ended
                if mark in words and b"engine" in words:
                    found.append(int(entry.name))
        return found


def _options(**values: object) -> Sequence[str]:
    return [f"--{name.replace('_', '-')}={value}" for name, value in values.items()]
