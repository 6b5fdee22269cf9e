"""How a recording lies in SQLite.

``batch``       one row a batch: the canonical bytes, compressed (zstd), how long they are, and the head
``checkpoint``  signed heads
``event``       where records stand that are no samples: made from the batches, and only there to find them
"""

from __future__ import annotations

from typing import Final

SUFFIX: Final = ".twinpane"

APPLICATION: Final = 0x54504E45
"""``TPNE``: SQLite's application_id of our files."""

VERSION: Final = 1
"""Of this layout: SQLite's user_version."""

SCHEMA: Final = """
CREATE TABLE batch (
  sequence INTEGER PRIMARY KEY,
  utc      INTEGER NOT NULL,
  samples  INTEGER NOT NULL,
  bytes    INTEGER NOT NULL,
  head     BLOB NOT NULL,
  content  BLOB NOT NULL
) STRICT;
CREATE TABLE checkpoint (
  sequence  INTEGER PRIMARY KEY,
  utc       INTEGER NOT NULL,
  head      BLOB NOT NULL,
  key       BLOB NOT NULL,
  signature BLOB NOT NULL
) STRICT;
CREATE TABLE event (
  sequence INTEGER NOT NULL,
  place    INTEGER NOT NULL,
  kind     TEXT NOT NULL,
  utc      INTEGER NOT NULL,
  PRIMARY KEY (sequence, place)
) STRICT, WITHOUT ROWID;
"""
