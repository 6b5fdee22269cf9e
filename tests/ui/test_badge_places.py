"""Badges of the twin: inside the view, over no name where there is room beside it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from PyQt6.QtCore import QPointF, QRectF, QSizeF

from hmi.ui.badge_places import badge_place

AREA = QRectF(4, 8, 800, 400)
SIZE = QSizeF(120, 24)

rects = st.builds(QRectF, st.floats(-50, 850), st.floats(-50, 450), st.floats(1, 400), st.floats(1, 200))
small = st.builds(QRectF, st.floats(0, 700), st.floats(0, 380), st.floats(10, 90), st.floats(10, 20))


def rect(at: QPointF, size: QSizeF = SIZE) -> QRectF:
    return QRectF(at.x() - size.width() / 2, at.y() - size.height() / 2, size.width(), size.height())


@given(rects, st.lists(small, max_size=8), st.floats(20, 300))
def test_a_badge_is_whole_whatever_it_is_about(about: QRectF, taken: list[QRectF], wide: float) -> None:
    size = QSizeF(wide, 24)
    assert AREA.adjusted(-0.01, -0.01, 0.01, 0.01).contains(rect(badge_place(about, size, taken, AREA), size))


@given(st.floats(150, 600), st.floats(100, 300))
def test_it_stands_in_the_middle_of_what_has_room_and_above_what_has_not(x: float, y: float) -> None:
    wide, flat = QRectF(x, y, 200, 50), QRectF(x, y, 40, 10)
    assert badge_place(wide, SIZE, [], AREA) == wide.center()
    above = rect(badge_place(flat, SIZE, [], AREA))
    assert above.bottom() <= flat.top()
    assert above.center().x() == flat.center().x()


@given(st.floats(200, 550), st.floats(120, 280), st.floats(-60, 60), st.floats(-60, 60))
def test_one_name_is_never_covered(x: float, y: float, across: float, down: float) -> None:
    about = QRectF(x, y, 60, 14)
    name = QRectF(x + across, y + down, 70, 18)
    assert not rect(badge_place(about, SIZE, [name], AREA)).intersects(name)


@given(st.floats(200, 550), st.floats(120, 280))
def test_badges_of_parts_at_one_place_stand_apart(x: float, y: float) -> None:
    taken: list[QRectF] = []
    for wide in (60, 50, 40, 30):
        placed = rect(badge_place(QRectF(x, y, wide, 12), SIZE, taken, AREA))
        assert not any(placed.intersects(each) for each in taken)
        taken.append(placed)


def test_where_everything_is_taken_it_covers_the_least() -> None:
    about = QRectF(400, 200, 40, 10)
    everything = [QRectF(0, 0, 810, 200), QRectF(0, 200, 810, 220), QRectF(0, 0, 810, 205)]
    assert rect(badge_place(about, SIZE, everything, AREA)).top() >= 200
