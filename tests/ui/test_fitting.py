"""No text is cut or runs into another, whatever the size and the language."""

from hypothesis import given, settings
from hypothesis import strategies as st
from PyQt6.QtCore import QPointF, QRectF
from PyQt6.QtGui import QFontInfo, QFontMetricsF, QImage, QPainter, QRawFont
from PyQt6.QtWidgets import QApplication

from hmi.ui import fonts, painting
from hmi.ui.metrics import LEAST_FONT_PX, TOUCH_MM, Metrics


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60), st.floats(0, 300), st.sampled_from([11, 14, 24]))
def test_elided_text_fits_or_is_not_there(content: str, room: float, size: int) -> None:
    font = fonts.font(size)
    shown = painting.elided(font, content, room)
    assert QFontMetricsF(font).horizontalAdvance(shown) <= room + 0.5 or shown == ""
    if QFontMetricsF(font).horizontalAdvance(content) <= room:
        assert shown == content


def test_text_is_painted_inside_its_room(qapp: QApplication) -> None:
    image = QImage(200, 40, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    long = "Kühlschmierstoffkonzentration im Vorratsbehälter"
    painting.text(painter, QPointF(10, 25), long, fonts.font(16), "#ffffff", room=100)
    painter.end()
    assert any(image.pixel(x, y) & 0xFFFFFF for x in range(10, 110) for y in range(40))
    assert not any(image.pixel(x, y) & 0xFFFFFF for x in range(112, 200) for y in range(40))


def test_all_digits_are_equally_wide(qapp: QApplication) -> None:
    font = fonts.font(24, fonts.SEMIBOLD)
    assert font.family() == fonts.FAMILY
    widths = [painting.width(font, digit) for digit in "0123456789"]
    assert max(widths) - min(widths) < 0.1


def test_the_bundled_typeface_is_the_one_in_use(qapp: QApplication) -> None:
    assert QFontInfo(fonts.font(14)).family() == "Inter"
    raw = QRawFont.fromFont(fonts.font(14))
    for sign in "\N{MINUS SIGN}\N{THIN SPACE}µ°²Ø×±…–·äöüßÄ":
        assert raw.supportsCharacter(sign), sign


def test_a_touch_target_is_never_smaller_than_a_gloved_finger() -> None:
    for dpi in (72.0, 96.0, 149.0, 220.0):
        metrics = Metrics.compute(1024, 600, dpi)
        assert metrics.touch(10) / dpi * 25.4 >= TOUCH_MM
    assert Metrics.compute(1280, 800, 96.0).touch(76) == 76


def test_a_screen_that_lies_about_its_size_gets_a_sane_one() -> None:
    sane = Metrics.compute(1280, 800, 96.0)
    for claimed in (0.0, 12.0, 4000.0, float("nan")):
        assert Metrics.compute(1280, 800, claimed) == sane


def test_the_design_scales_by_the_tighter_side() -> None:
    assert Metrics.compute(1280, 800, 96).scale == 1.0
    assert Metrics.compute(1920, 1080, 96).scale == 1.35
    assert Metrics.compute(300, 100, 96).font(9).pixelSize() == LEAST_FONT_PX


def test_a_box_keeps_its_line_inside(qapp: QApplication) -> None:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    painting.begin(painter)
    painting.box(painter, QRectF(10, 10, 20, 20), 4, "#ffffff", "#ff0000", 3)
    painter.end()
    outside = [(x, y) for x in range(40) for y in range(40) if not (10 <= x < 30 and 10 <= y < 30)]
    assert not any(image.pixel(x, y) & 0xFFFFFF for x, y in outside)
