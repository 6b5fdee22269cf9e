"""Statuses are known by the numbers and names of the specification."""

from __future__ import annotations

from asyncua import ua

from hmi.model import status


def test_every_name_is_that_of_the_specification() -> None:
    """OPC 10000-6, A.2, as asyncua has them."""
    known = {
        name: code
        for name, code in vars(ua.StatusCodes).items()
        if isinstance(code, int) and name.startswith(("Good", "Bad", "Uncertain"))
    }
    ours = {
        name: code
        for name, code in vars(status).items()
        if name.isupper() and name.startswith(("BAD", "UNC"))
    }
    assert len(ours) > 20
    for constant, code in ours.items():
        name = "".join(part.capitalize() for part in constant.split("_"))
        assert status.name(code) == name
        assert known[name] == code


def test_a_status_without_a_name_is_told_as_its_number() -> None:
    assert status.name(0x80FE_0000) == "0x80FE0000"
