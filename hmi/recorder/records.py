"""What stands in a recording's journal: records of every kind, as canonical bytes.

A *record* is one thing that the engine was told, or that somebody should know afterwards, with the moment
at which the engine took it. Records are kept in the order in which they were taken, in *batches* of about
100 ms. A batch's canonical bytes, little-endian and uncompressed, are what the chain signs::

    batch   "TPB1"  sequence u8  records u4  record…
    record  length of kind u1  kind (ASCII)  endpoint u2  utc i8  monotonic i8  length of payload u4  payload

``endpoint`` counts the endpoints of the machine in the configuration's order (`NO_ENDPOINT`: none). Of a
kind that a reader does not know it keeps and shows the bytes: kinds that come later need no other format.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from hmi.model.clock import Instant
from hmi.recorder.errors import Damaged

NO_ENDPOINT: Final = 0xFFFF

MAGIC: Final = b"TPB1"
LARGEST_BATCH: Final = 64 * 1024 * 1024
"""Bytes of a batch; more is none of ours. The configuration of ten thousand tags has 4 MB."""

_BATCH: Final = struct.Struct("<4sQI")
_KIND: Final = struct.Struct("<B")
_RECORD: Final = struct.Struct("<HqqI")


@dataclass(frozen=True, slots=True)
class Record:
    """One record; ``payload`` is of the kind's own form, see `hmi.recorder.payloads`."""

    kind: str
    now: Instant
    payload: bytes
    endpoint: int = NO_ENDPOINT

    def __post_init__(self) -> None:
        """Refuse what has no canonical bytes."""
        if not (0 < len(self.kind) < 256 and self.kind.isascii() and 0 <= self.endpoint <= NO_ENDPOINT):
            raise ValueError(f"no record: kind {self.kind!r}, endpoint {self.endpoint}")


@dataclass(frozen=True, slots=True)
class Records:
    """One batch of the journal: its place in the file's sequence, from 0 on, and its records in order."""

    sequence: int
    records: tuple[Record, ...]


def canonical(sequence: int, records: Sequence[Record]) -> bytes:
    """The bytes of a batch; two batches have the same bytes only if they are the same."""
    return b"".join(_parts(sequence, records))


def _parts(sequence: int, records: Sequence[Record]) -> Iterable[bytes]:
    yield _BATCH.pack(MAGIC, sequence, len(records))
    for record in records:
        kind = record.kind.encode("ascii")
        yield _KIND.pack(len(kind))
        yield kind
        now = record.now
        yield _RECORD.pack(record.endpoint, now.utc, now.monotonic, len(record.payload))
        yield record.payload


def parsed(content: bytes) -> Records:
    """A batch from its canonical bytes; `canonical` of what is returned gives these very bytes.

    Raises:
        Damaged: they are not those of a batch.
    """
    try:
        magic, sequence, count = _BATCH.unpack_from(content)
        if magic != MAGIC:
            raise Damaged(f"a batch begins with {magic!r}, expected {MAGIC!r}")
        at, records = _BATCH.size, []
        for _ in range(count):  # a count too high ends at the last byte
            record, at = _record(content, at)
            records.append(record)
    except (struct.error, UnicodeDecodeError, ValueError) as error:
        raise Damaged(f"a batch of {len(content)} bytes is none: {error}") from error
    if at != len(content):
        raise Damaged(f"a batch has {len(content) - at} bytes behind its records")
    return Records(sequence, tuple(records))


def _record(content: bytes, at: int) -> tuple[Record, int]:
    (length,) = _KIND.unpack_from(content, at)
    at += _KIND.size
    kind = content[at : at + length].decode("ascii")
    at += length
    endpoint, utc, monotonic, size = _RECORD.unpack_from(content, at)
    at += _RECORD.size
    if at + size > len(content):
        raise Damaged(f"a record {kind!r} says {size} bytes, {len(content) - at} are left")
    return Record(kind, Instant(utc, monotonic), content[at : at + size], endpoint), at + size
