"""The table of last values in ordinary memory, where nobody else looks on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from hmi.config.tags import Tag
from hmi.model.columns import Columns
from hmi.twin.store import side_bytes


class PlainTable:
    """As `hmi.link.table.TableWriter` for a pipeline; ``revision`` is that of the last write."""

    def __init__(self, tags: Sequence[Tag]) -> None:
        self.columns = Columns.empty(len(tags), side_bytes(tags))
        self.revision = 0

    @contextmanager
    def write(self) -> Iterator[int]:
        """The columns change; gives the new revision."""
        self.revision += 1
        yield self.revision
