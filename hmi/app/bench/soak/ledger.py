"""What load servers wrote down of their changes (`hmi.simulation.opcua_load.ledger`), read as it grows."""

from __future__ import annotations

from pathlib import Path


class LedgerReader:
    """Reads a file that servers append to; a last line that is not whole waits for its end.

    ``made``  the stamps of all changes (UTC ns) while somebody was subscribed, in the order of the file
    ``sent``, ``dropped``  items that went out, and that found no room in a queue
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._at = 0
        self.made: list[int] = []
        self.sent = 0
        self.dropped = 0

    def read(self) -> None:
        """Take what has been written since the last time.

        Raises:
            ValueError: a line is none of a ledger's.
        """
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            file.seek(self._at)
            text = file.read()
        whole = text.rpartition(b"\n")[0]
        self._at += len(whole) + bool(whole)
        for line in whole.splitlines():
            self._take(line.decode().split())

    def _take(self, words: list[str]) -> None:
        match words:
            case ["made", stamp, _items]:
                if not self.made or self.made[-1] != int(stamp):  # one beat of two subscriptions
                    self.made.append(int(stamp))
            case ["sent", _first, _last, items]:
                self.sent += int(items)
            case ["drop", _stamp, items]:
                self.dropped += int(items)
            case _:
                raise ValueError(f"{self._path}: no line of a ledger: {' '.join(words)}")
