"""``python -m hmi.app.bench.link_writer``: the writing end of ``bench link``, by the table or by a socket.

Prints a line when a reader may come, and at the end how many states it has written.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
from pathlib import Path
from typing import Final

import click
import msgspec

from hmi.app.bench import link_state
from hmi.link.messages import PROTOCOL_VERSION, HistoryRequest, Refusal, ToClient, Welcome
from hmi.link.server import LinkServer
from hmi.link.table import TableWriter
from hmi.model.clock import monotonic_ns
from hmi.model.columns import Columns

SOCKET: Final = "packed.sock"
_TABLE: Final = "table-1"
_DIGEST: Final = "00" * 32


@click.command()
@click.option("--way", type=click.Choice(["table", "socket"]), required=True)
@click.option("--directory", type=click.Path(path_type=Path), required=True)
@click.option("--tags", type=int, required=True)
@click.option("--hz", type=float, required=True)
@click.option("--seconds", type=float, required=True)
def main(way: str, directory: Path, tags: int, hz: float, seconds: float) -> None:
    """Wait for one reader and write states for it."""
    if way == "table":
        written = asyncio.run(_by_table(directory, tags, hz, seconds))
    else:
        written = _by_socket(directory / SOCKET, tags, hz, seconds)
    _say({"written": written})


async def _by_table(directory: Path, tags: int, hz: float, seconds: float) -> int:
    """As the engine does: write, and ring once in the loop's next round (`hmi.engine.runtime`)."""
    loop = asyncio.get_running_loop()
    table = TableWriter(directory / _TABLE, tags, 0, _DIGEST, 1)

    came = asyncio.Event()

    def greeting() -> list[ToClient]:
        came.set()
        return [Welcome(PROTOCOL_VERSION, 0, 0, b"", _DIGEST, _TABLE)]

    def answer(request: HistoryRequest) -> ToClient:
        return Refusal("there is no history here", request.request)

    server = LinkServer(directory, greeting, answer)
    await server.start()
    try:
        _say({"ready": True})
        await came.wait()
        due_at = link_state.due_times(loop.time(), hz, seconds)
        for due in due_at:
            await asyncio.sleep(max(due - loop.time(), 0))
            now = monotonic_ns()
            with table.write() as revision:
                link_state.stamp(table.columns, revision, now)
            loop.call_soon(server.ring)
        await asyncio.sleep(1 / hz)  # the bell is still to ring, and to be heard
    finally:
        await server.close()
        table.close()
    return len(due_at)


def _by_socket(path: Path, tags: int, hz: float, seconds: float) -> int:
    columns = Columns.empty(tags)
    encoder = msgspec.msgpack.Encoder()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(str(path))
        listener.listen()
        _say({"ready": True})
        reader, _ = listener.accept()
        with reader:

            def once() -> None:
                link_state.stamp(columns, 1, monotonic_ns())
                message = encoder.encode(link_state.Packed.of(columns))
                reader.sendall(len(message).to_bytes(4, "little") + message)

            return link_state.beat(hz, seconds, once)


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
