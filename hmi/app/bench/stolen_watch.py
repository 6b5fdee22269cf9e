"""``python -m hmi.app.bench.stolen_watch``: when the host of a virtual computer took processor time.

Prints one JSON line at its end (SIGTERM): the moments (UTC seconds) at which more was stolen than at the
look before. A process of its own, so that the looks, which take some 0.1 ms, are in nobody's frame.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from contextlib import ExitStack
from typing import Final

from hmi.app.bench.children import Child
from hmi.app.bench.stolen import ProcessorTimes, Thefts

_EVERY: Final = 0.005
"""Seconds: the kernel counts in steps of 10 ms."""


class StolenWatch:
    """Looks from its making to `end`."""

    def __init__(self, running: ExitStack) -> None:
        self._child = Child(running, "hmi.app.bench.stolen_watch") if ProcessorTimes.now() else None

    def end(self) -> Thefts | None:
        """What was seen; None where the computer does not tell."""
        return None if self._child is None else Thefts(self._child.stop()["stolen_at"])


def main() -> None:
    """Look until somebody says that it is enough."""
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    stolen_at: list[float] = []
    before = ProcessorTimes.now()
    while not ended:
        time.sleep(_EVERY)
        now = ProcessorTimes.now()
        if before is not None and now is not None and now.stolen > before.stolen:
            stolen_at.append(time.time())
        before = now
    sys.stdout.write(json.dumps({"stolen_at": stolen_at}) + "\n")


if __name__ == "__main__":
    main()
