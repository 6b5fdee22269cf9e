"""The compiled program against an evaluator of the syntax tree in plain Python floats, written apart."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.expressions import compile_expression

NAMES = ("a", "b", "load", "min_gap")
LEVELS = {"if": 0, "or": 1, "and": 2, "not": 3, "<": 4, "+": 5, "*": 6, "neg": 7, "atom": 8}


@dataclass(frozen=True)
class Node:
    kind: str
    parts: tuple[Node, ...] = ()
    text: str = ""

    @property
    def level(self) -> int:
        first = self.kind
        if first in ("<", "<=", ">", ">=", "==", "!=", "chain"):
            return LEVELS["<"]
        return LEVELS.get({"-": "+", "/": "*"}.get(first, first), LEVELS["atom"])


def render(node: Node, at_least: int = 0) -> str:
    """The text with as few parentheses as the precedence needs, so that a wrong precedence shows."""
    parts, level = node.parts, node.level
    match node.kind:
        case "number" | "name":
            text = node.text
        case "call":
            text = f"{node.text}({', '.join(render(part) for part in parts)})"
        case "neg":
            text = f"-{render(parts[0], level)}"
        case "not":
            text = f"not {render(parts[0], level)}"
        case "if":
            chosen, condition = (render(part, level + 1) for part in parts[:2])
            text = f"{chosen} if {condition} else {render(parts[2], level)}"
        case "chain":
            signs = node.text.split()
            text = render(parts[0], level + 1)
            for sign, part in zip(signs, parts[1:], strict=True):
                text += f" {sign} {render(part, level + 1)}"
        case _:
            text = f"{render(parts[0], level)} {node.kind} {render(parts[1], level + 1)}"
    return f"({text})" if level < at_least else text


def compare(sign: str, a: float, b: float) -> float:
    if math.isnan(a) or math.isnan(b):
        return math.nan
    truth = {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "==": a == b, "!=": a != b}[sign]
    return 1.0 if truth else 0.0


def conjunction(a: float, b: float) -> float:
    if a == 0 or b == 0:
        return 0.0
    return math.nan if math.isnan(a) or math.isnan(b) else 1.0


def disjunction(a: float, b: float) -> float:
    if (a != 0 and not math.isnan(a)) or (b != 0 and not math.isnan(b)):
        return 1.0
    return math.nan if math.isnan(a) or math.isnan(b) else 0.0


def call(name: str, values: list[float]) -> float:
    if name == "abs":
        return abs(values[0])
    if name == "sqrt":
        return math.sqrt(values[0]) if values[0] >= 0 else math.nan
    if any(map(math.isnan, values)):
        return math.nan
    return min(values) if name == "min" else max(values)


def plain(node: Node, scope: Mapping[str, float]) -> float:
    values = [plain(part, scope) for part in node.parts]
    match node.kind:
        case "number":
            return float(node.text)
        case "name":
            return {"true": 1.0, "false": 0.0}.get(node.text, scope.get(node.text, 0.0))
        case "call":
            return call(node.text, values)
        case "neg":
            return -values[0]
        case "not":
            return math.nan if math.isnan(values[0]) else float(values[0] == 0)
        case "and":
            return conjunction(*values)
        case "or":
            return disjunction(*values)
        case "if":
            if math.isnan(values[1]):
                return math.nan
            return values[0] if values[1] else values[2]
        case "chain":
            signs = node.text.split()
            result = compare(signs[0], values[0], values[1])
            for i, sign in enumerate(signs[1:], 1):
                result = conjunction(result, compare(sign, values[i], values[i + 1]))
            return result
        case "+":
            return values[0] + values[1]
        case "-":
            return values[0] - values[1]
        case "*":
            return values[0] * values[1]
        case _:
            return values[0] / values[1] if values[1] != 0 else math.nan


SIGNS = st.sampled_from(["<", "<=", ">", ">=", "==", "!="])
LEAVES = st.sampled_from(["0", "1", "2.5", ".5", "3.", "1e3", "4E-2"]).map(
    lambda text: Node("number", (), text)
)
LEAVES |= st.sampled_from([*NAMES, "true", "false", "state.ACTIVE"]).map(lambda text: Node("name", (), text))


def _above(below: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    pair, triple = st.tuples(below, below), st.tuples(below, below, below)
    return st.one_of(
        st.builds(Node, st.sampled_from(["+", "-", "*", "/", "and", "or"]), pair),
        st.builds(Node, st.just("if"), triple),
        st.builds(Node, st.sampled_from(["neg", "not"]), st.tuples(below)),
        st.builds(Node, st.just("chain"), pair, SIGNS),
        st.builds(Node, st.just("chain"), triple, st.tuples(SIGNS, SIGNS).map(" ".join)),
        st.builds(Node, st.just("call"), st.tuples(below), st.sampled_from(["sqrt", "abs"])),
        st.builds(Node, st.just("call"), pair | triple, st.sampled_from(["min", "max"])),
    )


TREES = st.recursive(LEAVES, _above, max_leaves=12)
ROWS = st.lists(
    st.tuples(
        *[st.sampled_from([0.0, 1.0, -1.0, 3.0, math.nan, math.inf]) | st.floats(-1e6, 1e6)] * len(NAMES)
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=500, deadline=None)
@given(TREES, ROWS)
def test_same_result(tree: Node, rows: list[tuple[float, ...]]) -> None:
    text = render(tree)
    expression = compile_expression(text, NAMES, {"state.ACTIVE": 3.0})
    columns = dict(zip(NAMES, np.array(rows, np.float64).T, strict=True))
    before = {name: column.copy() for name, column in columns.items()}
    got = expression.evaluate([columns[name] for name in expression.inputs])
    if not expression.inputs:
        assert got.shape == (1,)
        got = np.repeat(got, len(rows))
    want = [plain(tree, {**dict(zip(NAMES, row, strict=True)), "state.ACTIVE": 3.0}) for row in rows]
    assert got.dtype == np.float64
    np.testing.assert_array_equal(got, want, err_msg=text)
    for name, column in columns.items():
        np.testing.assert_array_equal(column, before[name])


@settings(deadline=None)
@given(TREES)
def test_inputs_are_the_names_in_order_of_first_use(tree: Node) -> None:
    def names(node: Node) -> list[str]:
        own = [node.text] if node.kind == "name" and node.text in NAMES else []
        return own + [name for part in node.parts for name in names(part)]

    assert compile_expression(render(tree), NAMES, {"state.ACTIVE": 3.0}).inputs == tuple(
        dict.fromkeys(names(tree))
    )
