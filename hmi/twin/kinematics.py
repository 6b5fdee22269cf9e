"""Forward kinematics of a tree of frames, over many instants at once.

A frame stands in its parent at a fixed offset and is then moved by its joint, so with homogeneous
4 × 4 matrices acting on column vectors T(frame) = T(parent) · Trans(at) · Joint(q). Revolute joints
turn by the right-hand rule. See J. J. Craig, *Introduction to Robotics*, ch. 2 and 3.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.geometry import Frame, Joint

F64 = npt.NDArray[np.float64]

BASE: Final = "base"
AXES: Final = ("x", "y", "z")


class KinematicsError(ValueError):
    """The frames form no tree that stands in the base."""


class Kinematics:
    """The tree of one machine's frames.

    Args:
        frames: name → frame; ``base`` exists without being named.

    Raises:
        KinematicsError: an unknown parent, a cycle, or a frame named ``base``; all of them are named.
    """

    def __init__(self, frames: Mapping[str, Frame]) -> None:
        self._frames = dict(frames)
        self.order: tuple[str, ...] = _parents_first(self._frames)
        """All frames, ``base`` first, every parent before its children."""
        self._offsets = {name: _offset(frame.at) for name, frame in self._frames.items()}
        self.joints: Mapping[str, Joint] = MappingProxyType(
            {name: frame.joint for name, frame in self._frames.items() if frame.joint is not None}
        )
        """Frame → the joint that moves it; frames without a joint are not listed."""

    def chain(self, frame: str) -> tuple[str, ...]:
        """The frames from the base's child down to ``frame`` itself; empty for the base.

        Raises:
            KeyError: there is no such frame.
        """
        links: list[str] = []
        while frame != BASE:
            links.append(frame)
            frame = self._frames[frame].parent or BASE
        return tuple(reversed(links))

    def transforms(self, joints: Mapping[str, npt.ArrayLike]) -> dict[str, F64]:
        """Where every frame stands at k instants.

        Args:
            joints: frame → joint coordinate, a scalar or f8[k]; lengths in the geometry's unit, angles
                in degrees. Scalars hold for all instants; k is 1 when all are scalars.

        Returns:
            Frame (``base`` too) → f8[k, 4, 4], mapping the frame's coordinates to the base's.

        Raises:
            KeyError: a joint has no coordinate.
            ValueError: the coordinates have different lengths.
        """
        given = {name: np.atleast_1d(np.asarray(joints[name], np.float64)) for name in self.joints}
        k = np.broadcast_shapes((1,), *(q.shape for q in given.values()))[0]
        result: dict[str, F64] = {BASE: np.eye(4)[None]}
        for name in self.order[1:]:
            frame = self._frames[name]
            local = self._offsets[name]
            if frame.joint is not None:
                local = local @ _motion(frame.joint, given[name])
            result[name] = result[frame.parent or BASE] @ local
        if k > 1:
            return {name: np.broadcast_to(stack, (k, 4, 4)) for name, stack in result.items()}
        return result


def inverse(transforms: F64) -> F64:
    """The inverses of rigid transforms f8[..., 4, 4], by the transposed rotation."""
    turned = np.swapaxes(transforms[..., :3, :3], -1, -2)
    result = np.zeros_like(transforms)
    result[..., :3, :3] = turned
    result[..., :3, 3] = -np.einsum("...ij,...j->...i", turned, transforms[..., :3, 3])
    result[..., 3, 3] = 1.0
    return result


def move(transform: F64, points: F64) -> F64:
    """Points f8[n, 3] of a frame in the coordinates that ``transform`` f8[4, 4] leads to."""
    return np.asarray(points @ transform[:3, :3].T + transform[:3, 3])


def _offset(at: tuple[float, float, float]) -> F64:
    result = np.eye(4)
    result[:3, 3] = at
    return result


def _motion(joint: Joint, coordinate: F64) -> F64:
    axis = AXES.index(joint.axis)
    result = np.zeros((len(coordinate), 4, 4))
    result[:, range(4), range(4)] = 1.0
    if joint.kind == "prismatic":
        result[:, axis, 3] = coordinate
        return result
    angle = np.radians(coordinate)
    first, second = (axis + 1) % 3, (axis + 2) % 3
    result[:, first, first] = result[:, second, second] = np.cos(angle)
    result[:, second, first] = np.sin(angle)
    result[:, first, second] = -np.sin(angle)
    return result


def _parents_first(frames: Mapping[str, Frame]) -> tuple[str, ...]:
    wrong = [f"frame {BASE!r} is given and cannot be described"] if BASE in frames else []
    for name, frame in frames.items():
        if frame.parent not in (None, BASE) and frame.parent not in frames:
            wrong.append(f"frame {name!r} stands in {frame.parent!r}, which does not exist")
    if wrong:
        raise KinematicsError("; ".join(wrong))
    order = [BASE]
    waiting = dict(frames)
    while waiting:
        ready = [name for name, frame in waiting.items() if (frame.parent or BASE) in order]
        if not ready:
            raise KinematicsError(f"frames stand in a circle: {', '.join(sorted(waiting))}")
        for name in ready:
            order.append(name)
            del waiting[name]
    return tuple(order)
