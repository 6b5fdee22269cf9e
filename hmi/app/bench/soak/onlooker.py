"""The soak's own client of the engine: what it is told of losses, and which changes it finds."""

from __future__ import annotations

import select
import time
from pathlib import Path
from typing import Final

import numpy as np

from hmi.app.bench.load_site import MACHINE
from hmi.app.bench.soak.account import WholeTicks
from hmi.app.bench.soak.outages import Outages
from hmi.link import epoch_text
from hmi.link.client import LinkClient
from hmi.link.errors import LinkClosed, LinkUnavailable
from hmi.link.messages import Counters, EndpointNews, HistoryReply, Notice, ToClient, Welcome
from hmi.model import status
from hmi.model.clock import MILLISECOND, SECOND, monotonic_ns
from hmi.model.columns import Columns
from hmi.model.samples import LinkState

WATCHED: Final = ("t0", "t1")
"""Of these tags every change is looked for. All tags change at once; that the others came as well is shown
by the engine's counter, which must move by whole ticks."""

_ASK_EVERY: Final = SECOND
_OVERLAP: Final = 3 * SECOND
_MOST_POINTS: Final = 20_000
_DEAD_AFTER: Final = 200 * MILLISECOND
_SETTLED: Final = 5 * SECOND


class Onlooker:
    """One link to whatever engine runs in a directory; comes back when it is lost.

    ``received``  tag → the values (UTC s) that engines have held of it
    ``twice``     changes that one engine held twice
    ``engines``   the process ids of the engines, in their order
    ``links``     machine → state of its link, as told last
    ``digest``    of the configuration in force
    """

    def __init__(self, directory: Path, tags: int) -> None:
        self._directory = directory
        self._client: LinkClient | None = None
        self._columns: Columns | None = None
        self._rows: dict[str, list[int]] = {}
        self._watched: dict[int, str] = {}
        self._asked: dict[int, str] = {}
        self._next = 0
        self._began = time.time_ns()
        self._up_since = 0
        self._lost_at = 0
        self.outages = Outages()
        self.whole = WholeTicks(tags)
        self.received: dict[str, set[float]] = {name: set() for name in WATCHED}
        self.twice = 0
        self.engines: list[int] = []
        self.links: dict[str, LinkState] = {}
        self.digest = ""
        self.quarantined: tuple[str, ...] = ()
        self.replies = 0

    @property
    def alive(self) -> bool:
        """Whether the engine beats."""
        table = None if self._client is None else self._client.table
        return table is not None and monotonic_ns() - table.heartbeat < _DEAD_AFTER

    def hear(self, seconds: float) -> None:
        """Wait for news so long, and take them; connect, and ask for what has come, when it is time."""
        client = self._client
        if client is None:
            self._connect()
            time.sleep(min(seconds, 0.02))
            return
        ready, _, _ = select.select([client.fileno(), client.doorbell_fileno()], [], [], seconds)
        try:
            if ready:
                client.clear_doorbell()
                for message in client.receive():
                    self._take(client, message)
            if monotonic_ns() >= self._next:
                self.ask()
        except LinkClosed:
            self._lost_at = time.time_ns()
            self.close()

    def ask(self) -> None:
        """Ask the engine for the changes since those that are known.

        Raises:
            LinkClosed: it takes no requests.
        """
        self._next = monotonic_ns() + _ASK_EVERY
        if self._client is None:
            return
        for index, name in self._watched.items():
            held = self.received[name]
            begin = round(max(held) * 1e9) - _OVERLAP if held else self._began - _OVERLAP
            self._asked[self._client.request_history(index, begin, 2**62, _MOST_POINTS)] = name

    def fresh_since(self, machine: str, moment: int) -> bool:
        """Whether a machine's link is up and its values were vouched for after ``moment`` (monotonic ns)."""
        table = None if self._client is None else self._client.table
        if table is None or self._columns is None or not self.alive or not self._rows.get(machine):
            return False
        if self.links.get(machine) is not LinkState.UP or table.snapshot(self._columns) is None:
            return False
        rows = self._rows[machine]
        bad = np.count_nonzero(status.severities(self._columns.status[rows]) == status.Severity.BAD)
        if machine == MACHINE and bad:
            return False
        # A simulated machine has tags that are Bad by their nature, but never most of them.
        return bool(bad < len(rows) / 2 and int(self._columns.confirmed[rows].max()) > moment)

    def is_down(self, machine: str) -> bool:
        """Whether the engine has told that a machine's link is not up."""
        return self.links.get(machine) is not LinkState.UP

    def close(self) -> None:
        """Let go of the engine."""
        if self._client is not None:
            self._client.close()
        self._client = None
        self._columns = None
        self._asked.clear()

    def _connect(self) -> None:
        try:
            self._client = LinkClient.connect(self._directory, name="soak")
        except LinkUnavailable:
            return

    def _take(self, client: LinkClient, message: ToClient) -> None:
        match message:
            case Welcome():
                self._welcome(client, message)
            case EndpointNews():
                self._link(message)
            case Counters() if message.machine == MACHINE:
                up = self.links.get(MACHINE) is LinkState.UP and self._up_since
                if up and monotonic_ns() - self._up_since > _SETTLED:
                    self.whole.count(len(self.engines), message.connects, message.samples)
            case Notice(text_id="") if message.subject.startswith(f"{MACHINE}."):
                self.outages.lost(message.utc)
            case HistoryReply():
                self._history(message)

    def _welcome(self, client: LinkClient, message: Welcome) -> None:
        epoch = epoch_text.unpacked(message.epoch)
        self.digest = message.digest
        self.quarantined = tuple(f"{each.name}: {each.cause}" for each in epoch.quarantined)
        self._rows = {
            machine.id: [i for i, tag in enumerate(epoch.tags) if tag.machine == machine.id and tag.address]
            for machine in epoch.machines
        }
        self._watched = {
            i: tag.name for i, tag in enumerate(epoch.tags) if tag.machine == MACHINE and tag.name in WATCHED
        }
        self._asked.clear()
        if client.table is not None:
            self._columns = Columns.empty(client.table.tags, client.table.side_bytes)
        if not self.engines or self.engines[-1] != message.engine_pid:
            if self.engines:
                self.outages.down(self._lost_at or time.time_ns(), "engine")
            self.engines.append(message.engine_pid)
            self.links.clear()
            self._up_since = 0

    def _link(self, news: EndpointNews) -> None:
        before = self.links.get(news.machine)
        self.links[news.machine] = news.state
        if news.machine != MACHINE:
            return
        if news.state is LinkState.UP:
            self.outages.up(news.since)
            if before is not LinkState.UP:
                self._up_since = monotonic_ns()
        else:
            # A new configuration tells no loss of its own: its links begin by connecting.
            self._up_since = 0
            self.outages.down(news.since, "link" if news.state is LinkState.DOWN else "configuration")

    def _history(self, reply: HistoryReply) -> None:
        name = self._asked.pop(reply.request, None)
        if name is None:
            return
        self.replies += 1
        severity = np.frombuffer(reply.severity, np.uint8)
        values = np.frombuffer(reply.value, np.float64)[severity != status.Severity.BAD]
        self.twice += len(values) - len(np.unique(values))
        self.received[name].update(values.tolist())
