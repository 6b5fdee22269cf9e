"""Recursive descent over the tokens, straight to a postfix program.

Grammar, loosest first (precedence and chaining as in Python)::

    choice     = either ["if" either "else" choice]
    either     = both {"or" both}
    both       = inverted {"and" inverted}
    inverted   = "not" inverted | comparison
    comparison = sum {("<" | "<=" | ">" | ">=" | "==" | "!=") sum}
    sum        = product {("+" | "-") product}
    product    = signed {("*" | "/") signed}
    signed     = ("-" | "+") signed | atom
    atom       = number | "true" | "false" | tag | tag "." LABEL | function "(" choice {"," choice} ")"
               | "(" choice ")"
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from hmi.config.problems import suggestion
from hmi.expressions import operations
from hmi.expressions.operations import F64, Operation
from hmi.expressions.tokens import ExpressionError, Token, tokens

MAX_DEPTH: Final = 40
"""Nesting of parentheses, signs, ``not`` and choices."""

_WORDS: Final = frozenset(("and", "or", "not", "if", "else", "true", "false"))
_FUNCTIONS: Final = (*operations.UNARY_FUNCTIONS, *operations.FOLDED_FUNCTIONS)


@dataclass(frozen=True, slots=True)
class Load:
    """Push the input of this number."""

    input: int


@dataclass(frozen=True, slots=True, eq=False)
class Push:
    """Push a constant, f8[1]."""

    value: F64


@dataclass(frozen=True, slots=True)
class Apply:
    """Replace the topmost ``arity`` values by the operation's result."""

    operation: Operation
    arity: int


Step = Load | Push | Apply


class Parser:
    """One pass over one expression; ``steps`` and ``inputs`` hold the result of `parse`."""

    def __init__(self, text: str, names: Collection[str], constants: Mapping[str, float]) -> None:
        self._tokens = list(tokens(text))
        self._position = 0
        self._depth = 0
        self._names = names
        self._constants = constants
        self.steps: list[Step] = []
        self.inputs: list[str] = []

    def parse(self) -> None:
        """Read the whole expression.

        Raises:
            ExpressionError: with the column and what is expected there.
        """
        self._choice()
        if self._next.kind != "end":
            raise self._unexpected("an operator or the end")

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def _take(self, *texts: str) -> str | None:
        """The next token's text if it is one of ``texts``, which is then read."""
        token = self._next
        if token.kind == "end" or token.text not in texts:
            return None
        self._position += 1
        return token.text

    def _expect(self, text: str) -> None:
        if self._take(text) is None:
            raise self._unexpected(f"`{text}`")

    def _unexpected(self, expected: str) -> ExpressionError:
        return ExpressionError(self._next.column, f"found {self._next}, expected {expected}")

    def _nested(self, rule: Callable[[], None]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError(self._next.column, f"nested deeper than {MAX_DEPTH} levels, expected less")
        rule()
        self._depth -= 1

    def _apply(self, operation: Operation, arity: int) -> None:
        self.steps.append(Apply(operation, arity))

    def _choice(self) -> None:
        self._either()
        if self._take("if"):
            self._either()
            self._expect("else")
            self._nested(self._choice)
            self._apply(operations.select, 3)

    def _either(self) -> None:
        self._both()
        while self._take("or"):
            self._both()
            self._apply(operations.either, 2)

    def _both(self) -> None:
        self._inverted()
        while self._take("and"):
            self._inverted()
            self._apply(operations.both, 2)

    def _inverted(self) -> None:
        if self._take("not"):
            self._nested(self._inverted)
            self._apply(operations.invert, 1)
        else:
            self._comparison()

    def _comparison(self) -> None:
        self._left_to_right(self._product, operations.SUMS)
        signs = []
        while sign := self._take(*operations.COMPARISONS):
            signs.append(sign)
            self._left_to_right(self._product, operations.SUMS)
        if len(signs) == 1:
            self._apply(operations.COMPARISONS[signs[0]], 2)
        elif signs:
            self._apply(_chain([operations.COMPARISONS[sign] for sign in signs]), len(signs) + 1)

    def _product(self) -> None:
        self._left_to_right(self._signed, operations.PRODUCTS)

    def _left_to_right(self, operand: Callable[[], None], table: Mapping[str, Operation]) -> None:
        operand()
        while sign := self._take(*table):
            operand()
            self._apply(table[sign], 2)

    def _signed(self) -> None:
        sign = self._take("-", "+")
        if sign is None:
            self._atom()
        else:
            self._nested(self._signed)
            if sign == "-":
                self._apply(operations.negate, 1)

    def _atom(self) -> None:
        token = self._next
        if self._take("("):
            self._nested(self._choice)
            self._expect(")")
        elif token.kind == "number":
            self._position += 1
            self._number(token)
        elif token.kind == "name" and (token.text not in _WORDS or token.text in ("true", "false")):
            self._position += 1
            self._name(token)
        else:
            raise self._unexpected("a number, a tag, a function or `(`")

    def _number(self, token: Token) -> None:
        value = float(token.text)
        if math.isinf(value):
            raise ExpressionError(token.column, f"found {token}, expected a number that fits in a float64")
        self._push(value)

    def _push(self, value: float) -> None:
        self.steps.append(Push(np.array([value])))

    def _name(self, token: Token) -> None:
        name = token.text
        if self._next.text == "(":
            self._call(token)
        elif name in ("true", "false"):
            self._push(1.0 if name == "true" else 0.0)
        elif name in self._constants:
            self._push(float(self._constants[name]))
        elif name in self._names:
            if name not in self.inputs:
                self.inputs.append(name)
            self.steps.append(Load(self.inputs.index(name)))
        else:
            labels = [each for each in self._constants if each.endswith(f".{name}")]
            hint = f", did you mean `{labels[0]}`?" if labels else suggestion(name, self._spellings(name))
            expected = "a label of an enum tag" if "." in name else "the name of a tag"
            raise ExpressionError(token.column, f"found {token}, expected {expected}{hint}")

    def _spellings(self, name: str) -> Collection[str]:
        return list(self._constants) if "." in name else self._names

    def _call(self, token: Token) -> None:
        if token.text not in _FUNCTIONS:
            raise ExpressionError(token.column, f"found {token}, expected one of {', '.join(_FUNCTIONS)}")
        self._expect("(")
        self._nested(self._choice)
        if operation := operations.UNARY_FUNCTIONS.get(token.text):
            self._apply(operation, 1)
        else:
            self._expect(",")
            self._folded(operations.FOLDED_FUNCTIONS[token.text])
        self._expect(")")

    def _folded(self, operation: Operation) -> None:
        while True:
            self._nested(self._choice)
            self._apply(operation, 2)
            if not self._take(","):
                return


def _chain(comparisons: list[Operation]) -> Operation:
    """``a < b < c`` as ``a < b and b < c`` with every operand evaluated once."""

    def chained(*operands: F64) -> F64:
        result = comparisons[0](operands[0], operands[1])
        for compare, left, right in zip(comparisons[1:], operands[1:], operands[2:], strict=False):
            result = operations.both(result, compare(left, right))
        return result

    return chained
