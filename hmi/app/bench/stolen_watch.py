"""``python -m hmi.app.bench.stolen_watch``: when the host of a virtual computer took processor time.

Prints two JSON lines: one when it looks, and at its end (SIGTERM) the moments (UTC seconds) at which more was
stolen than at the look before. A process of its own, so that the looks, which take some 0.1 ms, are in
nobody's frame.
"""

from __future__ import annotations

import json
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import Any, Final

from hmi.app.bench.children import Child
from hmi.app.bench.stolen import ProcessorTimes
from hmi.app.bench.thefts import Thefts

_EVERY: Final = 0.005
"""Seconds: the kernel counts in steps of 10 ms."""


class StolenWatch:
    """Looks from its making to `end`."""

    def __init__(self, running: ExitStack) -> None:
        self._child = Child(running, "hmi.app.bench.stolen_watch") if ProcessorTimes.now() else None
        if self._child is not None:
            self._child.said()

    def end(self) -> Thefts | None:
        """What was seen; None where the computer does not tell."""
        return None if self._child is None else Thefts(self._child.stop()["stolen_at"])


def rises(looks: Iterable[tuple[float, ProcessorTimes | None]]) -> list[float]:
    """The moments of those looks that found more stolen than the look before."""
    found: list[float] = []
    before: ProcessorTimes | None = None
    for moment, now in looks:
        if before is not None and now is not None and now.stolen > before.stolen:
            found.append(moment)
        before = now
    return found


def _looks(ended: list[int]) -> Iterator[tuple[float, ProcessorTimes | None]]:
    while not ended:
        yield time.time(), ProcessorTimes.now()
        time.sleep(_EVERY)


def main() -> None:
    """Look until somebody says that it is enough."""
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: ended.append(number))
    _say({"looks_every_s": _EVERY})
    _say({"stolen_at": rises(_looks(ended))})


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
