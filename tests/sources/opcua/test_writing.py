from __future__ import annotations

import math
from typing import Any

import pytest
from asyncua import ua

from hmi.model import status
from hmi.model.values import ValueType
from hmi.sources.opcua.writing import UnwritableError, to_variant

V = ua.VariantType


@pytest.mark.parametrize(
    ("value", "wire", "variant_type", "sent"),
    [
        (1.5, ValueType.FLOAT, V.Double, 1.5),
        (3, ValueType.FLOAT, V.Double, 3.0),
        (1.5, ValueType.FLOAT, V.Float, 1.5),
        (7.0, ValueType.FLOAT, V.Int16, 7),
        (2**62 + 1, ValueType.INT, V.Int64, 2**62 + 1),
        (2**64 - 1, ValueType.UINT, V.UInt64, 2**64 - 1),
        (2, ValueType.ENUM, V.Int32, 2),
        (True, ValueType.BOOL, V.Boolean, True),
        ("x", ValueType.STRING, V.String, "x"),
        ("x", ValueType.STRING, V.LocalizedText, ua.LocalizedText("x")),
    ],
)
def test_a_value_becomes_what_the_variable_takes(
    value: Any, wire: ValueType, variant_type: ua.VariantType, sent: Any
) -> None:
    variant = to_variant(value, wire, variant_type)
    assert (variant.Value, variant.VariantType) == (sent, variant_type)
    assert type(variant.Value) is type(sent)


@pytest.mark.parametrize(
    ("value", "wire", "variant_type"),
    [
        (32_768, ValueType.INT, V.Int16),
        (-1, ValueType.INT, V.UInt32),
        (7.5, ValueType.FLOAT, V.Int16),
        (math.nan, ValueType.FLOAT, V.Int16),
        (math.inf, ValueType.FLOAT, V.Int32),
        (1e300, ValueType.FLOAT, V.Float),
        (2**64, ValueType.UINT, V.UInt64),
    ],
)
def test_a_value_that_does_not_fit_is_never_bent(
    value: Any, wire: ValueType, variant_type: ua.VariantType
) -> None:
    with pytest.raises(UnwritableError) as caught:
        to_variant(value, wire, variant_type)
    assert caught.value.status == status.BAD_OUT_OF_RANGE


@pytest.mark.parametrize(
    ("value", "wire", "variant_type"),
    [
        (True, ValueType.FLOAT, V.Double),
        (1, ValueType.BOOL, V.Boolean),
        ("1", ValueType.FLOAT, V.Double),
        (1.0, ValueType.STRING, V.String),
        ("1.0", ValueType.FLOATS, V.Double),
        (1, ValueType.INTS, V.Int64),
    ],
)
def test_a_value_of_another_type_is_refused(
    value: Any, wire: ValueType, variant_type: ua.VariantType
) -> None:
    with pytest.raises(UnwritableError) as caught:
        to_variant(value, wire, variant_type)
    assert caught.value.status == status.BAD_TYPE_MISMATCH
