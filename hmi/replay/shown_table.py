"""What a replay shows, put into the table that screens read: in one write, with the moment that it is of."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Final

import numpy as np

from hmi.config.epoch import Epoch
from hmi.link.table import TableWriter
from hmi.model.clock import Instant
from hmi.model.columns import Columns
from hmi.twin.store import side_bytes

_SAMPLE: Final = ("raw", "value", "status", "source_time", "receive_time")
"""Of these columns another content is a new sample; the others only say how old it is."""


class ShownTable:
    """The table of one configuration; each `show` is one write, whatever was played for it."""

    def __init__(self, directory: Path, generation: int, epoch: Epoch) -> None:
        """Make the file.

        Raises:
            LinkUnavailable: it cannot be made, or there is no room for it.
        """
        path, side = directory / f"table-{generation}", side_bytes(epoch.tags)
        self.table = TableWriter(path, len(epoch.tags), side, epoch.acquisition, generation)

    def show(self, columns: Columns, now: Instant) -> bool:
        """Show these columns as of ``now``; whether a sample is another one than before."""
        shown = self.table.columns
        other = np.zeros(len(columns), np.bool_)
        for name in _SAMPLE:
            other |= getattr(columns, name) != getattr(shown, name)
        with self.table.write() as revision:
            for each in fields(columns):
                if each.name != "changed":
                    np.copyto(getattr(shown, each.name), getattr(columns, each.name))
            shown.changed[other] = revision
            self.table.show(now)
        return bool(other.any())

    def close(self) -> None:
        """Remove the file."""
        self.table.close()
