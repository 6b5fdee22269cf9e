"""A screen's end of the link as a process that a test may stop and kill; for `hmi.testing.fork_server`.

Its argument is the run directory. It prints one line when it has been greeted, and reads from then on.
"""

from __future__ import annotations

import select
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from hmi.link.client import LinkClient


def main(arguments: Sequence[str]) -> None:
    client = LinkClient.connect(Path(arguments[0]))
    while client.table is None:
        client.receive()
        time.sleep(0.005)
    sys.stdout.write("greeted\n")
    sys.stdout.flush()
    while True:
        select.select([client, client.doorbell_fileno()], [], [])
        client.receive()
        client.clear_doorbell()
