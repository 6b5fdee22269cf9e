"""An export as CSV (RFC 4180, UTF-8), for whatever opens text.

What it says of itself stands in lines before the head, each behind ``#``: pandas reads it with
``comment="#"``. Nothing is rounded: a float has as many digits as tell it apart from its neighbours.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from hmi.export.about import About
from hmi.export.rows import Row, iso
from hmi.model.values import Value

COLUMNS: Final = (
    "time",
    "tag",
    "value",
    "label",
    "unit",
    "quality",
    "status",
    "source_time",
    "receive_time",
)


def write_csv(path: Path, about: About, rows: Iterable[Row]) -> int:
    """Write all rows; how many there were.

    Raises:
        OSError: it cannot be written.
    """
    count = 0
    with path.open("w", encoding="utf-8", newline="") as opened:
        for name, value in about.plain().items():
            opened.write(f"# {name}: {_one_line(value)}\r\n")
        writer = csv.writer(opened)
        writer.writerow(COLUMNS)
        for count, row in enumerate(rows, 1):  # noqa: B007 counted, and told at the end
            writer.writerow(
                (
                    iso(row.time),
                    row.tag.name,
                    _text(row.value),
                    row.label,
                    row.tag.unit,
                    row.quality,
                    f"0x{row.status:08X}",
                    "" if row.source_time is None else iso(row.source_time),
                    "" if row.receive_time is None else iso(row.receive_time),
                )
            )
    return count


def _text(value: Value | None) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ";".join(map(repr, value))
    return value if isinstance(value, str) else repr(value)


def _one_line(text: str) -> str:
    return " ".join(text.split())
