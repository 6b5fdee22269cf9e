"""``bench decode``: from the bytes of a PublishResponse to columns, beside the library's objects."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import cycle, islice
from statistics import median
from typing import Any

import click
import numpy as np

from hmi.simulation.opcua_load.messages import DOUBLES, MIXED, publish_response
from hmi.sources.opcua.decode import Decoded
from hmi.sources.opcua.publish_response import from_library_bytes, from_wire
from hmi.sources.opcua.wire_types import WireTypes


def measure_decode(changes: tuple[int, ...], rounds: int) -> dict[str, Any]:
    """Decode messages of so many changes, some rounds each, both ways in turn; the medians."""
    return {
        "rounds": rounds,
        "doubles": [_one(DOUBLES, each, rounds) for each in changes],
        "mixed": [_one(MIXED, each, rounds) for each in changes],
    }


def _one(kinds: tuple[tuple[Any, Any, Any], ...], changes: int, rounds: int) -> dict[str, Any]:
    data = publish_response(changes, kinds)
    wires = WireTypes(changes, {i: wire for i, (wire, _, _) in enumerate(islice(cycle(kinds), changes))})

    def ours() -> Decoded:
        answer = from_wire(data)
        if answer is None:
            raise click.ClickException("a message of the bench is left to the library")
        return answer.notification.decoded(wires)

    def library() -> Decoded:
        return from_library_bytes(data).notification.decoded(wires)

    if not _same(ours(), library()):
        raise click.ClickException("both ways have to give the same")
    took: dict[str, list[float]] = {"ours": [], "library": []}
    for _ in range(rounds):
        took["ours"].append(_timed(ours))
        took["library"].append(_timed(library))
    us = {name: median(each) / 1000 for name, each in took.items()}
    return {
        "changes": changes,
        "bytes": len(data),
        "ours_us": round(us["ours"], 1),
        "library_us": round(us["library"], 1),
        "times_faster": round(us["library"] / us["ours"], 1),
    }


def _timed(work: Callable[[], Decoded]) -> int:
    begin = time.perf_counter_ns()
    work()
    return time.perf_counter_ns() - begin


def _same(one: Decoded, other: Decoded) -> bool:
    columns = ("index", "raw", "status", "source_time", "server_time")
    return one.side == other.side and all(
        np.array_equal(getattr(one, each), getattr(other, each)) for each in columns
    )
