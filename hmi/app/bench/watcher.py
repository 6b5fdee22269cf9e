"""A client of an engine without a screen: looks at the table whenever the engine rings."""

from __future__ import annotations

import select
import time
from pathlib import Path
from typing import Final

import click
import numpy as np

from hmi.link.client import LinkClient
from hmi.link.errors import LinkUnavailable
from hmi.link.messages import Counters
from hmi.model.columns import Columns

_WITHIN: Final = 60.0


class Watcher:
    """One connection to an engine that is about to start, or runs."""

    def __init__(self, directory: Path) -> None:
        """Wait for the engine.

        Raises:
            click.ClickException: it does not come.
        """
        end = time.monotonic() + _WITHIN
        while True:
            try:
                self._client = LinkClient.connect(directory, name="bench")
                break
            except LinkUnavailable as error:
                if time.monotonic() > end:
                    raise click.ClickException(
                        f"the engine did not start: {error}; see {directory}"
                    ) from error
                time.sleep(0.05)
        self._counters: list[Counters] = []
        while self._client.table is None:  # it comes with the welcome
            self._hear(0.1)
        table = self._client.table
        self._columns = Columns.empty(table.tags, table.side_bytes)

    def ages_ms(self, seconds: float, row: int = 0) -> list[float]:
        """How old the stamp in a row's value is whenever it has changed, for so long."""
        end = time.monotonic() + seconds
        ages: list[float] = []
        before = np.uint64(0)
        while (left := end - time.monotonic()) > 0:
            if not self._hear(left):
                continue
            table = self._client.table
            if table is None or table.snapshot(self._columns) is None:
                continue
            lane = self._columns.value[row]
            if lane != before:
                ages.append(1000 * (time.time() - float(lane.view(np.float64))))
                before = lane.copy()
        return ages

    def changes_now(self, at_least: int = 0) -> Counters:
        """The engine's counters, new ones, once they have reached ``at_least`` or ten seconds have gone."""
        end = time.monotonic() + 10
        self._counters.clear()
        while time.monotonic() < end:
            self._hear(0.1)
            if self._counters and self._counters[-1].samples >= at_least:
                break
        if not self._counters:
            raise click.ClickException("the engine told no counters")
        return self._counters[-1]

    def close(self) -> None:
        """Let go."""
        self._client.close()

    def _hear(self, seconds: float) -> bool:
        """Wait for news or a ring; whether it rang."""
        news, bell = self._client.fileno(), self._client.doorbell_fileno()
        ready, _, _ = select.select([news, bell], [], [], seconds)
        if news in ready:
            self._counters += [each for each in self._client.receive() if isinstance(each, Counters)]
        return bell in ready and self._client.clear_doorbell()
