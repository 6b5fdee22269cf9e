"""Frames are checked against quaternions, an implementation that shares no formula with matrices."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.geometry import Bound, Frame, Joint
from hmi.twin.kinematics import Kinematics, KinematicsError, inverse, move

Quaternion = tuple[float, float, float, float]
Vector = tuple[float, float, float]


def times(a: Quaternion, b: Quaternion) -> Quaternion:
    return (
        a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3],
        a[0] * b[1] + a[1] * b[0] + a[2] * b[3] - a[3] * b[2],
        a[0] * b[2] - a[1] * b[3] + a[2] * b[0] + a[3] * b[1],
        a[0] * b[3] + a[1] * b[2] - a[2] * b[1] + a[3] * b[0],
    )


def turned(q: Quaternion, v: Vector) -> Vector:
    conjugate = (q[0], -q[1], -q[2], -q[3])
    r = times(times(q, (0.0, *v)), conjugate)
    return r[1], r[2], r[3]


def by_quaternions(frames: dict[str, Frame], joints: dict[str, float], name: str, point: Vector) -> Vector:
    """The point of a frame in base coordinates: walk up the tree, undoing nothing, one frame at a time."""
    while name != "base":
        frame = frames[name]
        if frame.joint is not None:
            axis = "xyz".index(frame.joint.axis)
            q = joints[name]
            if frame.joint.kind == "prismatic":
                shifted = list(point)
                shifted[axis] += q
                point = (shifted[0], shifted[1], shifted[2])
            else:
                half = math.radians(q) / 2
                parts = [math.cos(half), 0.0, 0.0, 0.0]
                parts[axis + 1] = math.sin(half)
                point = turned((parts[0], parts[1], parts[2], parts[3]), point)
        point = (point[0] + frame.at[0], point[1] + frame.at[1], point[2] + frame.at[2])
        name = frame.parent or "base"
    return point


lengths = st.floats(-2000, 2000)
vectors = st.tuples(lengths, lengths, lengths)
joints = st.builds(
    Joint,
    kind=st.sampled_from(["prismatic", "revolute"]),
    axis=st.sampled_from(["x", "y", "z"]),
    value=st.just(Bound(tag="t")),
)


@st.composite
def trees(draw: st.DrawFn) -> dict[str, Frame]:
    """Trees of 1 to 6 frames, in an order that does not put parents first."""
    count = draw(st.integers(1, 6))
    made: dict[str, Frame] = {}
    for i in range(count):
        parent = draw(st.sampled_from([None, "base", *made]))
        made[f"f{i}"] = Frame(parent=parent, at=draw(vectors), joint=draw(st.none() | joints))
    order = draw(st.permutations(list(made)))
    return {name: made[name] for name in order}


@given(trees(), st.data())
def test_every_frame_agrees_with_quaternions_at_every_instant(tree: dict[str, Frame], data: st.DataObject):
    k = data.draw(st.integers(1, 4))
    model = Kinematics(tree)
    values = {name: data.draw(st.lists(lengths, min_size=k, max_size=k)) for name in model.joints}
    point = data.draw(vectors)
    result = model.transforms(values)
    assert set(result) == {"base", *tree}
    moved = any(True for _ in model.joints)
    for name in tree:
        assert result[name].shape == (k if moved else 1, 4, 4)
        for instant in range(len(result[name])):
            expected = by_quaternions(tree, {n: v[instant] for n, v in values.items()}, name, point)
            found = move(result[name][instant], np.array([point]))[0]
            np.testing.assert_allclose(found, expected, atol=1e-6)


@given(trees(), st.data())
def test_the_inverse_leads_back(tree: dict[str, Frame], data: st.DataObject):
    model = Kinematics(tree)
    result = model.transforms({name: data.draw(lengths) for name in model.joints})
    for one in result.values():
        np.testing.assert_allclose(inverse(one) @ one, np.broadcast_to(np.eye(4), one.shape), atol=1e-6)
        np.testing.assert_allclose(np.linalg.det(one[:, :3, :3]), 1.0, atol=1e-9)


def joint(kind: str, axis: str) -> Joint:
    return Joint.model_validate({"kind": kind, "axis": axis, "value": {"tag": "t"}})


def test_a_quarter_turn_about_z_takes_x_to_y():
    model = Kinematics({"table": Frame(at=(10.0, 0.0, 0.0), joint=joint("revolute", "z"))})
    where = model.transforms({"table": 90.0})["table"][0]
    np.testing.assert_allclose(move(where, np.array([[1.0, 0.0, 0.0]])), [[10.0, 1.0, 0.0]], atol=1e-12)


def test_scalars_hold_for_all_instants():
    model = Kinematics(
        {"x": Frame(joint=joint("prismatic", "x")), "y": Frame(parent="x", joint=joint("prismatic", "y"))}
    )
    where = model.transforms({"x": 5.0, "y": [1.0, 2.0, 3.0]})["y"]
    np.testing.assert_allclose(where[:, :3, 3], [[5, 1, 0], [5, 2, 0], [5, 3, 0]])


def test_chain_names_the_way_from_the_base():
    model = Kinematics({"b": Frame(parent="a"), "a": Frame(), "c": Frame(parent="base")})
    assert model.chain("b") == ("a", "b")
    assert model.chain("base") == ()
    assert model.order.index("a") < model.order.index("b")


def test_a_missing_coordinate_is_an_error():
    with pytest.raises(KeyError):
        Kinematics({"x": Frame(joint=joint("prismatic", "x"))}).transforms({})


def test_different_lengths_are_an_error():
    model = Kinematics({"x": Frame(joint=joint("prismatic", "x")), "y": Frame(joint=joint("prismatic", "y"))})
    with pytest.raises(ValueError, match="shape mismatch"):
        model.transforms({"x": [1.0, 2.0], "y": [1.0, 2.0, 3.0]})


@pytest.mark.parametrize(
    ("frames", "said"),
    [
        ({"a": Frame(parent="b"), "b": Frame(parent="a"), "c": Frame()}, "circle: a, b"),
        ({"a": Frame(parent="a")}, "circle: a"),
        ({"a": Frame(parent="nowhere"), "b": Frame(parent="void")}, "'nowhere'.*'void'"),
        ({"base": Frame()}, "'base' is given"),
    ],
)
def test_what_is_no_tree_is_refused_by_name(frames: dict[str, Frame], said: str):
    with pytest.raises(KinematicsError, match=said):
        Kinematics(frames)
