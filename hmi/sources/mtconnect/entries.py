"""The entries of a data set or table, as they stand in an observation (MTConnect Part 3). Pure.

A value with white space, a quote, a brace or ``=`` in it stands in quotes and a table's row in braces, as
adapters write them, so that no value can be taken for two entries.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final, NamedTuple

_PLAIN: Final = re.compile(r"""[^\s"'{}=\\]*""")
_ESCAPED: Final = re.compile(r'["\\]')


class Entry(NamedTuple):
    """One entry. ``written`` is ``key=value``, of a table's row ``key={cell=value cell=value}``."""

    key: str
    written: str
    removed: bool


@dataclass(slots=True)
class _Open:
    key: str
    removed: bool
    inner: list[Entry] = field(default_factory=list)


class Entries:
    """Gathers what stands within one observation."""

    def __init__(self) -> None:
        self._open: list[_Open] = []
        self._found: list[Entry] = []

    def begin(self, attributes: dict[str, str]) -> None:
        """An entry begins, or a cell of the one that is open."""
        removed = attributes.get("removed") in ("true", "1")
        self._open.append(_Open(attributes.get("key", ""), removed))

    def end(self, text: str) -> bool:
        """The innermost that is open ends, with its own text; False where none is open."""
        if not self._open:
            return False
        ended = self._open.pop()
        cells = " ".join(cell.written for cell in ended.inner if not cell.removed)
        value = f"{{{cells}}}" if ended.inner else _quoted(text.strip())
        around = self._open[-1].inner if self._open else self._found
        around.append(Entry(ended.key, f"{_quoted(ended.key)}={value}", ended.removed))
        return True

    def take(self) -> tuple[Entry, ...]:
        """All since the last call."""
        found, self._found = tuple(self._found), []
        return found


def _quoted(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else '"' + _ESCAPED.sub(r"\\\g<0>", text) + '"'
