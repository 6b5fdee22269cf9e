"""Lint of files that nobody meant to write: problems at places that exist, and never a traceback."""

from __future__ import annotations

import shutil
import uuid
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from hmi.machines.lint.report import lint_path

FILES = [
    "site.yaml",
    "texts/en.yaml",
    *(
        f"machines/press/{each}"
        for each in ("machine.yaml", "tags.yaml", "geometry.yaml", "screens/machine.yaml")
    ),
    "machines/press/texts/en.yaml",
]

JUNK = [
    *(b"", b"\x00", b"\xff\xfe", b"\xc3", b"\t", b"- ", b"[", b"]", b"{", b"}", b"*a", b"&a ", b": ", b"? "),
    *(
        b"!!python/object ",
        b"---\n",
        b"...\n",
        b"'",
        b'"',
        b"|",
        b"%YAML 1.1\n",
        b"1e999",
        b".nan",
        b"9" * 50,
    ),
    *(b"null", b"true", b"[" * 100, b"{a: " * 40, b"<<: {}", b"2024-01-01", b"12:30:00", b"a: 1\na: 2\n"),
    *(b"schema: twinpane.tags/1\n", b"\xe2\x80\xa8", b"tag", b"name", b"[]", b"{}", b"-1", b"~", b"force"),
    b"id",
]

edits = st.lists(
    st.tuples(
        st.sampled_from(FILES),
        st.floats(0, 1),
        st.sampled_from(["insert", "replace", "delete", "twice", "cut"]),
        st.sampled_from(JUNK),
    ),
    min_size=1,
    max_size=4,
)


def edited(content: bytes, where: float, how: str, junk: bytes) -> bytes:
    """A change at a word or a line."""
    words = content.split(b" ")
    lines = content.split(b"\n")
    word, line = round(where * (len(words) - 1)), round(where * (len(lines) - 1))
    match how:
        case "insert":
            return b" ".join([*words[:word], junk + words[word], *words[word + 1 :]])
        case "replace":
            return b" ".join([*words[:word], junk, *words[word + 1 :]])
        case "delete":
            return b"\n".join(lines[:line] + lines[line + 1 :])
        case "twice":
            return b"\n".join([*lines[: line + 1], *lines[line:]])
        case _:
            return b"\n".join(lines[:line])


def check_lint(folder: Path, site: Path, changes: list[tuple[str, float, str, bytes]]) -> None:
    shutil.copytree(site, folder)
    for name, where, how, junk in changes:
        file = folder / name
        file.write_bytes(edited(file.read_bytes(), where, how, junk))
    report = lint_path(folder)
    for problem in report.problems:
        assert problem.text
        assert "\n" not in problem.text
        assert problem.file.is_relative_to(folder)
        if problem.file.is_file():
            assert 1 <= problem.line <= problem.file.read_bytes().count(b"\n") + 1
    shutil.rmtree(folder)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(edits)
@example([("machines/press/tags.yaml", 0.0, "cut", b"")])
@example([("site.yaml", 0.5, "replace", b"[" * 100)])
@example([("site.yaml", 1.0, "replace", b"")])
def test_every_file_can_be_told_about(
    tmp_path: Path, site: Path, changes: list[tuple[str, float, str, bytes]]
) -> None:
    check_lint(tmp_path / uuid.uuid4().hex, site, changes)


@pytest.mark.full
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=1000)
@given(edits)
def test_thousands_of_files_can_be_told_about(
    tmp_path: Path, site: Path, changes: list[tuple[str, float, str, bytes]]
) -> None:
    check_lint(tmp_path / uuid.uuid4().hex, site, changes)
