"""The last value of every tag as a structure of arrays: one row per tag index.

The same columns lie in the engine's shared memory and in a reader's snapshot, so both sides speak of
them by this one definition.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

from hmi.model import clock, status

COLUMN_TYPES: dict[str, np.dtype[np.generic]] = {
    "raw": np.dtype("<u8"),
    "value": np.dtype("<u8"),
    "status": np.dtype("<u4"),
    "source_time": np.dtype("<i8"),
    "receive_time": np.dtype("<i8"),
    "not_before": np.dtype("<i8"),
    "confirmed": np.dtype("<i8"),
    "changed": np.dtype("<u8"),
}


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """Arrays of length n (the epoch's tags) and the side area.

    ``raw`` lane in the wire type; ``value`` lane in the tag's declared type after scaling; ``status``;
    ``source_time`` UTC ns or NO_TIME; ``receive_time`` UTC ns or NO_TIME before the first sample;
    ``not_before`` monotonic ns, see `hmi.model.samples.Batch`; ``confirmed`` monotonic ns of the last
    moment at which a value that is not Bad was vouched for, NO_TIME where there never was one;
    ``changed`` the store revision at which value, status or source time of the row changed last (0:
    never). ``side`` u1[m]: string and array tags own fixed slots in it.
    """

    raw: npt.NDArray[np.uint64]
    value: npt.NDArray[np.uint64]
    status: npt.NDArray[np.uint32]
    source_time: npt.NDArray[np.int64]
    receive_time: npt.NDArray[np.int64]
    not_before: npt.NDArray[np.int64]
    confirmed: npt.NDArray[np.int64]
    changed: npt.NDArray[np.uint64]
    side: npt.NDArray[np.uint8]

    @classmethod
    def empty(cls, tags: int, side_bytes: int = 0) -> Columns:
        """Columns in ordinary memory, in the state *before any sample*."""
        arrays = {name: np.zeros(tags, dtype) for name, dtype in COLUMN_TYPES.items()}
        made = cls(**arrays, side=np.zeros(side_bytes, np.uint8))
        made.clear()
        return made

    def clear(self) -> None:
        """Put every row in the state *before any sample*: no value, waiting for initial data."""
        for each in fields(self):
            getattr(self, each.name)[:] = 0
        self.status[:] = status.BAD_WAITING_FOR_INITIAL_DATA
        for times in (self.source_time, self.receive_time, self.not_before, self.confirmed):
            times[:] = clock.NO_TIME

    def copy_to(self, other: Columns) -> None:
        """Copy all rows and the side area into ``other`` (same sizes)."""
        for each in fields(self):
            np.copyto(getattr(other, each.name), getattr(self, each.name))

    def __len__(self) -> int:
        return len(self.status)
