"""``python -m hmi.app.bench.link_queue``: both ends of a ``multiprocessing.Queue``, for ``bench link``.

A module of its own, because the standard library starts the writing process anew from the main module.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
from multiprocessing.queues import Queue
from typing import Any, Final

import click

from hmi.app.bench import link_state
from hmi.model.clock import monotonic_ns
from hmi.model.columns import COLUMN_TYPES, Columns

_ROOM: Final = 1000
"""States that may wait; a writer that finds no room waits."""


@click.command()
@click.option("--tags", type=int, required=True)
@click.option("--hz", type=float, required=True)
@click.option("--seconds", type=float, required=True)
def main(tags: int, hz: float, seconds: float) -> None:
    """Start the writer, read all its states, and print what was seen of them."""
    context = multiprocessing.get_context("spawn")
    queue: Queue[Any] = context.Queue(_ROOM)
    writer = context.Process(target=write, args=(queue, tags, hz, seconds))
    writer.start()
    arrivals = link_state.Arrivals()
    while isinstance(state := queue.get(), dict):
        arrivals.arrived(state["value"])
    writer.join()
    found = {"written": state, "seen": arrivals.states, "ages_ms": arrivals.ages_ms}
    sys.stdout.write(json.dumps(found) + "\n")


def write(queue: Queue[Any], tags: int, hz: float, seconds: float) -> None:
    """In the other process: put states, and at the end how many there were."""
    columns = Columns.empty(tags)

    def once() -> None:
        link_state.stamp(columns, 1, monotonic_ns())
        # Copies: the queue packs them later, in a thread of its own.
        queue.put({name: getattr(columns, name).copy() for name in COLUMN_TYPES})

    queue.put(link_state.beat(hz, seconds, once))


if __name__ == "__main__":
    main()
