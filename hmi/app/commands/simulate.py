"""``twinpane simulate``."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from hmi.machines.hookspecs import Simulator


@click.command()
@click.argument("plugin")
@click.option(
    "--port", "ports", multiple=True, metavar="ENDPOINT=PORT", help="Port of an endpoint; else any free one."
)
@click.option(
    "--with-parent", is_flag=True, help="End when standard input closes, so that no simulator is orphaned."
)
def command(plugin: str, ports: tuple[str, ...], with_parent: bool) -> None:
    """Run the simulator of the machine type PLUGIN on 127.0.0.1 until it is interrupted.

    Prints one JSON line, {"ports": {endpoint: port}}, when its servers answer.
    """
    from hmi.app import logs
    from hmi.app.ports import require_free, wanted_ports
    from hmi.machines.discovery import discover
    from hmi.machines.simulators import PluginCodeError, simulator_of

    logs.to_stderr()
    discovery = discover()
    found = {each.id: each for each in discovery.plugins}
    if plugin not in found:
        causes = [each.cause for each in discovery.quarantined if each.name == plugin]
        if causes:
            raise click.ClickException(f"the machine type {plugin!r} cannot be used: {'; '.join(causes)}")
        raise click.ClickException(
            f"no machine type {plugin!r}; installed: {', '.join(sorted(found)) or 'none'}"
        )
    try:
        simulator = simulator_of(found[plugin])
    except PluginCodeError as error:
        raise click.ClickException(str(error)) from error
    if simulator is None:
        raise click.ClickException(f"the machine type {plugin!r} ships no simulator")
    wanted = wanted_ports(ports, simulator.endpoints)
    require_free(wanted)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_serve(simulator, wanted, with_parent))


async def _serve(simulator: Simulator, wanted: Mapping[str, int], with_parent: bool) -> None:
    def ready(used: Mapping[str, int]) -> None:
        print(json.dumps({"ports": dict(used)}), flush=True)

    serving = asyncio.create_task(simulator.serve(wanted, ready))
    waiting = {serving}
    if with_parent:
        waiting.add(asyncio.create_task(_stdin_closed()))
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
        results = await asyncio.gather(*waiting, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result


async def _stdin_closed() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    try:
        while await reader.read(4096):
            pass
    finally:
        transport.close()
