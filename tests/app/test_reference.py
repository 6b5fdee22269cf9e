"""The reference pages say what the program does."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from hmi.app import reference

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "hmi/docs/reference"


def test_the_command_line_is_described_as_it_is() -> None:
    page = (PAGES / "command-line.md").read_text(encoding="utf-8")
    assert page == reference.page(), "run: python -m hmi.app.reference > hmi/docs/reference/command-line.md"


def keys_of(function: str, file: Path) -> set[str]:
    """The keys of the mapping that a bench gives."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    (found,) = (
        each for each in ast.walk(tree) if isinstance(each, ast.FunctionDef) and each.name == function
    )
    given = [each.value for each in ast.walk(found) if isinstance(each, ast.Return)]
    (mapping,) = (each for each in given if isinstance(each, ast.Dict))
    return {str(key.value) for key in mapping.keys if isinstance(key, ast.Constant)}


@pytest.mark.parametrize("bench", ["glass", "modbus", "frame", "link", "ingest", "record", "decode", "panel"])
def test_every_key_of_a_bench_is_described(bench: str) -> None:
    page = (PAGES / "benches.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^## bench {bench}$(.*?)^## ", page, re.MULTILINE | re.DOTALL)
    rows = re.findall(r"^\| (`.*?`) \|", section, re.MULTILINE)
    described = {key for row in rows for key in re.findall(r"`(\w+)`", row)}
    own = keys_of(f"measure_{bench}", ROOT / f"hmi/app/bench/{bench}.py")
    assert described == own | {"machine", "stolen_percent"}
