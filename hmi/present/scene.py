"""A machine's twin as things to draw: geometry + values + freshness, view by view, without Qt.

Only what hangs on a changed tag is worked out again. What hangs on a tag that is not live keeps its last
trustworthy place and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from hmi.config.geometry import Geometry, Trail, View
from hmi.model.clock import SECOND
from hmi.present.freshness import Freshness
from hmi.present.sample_time import sample_time
from hmi.present.scene_calibration import CalibratedAxes
from hmi.present.scene_outlines import Path
from hmi.present.scene_parts import F64, Item, Part, PartMaker, Pose, joint_tags, number_names, shown_names
from hmi.present.scene_projection import Projection
from hmi.present.scene_scale import TravelScale, travel_scale
from hmi.present.scene_trail import TrailPoints
from hmi.present.scene_values import HeldValues
from hmi.present.session import Frame, Session
from hmi.twin.kinematics import Kinematics, inverse, move

_UNSEEN: Final = 1e-5
"""A move by less than this part of the widest view, or a turn by less than this (rad), is not drawn."""
_FADE_STEP: Final = SECOND
"""How often a trail is drawn paler."""


@dataclass(frozen=True, slots=True, eq=False)
class SceneView:
    """One view: its items in drawing order, and the travel scale at its side where it has one."""

    view: View
    projection: Projection
    items: tuple[Item, ...]
    scale: TravelScale | None


@dataclass(slots=True, eq=False)
class _Tracked:
    trail: Trail
    points: TrailPoints
    joints: tuple[int, ...]
    depends: frozenset[int]
    pen: int | None
    faded: int = 0


class Scene:
    """The twin of one machine in one session.

    Args:
        geometry: what the machine is made of.
        machine: its id, whose tags the geometry names.
        session: where the values are; a new session needs a new scene.
        views: names of the views to draw, in order; none: all of the geometry's.

    Raises:
        KeyError: a view, frame or tag that the geometry names does not exist.
        ValueError: the frames form no tree, a tag that something hangs on is no number, or the points of a
            calibration cannot carry its fit.
    """

    def __init__(self, geometry: Geometry, machine: str, session: Session, views: Sequence[str] = ()) -> None:
        self._session = session
        self._kinematics = Kinematics(geometry.frames)
        self.held = HeldValues(session, machine, number_names(geometry), shown_names(geometry))
        self.axes = CalibratedAxes(geometry.calibrations, self.held)
        joints = self._kinematics.joints.values()
        self._joint_tags = frozenset(map(self.held.index, self.axes.mates(j.value.tag for j in joints)))
        self._doubtful: frozenset[int] = frozenset()
        spans = [span for view in geometry.views for span in (view.span_right, view.span_up)]
        self._reach = max(span.high - span.low for span in spans)
        self.pose: Pose = {}
        self.pose = self._posed()
        self._tracked = [self._track(trail) for trail in geometry.trails]
        named = {view.name: view for view in geometry.views}
        shown = [named[name] for name in views] if views else list(geometry.views)
        self._parts: list[list[Part]] = []
        self.views: tuple[SceneView, ...] = tuple(self._view(geometry, view) for view in shown)
        self._begun = False
        self._seen: tuple[tuple[bool, ...], frozenset[int]] = ((), frozenset())

    @property
    def tags(self) -> frozenset[int]:
        """Every tag that something in these views hangs on."""
        return frozenset(tag for view in self.views for item in view.items for tag in item.tags)

    @property
    def tags_seen(self) -> frozenset[int]:
        """As `tags`, without what is hidden now."""
        seen = tuple(item.visible for view in self.views for item in view.items)
        if seen != self._seen[0]:
            items = (item for view in self.views for item in view.items if item.visible)
            self._seen = seen, frozenset(tag for item in items for tag in item.tags)
        return self._seen[1]

    def catch_up(self) -> None:
        """Frames were missed: the next one shows every tag as news, and trails go on after a gap."""
        self._begun = False
        for one in self._tracked:
            one.points.lift()

    def refresh(self, frame: Frame) -> tuple[tuple[int, ...], ...]:
        """Follow a frame; for each view, the positions in ``items`` of what is to be drawn again."""
        touched = self.held.refresh(frame) if self._begun else self.held.refresh_all(frame)
        doubtful = self.axes.doubtful(frame.now.utc)
        everything = not self._begun or doubtful != self._doubtful
        self._begun, self._doubtful = True, doubtful
        if touched & self._joint_tags:
            self.pose = self._posed()
        grown = frozenset(
            number for number, one in enumerate(self._tracked) if self._follow(one, touched, frame)
        )
        return tuple(
            tuple(
                position
                for position, part in enumerate(parts)
                if (everything or part.depends & touched or part.trail in grown)
                and self._redraw(part, everything or bool(part.form & touched))
            )
            for parts in self._parts
        )

    def _posed(self) -> Pose:
        joints = self._kinematics.joints
        held = {name: self._coordinate(name) for name in joints}
        fresh = {name: stack[0] for name, stack in self._kinematics.transforms(held).items()}
        return {name: self._unless_still(name, place) for name, place in fresh.items()}

    def _unless_still(self, name: str, place: F64) -> F64:
        """Where a frame was before, if nobody can see that it has moved: axes that are calibrated as one
        all stir when one of them does.
        """
        was = self.pose.get(name)
        if was is None:
            return place
        off = np.abs(place - was)
        still = off[:3, :3].max() < _UNSEEN and off[:3, 3].max() < _UNSEEN * self._reach
        return was if still else place

    def _coordinate(self, name: str) -> float:
        joint = self._kinematics.joints[name]
        if self.held.known(self.held.index(joint.value.tag)) or joint.travel is None:
            return self.axes.quantity(joint.value)
        return min(max(0.0, joint.travel.low), joint.travel.high)

    def _view(self, geometry: Geometry, view: View) -> SceneView:
        projection = Projection(view)
        maker = PartMaker(self._kinematics, self.held, self.axes, projection)
        parts = [maker.shape(s, self.pose) for s in geometry.shapes if not s.views or view.name in s.views]
        for number, trail in enumerate(geometry.trails):
            if trail.views and view.name not in trail.views:
                continue
            first = next((i for i, p in enumerate(parts) if p.item.frame == trail.frame), len(parts))
            parts.insert(first, self._trail_part(number, projection))
        parts += [maker.label(m, self.pose) for m in geometry.labels if not m.views or view.name in m.views]
        self._parts.append(parts)
        scale = travel_scale(geometry, view, self._kinematics, projection, self.held)
        return SceneView(view, projection, tuple(part.item for part in parts), scale)

    def _redraw(self, part: Part, other_form: bool) -> bool:
        """Bring a part up to date; say whether it may look different now."""
        item = part.item
        before = (item.freshness, item.dead, item.unknown, item.zone, item.visible)
        if part.trail is None:
            item.freshness = self.held.worst(item.tags)
            item.dead = self.held.not_live(item.tags)
            item.unknown = self.held.unknown(item.dead)
            item.zone = self._zone(part)
            if part.calibrations & self._doubtful:
                item.freshness = max(item.freshness, Freshness.UNCERTAIN)
        if part.visible is not None:
            was, item.visible = item.visible, self.held.number(part.visible) != 0
            if not (was or item.visible):
                part.drawn = None
                return False
        place = self.pose[item.frame]
        if part.trail is None and part.drawn is place and not other_form:
            return before != (item.freshness, item.dead, item.unknown, item.zone, item.visible)
        item.outline, part.drawn = part.draw(self.pose), place
        return True

    def _zone(self, part: Part) -> float | None:
        if part.zone is None:
            return None
        tag = self.held.index(part.zone.tag)
        if self.held.not_live((tag,)):
            return None
        span = part.zone.high - part.zone.low
        return min(max((self.held.number(tag) - part.zone.low) / span, 0.0), 1.0)

    def _track(self, trail: Trail) -> _Tracked:
        names = (*joint_tags(self._kinematics, trail.frame), *joint_tags(self._kinematics, trail.seen_from))
        joints = tuple(map(self.held.index, self.axes.mates(names)))
        pen = None if trail.visible is None else self.held.index(trail.visible)
        depends = frozenset(joints) | (frozenset() if pen is None else {pen})
        return _Tracked(trail, TrailPoints(trail.seconds), joints, depends, pen)

    def _follow(self, one: _Tracked, touched: frozenset[int], frame: Frame) -> bool:
        grown = bool(touched & one.depends) and self._lengthen(one)
        if len(one.points) and abs(frame.now.utc - one.faded) > _FADE_STEP:
            # In steps, so that between them only the new end has to be painted.
            one.faded = frame.now.utc
            one.points.expire(one.faded)
            return True
        return grown

    def _lengthen(self, one: _Tracked) -> bool:
        up = one.pen is not None and self.held.number(one.pen) == 0
        if up or not one.joints or self.held.worst(one.depends) > Freshness.UNCERTAIN:
            one.points.lift()
            return False
        seen_from = inverse(self.pose[one.trail.seen_from])
        x, y, z = move(seen_from, self.pose[one.trail.frame][None, :3, 3])[0].tolist()
        return one.points.add(max(sample_time(self._session, i) for i in one.joints), (x, y, z))

    def _trail_part(self, number: int, projection: Projection) -> Part:
        one = self._tracked[number]

        def draw(pose: Pose) -> Path:
            points, faded = one.points.read(one.faded)
            return Path(projection.points(pose[one.trail.seen_from], points), faded, one.points.first)

        item = Item(one.trail.frame, "trail", "none", one.joints, Path(np.zeros((0, 2)), np.zeros(0)))
        moves = self.axes.mates(joint_tags(self._kinematics, one.trail.seen_from))
        return Part(item, draw, None, frozenset(map(self.held.index, moves)), number)
