"""``bench link``: from the engine's write to a whole state in the screen's process, beside two other ways.

All ways carry the same: every column of a table whose rows all changed. The table is the one that ships,
with its doorbell and its sequence lock; it may conflate (latest wins), the others deliver every state.
"""

from __future__ import annotations

import select
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import msgspec

from hmi.app import run_folder
from hmi.app.bench import link_writer
from hmi.app.bench.children import Child
from hmi.app.bench.figures import spread
from hmi.app.bench.link_state import Arrivals, Packed
from hmi.link.client import LinkClient
from hmi.link.errors import LinkEnded
from hmi.model.columns import Columns


def measure_link(tags: int, rates: tuple[float, ...], seconds: float) -> dict[str, Any]:
    """Each way at each rate, for so long, one after the other."""
    return {
        "tags": tags,
        "seconds": seconds,
        "table": [_by_writer("table", tags, hz, seconds) for hz in rates],
        "socket": [_by_writer("socket", tags, hz, seconds) for hz in rates],
        "queue": [_by_queue(tags, hz, seconds) for hz in rates],
    }


def _by_writer(way: str, tags: int, hz: float, seconds: float) -> dict[str, Any]:
    with ExitStack() as running:
        directory = run_folder.of_this_run(running, "bench")
        module = "hmi.app.bench.link_writer"
        writer = Child(running, module, way=way, directory=str(directory), tags=tags, hz=hz, seconds=seconds)
        writer.said()
        read = _read_table if way == "table" else _read_socket
        arrivals = read(directory)
        return _figures(hz, writer.said()["written"], arrivals.states, arrivals.ages_ms)


def _read_table(directory: Path) -> Arrivals:
    """As the panel does: sleep until the bell or a message, clear the bell, take a snapshot."""
    arrivals = Arrivals()
    client = LinkClient.connect(directory, name="bench")
    try:
        columns = Columns.empty(0)
        while True:
            ready, _, _ = select.select([client.fileno(), client.doorbell_fileno()], [], [])
            if client.fileno() in ready:
                client.receive()
                if client.table is not None:
                    columns = Columns.empty(client.table.tags)
            rung = client.doorbell_fileno() in ready and client.clear_doorbell()
            if rung and client.table is not None and client.table.snapshot(columns) is not None:
                arrivals.arrived(columns.value)
    except LinkEnded:
        return arrivals
    finally:
        client.close()


def _read_socket(directory: Path) -> Arrivals:
    arrivals = Arrivals()
    decoder = msgspec.msgpack.Decoder(Packed)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.connect(str(directory / link_writer.SOCKET))
        with stream.makefile("rb", buffering=1 << 20) as messages:
            while length := messages.read(4):
                state = decoder.decode(messages.read(int.from_bytes(length, "little"))).unpacked()
                arrivals.arrived(state["value"])  # type: ignore[arg-type] # its type stands in COLUMN_TYPES
    return arrivals


def _by_queue(tags: int, hz: float, seconds: float) -> dict[str, Any]:
    with ExitStack() as running:
        both = Child(running, "hmi.app.bench.link_queue", tags=tags, hz=hz, seconds=seconds)
        said = both.said()
        both.finish()
        return _figures(hz, said["written"], said["seen"], said["ages_ms"])


def _figures(hz: float, written: int, seen: int, ages_ms: list[float]) -> dict[str, Any]:
    return {"hz": hz, "written": written, "seen": seen, "wake_ms": spread(ages_ms)}
