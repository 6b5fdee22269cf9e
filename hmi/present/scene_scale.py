"""The travel scale beside a view: how far the tool can go up and down there, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.config.geometry import Geometry, Joint, View
from hmi.present.scene_calibration import CalibratedAxes
from hmi.present.scene_parts import Pose
from hmi.present.scene_projection import Projection
from hmi.present.scene_values import HeldValues
from hmi.twin.kinematics import AXES, Kinematics


@dataclass(frozen=True, slots=True)
class TravelScale:
    """A joint that carries the tool along the view's up direction.

    ``tag`` is the joint's tag; ``low`` and ``high`` are its travel in the tag's own numbers.
    """

    frame: str
    joint: Joint
    tag: int
    direction: float

    def low(self, axes: CalibratedAxes) -> float:
        """The lower end of the travel as the tag says it."""
        return self._as_tag(self._travel[0], axes)

    def high(self, axes: CalibratedAxes) -> float:
        """The upper end of the travel as the tag says it."""
        return self._as_tag(self._travel[1], axes)

    def pointer(self, pose: Pose, projection: Projection) -> float:
        """Where the tool's frame stands, in the view's up coordinate."""
        return float(projection.matrix[1] @ pose[self.frame][:3, 3])

    def span(self, pose: Pose, projection: Projection, axes: CalibratedAxes) -> tuple[float, float]:
        """Where the travel begins (``low``) and ends (``high``), in the view's up coordinate."""
        here = self.pointer(pose, projection)
        coordinate = axes.quantity(self.joint.value)
        low, high = self._travel
        return here + self.direction * (low - coordinate), here + self.direction * (high - coordinate)

    @property
    def _travel(self) -> tuple[float, float]:
        travel = self.joint.travel
        return (0.0, 0.0) if travel is None else (travel.low, travel.high)

    def _as_tag(self, coordinate: float, axes: CalibratedAxes) -> float:
        bound = self.joint.value
        return axes.reported(bound.tag, (coordinate - bound.offset) / bound.scale)


def travel_scale(
    geometry: Geometry, view: View, kinematics: Kinematics, projection: Projection, held: HeldValues
) -> TravelScale | None:
    """The scale of a view, if its first tool rides on a joint with a known travel along the view's up."""
    tools = (s for s in geometry.shapes if s.style == "tool" and (not s.views or view.name in s.views))
    tool = next(tools, None)
    if tool is None:
        return None
    for link in kinematics.chain(tool.frame):
        joint = kinematics.joints.get(link)
        if joint is None:
            continue
        if joint.kind == "revolute":
            return None  # beyond a turn the joint's axis is no longer the view's
        if joint.axis == view.up[-1] and joint.travel is not None and joint.value.scale != 0:
            direction = float(projection.matrix[1][AXES.index(joint.axis)])
            tag = held.index(joint.value.tag)
            return TravelScale(tool.frame, joint, tag, direction)
    return None
