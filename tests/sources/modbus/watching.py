"""A Modbus source as a process, for tests that stop it: ``python -m tests.sources.modbus.watching PORT``.

Says ``live`` when all is read, and at the end of a line of input what it has seen.
"""

from __future__ import annotations

import asyncio
import json
import sys

from hmi.model import status
from hmi.sources.modbus.framing_rtu import Oddity
from tests.sources.modbus.devices import Watch, at


async def main(port: int) -> None:
    async with Watch(port, {f"t{i}": at(500 * i) for i in range(6)}, timeout=3.0, pipeline=4) as watch:
        await watch.until(lambda: all(map(watch.samples, watch.names)), "live", 60.0)
        say("live")
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.readline)
        seen = {
            "links": [each.value for each in watch.links()],
            "late": watch.known.seen[Oddity.LATE],
            "bad": sum(code != status.GOOD for name in watch.names for code, _ in watch.samples(name)),
        }
    say(json.dumps(seen))


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
