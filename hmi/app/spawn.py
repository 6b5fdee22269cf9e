"""Starting our other processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from hmi.config.site import Site
from hmi.link.directory import LAST_WORDS, prepare
from hmi.link.errors import LinkUnavailable
from hmi.model.clock import SECOND
from hmi.model.identity import is_name

_ROOM: Final = 64 * 1024
"""Bytes for the beginning of an engine's log and for its last words."""

_PROGRAM: Final = (sys.executable, "-m", "hmi.app")


def engine(
    directory: Path,
    site: Path,
    endpoints: Mapping[str, str],
    linger: float,
    *,
    recordings: Path | None = None,
    simulated: bool = False,
) -> subprocess.Popen[bytes]:
    """Start an engine that logs into its run directory and outlives a crash of the panel by ``linger`` s.

    It records into ``recordings`` (None: not at all). ``simulated``: ``endpoints`` are those of `simulators`.

    Raises:
        LinkUnavailable: the run directory is gone and cannot be made again, or has no room.
        OSError: no process can be started.
    """
    prepare(directory)
    arguments = [
        "engine",
        "--managed",
        "panel",
        "--linger",
        str(linger),
        "--log",
        str(directory / "engine.log"),
    ]
    arguments += ["--site", str(site), *["--simulated"] * simulated]
    arguments += ["--no-record"] if recordings is None else ["--recordings", str(recordings)]
    for name, address in endpoints.items():
        arguments += ["--endpoint", f"{name}={address}"]
    # The log has what the engine says; this file has why it ended, also when it could not even begin.
    return _start(directory, arguments)


def replay(directory: Path, file: Path, at: int | None) -> subprocess.Popen[bytes]:
    """Start the process that plays a recording for the panels that find it in ``directory``.

    ``at``: UTC ns to begin at, None: at the recording's begin.

    Raises:
        LinkUnavailable: the run directory is gone and cannot be made again, or has no room.
        OSError: no process can be started.
    """
    prepare(directory)
    arguments = ["replay", str(file), "--serve", str(directory)]
    if at is not None:
        arguments += ["--at", datetime.fromtimestamp(at / SECOND, UTC).isoformat()]
    return _start(directory, arguments)


def _start(directory: Path, arguments: Sequence[str]) -> subprocess.Popen[bytes]:
    with (directory / LAST_WORDS).open("wb") as errors:
        _require_room(errors.fileno(), directory)
        return subprocess.Popen(
            [*_PROGRAM, *arguments],
            env={**os.environ, "TWINPANE_RUN": str(directory)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )


def _require_room(descriptor: int, directory: Path) -> None:
    """An engine whose last words do not fit either would end without a reason that anybody can read."""
    try:
        os.posix_fallocate(descriptor, 0, _ROOM)
    except OSError as error:
        raise LinkUnavailable(
            f"{directory}: the run directory has no room ({error.strerror}): make some, or choose another "
            "one with TWINPANE_RUN"
        ) from error
    os.ftruncate(descriptor, 0)


class SimulatorProcess:
    """A simulator in a process of its own, ended when this object is closed or our process dies."""

    def __init__(self, plugin: str, ports: Mapping[str, int]) -> None:
        """Start the machine type ``plugin`` on these ports (endpoint → port); it needs some seconds."""
        if not is_name(plugin):
            raise ValueError(plugin)
        arguments = ["simulate", plugin, "--with-parent"]
        for endpoint, port in ports.items():
            arguments += ["--port", f"{endpoint}={port}"]
        self._process = subprocess.Popen(
            [*_PROGRAM, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def close(self) -> None:
        """End it and wait."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def simulators(running: ExitStack, model: Site) -> dict[str, str]:
    """Start the simulators of a site's machines on free ports; ``machine.endpoint`` → address."""
    endpoints = {}
    for each in model.machines:
        served = {n: e.protocol for n, e in each.endpoints.items() if e.protocol != "simulated"}
        if served:
            ports = {name: free_port() for name in served}
            running.callback(SimulatorProcess(each.plugin, ports).close)
            for name, port in ports.items():
                address = f"127.0.0.1:{port}"
                opcua = served[name] == "opcua"
                endpoints[f"{each.id}.{name}"] = f"opc.tcp://{address}/" if opcua else address
    return endpoints
