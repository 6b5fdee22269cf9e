"""Keeps one engine alive for a panel: starts it when none holds the lock, fences it when it hangs.

Never two engines: a new one is started only when the lock is free, and the lock is free only when the
kernel has the old one's descriptors back. An engine that a service manager keeps (``managed: service``)
is left to it.
"""

from __future__ import annotations

import logging
import os
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hmi.app.processor_wait import longest_wait, processor_waits
from hmi.link.directory import LAST_WORDS
from hmi.link.errors import LinkUnavailable
from hmi.link.lock import fence, holder, is_held
from hmi.model.clock import MILLISECOND, SECOND, Instant

_log = logging.getLogger(__name__)

_FENCE_AFTER: Final = 1500 * MILLISECOND
"""A hang is on screen within 300 ms; killing waits longer, because a kill cannot be taken back."""

_STARVED_AT_MOST: Final = 8500 * MILLISECOND
"""So much of the silence is excused by a computer that is too busy: killed after ten seconds in any case. To
start another engine makes such a computer no less busy."""

_FORGET_AFTER: Final = 500 * MILLISECOND
_PAUSES: Final = (0, SECOND // 2, 2 * SECOND, 5 * SECOND, 10 * SECOND)
"""Between starts that fail one after the other."""

_SETTLED: Final = 30 * SECOND

NOT_STARTED: Final = 71
"""As EX_OSERR of sysexits.h; no engine ends with it."""

_SAID_BYTES: Final = 4096
_SAID_LINES: Final = 5


@dataclass(frozen=True, slots=True)
class EngineExit:
    """How an engine that was started here has ended, for a person to read.

    ``code``   its exit code; −n: killed by signal n (`subprocess.Popen.returncode`); `NOT_STARTED`:
               there was no process, ``said`` tells why
    ``said``   the last lines that it wrote to its standard error, at most five; empty after a kill
    ``fenced`` whether it was killed from here because it no longer responded
    ``at``     when that was noticed
    """

    code: int
    said: tuple[str, ...]
    fenced: bool
    at: Instant


class Supervisor:
    """Watches over the engine of one run directory. Called from the panel's timer; never blocks.

    ``last_exit`` is the last end of an engine that was started here (None: none has ended);
    ``on_exit``, when set, is called with it, from within `tick`. ``starts`` counts the tries, so that
    ``starts > 1`` with a ``last_exit`` means *ended and started again*. ``fenced`` counts the kills.
    """

    def __init__(
        self,
        directory: Path,
        spawn: Callable[[], subprocess.Popen[bytes]],
        waits: Callable[[int], Mapping[int, int]] = processor_waits,
    ) -> None:
        """``spawn`` starts an engine process that takes the lock of ``directory``.

        ``waits`` tells of a process how long each of its threads has waited for a processor (ns).
        """
        self._directory = directory
        self._spawn = spawn
        self._waits = waits
        self._waited: Mapping[int, int] = {}
        self._child: subprocess.Popen[bytes] | None = None
        self._spawned_at = 0
        self._failures = 0
        self._unresponsive_since: int | None = None
        self._unresponsive_at = 0
        self._killed: int | None = None
        self._refused = ""
        self.starts = 0
        self.fenced = 0
        self.last_exit: EngineExit | None = None
        self.on_exit: Callable[[EngineExit], None] | None = None

    def tick(self, now: Instant) -> None:
        """Start an engine if none is there; call some times a second."""
        if self._child is not None:
            code = self._child.poll()
            if code is None:
                return
            self._child_ended(self._child.pid, code, now)
        if is_held(self._directory):
            self._refused = ""
            return
        pause = _PAUSES[min(self._failures, len(_PAUSES) - 1)]
        if self.starts and now.monotonic - self._spawned_at < pause:
            return
        self._spawned_at = now.monotonic
        self.starts += 1
        try:
            self._child = self._spawn()
            self._refused = ""
        except (OSError, LinkUnavailable) as error:
            self._failures += 1
            if str(error) != self._refused:  # told once, until there has been an engine again
                self._refused = str(error)
                self._tell(EngineExit(NOT_STARTED, (self._refused,), False, now))

    def engine_unresponsive(self, now: Instant) -> None:
        """The engine's heartbeat is late at ``now``; call as long as it is. Fences after some time."""
        if self._unresponsive_since is None or now.monotonic - self._unresponsive_at > _FORGET_AFTER:
            self._unresponsive_since = now.monotonic
            found = holder(self._directory)
            self._waited = {} if found is None else self._waits(found.pid)
        self._unresponsive_at = now.monotonic
        silent = now.monotonic - self._unresponsive_since
        if silent < _FENCE_AFTER:
            return
        found = holder(self._directory)
        if found is not None and self._waited:
            starved = min(longest_wait(self._waited, self._waits(found.pid)), _STARVED_AT_MOST)
            if silent - starved < _FENCE_AFTER:
                return
        if found is not None and found.managed == "panel" and fence(self._directory, found):
            _log.error("the engine (pid %d) did not respond and was killed", found.pid)
            self.fenced += 1
            self._killed = found.pid
        self._unresponsive_since = None

    def stop(self, seconds: float) -> None:
        """End the engine that this supervisor started, if it still runs: politely, then not."""
        if self._child is None:
            return
        self._child.terminate()
        try:
            self._child.wait(seconds)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
        self._child = None

    def _child_ended(self, pid: int, code: int, now: Instant) -> None:
        lived = now.monotonic - self._spawned_at
        self._failures = 0 if lived > _SETTLED else self._failures + 1
        self._child = None
        self._tell(EngineExit(code, _last_lines(self._directory / LAST_WORDS), pid == self._killed, now))

    def _tell(self, ended: EngineExit) -> None:
        how = "could not be started" if ended.code == NOT_STARTED else f"ended with code {ended.code}"
        _log.warning("the engine %s%s", how, "".join(f"\n  {line}" for line in ended.said))
        self.last_exit = ended
        if self.on_exit is not None:
            self.on_exit(ended)


def _last_lines(file: Path) -> tuple[str, ...]:
    """What stands at the end of a text file; nothing where it cannot be read."""
    try:
        with file.open("rb") as opened:
            opened.seek(max(0, opened.seek(0, os.SEEK_END) - _SAID_BYTES))
            text = opened.read(_SAID_BYTES).decode("utf-8", errors="replace")
    except OSError:
        return ()
    return tuple(line for line in text.splitlines() if line.strip())[-_SAID_LINES:]
