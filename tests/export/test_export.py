"""Exports: exact, whole or not there, and readable by programs that are not ours."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from hmi.app.cli import main
from hmi.export.csv_file import write_csv
from hmi.export.export import UnknownTags, export
from hmi.export.parquet_file import write_parquet
from hmi.export.rows import iso
from hmi.model.clock import SECOND
from hmi.recorder import kinds
from hmi.recorder.reading import RecordingReader
from tests.recorder.shop import EPOCH, NOON
from tests.replay.test_player import Machine

LARGE = 2**53 + 1


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    machine = Machine(tmp_path_factory.mktemp("recorded") / "m")
    machine.begin()
    machine.sample(("load", 0.1 + 0.2), ("count", LARGE), ("part", 'Bracket "7", left'))
    machine.sample(("load", -1.5), ("count", -3), ("part", "Zahnrad\nø 12"))
    machine.lose_link()
    path = machine.path
    machine.journal.end(kinds.STOPPED, machine.clock.now())
    return path


def made(recording: Path, path: Path, write: Callable[..., int], **options: object) -> int:
    with RecordingReader(recording) as reader:
        return export(reader, path, write, **options)  # type: ignore[arg-type]


def table(path: Path) -> tuple[dict[str, str], list[dict[str, str]]]:
    told: dict[str, str] = {}
    with path.open(encoding="utf-8", newline="") as opened:
        while (line := opened.readline()).startswith("# "):
            name, _, value = line.removeprefix("# ").rstrip("\r\n").partition(": ")
            told[name] = value
        return told, list(csv.DictReader(opened, line.rstrip("\r\n").split(",")))


def test_csv_has_every_value_exactly(recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "shift.csv"
    count = made(recording, path, write_csv)
    told, rows = table(path)
    assert len(rows) == count
    assert (told["machine"], told["site"], told["recording"]) == ("m", "test", recording.name)
    assert told["from"] == iso(NOON)
    of = {name: [row["value"] for row in rows if row["tag"] == name] for name in ("load", "count", "part")}
    assert [float(each) for each in of["load"] if each] == [0.1 + 0.2, -1.5]
    assert [int(each) for each in of["count"] if each] == [LARGE, -3]
    assert of["part"][:2] == ['Bracket "7", left', "Zahnrad\nø 12"]
    assert [row["value"] for row in rows if row["tag"] == "double"][:2] == [repr(2 * (0.1 + 0.2)), "-3.0"]
    lost = [row for row in rows if row["quality"] == "bad"]
    assert {row["tag"] for row in lost} == {"load", "count", "part", "double"}
    assert {row["value"] for row in lost} == {""}
    assert all(row["status"].startswith("0x8") for row in lost)


def test_parquet_has_the_same(recording: Path, tmp_path: Path) -> None:
    made(recording, tmp_path / "shift.csv", write_csv)
    count = made(recording, tmp_path / "shift.parquet", write_parquet)
    _, rows = table(tmp_path / "shift.csv")
    found = pq.read_table(tmp_path / "shift.parquet")
    assert found.num_rows == count == len(rows)
    times = found["time"].cast("int64").to_pylist()
    assert [iso(each) for each in times] == [row["time"] for row in rows]
    columns = ("tag", "quality", "status", "value", "integer", "text")
    for row, one in zip(rows, found.select(columns).to_pylist(), strict=True):
        assert one["tag"] == row["tag"]
        assert one["quality"] == row["quality"]
        assert f"0x{one['status']:08X}" == row["status"]
        text = one["text"]
        value = one["integer"] if one["integer"] is not None else one["value"]
        assert ("" if value is None and text is None else text or repr(value)) == row["value"]
    told = json.loads(found.schema.metadata[b"twinpane"])
    assert told["machine"] == "m"
    assert set(json.loads(told["units"])) == {tag.name for tag in EPOCH.tags}


def test_only_what_was_asked_for(recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "shift.csv"
    made(recording, path, write_csv, tags=["count"], begin=NOON + SECOND * 15 // 100)
    _, rows = table(path)
    assert {row["tag"] for row in rows} == {"count"}
    assert [row["value"] for row in rows] == [str(LARGE), "-3", ""]
    with pytest.raises(UnknownTags, match="m has no tag speed; it has load, count, part, double"):
        made(recording, path, write_csv, tags=["speed"])


@pytest.mark.parametrize("write", [write_csv, write_parquet])
def test_what_is_interrupted_leaves_what_was_there(
    recording: Path, tmp_path: Path, write: Callable[..., int]
) -> None:
    path = tmp_path / "shift.out"
    path.write_text("of yesterday")

    def enough(share: float) -> None:
        if share > 0.2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made(recording, path, write, told=enough)
    assert path.read_text() == "of yesterday"
    assert list(tmp_path.iterdir()) == [path]


def run(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["export", *map(str, words)])
    return done.exit_code, done.output


def test_the_command(recording: Path, tmp_path: Path) -> None:
    path = tmp_path / "shift.parquet"
    code, said = run(recording, "--output", path, "--tags", "load, count")
    assert (code, said) == (0, f"{path}: {pq.read_metadata(path).num_rows} rows\n")
    assert run(recording, "--output", path, "--tags", "speed")[0] == 1
    assert run(recording, "--output", path, "--from", "soon")[0] == 2
    assert run(recording, "--output", path, "--from", iso(NOON + SECOND), "--to", iso(NOON))[0] == 2
    code, said = run(recording, "--output", tmp_path / "none" / "shift.csv")
    assert code == 1
    assert "No such file or directory" in said
