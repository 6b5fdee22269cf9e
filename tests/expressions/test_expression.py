from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.expressions import ExpressionError, compile_expression

NAMES = ("feed", "rpm", "execution")
LABELS = {"execution.READY": 0.0, "execution.ACTIVE": 3.0}


def result(text: str, **columns: list[float]) -> list[float]:
    expression = compile_expression(text, columns.keys(), LABELS)
    return list(expression.evaluate([np.array(columns[name], np.float64) for name in expression.inputs]))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1 + 2 * 3", 7),
        ("-2 * -3", 6),
        ("8 / 4 / 2", 1),
        ("8 - 4 - 2", 2),
        ("2 if 1 else 3 if 0 else 4", 2),
        ("(2 if 0 else 3) + 1", 4),
        ("not 1 == 2", 1),
        ("1 < 2 < 3", 1),
        ("3 > 2 > 2", 0),
        ("0 or 0 and 1", 0),
        ("1 or 0 and 0", 1),
        ("max(1, 2, min(7, 5))", 5),
        ("sqrt(abs(-16))", 4),
        ("true + true", 2),
        ("execution.ACTIVE", 3),
        ("5 and 7", 1),
    ],
)
def test_precedence(text: str, value: float) -> None:
    assert result(text) == [value]


def test_unknown_stays_unknown() -> None:
    nan = float("nan")
    assert np.isnan(result("a / b", a=[1, 0, nan], b=[0, 0, 1])).all()
    assert np.isnan(result("sqrt(a)", a=[-1])).all()
    assert np.isnan(result("a == a", a=[nan])).all()
    assert np.isnan(result("not a", a=[nan])).all()
    assert np.isnan(result("1 if a else 2", a=[nan])).all()
    assert result("a and false", a=[nan]) == [0]
    assert result("a or true", a=[nan]) == [1]


def test_no_values_warn_and_no_rows_are_fine() -> None:
    extremes = [0.0, -0.0, np.nan, np.inf, -np.inf, 1e308, -1e308, 5e-324]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for text in ("a / b", "a * b", "sqrt(a) - sqrt(b)", "a < b", "min(a, b)", "a and b", "a if b else 0"):
            grid = np.meshgrid(extremes, extremes)
            assert len(result(text, a=list(grid[0].ravel()), b=list(grid[1].ravel()))) == 64
            assert result(text, a=[], b=[]) == []


def test_the_result_is_not_the_input() -> None:
    column = np.array([1.0, 2.0])
    got = compile_expression("a", ["a"]).evaluate([column])
    got[0] = 9.0
    assert list(column) == [1.0, 2.0]


def test_arrays_of_another_number_or_length_are_refused() -> None:
    expression = compile_expression("a + b", ["a", "b"])
    with pytest.raises(ValueError, match=r"expected 2 arrays of one length"):
        expression.evaluate([np.zeros(2)])
    with pytest.raises(ValueError, match=r"found lengths \[1, 2\]"):
        expression.evaluate([np.zeros(1), np.zeros(2)])


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "found the end, expected a number"),
        ("feed +", 7, "found the end"),
        ("feed * (rpm", 12, "expected `)`"),
        ("feed rpm", 6, "found `rpm`, expected an operator or the end"),
        ("1 + fed", 5, "expected the name of a tag, did you mean `feed`?"),
        ("execution == ACTIVE", 14, "did you mean `execution.ACTIVE`?"),
        ("execution.ACTVE", 1, "expected a label of an enum tag, did you mean `execution.ACTIVE`?"),
        ("feed = 1", 6, "equality is `==`"),
        ("feed ^ 2", 6, "write `x * x`"),
        ("feed && rpm", 6, "logic is `and`"),
        ("2 × 3", 3, "times is `*`"),
        ("sin(feed)", 1, "expected one of sqrt, abs, min, max"),
        ("sqr(feed)", 1, "expected one of sqrt"),
        ("sqrt(1, 2)", 7, "expected `)`"),
        ("max(feed)", 9, "expected `,`"),
        ("1 if feed", 10, "expected `else`"),
        ("1e999", 1, "fits in a float64"),
        ("feed[0]", 5, "found `[`"),
        ("feed.real", 1, "label"),
        ("lambda: 1", 7, "found `:`"),
        ("__import__('os')", 12, "found `'`"),
        ("(" * 41 + "1" + ")" * 41, 42, "deeper than 40"),
        ("-" * 41 + "1", 42, "deeper than 40"),
        ("not " * 41 + "1", 165, "deeper than 40"),
        ("1 if 1 else " * 41 + "1", 493, "deeper than 40"),
        ("1+" * 500 + "1", 1000, "at most 1000"),
    ],
)
def test_errors_name_the_column(text: str, column: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        compile_expression(text, NAMES, LABELS)
    assert caught.value.column == column
    assert str(caught.value).startswith(f"column {column}: ")
    assert words in str(caught.value)


def test_the_longest_is_evaluated_without_recursion() -> None:
    assert result("+".join(["1"] * 500)) == [500]
    assert result("(" * 40 + "1" + ")" * 40) == [1]


@settings(deadline=None)
@given(st.text("ab01.+-*/<>=!(), \n\té" + "andorifels", max_size=40))
def test_any_text_is_compiled_or_refused_by_column(text: str) -> None:
    try:
        compile_expression(text, ["a", "b"])
    except ExpressionError as error:
        assert 1 <= error.column <= len(text) + 1  # noqa: PT017 - either outcome is right
