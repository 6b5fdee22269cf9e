"""Long texts are broken, never cut."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtGui import QFontMetricsF
from PyQt6.QtWidgets import QApplication

from hmi.ui import fonts
from hmi.ui.wrapping import wrapped


@pytest.mark.usefixtures("qapp")
@given(st.text("abcW /.;=_", max_size=80), st.integers(30, 300))
def test_no_letter_is_lost_and_no_line_is_too_long(text: str, room: int) -> None:
    assert QApplication.instance() is not None
    font = fonts.font(13.0)
    lines = wrapped(font, text, room)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(QFontMetricsF(font).horizontalAdvance(line) <= room for line in lines)


@pytest.mark.usefixtures("qapp")
def test_the_last_line_of_few_holds_the_rest() -> None:
    font = fonts.font(13.0)
    assert wrapped(font, "one two three four five six seven", 60, most=2)[1].endswith("six seven")
