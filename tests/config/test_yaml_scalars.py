from __future__ import annotations

import pytest

from hmi.config.yaml_scalars import plain


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("~", None),
        ("null", None),
        ("true", True),
        ("FALSE", False),
        ("yes", "yes"),
        ("on", "on"),
        ("Off", "Off"),
        ("y", "y"),
        ("12:30", "12:30"),
        ("1_000", "1_000"),
        ("2024-01-31", "2024-01-31"),
        ("17", 17),
        ("017", 17),
        ("-3", -3),
        ("+3", 3),
        ("0o17", 15),
        ("0x1F", 31),
        ("18446744073709551615", 2**64 - 1),
        ("1e3", 1000.0),
        ("1.", 1.0),
        (".5", 0.5),
        ("-1.5E-2", -0.015),
        (".", "."),
        ("e3", "e3"),
        ("nan", "nan"),
        ("9" * 50, "9" * 50),
    ],
)
def test_core_schema(text: str, value: object) -> None:
    got = plain(text)
    assert got == value
    assert type(got) is type(value)


@pytest.mark.parametrize(
    "text", [".inf", "-.Inf", ".NaN", "1e999", "18446744073709551616", "0xfffffffffffffffff"]
)
def test_numbers_that_no_lane_holds(text: str) -> None:
    with pytest.raises(ValueError, match=r"expected"):
        plain(text)
