"""Faults as they are carried out on the processes of a soak, one after the other."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from hmi.app.bench.soak.onlooker import Onlooker
from hmi.app.bench.soak.panel_lines import PanelLines
from hmi.app.bench.soak.plan import ENDS_THE_ENGINE, Fault, Kind
from hmi.app.bench.soak.plant import Plant
from hmi.app.bench.soak.site import Soaked
from hmi.link.client import LinkClient
from hmi.link.errors import LinkUnavailable
from hmi.model.clock import SECOND, monotonic_ns

SLOW: Final = 0.3
"""Seconds that each piece is held back on a slow link."""

GIVEN_UP_AFTER: Final = 90 * SECOND
_DEAF: Final = 5


@dataclass(slots=True)
class Ongoing:
    """A fault that was thrown in; moments are monotonic ns.

    ``undone``     whether what was done has been undone
    ``over``       when that took effect (a server that was started answers): the system can come back then
    ``noticed``    when the engine told it, or its own silence did; None: not yet, or never
    ``recovered``  when every link was up, every machine vouched for anew, and the panel drew again
    """

    fault: Fault
    began: int
    digest: str
    undone: bool = False
    over: int | None = None
    noticed: int | None = None
    recovered: int | None = None

    @property
    def name(self) -> str:
        """Kind and target, for a person."""
        return f"{self.fault.kind} {self.fault.target}".strip()


class Thrower:
    """Throws faults in and sees when the plant is whole again."""

    def __init__(self, plant: Plant, soaked: Soaked, onlooker: Onlooker, panel: PanelLines) -> None:
        self._plant = plant
        self._soaked = soaked
        self._onlooker = onlooker
        self._panel = panel
        self._deaf: list[LinkClient] = []
        self._saved = 0
        self.engines_ended = 0

    def begin(self, fault: Fault) -> Ongoing:
        """Throw one in."""
        ongoing = Ongoing(fault, monotonic_ns(), self._onlooker.digest)
        plant, target = self._plant, fault.target
        self.engines_ended += fault.kind in ENDS_THE_ENGINE
        match fault.kind:
            case Kind.SERVER_KILLED:
                plant.servers[target].kill()
            case Kind.SERVER_STOPPED:
                plant.servers[target].send(signal.SIGSTOP)
            case Kind.LINK_CUT:
                plant.wires.ask({"cut": target})
            case Kind.LINK_SLOW:
                plant.wires.ask({"delay": target, "is": SLOW})
            case Kind.LINK_FROZEN:
                plant.wires.ask({"frozen": target, "is": True})
            case Kind.ENGINE_KILLED:
                self._to_engine(signal.SIGKILL)
            case Kind.ENGINE_STOPPED | Kind.ENGINE_PAUSED:
                self._to_engine(signal.SIGSTOP)
            case Kind.PANEL_STOPPED:
                plant.panel.send(signal.SIGSTOP)
            case Kind.DEAF_CLIENTS:
                with suppress(LinkUnavailable):
                    for _ in range(_DEAF):
                        self._deaf.append(LinkClient.connect(plant.directory, name="deaf"))
            case Kind.SCREEN_SAVED:
                self._saved += 1
                self._soaked.save_screen(self._saved)
            case Kind.TAG_SAVED:
                self._saved += 1
                self._soaked.save_tag(self._saved)
        return ongoing

    def look(self, ongoing: Ongoing) -> None:
        """See how far it is; undo it when it has lasted long enough."""
        now = monotonic_ns()
        if not ongoing.undone and now - ongoing.began >= ongoing.fault.seconds * SECOND:
            self._undo(ongoing.fault)
            ongoing.undone = True
        if ongoing.undone and ongoing.over is None and self._is_over(ongoing.fault):
            ongoing.over = monotonic_ns()
        if ongoing.noticed is None and self._is_noticed(ongoing):
            ongoing.noticed = now
        if ongoing.over is not None and self._is_whole(ongoing, ongoing.over):
            ongoing.recovered = now

    def whole(self, since: int) -> bool:
        """Whether every machine was vouched for after ``since`` (monotonic ns), and the panel draws."""
        return self._panel.drew_after(since) and all(
            self._onlooker.fresh_since(machine, since) for machine in self._plant.machines
        )

    def close(self) -> None:
        """Let go of what a fault holds."""
        for client in self._deaf:
            client.close()
        self._deaf.clear()

    def _undo(self, fault: Fault) -> None:
        plant, target = self._plant, fault.target
        match fault.kind:
            case Kind.SERVER_KILLED:
                plant.servers[target].start()
            case Kind.SERVER_STOPPED:
                plant.servers[target].send(signal.SIGCONT)
            case Kind.LINK_SLOW:
                plant.wires.ask({"delay": target, "is": 0.0})
            case Kind.LINK_FROZEN:
                plant.wires.ask({"frozen": target, "is": False})
            case Kind.ENGINE_PAUSED:
                self._to_engine(signal.SIGCONT)
            case Kind.PANEL_STOPPED:
                plant.panel.send(signal.SIGCONT)
            case Kind.DEAF_CLIENTS:
                self.close()
            case _:
                pass  # it was over in a moment

    def _is_over(self, fault: Fault) -> bool:
        if fault.kind is not Kind.SERVER_KILLED:
            return True
        return bool(self._plant.servers[fault.target].lines())  # it says one when it answers

    def _is_noticed(self, ongoing: Ongoing) -> bool:
        kind, target = ongoing.fault.kind, ongoing.fault.target
        if kind in (Kind.SCREEN_SAVED, Kind.TAG_SAVED):
            return self._onlooker.digest != ongoing.digest
        if target:
            return self._onlooker.is_down(target)
        return kind in (*ENDS_THE_ENGINE, Kind.ENGINE_PAUSED) and not self._onlooker.alive

    def _is_whole(self, ongoing: Ongoing, since: int) -> bool:
        kind = ongoing.fault.kind
        if kind in (Kind.SCREEN_SAVED, Kind.TAG_SAVED) and ongoing.noticed is None:
            return False
        if kind in ENDS_THE_ENGINE and len(self._onlooker.engines) <= self.engines_ended:
            return False
        return self.whole(since)

    def _to_engine(self, number: signal.Signals) -> None:
        for pid in self._plant.engines():
            with suppress(ProcessLookupError):
                os.kill(pid, number)
