"""What a session takes over from the one before it, so that a restarted engine leaves no empty screen.

Last values stay on the screen with the age that they have, until the new engine has some: they are
laid into the rows of a snapshot that hold none.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hmi.config.epoch import Epoch
from hmi.model import status, values
from hmi.model.clock import NO_TIME
from hmi.model.columns import Columns
from hmi.twin.store import side_slots


@dataclass(slots=True, eq=False)
class CarriedValues:
    """Rows of the present epoch with what was known of them before: ``index`` intp[n], ``kept`` n rows."""

    index: npt.NDArray[np.intp]
    kept: Columns

    @classmethod
    def of(cls, before: Epoch, columns: Columns, now: Epoch, side_bytes: int) -> CarriedValues:
        """What still means the same: tags whose description is in both epochs, word for word."""
        pairs = [
            (index, before.index[tag.id])
            for index, tag in enumerate(now.tags)
            if tag.id in before.index
            and columns.confirmed[before.index[tag.id]] != NO_TIME
            and before.tags[before.index[tag.id]] == tag
        ]
        slots = side_slots(now.tags)
        kept = Columns.empty(len(now.tags), side_bytes)
        index = [to for to, came in pairs if _take(columns, came, kept, to, slots.get(to))]
        return cls(np.array(index, np.intp), kept)

    def lay_into(self, columns: Columns) -> None:
        """Fill the rows that have no value yet; rows that have one are let go of for good."""
        if not len(self.index):
            return
        bad = status.severities(columns.status[self.index]) == status.Severity.BAD
        self.index = at = self.index[bad & (columns.confirmed[self.index] == NO_TIME)]
        for name in ("raw", "value", "source_time", "receive_time", "confirmed"):
            getattr(columns, name)[at] = getattr(self.kept, name)[at]
        for row in at.tolist():
            offset, length = values.side_span(int(self.kept.value[row]))
            if self.kept.changed[row]:  # its payload lies in the side area
                columns.side[offset : offset + length] = self.kept.side[offset : offset + length]


def _take(columns: Columns, came: int, kept: Columns, to: int, slot: tuple[int, int] | None) -> bool:
    """Copy one row; False where its payload finds no room in the side area."""
    for name in ("raw", "value", "source_time", "receive_time", "confirmed"):
        getattr(kept, name)[to] = getattr(columns, name)[came]
    if slot is None:
        return True
    offset, length = values.side_span(int(columns.value[came]))
    if length > slot[1] or slot[0] + length > len(kept.side):
        return False
    kept.side[slot[0] : slot[0] + length] = columns.side[offset : offset + length]
    kept.value[to] = values.side_lane(slot[0], length)
    kept.changed[to] = 1
    return True
