"""The table of last values: layout, atomicity against a real writer process, refusal of strangers."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from hmi.link.errors import LinkUnavailable
from hmi.link.table import TableReader, TableWriter
from hmi.model.columns import Columns
from hmi.model.status import BAD_WAITING_FOR_INITIAL_DATA

DIGEST = "ab" * 32


@pytest.fixture
def table(tmp_path: Path) -> Iterator[TableWriter]:
    writer = TableWriter(tmp_path / "table", 5, 64, DIGEST, 3)
    yield writer
    writer.close()


def test_a_reader_sees_what_was_written_and_who_wrote_it(table: TableWriter) -> None:
    reader = TableReader(table.path)
    into = Columns.empty(5, 64)
    assert reader.snapshot(into) == 0
    assert set(into.status.tolist()) == {BAD_WAITING_FOR_INITIAL_DATA}
    with table.write() as revision:
        table.columns.value[3] = 2**63 + 1
        table.columns.changed[3] = revision
        table.columns.side[10:13] = np.frombuffer(b"abc", np.uint8)
    table.beat(77)
    assert reader.snapshot(into) == 1
    assert int(into.value[3]) == 2**63 + 1
    assert into.side[10:13].tobytes() == b"abc"
    assert (reader.digest, reader.generation, reader.heartbeat) == (DIGEST, 3, 77)
    reader.close()


def test_a_writer_that_died_inside_locks_nobody_up(table: TableWriter) -> None:
    reader = TableReader(table.path)
    with table.write():
        assert reader.snapshot(Columns.empty(5, 64)) is None
        assert reader.torn == 1
    assert reader.snapshot(Columns.empty(5, 64)) == 1
    reader.close()


def test_a_writer_that_raises_inside_leaves_the_table_readable(table: TableWriter) -> None:
    with pytest.raises(ZeroDivisionError), table.write():
        raise ZeroDivisionError
    reader = TableReader(table.path)
    assert reader.snapshot(Columns.empty(5, 64)) == 1
    reader.close()


def test_a_reader_cannot_write(table: TableWriter) -> None:
    reader = TableReader(table.path)
    with pytest.raises(ValueError, match="read-only"):
        reader._columns.value[0] = 1
    reader.close()


SHORT = b"TWINPANE" + b"\x01" + b"\0" * 7 + b"\xff" * 400


@pytest.mark.parametrize("damage", [b"", b"TWINPANE", b"X" * 4096, SHORT])
def test_a_foreign_file_is_refused_with_its_name(tmp_path: Path, damage: bytes) -> None:
    path = tmp_path / "foreign"
    path.write_bytes(damage)
    with pytest.raises(LinkUnavailable, match="foreign"):
        TableReader(path)


WRITER = """
import sys, time
from pathlib import Path
from hmi.link.table import TableWriter
table = TableWriter(Path(sys.argv[1]), 4000, 0, "cd" * 32, 1)
n = 0
while True:
    n += 1
    with table.write() as revision:
        table.columns.value[:] = n
        table.columns.receive_time[:] = n
        table.columns.changed[:] = revision
    if n == 1:
        print("ready", flush=True)
    time.sleep(0.0002)
"""


def test_no_snapshot_mixes_two_writes_of_another_process(tmp_path: Path) -> None:
    path = tmp_path / "table"
    process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        reader = TableReader(path)
        into = Columns.empty(4000, 0)
        seen: set[int] = set()
        end = time.monotonic() + 30
        while len(seen) < 300:
            assert time.monotonic() < end
            if reader.snapshot(into) is None:
                continue
            assert len(np.unique(into.value)) == 1
            assert int(into.value[0]) == int(into.receive_time[-1])
            seen.add(int(into.value[0]))
            time.sleep(0)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        last = reader.snapshot(into)
        assert last is None or len(np.unique(into.value)) == 1
        reader.close()
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_table_for_which_there_is_no_room_is_told_at_the_start(tmp_path: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(LinkUnavailable, match="no room"):
            TableWriter(tmp_path / "table-1", 10_000, 0, DIGEST, 1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert list(tmp_path.iterdir()) == []


def test_a_table_owns_all_its_memory_from_the_start(tmp_path: Path) -> None:
    table = TableWriter(tmp_path / "table-1", 10_000, 100_000, DIGEST, 1)
    found = (tmp_path / "table-1").stat()
    assert found.st_blocks * 512 >= found.st_size
    table.close()
