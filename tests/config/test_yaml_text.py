from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.config.yaml_text import MAX_BYTES, MAX_DEPTH, Document, parse, read

FILE = Path("a.yaml")


def told(text: str | bytes) -> list[str]:
    content = text.encode() if isinstance(text, str) else text
    return [str(problem) for problem in parse(content, FILE).problems]


def test_lines_of_keys_and_items() -> None:
    document = parse(b"a: 1\n\nb:\n  - x\n  - c: {d: 2,\n       e: 3}\n", FILE)
    assert document.data == {"a": 1, "b": ["x", {"c": {"d": 2, "e": 3}}]}
    places = [("a",), ("b",), ("b", 0), ("b", 1), ("b", 1, "c"), ("b", 1, "c", "d"), ("b", 1, "c", "e")]
    assert [document.line(*place) for place in places] == [1, 3, 4, 5, 5, 5, 6]
    assert document.line("b", 1, "c", "not", "there") == 5
    assert document.line("nothing") == 1


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "stands twice, expected once (first in line 1)"),
        ("a: &x 1\n", 1, "anchor &x"),
        ("a: &x 1\nb: *x\n", 2, "alias *x"),
        ("a: !!str 1\n", 1, "tag"),
        ("a: !python/object:os.system x\n", 1, "tag"),
        ("a: 1\n---\nb: 2\n", 2, "second document"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "not YAML"),
        ("a:\n\tb: 1\n", 2, "indent with spaces"),
        ("a: b: c\n", 1, "needs quotes"),
        ("a: 'x\n", 2, "not YAML"),
        ("a: .nan\n", 1, "finite"),
        ("? [1, 2]\n: 3\n", 1, "as key"),
        ("a: 1\n~: 3\n", 2, "as key"),
        ("a: 1\nb: \x01\n", 2, "control character U+0001"),
        ("a: 1\nb: \x7f\n", 2, "control character U+007F"),
        (b"a: 1\nb: \xe9\n", 2, "0xe9 is not UTF-8"),
        ("a: 1".encode("utf-16"), 1, "UTF-16"),
        (b"#" * (MAX_BYTES + 1), 1, "larger than"),
        ("[" * 100_000, 1, "deeper than"),
        ("a: " + "{a: " * 40 + "1" + "}" * 40, 1, f"deeper than {MAX_DEPTH}"),
    ],
)
def test_refused(text: str | bytes, line: int, words: str) -> None:
    problems = told(text)
    assert any(problem.startswith(f"a.yaml:{line}: ") and words in problem for problem in problems), problems


def test_structural_mistakes_are_told_all_at_once() -> None:
    assert [line.split(":")[1] for line in told("a: &x 1\na: 2\nb: *x\nc: !t 3\n")] == ["1", "2", "3", "4"]


def test_alias_bomb_is_not_expanded() -> None:
    levels = "".join(f"k{i}: &k{i} [{', '.join([f'*k{i - 1}'] * 9)}]\n" for i in range(1, 12))
    document = parse(f"k0: &k0 [x]\n{levels}".encode(), FILE)
    assert isinstance(document.data, dict)
    assert document.data["k11"] == [None] * 9


def test_byte_order_mark_of_utf8_is_accepted() -> None:
    document = parse(b"\xef\xbb\xbfa: 1\n", FILE)
    assert document.data == {"a": 1}
    assert not document.problems


def test_windows_line_ends() -> None:
    document = parse(b"a: 1\r\nb:\r\n  c: 2\r\n", FILE)
    assert document.data == {"a": 1, "b": {"c": 2}}
    assert document.line("b", "c") == 3


def test_quoted_scalars_are_texts() -> None:
    assert parse(b"a: '1'\nb: \"true\"\nc: |\n  3\n", FILE).data == {"a": "1", "b": "true", "c": "3\n"}


def test_keys_are_texts() -> None:
    assert parse(b"0: a\n0x10: b\ntrue: c\n1.5: d\n", FILE).data == {
        "0": "a",
        "16": "b",
        "true": "c",
        "1.5": "d",
    }


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    (problem,) = read(tmp_path / "none.yaml").problems
    assert "cannot be read" in str(problem)
    assert read(tmp_path).problems


KEYS = st.from_regex(r"[a-zA-Z][a-zA-Z0-9]{0,7}", fullmatch=True)
# PyYAML writes by YAML 1.1, where 08 and 1e3 need no quotes to be texts and U+0085 ends a line.
TEXTS = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x85\u2028\u2029"), max_size=20
).filter(lambda text: text[:1] not in "0123456789+-.")
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | TEXTS | st.floats(-1e9, 1e9)
TREES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=4) | st.dictionaries(KEYS, below, max_size=4),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.dictionaries(KEYS, TREES, max_size=5), st.booleans())
def test_reads_what_pyyaml_writes(tree: dict[str, object], flow: bool) -> None:
    text = yaml.safe_dump(tree, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    document = parse(text.encode(), FILE)
    assert not document.problems
    assert document.data == tree
    lines = text.splitlines()
    for path, line in document.lines.items():
        if path and isinstance(path[-1], str):
            assert path[-1] in lines[line - 1]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200) | st.text("{}[],:&*!?|>-#'\"% \n\tab0~", max_size=80).map(str.encode))
def test_never_raises(content: bytes) -> None:
    document: Document = parse(content, FILE)
    last = (
        content.count(b"\n")
        + content.count(b"\r")
        + content.count(b"\xc2\x85")
        + content.count(b"\xe2\x80")
        + 2
    )
    assert all(1 <= problem.line <= last for problem in document.problems)
