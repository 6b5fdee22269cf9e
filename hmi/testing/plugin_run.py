"""A machine plugin at work: its simulator as a process, an engine's epoch here, all that was seen noted."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np

from hmi.config.epoch import Epoch
from hmi.engine.runtime import EpochRuntime
from hmi.link.messages import EndpointNews, Notice, ToClient
from hmi.machines.plugin import MachinePlugin
from hmi.machines.resolve import resolve_site
from hmi.model import status, values
from hmi.model.clock import SystemClock
from hmi.model.columns import Columns
from hmi.testing.harness import ChildDevice

MACHINE: Final = "seen"
_HISTORY: Final = 10_000
_NEWS_KEPT: Final = 50


@dataclass(slots=True)
class TagSeen:
    """What a tag has been: every StatusCode, and the least and greatest number that was not Bad."""

    statuses: set[int] = field(default_factory=set)
    low: float = float("inf")
    high: float = float("-inf")
    cut: bool = False
    """A string or array did not fit into the tag's `capacity`."""

    def __str__(self) -> str:
        return ", ".join(sorted(map(status.name, self.statuses))) or "no sample"


@dataclass(slots=True)
class Seen:
    """Everything that a watch has seen, by tag name; ``news`` are the last of links and notices."""

    epoch: Epoch
    tags: dict[str, TagSeen]
    news: list[str] = field(default_factory=list)


def site_of(plugin: MachinePlugin, protocols: Mapping[str, str], ports: Mapping[str, int]) -> dict[str, Any]:
    """The content of a site.yaml with one machine of the plugin, reached on loopback.

    ``protocols`` endpoint → protocol, ``ports`` endpoint → port.
    """
    endpoints: dict[str, dict[str, Any]] = {}
    for name, protocol in protocols.items():
        match protocol:
            case "opcua":
                where: dict[str, Any] = {
                    "url": f"opc.tcp://127.0.0.1:{ports[name]}/",
                    "security": {"unsecured_because": "The simulator runs on this computer."},
                }
            case "mtconnect":
                where = {"url": f"http://127.0.0.1:{ports[name]}/"}
            case "modbus":
                where = {"host": "127.0.0.1", "port": ports[name]}
            case _:
                where = {}
        endpoints[name] = {"protocol": protocol, **where}
    machine = {"id": MACHINE, "plugin": plugin.id, "name": "machine.seen", "endpoints": endpoints}
    return {"schema": "twinpane.site/1", "id": "contract", "machines": [machine]}


async def watch(
    plugin: MachinePlugin, protocols: Mapping[str, str], folder: Path, *, patience: float, seconds: float
) -> Seen:
    """Run the plugin's simulator and see it through the engine's own sources, scaling and derived tags.

    Waits up to ``patience`` s until every tag has had a value that is not Bad, then goes on for
    ``seconds``. ``folder`` takes the files that this needs.
    """
    simulator = ChildDevice(lambda: ("-m", "hmi.app", "simulate", plugin.id, "--with-parent"))
    try:
        await simulator.start()
        ports = simulator.greeting["ports"]
        # JSON is YAML; the plugin's own file is what is under test, not a hand-written site.
        (folder / "site.yaml").write_text(json.dumps(site_of(plugin, protocols, ports)), encoding="utf-8")
        epoch = resolve_site(folder, plugins=[plugin]).epoch
        if epoch.quarantined:
            raise AssertionError("\n".join(f"{each.name}: {each.cause}" for each in epoch.quarantined))
        watcher = _Watcher(epoch)
        runtime = EpochRuntime(
            epoch,
            folder,
            1,
            SystemClock(),
            watcher.hear,
            lambda: watcher.look(runtime.table.columns),
            watcher.ended,
            _HISTORY,
        )
        runtime.start()
        try:
            await watcher.complete(patience)
            await asyncio.sleep(seconds)
        finally:
            await runtime.close()
    finally:
        await simulator.stop()
    return watcher.seen


class _Watcher:
    def __init__(self, epoch: Epoch) -> None:
        self.seen = Seen(epoch, {tag.name: TagSeen() for tag in epoch.tags})
        self._revision = 0
        self._lacking = set(self.seen.tags)
        self._complete = asyncio.Event()

    def hear(self, message: ToClient) -> None:
        if isinstance(message, EndpointNews):
            self.seen.news.append(f"{message.endpoint}: {message.state} {message.cause}".strip())
        elif isinstance(message, Notice):
            self.seen.news.append(f"{message.subject}: {message.text}")
        del self.seen.news[:-_NEWS_KEPT]

    def ended(self, task: asyncio.Task[None]) -> None:
        self.seen.news.append(f"{task.get_name()}: ended by {task.exception()!r}")

    def look(self, columns: Columns) -> None:
        for index in np.flatnonzero(columns.changed > self._revision):
            tag = self.seen.epoch.tags[index]
            seen, code, lane = self.seen.tags[tag.name], int(columns.status[index]), int(columns.value[index])
            seen.statuses.add(code)
            if tag.type.in_side_area:
                _, length = values.side_span(lane)
                seen.cut |= code == status.UNCERTAIN and length >= tag.capacity
            if status.severity(code) is status.Severity.BAD:
                continue
            self._lacking.discard(tag.name)
            if not self._lacking:
                self._complete.set()
            if tag.type.numeric:
                number = values.from_lane(lane, tag.type)
                seen.low, seen.high = min(seen.low, number), max(seen.high, number)
        self._revision = int(columns.changed.max(initial=self._revision))

    async def complete(self, patience: float) -> None:
        """Every tag has had a value, or it has taken too long; which of the two, `seen` tells."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._complete.wait(), patience)


def by_cause(seen: Seen, names: list[str]) -> dict[str, list[str]]:
    """Tags grouped by what they have been, so that one cause for many reads as one line."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in names:
        found[str(seen.tags[name])].append(name)
    return dict(found)
