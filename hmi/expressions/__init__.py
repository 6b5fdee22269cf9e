"""The restricted language of derived tags (later: alarms and screens), compiled to numpy over arrays.

Only + − × ÷, sqrt, abs, min, max, comparisons, and/or/not and if-else, so that a recording gives the
same result everywhere. Text is parsed and checked, never executed. Imports config and model.
"""

from __future__ import annotations

from hmi.expressions.expression import Expression, compile_expression
from hmi.expressions.scope import CircularError, evaluation_order, label_constants
from hmi.expressions.tokens import ExpressionError

__all__ = [
    "CircularError",
    "Expression",
    "ExpressionError",
    "compile_expression",
    "evaluation_order",
    "label_constants",
]
