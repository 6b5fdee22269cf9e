"""The OPC UA load that benches put on an engine, and what the library's own client makes of the same load."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from hmi.app.bench.children import Child
from hmi.app.bench.figures import spread
from hmi.app.bench.load_site import write_site

_MORE: Final = 240.0
"""Seconds that a load server outlives what was planned, should nobody end it."""


@dataclass(frozen=True, slots=True)
class OpcUaLoad:
    """``tags`` that all change ``hz`` times a second, published every ``publish_ms``."""

    tags: int
    hz: float
    publish_ms: float

    def start(self, running: ExitStack, seconds: float) -> Child:
        """Start a server; its first line says where it is, its last one what it has counted."""
        return Child(
            running,
            "hmi.simulation.opcua_load",
            tags=self.tags,
            hz=self.hz,
            publish_ms=self.publish_ms,
            seconds=seconds + _MORE,
        )

    def write_site(self, folder: Path, begun: dict[str, Any]) -> tuple[str, ...]:
        """Write a site for the server that said ``begun``; the names of the tags in view."""
        return write_site(folder, begun["url"], begun["namespace"], self.tags, self.publish_ms)


def measure_library(load: OpcUaLoad, seconds: float, warm_up: float) -> dict[str, Any]:
    """The library's stock client, with a server of its own: the baseline."""
    with ExitStack() as running:
        begun = load.start(running, warm_up + seconds).said()
        client = Child(
            running,
            "hmi.simulation.opcua_stock_client",
            url=begun["url"],
            namespace=begun["namespace"],
            tags=load.tags,
            publish_ms=load.publish_ms,
            delay=warm_up,
            seconds=seconds,
        )
        said = client.said()
    return {
        "changes_per_s": said["changes_per_s"],
        "cpu_percent": said["cpu_percent"],
        "handler_ms": spread(said["ages_ms"]),
    }
