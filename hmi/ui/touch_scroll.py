"""A scroll area for fingers: kinetic, no scroll bar to hit, a thin mark of where one is."""

from __future__ import annotations

from typing import Final

from PyQt6.QtCore import QEvent, QObject, QPointF, Qt
from PyQt6.QtGui import QMouseEvent
from PyQt6.QtWidgets import QAbstractScrollArea, QFrame, QScroller, QScrollerProperties

from hmi.ui.painted import Painted

_FAR: Final = QPointF(-100_000, -100_000)


def make_touch_scrolling(area: QAbstractScrollArea) -> None:
    """Let a scroll area follow a finger (and the mouse), without bars."""
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    viewport = area.viewport()
    QScroller.grabGesture(viewport, QScroller.ScrollerGestureType.LeftMouseButtonGesture)
    scroller = QScroller.scroller(viewport)
    if scroller is None:
        return
    settings = scroller.scrollerProperties()
    off = QScrollerProperties.OvershootPolicy.OvershootAlwaysOff
    for metric in (
        QScrollerProperties.ScrollMetric.HorizontalOvershootPolicy,
        QScrollerProperties.ScrollMetric.VerticalOvershootPolicy,
    ):
        settings.setScrollMetric(metric, off)
    settings.setScrollMetric(QScrollerProperties.ScrollMetric.DragStartDistance, 0.003)
    # A touch is answered at once; when it becomes a drag, the press is taken back.
    settings.setScrollMetric(QScrollerProperties.ScrollMetric.MousePressEventDelay, 0.0)
    scroller.setScrollerProperties(settings)
    scroller.stateChanged.connect(_TakenBack(area).look)


class _TakenBack(QObject):
    """Takes back what a finger has pressed in a scroll area when it begins to drag.

    Qt does so only for presses that it has delayed; of others the rest is kept from whoever was pressed. It
    is called and not sent, as the scroller would take a release that is sent for the end of the drag.
    """

    def look(self, state: QScroller.State) -> None:
        """A release far outside, at which nothing is opened."""
        area = self.parent()
        if state is not QScroller.State.Dragging or not isinstance(area, QAbstractScrollArea):
            return
        far = QMouseEvent(
            QEvent.Type.MouseButtonRelease,
            _FAR,
            _FAR,
            Qt.MouseButton.LeftButton,
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
        )
        for each in (area, *area.findChildren(Painted)):
            each.mouseReleaseEvent(far)
