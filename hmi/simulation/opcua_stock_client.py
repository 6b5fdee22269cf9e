"""``python -m hmi.simulation.opcua_stock_client``: a client as the library's own examples have it.

What the benches compare with: the library's subscription and a handler for each change. It subscribes to a
load server's variables, counts for some seconds, and prints one JSON line.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import resource
import sys
import time

from asyncua import Client, Node, ua

_WATCHDOG = 3600.0
"""Seconds. The library's second is not enough for a client that the load saturates: it misses its own
enquiry, takes itself for disconnected and asks for no more notifications, so that nothing can be counted."""


class Handler:
    """Takes every change, as the library hands them out."""

    def __init__(self) -> None:
        self.counting = False
        self.changes = 0
        self.ages: list[float] = []

    def datachange_notification(self, node: Node, value: float, data: object) -> None:
        """One change; its value is the moment at which it was made."""
        if self.counting:
            self.changes += 1
            if self.changes % 100 == 0:
                self.ages.append(time.time() - value)


async def count(url: str, namespace: str, tags: int, publish_ms: float, delay: float, seconds: float) -> None:
    """Subscribe, wait for ``delay`` s, count for ``seconds`` s and say what was counted."""
    handler = Handler()
    async with Client(url, timeout=60, watchdog_intervall=_WATCHDOG) as client:
        index = await client.get_namespace_index(namespace)
        nodes = [client.get_node(ua.NodeId(number + 1, index)) for number in range(tags)]
        subscription = await client.create_subscription(publish_ms, handler)
        # All in one request: once changes come, the answer to every other one has to wait behind them.
        await subscription.subscribe_data_change(nodes, sampling_interval=0)
        await asyncio.sleep(delay)
        handler.counting = True
        begun, spent = time.monotonic(), _spent()
        await asyncio.sleep(seconds)
        took = time.monotonic() - begun
        said = {
            "changes_per_s": round(handler.changes / took),
            "cpu_percent": round(100 * (_spent() - spent) / took, 1),
            "ages_ms": [round(1000 * each, 2) for each in handler.ages],
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Read the command line and count."""
    parser = argparse.ArgumentParser(prog="hmi.simulation.opcua_stock_client", description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--namespace", required=True)
    parser.add_argument("--tags", type=int, required=True)
    parser.add_argument("--publish-ms", type=float, required=True)
    parser.add_argument("--delay", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    options = parser.parse_args()
    logging.getLogger("asyncua").setLevel(logging.CRITICAL)
    asyncio.run(count(**vars(options)))


if __name__ == "__main__":
    main()
