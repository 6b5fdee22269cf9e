"""An engine that keeps a book of its garbage collector, for tests: ``python collector_probe.py BOOK …``.

What follows BOOK are the arguments of ``twinpane``. At each SIGUSR1 the book is written anew, whole. At each
SIGUSR2 everything is collected that the collector still looks at.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
import weakref
from pathlib import Path
from typing import Any

import psutil

from hmi.app.__main__ import main
from hmi.engine import process
from hmi.engine.history import History
from hmi.engine.runtime import EpochRuntime


class Book:
    """Collections of the oldest generation since the engine settled, in ms of the processor's time (others
    use it too), and how many histories live.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._began = 0.0
        self._settles = True  # it is being loaded
        self._oldest: list[float] = []
        self._younger = 0
        self._histories: list[weakref.ref[History]] = []
        gc.callbacks.append(self._collects)
        signal.signal(signal.SIGUSR1, self._write)
        signal.signal(signal.SIGUSR2, lambda *_: gc.collect())
        settle = process.settle

        def settled() -> None:
            self._settles = True
            settle()
            self._settles = False

        process.settle = settled
        made = EpochRuntime.__init__

        def noted(runtime: EpochRuntime, *given: Any, **more: Any) -> None:
            made(runtime, *given, **more)
            self._histories.append(weakref.ref(runtime.pipeline.history))

        EpochRuntime.__init__ = noted  # type: ignore[method-assign]

    def _collects(self, phase: str, found: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
        elif self._settles:
            return
        elif found["generation"] == 2:
            self._oldest.append(1000 * (time.thread_time() - self._began))
        else:
            self._younger += 1

    def _write(self, *_: object) -> None:
        told = {
            "oldest_ms": self._oldest,
            "younger": self._younger,
            "histories_made": len(self._histories),
            "histories_alive": sum(each() is not None for each in self._histories),
            "frozen": gc.get_freeze_count(),
            "resident_mb": psutil.Process().memory_full_info().uss / 1e6,
        }
        whole = self._path.with_suffix(".new")
        whole.write_text(json.dumps(told))
        os.replace(whole, self._path)  # noqa: PTH105


if __name__ == "__main__":
    book = Book(Path(sys.argv[1]))
    sys.argv[1:] = sys.argv[2:]
    main()
