"""geometry.yaml: what the twin is made of. Lengths in ``unit``, angles in degrees."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hmi.config.base import Config, Name, Span, TextId
from hmi.config.calibration import Calibration


class Bound(Config):
    """A number that follows a tag: value × scale + offset."""

    tag: Name
    scale: float = 1.0
    offset: float = 0.0


Quantity = float | int | Bound
Point = tuple[Quantity, Quantity, Quantity]
Axis = Literal["x", "y", "z"]


class Joint(Config):
    """A degree of freedom of a frame in its parent: along or about ``axis``, by a tag."""

    kind: Literal["prismatic", "revolute"]
    axis: Axis
    value: Bound
    travel: Span | None = None


class Frame(Config):
    """A coordinate frame: in ``parent`` (none: the machine's base) at ``at``, then moved by its joint."""

    parent: Name | None = None
    at: tuple[float, float, float] = (0.0, 0.0, 0.0)
    joint: Joint | None = None


Style = Literal[
    "structure",
    "fixture",
    "workpiece",
    "tool",
    "moving",
    "fluid",
    "jet",
    "glass",
    "envelope",
    "rail",
    "grid",
    "marker",
]
"""How a part is drawn; ``jet`` is a fluid that flows now, ``glass`` is seen through."""


class Zone(Span):
    """A shape takes its colour from a value: cold at ``low`` and below, hot at ``high`` and above."""

    tag: Name


class ShapeBase(Config):
    """``views`` limits a shape to some views; ``visible`` (a bool tag) hides it while false.

    ``zone`` colours it by a value; while that is not live it has no colour of its own.
    """

    frame: Name = "base"
    style: Style = "structure"
    tint: Literal["none", "acid", "alkaline", "water", "dye"] = "none"
    views: tuple[Name, ...] = ()
    visible: Name | None = None
    zone: Zone | None = None


class Box(ShapeBase):
    """An axis-parallel box between two corners of its frame."""

    kind: Literal["box"]
    low: Point
    high: Point


class Cylinder(ShapeBase):
    """A cylinder along an axis of its frame: from ``at``, ``length`` long (negative: the other way)."""

    kind: Literal["cylinder"]
    axis: Axis = "z"
    at: Point = (0.0, 0.0, 0.0)
    radius: Quantity
    length: Quantity


class Polyline(ShapeBase):
    """A line through points of its frame."""

    kind: Literal["polyline"]
    points: Annotated[tuple[Point, ...], Field(min_length=2)]
    closed: bool = False


class Grid(ShapeBase):
    """A ruled rectangle in the x-y plane of its frame."""

    kind: Literal["grid"]
    low: tuple[float, float]
    high: tuple[float, float]
    pitch: Annotated[float, Field(gt=0)]


Shape = Annotated[Box | Cylinder | Polyline | Grid, Field(discriminator="kind")]


class Label(Config):
    """A text and, where ``tag`` is given, its value with unit and freshness, at a point of a frame."""

    frame: Name = "base"
    at: Point
    text: TextId | None = None
    tag: Name | None = None
    size: Literal["small", "normal", "large"] = "normal"
    views: tuple[Name, ...] = ()
    visible: Name | None = None


class Trail(Config):
    """The path of a frame's origin, seen from another frame, over the last seconds."""

    frame: Name
    seen_from: Name = "base"
    seconds: Annotated[float, Field(gt=0, le=3600)] = 60.0
    views: tuple[Name, ...] = ()
    visible: Name | None = None


class View(Config):
    """A parallel projection: which axes run right and up on screen (``-x``: mirrored), and what it spans.

    ``scales``: whether lengths in the base's coordinates are written along its left and lower edge.
    """

    name: Name
    title: TextId
    right: Literal["x", "y", "z", "-x", "-y", "-z"]
    up: Literal["x", "y", "z", "-x", "-y", "-z"]
    span_right: Span
    span_up: Span
    scales: bool = True


class Geometry(Config):
    """The twin of one machine type. The frame ``base`` always exists. Shapes are drawn in file order.

    ``calibrations`` hold where the site gives none for its own machine; a tag that stands in one is
    placed in the drawing by it before a joint or a shape uses the number.
    """

    unit: Literal["mm", "m", "in"] = "mm"
    frames: dict[Name, Frame] = {}
    shapes: tuple[Shape, ...] = ()
    labels: tuple[Label, ...] = ()
    trails: tuple[Trail, ...] = ()
    calibrations: tuple[Calibration, ...] = ()
    views: Annotated[tuple[View, ...], Field(min_length=1)]
