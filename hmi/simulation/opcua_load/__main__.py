"""``python -m hmi.simulation.opcua_load``: one JSON line when it answers, one with counts at the end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import logging
import signal
import sys
from pathlib import Path

from hmi.simulation.opcua_load.server import NAMESPACE, LoadServer


async def serve(
    tags: int,
    hz: float,
    publish_ms: float,
    port: int,
    seconds: float | None,
    ledger: Path | None = None,
    with_parent: bool = False,
) -> None:
    """Serve for some seconds (None: for ever), or until SIGTERM or SIGINT.

    ``with_parent``: or until standard input closes, so that nobody who is killed leaves a server behind.
    """
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with contextlib.AsyncExitStack() as running:
        if with_parent:
            ending = _EndOfInput(ended)
            transport, _ = await loop.connect_read_pipe(lambda: ending, sys.stdin)
            running.callback(transport.close)
        server = await running.enter_async_context(LoadServer(tags, hz, publish_ms, port, ledger))
        _say({"port": server.port, "url": server.url, "namespace": NAMESPACE, "tags": tags})
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), seconds)
        _say(dataclasses.asdict(await server.halt()))


class _EndOfInput(asyncio.Protocol):
    def __init__(self, ended: asyncio.Event) -> None:
        self._ended = ended

    def connection_lost(self, _error: Exception | None) -> None:
        self._ended.set()


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="hmi.simulation.opcua_load", description=__doc__)
    parser.add_argument("--tags", type=int, default=1000, help="how many Double variables (default 1000)")
    parser.add_argument("--hz", type=float, default=10.0, help="changes of each per second (default 10)")
    parser.add_argument(
        "--publish-ms", type=float, default=10.0, help="shortest publishing interval granted (default 10)"
    )
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1, 0 for any (default)")
    parser.add_argument("--seconds", type=float, default=None, help="end after so long (default: never)")
    parser.add_argument("--ledger", type=Path, default=None, help="write every change into this file first")
    parser.add_argument("--with-parent", action="store_true", help="end when standard input closes")
    options = parser.parse_args()
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    asyncio.run(
        serve(
            options.tags,
            options.hz,
            options.publish_ms,
            options.port,
            options.seconds,
            options.ledger,
            options.with_parent,
        )
    )


if __name__ == "__main__":
    main()
