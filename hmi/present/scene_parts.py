"""From a geometry's shapes and labels to parts that can redraw themselves in one view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from hmi.config.geometry import Box, Cylinder, Geometry, Grid, Label, Point, Polyline, Shape, Style, Zone
from hmi.present.freshness import Freshness
from hmi.present.scene_calibration import CalibratedAxes
from hmi.present.scene_outlines import Mark, Outline, Polygon, Segments
from hmi.present.scene_projection import Projection
from hmi.present.scene_values import HeldValues, bound_names
from hmi.twin.kinematics import Kinematics

F64 = npt.NDArray[np.float64]
Pose = Mapping[str, F64]
"""Frame → f8[4, 4] at one instant."""

ItemStyle = Style | Literal["label", "trail"]


@dataclass(slots=True, eq=False)
class Item:
    """One thing to draw.

    ``tags``       every tag that its place, form or presence hangs on; none: it never changes
    ``freshness``  the worst of them; what is not LIVE or UNCERTAIN is drawn frozen and hatched
    ``dead``       those of ``tags`` that are not live now
    ``unknown``    those of ``dead`` that never had a value: where the item stands is not known, and its
                   outline is only what it looks like
    ``zone``       its colour's place between cold (0) and hot (1); None: no colour of its own
    """

    frame: str
    style: ItemStyle
    tint: str
    tags: tuple[int, ...]
    outline: Outline
    visible: bool = True
    freshness: Freshness = Freshness.LIVE
    dead: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    zone: float | None = None

    @property
    def live(self) -> bool:
        """Whether it may be drawn as the present state of the machine."""
        return not self.dead


@dataclass(slots=True, eq=False)
class Part:
    """An item with the way to draw it again.

    ``visible`` the tag that hides it; ``depends`` the tags after whose change it must be drawn again;
    ``trail`` the number of the trail that it shows; ``calibrations`` the numbers of those that its place
    hangs on; ``zone`` what it takes a colour from; ``form`` the tags that its form hangs on, besides its
    frame's place; ``drawn`` that place (f8[4, 4]) when it was last drawn.
    """

    item: Item
    draw: Callable[[Pose], Outline]
    visible: int | None = None
    depends: frozenset[int] = field(default_factory=frozenset)
    trail: int | None = None
    calibrations: frozenset[int] = frozenset()
    zone: Zone | None = None
    form: frozenset[int] = frozenset()
    drawn: F64 | None = None


class PartMaker:
    """Makes the parts of one view. All of a machine's views share the held values."""

    def __init__(
        self, kinematics: Kinematics, held: HeldValues, axes: CalibratedAxes, projection: Projection
    ) -> None:
        self._kinematics = kinematics
        self._held = held
        self._axes = axes
        self._projection = projection

    def shape(self, shape: Shape, pose: Pose) -> Part:
        """The part of a shape, drawn for the first time at ``pose``."""
        names, draw = self._drawing(shape)
        coloured = () if shape.zone is None else (shape.zone.tag,)
        part = self._part(shape.frame, shape.style, shape.tint, names, coloured, shape.visible, draw, pose)
        part.zone = shape.zone
        return part

    def label(self, label: Label, pose: Pose) -> Part:
        """The part of a label; its value is shown, not held: the label's own tag only colours it."""
        tag = None if label.tag is None else self._held.index(label.tag)

        def draw(now: Pose) -> Outline:
            at = self._projection.points(now[label.frame], self._points((label.at,)))[0]
            return Mark((float(at[0]), float(at[1])), label.text, tag, label.size)

        said = () if label.tag is None else (label.tag,)
        return self._part(
            label.frame, "label", "none", bound_names(*label.at), said, label.visible, draw, pose
        )

    def _part(
        self,
        frame: str,
        style: ItemStyle,
        tint: str,
        placed_by: tuple[str, ...],
        said: tuple[str, ...],
        visible: str | None,
        draw: Callable[[Pose], Outline],
        pose: Pose,
    ) -> Part:
        shown = () if visible is None else (visible,)
        places = (*joint_tags(self._kinematics, frame), *placed_by)
        tags = tuple(map(self._held.index, dict.fromkeys((*self._axes.mates(places), *said, *shown))))
        item = Item(frame, style, tint, tags, draw(pose))
        index = None if visible is None else self._held.index(visible)
        form = frozenset(map(self._held.index, (*self._axes.mates(placed_by), *said)))
        return Part(item, draw, index, frozenset(tags), calibrations=self._axes.behind(places), form=form)

    def _drawing(self, shape: Shape) -> tuple[tuple[str, ...], Callable[[Pose], Outline]]:
        projection, number = self._projection, self._axes.quantity
        match shape:
            case Box():

                def box(pose: Pose) -> Outline:
                    return projection.box(
                        pose[shape.frame],
                        *(np.array([number(q) for q in p]) for p in (shape.low, shape.high)),
                    )

                return bound_names(*shape.low, *shape.high), box
            case Cylinder():

                def cylinder(pose: Pose) -> Outline:
                    at = self._points((shape.at,))[0]
                    return projection.cylinder(
                        pose[shape.frame], shape.axis, at, number(shape.radius), number(shape.length)
                    )

                return bound_names(*shape.at, shape.radius, shape.length), cylinder
            case Polyline():

                def line(pose: Pose) -> Outline:
                    points = projection.points(pose[shape.frame], self._points(shape.points))
                    return Polygon(points, shape.closed)

                return bound_names(*(q for point in shape.points for q in point)), line
            case Grid():
                lines = grid_lines(shape)

                def grid(pose: Pose) -> Outline:
                    flat = projection.points(pose[shape.frame], lines.reshape(-1, 3))
                    return Segments(flat.reshape(-1, 2, 2))

                return (), grid

    def _points(self, points: tuple[Point, ...]) -> F64:
        return np.array([[self._axes.quantity(q) for q in point] for point in points])


def joint_tags(kinematics: Kinematics, frame: str) -> tuple[str, ...]:
    """The tags that move a frame in the base, from the base outwards."""
    joints = kinematics.joints
    return tuple(joints[link].value.tag for link in kinematics.chain(frame) if link in joints)


def grid_lines(grid: Grid) -> F64:
    """The rules of a grid, f8[n, 2, 3], on multiples of the pitch from its low corner."""
    (left, bottom), (right, top) = grid.low, grid.high
    count_x = int((right - left) / grid.pitch + 1e-9)
    count_y = int((top - bottom) / grid.pitch + 1e-9)
    across = [
        [(left + i * grid.pitch, bottom, 0.0), (left + i * grid.pitch, top, 0.0)] for i in range(count_x + 1)
    ]
    along = [
        [(left, bottom + i * grid.pitch, 0.0), (right, bottom + i * grid.pitch, 0.0)]
        for i in range(count_y + 1)
    ]
    return np.array(across + along)


def shown_names(geometry: Geometry) -> tuple[str, ...]:
    """The tags whose values a geometry's labels show; they may be of any type."""
    return tuple(dict.fromkeys(label.tag for label in geometry.labels if label.tag is not None))


def number_names(geometry: Geometry) -> tuple[str, ...]:
    """The tags that a geometry follows as numbers, in file order."""
    names: list[str | None] = [f.joint.value.tag for f in geometry.frames.values() if f.joint is not None]
    for shape in geometry.shapes:
        names += (shape.visible, None if shape.zone is None else shape.zone.tag)
        match shape:
            case Box():
                names += bound_names(*shape.low, *shape.high)
            case Cylinder():
                names += bound_names(*shape.at, shape.radius, shape.length)
            case Polyline():
                names += bound_names(*(q for point in shape.points for q in point))
    for label in geometry.labels:
        names += (label.visible, *bound_names(*label.at))
    names += [trail.visible for trail in geometry.trails]
    names += [name for each in geometry.calibrations for axes in each.axes for name in axes]
    return tuple(dict.fromkeys(name for name in names if name is not None))
