"""Data sets and tables: the whole of each, by observations that say what of it changed (MTConnect Part 3).

A ``sample`` holds the entries that changed alone; those that it does not name are as they were. One that is
``removed`` is gone, and one that changed replaces the former with all its cells. ``resetTriggered`` and
UNAVAILABLE end the set that was: what comes then is another, whole from its first entry on. Pure.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from typing import Final

from hmi.model import status
from hmi.sources.mtconnect.entries import Entry
from hmi.sources.mtconnect.streams import UNAVAILABLE, Observation

KEYED: Final = frozenset(("DATA_SET", "TABLE"))
"""The representations that are told by their changes."""

LARGEST: Final = 2**20
"""Characters of one set that are kept: sixteen times what a tag can hold."""


class DataSet:
    """What is known of one data item. ``status``: Good, or why its whole is not known any more.

    It is known again with the next set that is told whole.
    """

    def __init__(self) -> None:
        self.status = status.GOOD
        self._written: dict[str, str] = {}
        self._keys: list[str] = []
        self._size = 0

    def take(self, seen: Observation) -> None:
        """The next observation of it; of one that was just made, the first one tells the whole."""
        text = seen.text.strip()
        if seen.reset or text == UNAVAILABLE:
            self._forget(status.GOOD)
        elif text and not seen.entries:
            self._forget(status.BAD_TYPE_MISMATCH)
        if self.status != status.GOOD:
            return
        for entry in seen.entries:
            self._put(entry)
        if self._size > LARGEST:
            self._forget(status.BAD_ENCODING_LIMITS_EXCEEDED)

    def text(self, most: int) -> str:
        """All entries in the order of their keys, so that one set is one text whatever its history.

        Of what is beyond ``most`` characters "…" is left, so that it is seen not to fit as many bytes.
        """
        least = 2  # characters of an entry, with the space after it
        whole = " ".join(map(self._written.__getitem__, self._keys[: most // least + 1]))
        return whole if len(whole) <= most else whole[:most] + "…"

    def _put(self, entry: Entry) -> None:
        before = self._written.pop(entry.key, None)
        if before is not None:
            self._size -= len(before)
        if not entry.removed:
            self._written[entry.key] = entry.written
            self._size += len(entry.written)
            if before is None:
                insort(self._keys, entry.key)
        elif before is not None:
            del self._keys[bisect_left(self._keys, entry.key)]

    def _forget(self, code: int) -> None:
        self.status = code
        self._written.clear()
        self._keys.clear()
        self._size = 0
