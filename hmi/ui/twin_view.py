"""The live twin of a machine: its views side by side, painted where something changed."""

from __future__ import annotations

import math

from PyQt6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PyQt6.QtGui import QPainter, QPaintEvent, QPixmap, QRegion, QResizeEvent, QShowEvent
from PyQt6.QtWidgets import QWidget

from hmi.config.epoch import Machine
from hmi.present import format as formats
from hmi.present import machine_state, quality
from hmi.present.calibration_text import CalibrationText, calibration_text
from hmi.present.drawn import Drawn
from hmi.present.scene import Scene, SceneView
from hmi.present.scene_layout import Placed, place
from hmi.present.scene_outlines import Mark, Path
from hmi.present.scene_parts import Item
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts
from hmi.present.theme import Theme
from hmi.ui import painting, twin_foot
from hmi.ui.badge import badge, badge_width
from hmi.ui.badge_places import badge_place
from hmi.ui.metrics import Metrics
from hmi.ui.twin_labels import LabelSprite, wording
from hmi.ui.twin_sprites import ShapeSprite, Sprite, TrailSprite
from hmi.ui.twin_still import TITLE_ROW, paint_still, surround
from hmi.ui.twin_styles import Styles
from hmi.ui.twin_travel import TravelSprite


class TwinView(QWidget):
    """The twin of one machine in one session; a new session needs a new view.

    What never changes is painted once. What hangs on tags is painted when it looks different, in the
    rectangles that it leaves and enters. While the machine has no link, or the engine is silent, a veil
    lies over everything and says since when.

    Raises:
        KeyError, ValueError: the geometry does not fit the machine's tags; see `hmi.present.scene.Scene`.
    """

    def __init__(
        self,
        machine: Machine,
        session: Session,
        theme: Theme,
        texts: Texts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._machine = machine
        self._session = session
        self._theme = theme
        self._texts = texts.for_machine(machine.id)
        views = () if machine.screen is None else machine.screen.views
        geometry = machine.geometry
        self._scene = None if geometry is None else Scene(geometry, machine.id, session, views)
        self._metrics = Metrics.of(self)
        self._styles = Styles(theme, self._metrics.scale)
        self._placed: list[Placed] = []
        self._still: QPixmap | None = None
        self._leading: list[int] = []
        self._sprites: list[list[Sprite]] = []
        self._travel: list[TravelSprite | None] = []
        self._badges: list[tuple[QPointF, str]] = []
        self._veil = ""
        self._foot: CalibrationText | None = None

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """The smallest size at which a machine can still be made out."""
        return QSize(240, 160)

    def refresh(self, frame: Frame) -> None:
        """Follow a frame of the session; what looks different is painted at the next chance."""
        if self._scene is None:
            return
        changed = self._scene.refresh(frame)
        foot = self._foot_text(frame)
        if foot != self._foot:
            self._foot = foot
            self.update(self._foot_area().toAlignedRect())
        if not self._sprites:
            return  # not laid out yet: the first layout draws the scene as it stands
        dirty = QRegion()
        for number, positions in enumerate(changed):
            for position in positions:
                dirty += self._renew(number, position)
            if positions:
                dirty += self._renew_travel(number)
        dirty += self._renew_badges(frame)
        if self._veil_text(frame) != self._veil:
            self._veil = self._veil_text(frame)
            self.update()
        elif not dirty.isEmpty():
            self.update(dirty)

    def drawn(self) -> Drawn:
        """What the items that are to be seen hang on."""
        tags = () if self._scene is None or self._veil else self._scene.tags_seen
        return Drawn.at_once(len(self._session.epoch.tags), tags)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802 - Qt's name
        """While it was out of view it was told nothing."""
        super().showEvent(event)
        if self._scene is not None:
            self._scene.catch_up()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802 - Qt's name
        """Lay the views out anew."""
        super().resizeEvent(event)
        self._lay_out()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802 - Qt's name
        """Paint what the event's region touches."""
        if event is None:
            return
        painter = QPainter(self)
        if self._scene is None or self._still is None:
            self._paint_nothing(painter)
            painter.end()
            return
        dirty = event.rect()
        ratio = self._still.devicePixelRatio()
        source = QRectF(dirty.x() * ratio, dirty.y() * ratio, dirty.width() * ratio, dirty.height() * ratio)
        painter.drawPixmap(QRectF(dirty), self._still, source)
        region = event.region()
        for view, placed, sprites, first in zip(
            self._scene.views, self._placed, self._sprites, self._leading, strict=True
        ):
            painter.setClipRect(_window(placed, self._metrics))
            for item, sprite in zip(view.items[first:], sprites[first:], strict=True):
                if item.visible and region.intersects(sprite.rect):
                    sprite.paint(painter, self._styles, dirty)
        painter.setClipping(False)
        for travel in self._travel:
            if travel is not None and region.intersects(travel.rect):
                travel.paint(painter, self._styles, dirty)
        foot = self._foot_area()
        if self._foot is not None and region.intersects(foot.toAlignedRect()):
            twin_foot.paint_foot(painter, foot, self._foot, self._theme, self._metrics)
        self._paint_doubts(painter)
        painter.end()

    def _lay_out(self) -> None:
        scene, geometry = self._scene, self._machine.geometry
        if scene is None or geometry is None or self.width() < 2 or self.height() < 2:
            return
        m = self._metrics = Metrics.of(self)
        self._styles = Styles(self._theme, m.scale)
        around = [surround(view.view, view.scale is not None, m) for view in scene.views]
        above_foot = self._foot_area().top()
        self._placed = place([v.view for v in scene.views], around, self.width(), above_foot)
        self._sprites = [
            [self._sprite(item, placed) for item in view.items]
            for view, placed in zip(scene.views, self._placed, strict=True)
        ]
        self._travel = [self._travel_sprite(number) for number in range(len(scene.views))]
        self._leading = [_leading_still(view) for view in scene.views]
        self._still = self._paint_layer()
        self.update()

    def _paint_layer(self) -> QPixmap:
        scene, geometry = self._scene, self._machine.geometry
        ratio = self.devicePixelRatioF()
        layer = QPixmap(self.size() * ratio)
        layer.setDevicePixelRatio(ratio)
        painter = QPainter(layer)
        painting.begin(painter)
        if scene is not None and geometry is not None:
            views = [(v.view, p) for v, p in zip(scene.views, self._placed, strict=True)]
            area = QRectF(self.rect())
            paint_still(painter, area, views, geometry.unit, self._texts, self._theme, self._metrics)
            for placed, sprites, first in zip(self._placed, self._sprites, self._leading, strict=True):
                painter.setClipRect(_window(placed, self._metrics))
                for sprite in sprites[:first]:
                    sprite.paint(painter, self._styles, self.rect())
        painter.end()
        return layer

    def _sprite(self, item: Item, placed: Placed, before: Sprite | None = None) -> Sprite:
        if isinstance(item.outline, Mark) and self._scene is not None:
            words = wording(item.outline, self._scene.held, self._session, self._texts)
            return LabelSprite(item, words, placed, self._metrics)
        if isinstance(item.outline, Path):
            older = before if isinstance(before, TrailSprite) else None
            return TrailSprite(item, placed, self._metrics.scale, older)
        return ShapeSprite(item, placed, self._metrics.scale)

    def _travel_sprite(self, number: int) -> TravelSprite | None:
        if self._scene is None:
            return None
        view = self._scene.views[number]
        if view.scale is None:
            return None
        placed = self._placed[number]
        return TravelSprite(self._scene, view, view.scale, placed, self._session, self._texts, self._metrics)

    def _renew(self, number: int, position: int) -> QRegion:
        """Make an item's sprite anew; the pixels that look different."""
        if self._scene is None:
            return QRegion()
        item = self._scene.views[number].items[position]
        before = self._sprites[number][position]
        after = self._sprite(item, self._placed[number], before)
        if after.key() == before.key():
            return QRegion()
        self._sprites[number][position] = after
        if isinstance(after, TrailSprite) and isinstance(before, TrailSprite):
            return after.changed(before)
        return QRegion(before.rect) + QRegion(after.rect)

    def _renew_travel(self, number: int) -> QRegion:
        before, after = self._travel[number], self._travel_sprite(number)
        if before is None or after is None or before.key() == after.key():
            return QRegion()
        self._travel[number] = after
        return QRegion(before.rect) + QRegion(after.rect)

    def _renew_badges(self, frame: Frame) -> QRegion:
        badges = [] if self._scene is None else self._wanted_badges(self._scene, frame)
        if badges == self._badges:
            return QRegion()
        dirty = QRegion()
        for each in (*self._badges, *badges):
            dirty += QRegion(self._badge_rect(*each))
        self._badges = badges
        return dirty

    def _wanted_badges(self, scene: Scene, frame: Frame) -> list[tuple[QPointF, str]]:
        """One badge for each dead tag: at the largest of the items that hang on it."""
        found: list[tuple[QPointF, str]] = []
        for view, sprites in zip(scene.views, self._sprites, strict=True):
            largest: dict[int, tuple[int, Item, QRect]] = {}
            for item, sprite in zip(view.items, sprites, strict=True):
                if item.visible and item.dead and item.style not in ("trail", "grid", "envelope"):
                    size = sprite.rect.width() * sprite.rect.height()
                    worst = (item.unknown or item.dead)[0]  # the unknown before the old
                    if worst not in largest or size > largest[worst][0]:
                        largest[worst] = (size, item, sprite.rect)
            if not largest:
                continue
            taken = [QRectF(sprite.rect) for sprite in sprites if _is_name(sprite)]
            for worst, (_, item, rect) in largest.items():
                text = self._doubt(frame, worst, item)
                at = self._badge_place(rect, text, taken)
                taken.append(QRectF(self._badge_rect(at, text)))
                found.append((at, text))
        return found

    def _doubt(self, frame: Frame, worst: int, item: Item) -> str:
        """What the badge of an item says that hangs on a dead tag."""
        said = quality.of(self._session, frame, worst, self._texts).badge
        if isinstance(item.outline, Mark):
            return said  # its place already says what it shows; of a shape one cannot see which tag moves it
        tag = formats.label(self._session.tag(worst), self._texts)
        text_id = "twin.position_unknown" if item.unknown else "twin.badge"
        return self._texts.text(text_id, tag=tag, quality=said)

    def _badge_place(self, rect: QRect, text: str, taken: list[QRectF]) -> QPointF:
        m = self._metrics
        # In steps, so that it does not go elsewhere for every digit of its age.
        wide = math.ceil((badge_width(text, m) + 2) / m.px(32)) * m.px(32)
        area = QRectF(4.0, m.px(8), self.width() - 8.0, self._foot_area().top() - m.px(8))
        return badge_place(QRectF(rect), QSizeF(wide, m.px(24)), taken, area)

    def _badge_rect(self, at: QPointF, text: str) -> QRect:
        wide, high = badge_width(text, self._metrics), self._metrics.px(22)
        return QRectF(at.x() - wide / 2 - 1, at.y() - high / 2 - 1, wide + 2, high + 2).toAlignedRect()

    def _foot_area(self) -> QRectF:
        high = self._metrics.px(twin_foot.HEIGHT)
        return QRectF(0.0, self.height() - high, self.width(), high)

    def _foot_text(self, frame: Frame) -> CalibrationText | None:
        geometry, scene = self._machine.geometry, self._scene
        if geometry is None or scene is None:
            return None
        return calibration_text(geometry, scene.axes, frame.now.utc, self._texts)

    def _veil_text(self, frame: Frame) -> str:
        said = self._outage(frame)
        scene = self._scene
        if not said or scene is None or not scene.held.unknown(scene.tags):
            return said
        return f"{said} · {self._texts.text('twin.positions_unknown')}"

    def _outage(self, frame: Frame) -> str:
        if not frame.engine_alive:
            return self._texts.text("card.engine_lost")
        loss = machine_state.loss(self._session, frame, self._machine.id, whole=True)
        if loss is None:
            return ""
        text_id = "card.no_link" if loss.state.value == "down" else "card.connecting"
        return self._texts.text(text_id, time=formats.since(loss.since, frame.now.utc, self._texts))

    def _paint_doubts(self, painter: QPainter) -> None:
        painting.begin(painter)
        m = self._metrics
        if self._veil:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._styles.veil)
            # Titles and the calibration are as true as before.
            over = QRectF(0.0, m.px(TITLE_ROW), self.width(), self._foot_area().top() - m.px(TITLE_ROW))
            painter.drawRect(over)
            badges = [(QPointF(self.rect().center()), self._veil)]
        else:
            badges = self._badges
        for at, text in badges:
            wide = badge_width(text, m)
            badge(painter, at.x() + wide / 2, at.y(), text, self._theme, m, wide)

    def _paint_nothing(self, painter: QPainter) -> None:
        painting.begin(painter)
        m, area = self._metrics, QRectF(self.rect())
        painter.fillRect(area, painting.color(self._theme.background))
        painting.box(painter, area, m.px(6), self._theme.surface)
        painting.text(
            painter,
            area.center(),
            self._texts.text("twin.none"),
            m.font(14),
            self._theme.text_soft,
            room=area.width() - m.px(32),
            align=painting.CENTRE,
        )


def _leading_still(view: SceneView) -> int:
    """How many items from the back never change: they are painted once. Later ones keep their order."""
    return next((i for i, item in enumerate(view.items) if item.tags), len(view.items))


def _is_name(sprite: Sprite) -> bool:
    """Whether it is to be read where it stands now; what moves goes out of a badge's way by itself."""
    return isinstance(sprite, LabelSprite) and sprite.stands


def _window(placed: Placed, m: Metrics) -> QRectF:
    """Where a view's items may be painted: what has left the view does not reach into the next."""
    edge = m.px(4)
    return QRectF(placed.left, placed.top, placed.width, placed.height).adjusted(-edge, -edge, edge, edge)
