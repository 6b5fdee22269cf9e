"""TCP links that can be cut, frozen and slowed from outside: ``python -m hmi.simulation.wire_faults``.

Each ``--link NAME=LISTEN:TARGET`` listens on 127.0.0.1:LISTEN and passes bytes to 127.0.0.1:TARGET. One JSON
line is printed when all listen; then each line on standard input is one command, and answered by ``{}``:
``{"cut": NAME}`` breaks its connections with a reset, ``{"frozen": NAME, "is": true}`` passes nothing either
way (nothing is lost by it), ``{"delay": NAME, "is": 0.2}`` holds each piece back so long towards the client.
It ends when standard input does, so that nobody who is killed leaves it behind.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from typing import Any, Final

from hmi.simulation.tcp_proxy import TcpProxy

_HOST: Final = "127.0.0.1"


async def obey(links: Mapping[str, TcpProxy], command: dict[str, Any]) -> None:
    """Carry out one command.

    Raises:
        KeyError: there is no such link, or no such command.
    """
    match command:
        case {"cut": name}:
            await links[name].cut()
        case {"frozen": name, "is": bool(frozen)}:
            links[name].frozen = frozen
        case {"delay": name, "is": float(seconds) | int(seconds)}:
            links[name].delay = seconds
        case _:
            raise KeyError(f"no command of ours: {command}")


async def _run(links: Mapping[str, TcpProxy]) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    async with contextlib.AsyncExitStack() as running:
        for each in links.values():
            await running.enter_async_context(each)
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        running.callback(transport.close)
        _say({"links": list(links)})
        while line := await reader.readline():
            await obey(links, json.loads(line))
            _say({})


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line and pass bytes on until standard input ends."""
    parser = argparse.ArgumentParser(prog="hmi.simulation.wire_faults", description=__doc__)
    parser.add_argument("--link", action="append", required=True, help="NAME=LISTEN:TARGET, two ports")
    links = {}
    for text in parser.parse_args().link:
        name, _, ports = text.partition("=")
        listen, _, target = ports.partition(":")
        links[name] = (int(listen), int(target))

    async def begin() -> None:
        await _run({name: TcpProxy(_HOST, target, port=port) for name, (port, target) in links.items()})

    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(begin())


if __name__ == "__main__":
    main()
