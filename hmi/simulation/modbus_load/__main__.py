"""``python -m hmi.simulation.modbus_load``: one JSON line when it answers, one with counts at the end."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import json
import signal
import sys

from hmi.simulation.modbus_load.server import LoadDevice


async def serve(registers: int, hz: float, port: int, seconds: float | None) -> None:
    """Serve for some seconds (None: for ever), or until SIGTERM or SIGINT."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    async with LoadDevice(registers, hz, port) as device:
        _say({"port": device.port, "registers": registers})
        began = loop.time()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), seconds)
        _say({**dataclasses.asdict(device.counts), "seconds": loop.time() - began})


def _say(line: dict[str, object]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="hmi.simulation.modbus_load", description=__doc__)
    parser.add_argument("--registers", type=int, default=500, help="holding registers (default 500)")
    parser.add_argument("--hz", type=float, default=10.0, help="changes per second (default 10)")
    parser.add_argument("--port", type=int, default=0, help="TCP port on 127.0.0.1, 0 for any (default)")
    parser.add_argument("--seconds", type=float, default=None, help="end after so long (default: never)")
    options = parser.parse_args()
    asyncio.run(serve(options.registers, options.hz, options.port, options.seconds))


if __name__ == "__main__":
    main()
