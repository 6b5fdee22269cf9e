"""A scene follows its tags, and says which of its items cannot be trusted."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.geometry import Geometry, View
from hmi.config.tags import TagDescription
from hmi.model import status
from hmi.model.clock import SECOND
from hmi.model.values import ValueType
from hmi.present.freshness import Freshness
from hmi.present.scene import Scene
from hmi.present.scene_outlines import Disc, Mark, Path, Polygon, Segments, bounds
from hmi.present.scene_projection import Projection, convex_hull
from hmi.testing.hand_fed import HandFed
from hmi.twin.kinematics import Kinematics

SPAN = {"low": -100.0, "high": 100.0}
PLAN = {"name": "plan", "title": "t", "right": "x", "up": "y", "span_right": SPAN, "span_up": SPAN}
FRONT = {"name": "front", "title": "t", "right": "x", "up": "z", "span_right": SPAN, "span_up": SPAN}


def geometry(**parts: object) -> Geometry:
    return Geometry.model_validate_json(json.dumps({"views": [PLAN], **parts}))


def prismatic(axis: str, tag: str, **more: object) -> dict[str, object]:
    return {"joint": {"kind": "prismatic", "axis": axis, "value": {"tag": tag}, **more}}


def tags(*names: str, **kinds: ValueType) -> dict[str, TagDescription]:
    floats = {name: TagDescription(max_age=1.0) for name in names}
    return floats | {name: TagDescription(type=kind, max_age=1.0) for name, kind in kinds.items()}


MILL = geometry(
    frames={
        "table": prismatic("x", "x"),
        "head": {
            "at": [0, 0, 50],
            **prismatic("z", "z", travel={"low": -40.0, "high": 0.0}),
        },
    },
    shapes=[
        {"kind": "box", "low": [-90, -90, -1], "high": [90, 90, 0]},
        {"kind": "box", "frame": "table", "low": [0, 0, 0], "high": [10, 20, 5]},
        {"kind": "cylinder", "frame": "head", "style": "tool", "radius": 4, "length": 30},
    ],
    labels=[{"at": [0, 0, 0], "text": "hello"}, {"at": [0, 0, 0], "tag": "x"}],
    views=[PLAN, FRONT],
)


def mill() -> tuple[HandFed, Scene]:
    fed = HandFed(tags("x", "z"), MILL)
    fed.put(x=1.0, z=-10.0)
    scene = Scene(MILL, "m", fed.session)
    scene.refresh(fed.frame())
    return fed, scene


def corners(scene: Scene, view: int, item: int) -> list[float]:
    found = bounds(scene.views[view].items[item].outline)
    assert found is not None
    return [round(x, 9) for x in found]


def test_items_stand_where_their_tags_say():
    fed, scene = mill()
    assert corners(scene, 0, 1) == [1, 0, 11, 20]
    fed.put(x=31.0)
    scene.refresh(fed.frame(0.1))
    assert corners(scene, 0, 1) == [31, 0, 41, 20]
    assert corners(scene, 1, 1) == [31, 0, 41, 5]


def test_only_what_hangs_on_a_changed_tag_is_drawn_again():
    fed, scene = mill()
    before = [item.outline for item in scene.views[0].items]
    fed.put(x=2.0)
    changed = scene.refresh(fed.frame(0.1))
    assert changed == ((1, 4), (1, 4))  # the box on the table and the label with x, in both views
    after = [item.outline for item in scene.views[0].items]
    assert [a is b for a, b in zip(before, after, strict=True)] == [True, False, True, True, False]
    assert scene.refresh(fed.frame(0.1)) == ((), ())


def test_a_bad_sample_leaves_the_item_at_its_last_good_place_and_says_so():
    fed, scene = mill()
    fed.put(x=-77.0, status=status.BAD_SENSOR_FAILURE)
    scene.refresh(fed.frame(0.1))
    item = scene.views[0].items[1]
    assert corners(scene, 0, 1) == [1, 0, 11, 20]
    assert (item.live, item.freshness) == (False, Freshness.BAD)
    assert item.dead == (fed.session.index("m", "x"),)
    assert scene.views[0].items[0].live
    assert scene.views[0].items[2].live


def test_a_number_that_is_none_is_bad():
    fed, scene = mill()
    fed.put(x=math.nan)
    scene.refresh(fed.frame(0.1))
    assert corners(scene, 0, 1) == [1, 0, 11, 20]
    assert not scene.views[0].items[1].live


def test_age_alone_takes_the_life_and_a_confirmation_gives_it_back():
    fed, scene = mill()
    fed.silent = {"z"}
    changed = scene.refresh(fed.frame(2.0))
    tool = scene.views[1].items[2]
    assert (tool.live, tool.freshness) == (False, Freshness.STALE)
    assert changed == ((2,), (2,))
    fed.silent = set()
    scene.refresh(fed.frame(0.1))
    assert tool.live


def test_uncertain_is_live_and_marked():
    fed, scene = mill()
    fed.put(x=3.0, status=status.UNCERTAIN)
    scene.refresh(fed.frame(0.1))
    assert scene.views[0].items[1].freshness == Freshness.UNCERTAIN
    assert scene.views[0].items[1].live
    assert corners(scene, 0, 1)[0] == 3


def test_before_any_sample_a_joint_stands_in_its_travel_and_is_not_live():
    fed = HandFed(tags("x", "z"), MILL)
    scene = Scene(MILL, "m", fed.session)
    scene.refresh(fed.frame())
    assert corners(scene, 1, 2)[1] == 50.0
    assert scene.views[1].items[2].freshness == Freshness.NEVER


def test_a_scene_that_is_opened_during_an_outage_stands_where_the_machine_was_last():
    fed, _ = mill()
    fed.put(x=0.0, z=0.0, status=status.BAD_NO_COMMUNICATION)
    fed.begin()
    late = Scene(MILL, "m", fed.session)
    late.refresh(fed.frame(5.0))
    assert corners(late, 0, 1) == [1, 0, 11, 20]
    assert corners(late, 1, 2) == [-4, 40, 4, 70]
    item = late.views[0].items[1]
    assert (item.live, item.freshness, item.unknown) == (False, Freshness.BAD, ())
    assert fed.session.age(item.dead[0], fed.clock.now()) == 5.0


@pytest.mark.parametrize("code", [status.BAD_NO_COMMUNICATION, status.BAD_SENSOR_FAILURE])
def test_where_there_never_was_a_value_the_place_is_said_to_be_unknown(code: int):
    fed = HandFed(tags("x", "z"), MILL)
    fed.put(x=-50.0, status=code)
    scene = Scene(MILL, "m", fed.session)
    scene.refresh(fed.frame())
    x, z = (fed.session.index("m", name) for name in "xz")
    assert [item.unknown for item in scene.views[0].items] == [(), (x,), (z,), (), (x,)]
    assert scene.held.value(x) is None
    fed.put(x=3.0)
    scene.refresh(fed.frame(0.1))
    fed.put(x=0.0, status=code)
    scene.refresh(fed.frame(0.1))
    item = scene.views[0].items[1]
    assert (item.unknown, item.dead) == ((), (x,))
    assert corners(scene, 0, 1) == [3, 0, 13, 20]


def test_the_kind_of_outline_follows_the_view():
    _, scene = mill()
    plan, front = scene.views[0].items[2].outline, scene.views[1].items[2].outline
    assert isinstance(plan, Disc)
    assert plan.radius == 4
    assert isinstance(front, Polygon)
    assert corners(scene, 1, 2) == [-4, 40, 4, 70]
    assert isinstance(scene.views[0].items[3].outline, Mark)


def test_the_travel_scale_shows_the_joint_that_lifts_the_tool():
    fed, scene = mill()
    assert scene.views[0].scale is None
    front = scene.views[1]
    assert front.scale is not None
    assert (front.scale.low(scene.axes), front.scale.high(scene.axes)) == (-40, 0)
    assert front.scale.pointer(scene.pose, front.projection) == 40
    assert front.scale.span(scene.pose, front.projection, scene.axes) == (10, 50)
    assert front.scale.tag == fed.session.index("m", "z")


def test_a_zone_takes_its_colour_from_a_value_while_that_is_live():
    described = geometry(
        shapes=[
            {"kind": "box", "low": [0, 0, 0], "high": [1, 1, 1], "zone": {"tag": "t", "low": 20, "high": 70}}
        ]
    )
    fed = HandFed(tags("t"), described)
    fed.put(t=40.0)
    scene = Scene(described, "m", fed.session)
    item = scene.views[0].items[0]
    for value, expected in ((40.0, 0.4), (20.0, 0.0), (-5.0, 0.0), (70.0, 1.0), (900.0, 1.0)):
        fed.put(t=value)
        scene.refresh(fed.frame(0.1))
        assert (item.zone, item.live) == (pytest.approx(expected), True)
    fed.put(t=40.0, status=status.BAD_SENSOR_FAILURE)
    assert scene.refresh(fed.frame(0.1)) == ((0,),)
    assert (item.zone, item.live) == (None, False)


def test_a_shape_is_hidden_while_its_tag_is_false_and_bound_lengths_follow():
    described = geometry(
        shapes=[
            {
                "kind": "box",
                "low": [0, 0, 0],
                "high": [10, {"tag": "level", "scale": 0.5, "offset": 1.0}, 0],
                "visible": "there",
                "style": "fluid",
            }
        ]
    )
    fed = HandFed(tags("level", there=ValueType.BOOL), described)
    fed.put(level=20.0, there=True)
    scene = Scene(described, "m", fed.session)
    scene.refresh(fed.frame())
    item = scene.views[0].items[0]
    assert item.visible
    assert corners(scene, 0, 0) == [0, 0, 10, 11]
    fed.put(there=False)
    assert scene.refresh(fed.frame(0.1)) == ((0,),)
    assert not item.visible
    fed.put(level=30.0)
    assert scene.refresh(fed.frame(0.1)) == ((),)
    fed.put(there=True)
    scene.refresh(fed.frame(0.1))
    assert corners(scene, 0, 0)[3] == 16


TRAIL = geometry(
    frames={"table": prismatic("x", "x"), "tool": prismatic("y", "y")},
    trails=[{"frame": "tool", "seen_from": "table", "seconds": 10.0, "visible": "cutting"}],
)


def trail_of(scene: Scene) -> Path:
    outline = scene.views[0].items[0].outline
    assert isinstance(outline, Path)
    return outline


def test_the_trail_is_seen_from_the_table_breaks_when_lifted_and_vanishes():
    fed = HandFed(tags("x", "y", cutting=ValueType.BOOL), TRAIL)
    scene = Scene(TRAIL, "m", fed.session)
    fed.put(x=10.0, y=0.0, cutting=True)
    scene.refresh(fed.frame())
    fed.put(x=10.0, y=5.0)
    scene.refresh(fed.frame(1.0))
    np.testing.assert_allclose(trail_of(scene).points, [[0, 0], [0, 5]])
    fed.put(x=0.0)  # the table moves back: what was cut moves along with it
    scene.refresh(fed.frame(1.0))
    np.testing.assert_allclose(trail_of(scene).points, [[-10, 0], [-10, 5], [0, 5]])
    fed.put(cutting=False, y=6.0)
    scene.refresh(fed.frame(1.0))
    fed.put(cutting=True, y=7.0)
    scene.refresh(fed.frame(1.0))
    points = trail_of(scene).points
    assert np.isnan(points[3]).all()
    assert points[4].tolist() == [0, 7]
    scene.refresh(fed.frame(8.0))
    assert len(trail_of(scene).points) < len(points)
    scene.refresh(fed.frame(20.0))
    assert len(trail_of(scene).points) == 0


def test_the_trail_goes_by_sample_times_and_not_by_frames():
    fed = HandFed(tags("x", "y", cutting=ValueType.BOOL), TRAIL)
    scene = Scene(TRAIL, "m", fed.session)
    fed.put(x=0.0, y=0.0, cutting=True)
    scene.refresh(fed.frame())
    earlier = fed.clock.now().utc - 4 * SECOND
    fed.put(x=0.0, y=1.0, cutting=True, source_time=earlier)
    scene.refresh(fed.frame(0.1))
    assert len(trail_of(scene).points) == 1  # older than the end of the path: no step back in time
    fed.put(x=0.0, y=2.0, source_time=fed.clock.now().utc + SECOND)
    scene.refresh(fed.frame(0.1))
    assert trail_of(scene).points[-1].tolist() == [0, 2]


def test_no_trail_is_drawn_of_what_is_not_known():
    fed = HandFed(tags("x", "y", cutting=ValueType.BOOL), TRAIL)
    scene = Scene(TRAIL, "m", fed.session)
    fed.put(x=0.0, y=0.0, cutting=True)
    scene.refresh(fed.frame())
    fed.put(y=99.0, status=status.BAD)
    scene.refresh(fed.frame(0.1))
    assert not np.any(trail_of(scene).points == 99)


def test_a_grid_is_ruled_from_its_low_corner():
    described = geometry(
        shapes=[{"kind": "grid", "style": "grid", "low": [0.0, 0.0], "high": [25.0, 10.0], "pitch": 10.0}]
    )
    scene = Scene(described, "m", HandFed(tags("x"), described).session)
    outline = scene.views[0].items[0].outline
    assert isinstance(outline, Segments)
    assert sorted(set(outline.lines[:, 0, 0].tolist())) == [0, 10, 20]
    assert bounds(outline) == (0, 0, 25, 10)


def test_a_label_may_show_a_text_but_nothing_can_follow_one():
    shown = geometry(labels=[{"at": [0, 0, 0], "tag": "state"}])
    fed = HandFed(tags(state=ValueType.STRING), shown)
    fed.put(state="waiting")
    scene = Scene(shown, "m", fed.session)
    scene.refresh(fed.frame())
    index = fed.session.index("m", "state")
    assert scene.held.value(index) == "waiting"
    fed.put(state="nonsense", status=status.BAD)
    scene.refresh(fed.frame(0.1))
    assert scene.held.value(index) == "waiting"
    followed = geometry(frames={"f": prismatic("x", "state")})
    with pytest.raises(ValueError, match="'state' is no number"):
        Scene(followed, "m", fed.session)


def test_views_are_shown_by_name_and_shapes_in_their_views():
    _, scene = mill()
    only = Scene(MILL, "m", scene._session, ["front"])
    assert [view.view.name for view in only.views] == ["front"]
    with pytest.raises(KeyError):
        Scene(MILL, "m", scene._session, ["back"])


coordinates = st.floats(-50, 50).map(lambda x: round(x, 3))
points = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=20)


@given(points)
def test_the_hull_holds_every_point_and_turns_one_way(given_points: list[tuple[float, float]]):
    hull = convex_hull(np.array(given_points))
    assert {tuple(p) for p in hull.tolist()} <= set(given_points)
    n = len(hull)
    for i in range(n if n > 2 else 0):
        a, b = hull[i], hull[(i + 1) % n]
        for x, y in given_points:
            assert (b[0] - a[0]) * (y - a[1]) - (b[1] - a[1]) * (x - a[0]) >= -1e-9


@given(st.floats(-180, 180), st.floats(-180, 180), st.sampled_from(["x", "y", "z"]))
def test_turned_solids_are_inside_their_outlines_and_touch_them(first: float, second: float, axis: str):
    frames = geometry(
        frames={
            "a": {"joint": {"kind": "revolute", "axis": "x", "value": {"tag": "t"}}},
            "b": {"parent": "a", "joint": {"kind": "revolute", "axis": "z", "value": {"tag": "t"}}},
        }
    ).frames
    where = Kinematics(frames).transforms({"a": first, "b": second})["b"][0]
    projection = Projection(View.model_validate_json(json.dumps(PLAN)))
    low, high = np.array([-3.0, 1.0, 2.0]), np.array([4.0, 6.0, 9.0])
    box = projection.box(where, low, high)
    inside = low + (high - low) * np.random.default_rng(1).random((200, 3))
    corner = np.array([[x, y, z] for x in (-3.0, 4.0) for y in (1.0, 6.0) for z in (2.0, 9.0)])
    shown = projection.points(where, np.concatenate([inside, corner]))
    np.testing.assert_allclose(bounds(box), [*shown.min(axis=0), *shown.max(axis=0)], atol=1e-6)
    cylinder = projection.cylinder(where, axis, np.zeros(3), 5.0, 12.0)
    number = "xyz".index(axis)
    angle = np.linspace(0, 2 * np.pi, 720)
    rim = np.zeros((720, 3))
    rim[:, (number + 1) % 3], rim[:, (number + 2) % 3] = 5 * np.cos(angle), 5 * np.sin(angle)
    other = rim.copy()
    other[:, number] = 12.0
    shown = projection.points(where, np.concatenate([rim, other]))
    np.testing.assert_allclose(bounds(cylinder), [*shown.min(axis=0), *shown.max(axis=0)], atol=0.05)


def test_a_view_needs_two_directions():
    with pytest.raises(ValueError, match="same axis"):
        Projection(View.model_validate_json(json.dumps({**PLAN, "up": "-x"})))


def test_what_stands_still_is_not_drawn_again_though_an_axis_calibrated_with_it_moves():
    skewed = [([0, 0], [0.0, 0.0]), ([80, 0], [80.0, 1e-4]), ([0, 40], [-1e-4, 40.0])]
    points = [{"machine": machine, "drawing": drawing} for machine, drawing in skewed]
    described = {
        "axes": [["x", "z"]],
        "fit": "rigid",
        "date": "2026-01-01",
        "due": "2100-01-01",
        "tolerance": 1.0,
        "reference": "test",
        "points": points,
    }
    calibrated = Geometry.model_validate_json(
        json.dumps({**json.loads(MILL.model_dump_json()), "calibrations": [described]})
    )
    fed = HandFed(tags("x", "z"), calibrated)
    fed.put(x=1.0, z=-10.0)
    scene = Scene(calibrated, "m", fed.session)
    scene.refresh(fed.frame())
    fed.put(x=31.0)
    assert scene.refresh(fed.frame(0.1)) == ((1, 4), (1, 4))  # the table and its label, not the head
    drawn = corners(scene, 1, 2)
    for step in range(2000):  # what moves slowly moves all the same
        fed.put(z=-10.0 - step * 1e-3)
        scene.refresh(fed.frame(0.01))
    assert corners(scene, 1, 2)[3] == pytest.approx(drawn[3] - 2.0, abs=0.01)
    scene.refresh(fed.frame(0.1))
    fed.put(z=math.nan)
    assert 2 in scene.refresh(fed.frame(0.1))[1]
