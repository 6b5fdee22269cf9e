"""Processes that a bench starts: they say what they have to as lines of JSON, and end with the bench."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

import click


class Child:
    """A module of ours in a process of its own, until ``running`` is closed."""

    def __init__(self, running: ExitStack, module: str, **options: float | str) -> None:
        """Start it; ``options`` become the command line's, with - for _."""
        arguments = [sys.executable, "-m", module]
        for name, value in options.items():
            arguments += [f"--{name.replace('_', '-')}", str(value)]
        self._process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
        running.callback(self._end)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def said(self) -> dict[str, Any]:
        """Wait for its next line.

        Raises:
            click.ClickException: it has ended.
        """
        pipe = self._process.stdout
        line = pipe.readline() if pipe is not None else ""
        if not line:
            raise click.ClickException(f"{self._process.args!r} ended with {self._process.wait()}")
        found: dict[str, Any] = json.loads(line)
        return found

    def stop(self) -> dict[str, Any]:
        """Ask it to come to an end; what it says last."""
        self._process.send_signal(signal.SIGTERM)
        return self.said()

    def finish(self, seconds: float = 30.0) -> None:
        """Let it end by itself, which it does after its last line, and clean up what it has.

        Raises:
            click.ClickException: it does not.
        """
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired as error:
            raise click.ClickException(f"{self._process.args!r} does not end") from error

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
