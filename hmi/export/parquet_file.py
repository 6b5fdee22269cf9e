"""An export as Parquet, for pandas, DuckDB and whatever reads columns. Needs pyarrow (``twinpane[parquet]``).

A value stands in one of three columns: ``value`` (a number, also of a bool or an enum), ``integer`` (the same
exactly, of whole numbers), ``text`` (strings, and arrays as JSON). What the export says of itself is the
file's metadata ``twinpane``, as JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from hmi.export.about import About
from hmi.export.rows import Row
from hmi.model.values import ValueType

ROW_GROUP: Final = 100_000
_WHOLE: Final = (ValueType.INT, ValueType.UINT, ValueType.ENUM)

_MOMENT: Final = pa.timestamp("ns", tz="UTC")
_NAME: Final = pa.dictionary(pa.int32(), pa.string())
_FIELDS: Final = (
    ("time", _MOMENT),
    ("tag", _NAME),
    ("value", pa.float64()),
    ("integer", pa.int64()),
    ("text", pa.string()),
    ("label", _NAME),
    ("unit", _NAME),
    ("quality", _NAME),
    ("status", pa.uint32()),
    ("source_time", _MOMENT),
    ("receive_time", _MOMENT),
)


def write_parquet(path: Path, about: About, rows: Iterable[Row]) -> int:
    """Write all rows; how many there were.

    Raises:
        OSError: it cannot be written.
    """
    told = about.plain() | {"units": json.dumps({tag.name: tag.unit for tag in about.tags})}
    schema = pa.schema(_FIELDS, metadata={"twinpane": json.dumps(told)})
    count = 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for group in _groups(rows):
            writer.write_table(_table(group, schema))
            count += len(group)
    return count


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    remaining = iter(rows)
    while group := list(islice(remaining, ROW_GROUP)):
        yield group


def _table(rows: list[Row], schema: pa.Schema) -> pa.Table:
    columns: tuple[Sequence[object], ...] = (
        [row.time for row in rows],
        [row.tag.name for row in rows],
        [_number(row) for row in rows],
        [_integer(row) for row in rows],
        [_text(row) for row in rows],
        [row.label or None for row in rows],
        [row.tag.unit or None for row in rows],
        [row.quality for row in rows],
        [row.status for row in rows],
        [row.source_time for row in rows],
        [row.receive_time for row in rows],
    )
    arrays = [_array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    return pa.Table.from_arrays(arrays, schema=schema)


def _array(column: Sequence[object], wanted: pa.DataType) -> pa.Array:
    if wanted == _MOMENT:
        return pa.array(column, pa.int64()).cast(wanted)
    if wanted == _NAME:
        return pa.array(column, pa.string()).dictionary_encode()
    return pa.array(column, wanted)


def _number(row: Row) -> float | None:
    return None if row.value is None or isinstance(row.value, str | tuple) else float(row.value)


def _integer(row: Row) -> int | None:
    """Past the signed 64 bits there is the number alone, rounded as it is."""
    if row.tag.type not in _WHOLE or not isinstance(row.value, int) or row.value >= 2**63:
        return None
    return int(row.value)


def _text(row: Row) -> str | None:
    if isinstance(row.value, tuple):
        return json.dumps(row.value)
    return row.value if isinstance(row.value, str) else None
