"""Starting our other processes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from hmi.model.identity import is_name

_PROGRAM: Final = (sys.executable, "-m", "hmi.app")


def engine(
    directory: Path, site: Path, endpoints: Mapping[str, str], linger: float
) -> subprocess.Popen[bytes]:
    """Start an engine that logs into its run directory and outlives a crash of the panel by ``linger`` s."""
    arguments = [
        "engine",
        "--managed",
        "panel",
        "--linger",
        str(linger),
        "--log",
        str(directory / "engine.log"),
    ]
    arguments += ["--site", str(site)]
    for name, address in endpoints.items():
        arguments += ["--endpoint", f"{name}={address}"]
    # The log has what the engine says; this file has what Python says when it cannot even begin.
    with (directory / "engine.err").open("wb") as errors:
        return subprocess.Popen(
            [*_PROGRAM, *arguments],
            env={**os.environ, "TWINPANE_RUN": str(directory)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )


class SimulatorProcess:
    """A simulator in a process of its own, ended when this object is closed or our process dies."""

    def __init__(self, plugin: str, ports: Sequence[str] = ()) -> None:
        if not is_name(plugin):
            raise ValueError(plugin)
        arguments = ["simulate", plugin, "--with-parent"]
        for each in ports:
            arguments += ["--port", each]
        self._process = subprocess.Popen(
            [*_PROGRAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
        self.plugin = plugin

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def ports(self) -> dict[str, int]:
        """Wait until it serves; endpoint → port.

        Raises:
            click.ClickException: it ended instead; its own message stands above.
        """
        assert self._process.stdout is not None  # noqa: S101 we asked for a pipe
        line = self._process.stdout.readline()
        if not line:
            raise click.ClickException(f"the simulator of {self.plugin} ended with {self._process.wait()}")
        ports = json.loads(line)["ports"]
        return {str(name): int(port) for name, port in ports.items()}

    def close(self) -> None:
        """End it and wait."""
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
