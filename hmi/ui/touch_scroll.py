"""A scroll area for fingers: kinetic, no scroll bar to hit, a thin mark of where one is."""

from __future__ import annotations

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QAbstractScrollArea, QFrame, QScroller, QScrollerProperties


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
