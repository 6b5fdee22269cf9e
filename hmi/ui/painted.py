"""The base of all custom-painted widgets: one frozen view model in, paint only when it changed."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import ClassVar, Generic, TypeVar

from PyQt6.QtCore import QRectF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap, QRegion
from PyQt6.QtWidgets import QWidget

from hmi.present.theme import Theme
from hmi.ui import painting
from hmi.ui.metrics import Metrics

V = TypeVar("V")


class Painted(QWidget, Generic[V]):
    """A widget that shows a view model and paints all of its area itself."""

    still_covers: ClassVar[bool] = False
    """Whether `draw` begins with `draw_still`, whose picture has the ground in it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.view: V | None = None
        self._layer: QPixmap | None = None
        self._layer_key: Hashable = None
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_view(self, view: V) -> None:
        """Show a view model; nothing is painted where it equals the one that is shown."""
        before = self.view
        if view != before:
            self.view = view
            part = None if before is None else self.dirty(before, view)
            if part is None:
                self.update()
            else:
                self.update(part)

    def dirty(self, before: V, after: V) -> QRegion | None:
        """The part in which all that differs between two views stands; None: nobody knows, so all of it."""
        return None

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Fill the ground, then let the widget draw its view."""
        painter = QPainter(self)
        if self.view is None or not self.still_covers:
            painter.fillRect(self.rect(), painting.color(self.ground()))
        painting.begin(painter)
        if self.view is not None:
            self.draw(painter, self.view, Metrics.of(self))
        painter.end()

    def ground(self) -> str:
        """The colour behind the widget."""
        return self.theme.background

    def draw(self, painter: QPainter, view: V, m: Metrics) -> None:
        """Draw the view over the ground."""
        raise NotImplementedError

    def area(self) -> QRectF:
        """The widget's own rectangle."""
        return QRectF(self.rect())

    def draw_still(
        self, painter: QPainter, key: Hashable, still: Callable[[QPainter], None], m: Metrics
    ) -> None:
        """Draw what seldom changes, on the ground, from a picture; another ``key`` or size makes it anew."""
        ratio = self.devicePixelRatioF()
        full_key = (key, self.width(), self.height(), ratio, m, self.ground())
        if self._layer is None or full_key != self._layer_key:
            layer = QPixmap(self.size() * ratio)
            layer.setDevicePixelRatio(ratio)
            layer.fill(painting.color(self.ground()))  # opaque, so that it is copied and not blended
            own = QPainter(layer)
            painting.begin(own)
            still(own)
            own.end()
            self._layer, self._layer_key = layer, full_key
        painter.drawPixmap(0, 0, self._layer)
