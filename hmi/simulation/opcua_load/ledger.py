"""What a load server has made and sent, written down before it goes out, so that a kill takes no count along.

One line of text for each event, appended without a buffer of ours: what was written stands when the process
is killed the moment after (a power cut is another matter). Several servers, one after the other, may
write into one file. The lines are:

    made STAMP ITEMS          all ITEMS monitored items changed at STAMP (UTC ns) and wait to be published
    drop STAMP ITEMS          a full queue has dropped the changes of STAMP
    sent FIRST LAST ITEMS     ITEMS changes go out now, those made from FIRST to LAST
"""

from __future__ import annotations

import os
from pathlib import Path


class Ledger:
    """Appends to a file; ``None`` in place of the file keeps no account."""

    def __init__(self, path: Path | None) -> None:
        """Open it.

        Raises:
            OSError: it cannot be opened.
        """
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
        self._descriptor = None if path is None else os.open(path, flags, 0o600)

    def made(self, stamp: int, items: int) -> None:
        """So many items of one subscription change at ``stamp``."""
        self._write(f"made {stamp} {items}\n")

    def dropped(self, stamp: int, items: int) -> None:
        """The changes of ``stamp`` found no room in the queue of their subscription."""
        self._write(f"drop {stamp} {items}\n")

    def sent(self, first: int, last: int, items: int) -> None:
        """The changes of the moments ``first`` to ``last`` are about to be published."""
        self._write(f"sent {first} {last} {items}\n")

    def close(self) -> None:
        """Let go of the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _write(self, line: str) -> None:
        if self._descriptor is not None:
            os.write(self._descriptor, line.encode())
