"""What the twin paints: pixels of a small machine, live, moved, stale and dead."""

from __future__ import annotations

import json
import math

import numpy as np
import numpy.typing as npt
import pytest
from PyQt6.QtCore import QRect
from PyQt6.QtGui import QColor, QImage
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hmi.config.geometry import Geometry
from hmi.config.tags import TagDescription
from hmi.model import status
from hmi.model.samples import LinkState
from hmi.model.values import ValueType
from hmi.present import format as formats
from hmi.present.scene_outlines import Path, bounds
from hmi.present.texts import Texts
from hmi.present.theme import DARK, LIGHT, Theme
from hmi.testing.hand_fed import HandFed
from hmi.ui.twin_sprites import TrailSprite
from hmi.ui.twin_view import TwinView
from tests.ui.spelled import spelled

GEOMETRY = Geometry.model_validate_json(
    json.dumps(
        {
            "frames": {
                "cart": {"joint": {"kind": "prismatic", "axis": "x", "value": {"tag": "x"}}},
                "head": {
                    "joint": {
                        "kind": "prismatic",
                        "axis": "z",
                        "value": {"tag": "z"},
                        "travel": {"low": 0.0, "high": 90.0},
                    }
                },
            },
            "shapes": [
                {"kind": "box", "style": "structure", "low": [0, 0, 0], "high": [200, 100, 2]},
                {
                    "kind": "box",
                    "frame": "cart",
                    "style": "workpiece",
                    "low": [0, 40, 2],
                    "high": [20, 60, 20],
                },
                {
                    "kind": "cylinder",
                    "frame": "head",
                    "style": "tool",
                    "at": [150, 50, 0],
                    "radius": 8,
                    "length": 40,
                },
            ],
            "trails": [{"frame": "cart", "seen_from": "base", "seconds": 30.0}],
            "labels": [{"at": [100, 90, 0], "tag": "t", "size": "large", "views": ["plan"]}],
            "views": [
                {
                    "name": name,
                    "title": f"view.{name}",
                    "right": "x",
                    "up": up,
                    "span_right": {"low": 0, "high": 200},
                    "span_up": {"low": 0, "high": 140},
                }
                for name, up in (("plan", "y"), ("front", "z"))
            ],
        }
    )
)

TAGS = {name: TagDescription(unit="mm", max_age=1.0) for name in ("x", "z", "t")}

Pixels = npt.NDArray[np.uint8]


@pytest.fixture(params=[DARK, LIGHT], ids=["dark", "light"])
def theme(request: pytest.FixtureRequest) -> Theme:
    made: Theme = request.param
    return made


@pytest.fixture
def fed() -> HandFed:
    return HandFed(
        TAGS,
        GEOMETRY,
        texts={"view.plan": "Plan", "view.front": "Front", "tag.x": "X axis", "tag.z": "Z machine"},
    )


def shown(qtbot: QtBot, fed: HandFed, theme: Theme) -> TwinView:
    window = fed.window = QWidget()  # type: ignore[attr-defined] # kept as long as the test
    qtbot.addWidget(window)
    window.resize(1280, 800)
    view = TwinView(fed.machine, fed.session, theme, Texts.of(fed.epoch), window)
    view.setGeometry(0, 0, 824, 424)
    window.show()
    qtbot.waitExposed(window)
    fed.put(x=20.0, z=30.0, t=12.5)
    view.refresh(fed.frame())
    return view


def pixels(view: QWidget) -> Pixels:
    QApplication.processEvents()
    return as_array(view.grab().toImage())


def as_array(picture: QImage) -> Pixels:
    image = picture.convertToFormat(QImage.Format.Format_RGB32)
    memory = image.constBits()
    assert memory is not None
    memory.setsize(image.sizeInBytes())
    return np.frombuffer(memory, np.uint8).reshape(image.height(), image.width(), 4)[:, :, 2::-1].copy()


def columns_of(image: Pixels, colour: str, area: QRect) -> list[int]:
    """The pixel columns in which a colour stands."""
    wanted = QColor(colour).getRgb()[:3]
    part = image[area.top() : area.bottom(), area.left() : area.right()]
    hit = np.all(np.abs(part.astype(int) - wanted) <= 2, axis=2)
    return [int(x) + area.left() for x in np.flatnonzero(hit.any(axis=0))]


def plan(view: TwinView) -> QRect:
    placed = view._placed[0]
    return QRect(int(placed.left), int(placed.top), int(placed.width), int(placed.height))


def test_moving_a_tag_moves_its_pixels_and_nothing_else(qtbot: QtBot, fed: HandFed, theme: Theme):
    view = shown(qtbot, fed, theme)
    before = pixels(view)
    scale = view._placed[0].scale
    was = columns_of(before, theme.workpiece, plan(view))
    fed.put(x=80.0)
    view.refresh(fed.frame(0.1))
    after = pixels(view)
    now = columns_of(after, theme.workpiece, plan(view))
    assert abs((now[0] - was[0]) - 60 * scale) <= 1.5
    assert abs(len(now) - len(was)) <= 1
    changed = np.argwhere((before != after).any(axis=2))
    front = view._placed[1]
    around = plan(view).adjusted(-4, -4, 4, 4)
    inside = [
        (x < was[0] + 100 * scale and around.contains(int(x), int(y))) or x > front.left - 60
        for y, x in changed
    ]
    assert all(inside)


def test_what_was_painted_by_rectangles_equals_a_whole_new_picture(qtbot: QtBot, fed: HandFed, theme: Theme):
    view = shown(qtbot, fed, theme)
    for step in range(40):
        if step == 25:
            fed.silent = {"z"}
        fed.put(x=20.0 + 60 * math.sin(step / 5), t=step * 1.5, **({"z": 30.0 + step} if step < 25 else {}))
        view.refresh(fed.frame(0.2))
        QApplication.processEvents()
    screen = view.screen()
    assert screen is not None
    on_screen = screen.grabWindow(view.window().winId(), 0, 0, view.width(), view.height()).toImage()
    np.testing.assert_array_equal(as_array(on_screen), pixels(view))  # grab() paints everything anew


def test_a_stale_tag_freezes_and_hatches_what_hangs_on_it(qtbot: QtBot, fed: HandFed, theme: Theme):
    view = shown(qtbot, fed, theme)
    live = columns_of(pixels(view), theme.workpiece, plan(view))
    fed.silent = {"x"}
    view.refresh(fed.frame(4.0))
    image = pixels(view)
    assert len(columns_of(image, theme.workpiece, plan(view))) < 6  # edges of letters, no workpiece
    hatched = columns_of(image, theme.hatch_line, plan(view))
    assert set(hatched) & set(live)
    assert columns_of(image, theme.badge, plan(view))
    assert [text for _, text in view._badges] == ["X axis stale 4 s"] * 2
    view.refresh(fed.frame(1.0))
    assert [text for _, text in view._badges] == ["X axis stale 5 s"] * 2
    fed.silent = set()
    view.refresh(fed.frame(0.1))
    assert view._badges == []
    assert columns_of(pixels(view), theme.workpiece, plan(view)) == live


def test_a_bad_position_is_not_followed(qtbot: QtBot, fed: HandFed, theme: Theme):
    view = shown(qtbot, fed, theme)
    fed.put(x=120.0, status=status.BAD_SENSOR_FAILURE)
    view.refresh(fed.frame(0.1))
    image = pixels(view)
    placed = view._placed[0]
    old = placed.point(30.0, 50.0)[0]
    new = placed.point(130.0, 50.0)[0]
    hatched = columns_of(image, theme.hatch_line, plan(view))
    assert any(abs(x - old) < 8 for x in hatched)
    assert not any(abs(x - new) < 8 for x in hatched)


@pytest.mark.parametrize("cause", ["link", "engine"])
def test_without_link_or_engine_a_veil_lies_over_everything(
    qtbot: QtBot, fed: HandFed, theme: Theme, cause: str
):
    view = shown(qtbot, fed, theme)
    clear = pixels(view)
    lost = formats.clock(fed.clock.now().utc)
    if cause == "link":
        fed.link(LinkState.DOWN)
    view.refresh(fed.frame(12.0, engine_alive=cause != "engine"))
    veiled = pixels(view)
    changed = (clear != veiled).any(axis=2)
    for part in np.array_split(changed, 8, axis=0):
        for cell in np.array_split(part, 8, axis=1):
            assert cell.mean() > 0.1
    assert view._veil == (f"no link since {lost}" if cause == "link" else "not live")
    fed.link(LinkState.UP)
    fed.put(x=20.0, z=30.0, t=12.5)
    view.refresh(fed.frame(0.1))
    np.testing.assert_array_equal(pixels(view), clear)


def test_the_pointer_of_the_travel_scale_follows_the_tool(qtbot: QtBot, fed: HandFed, theme: Theme):
    view = shown(qtbot, fed, theme)
    placed = view._placed[1]
    right = round(placed.left + placed.width)
    beside = QRect(right + 8, 40, 824 - right - 8, 380)

    def pointer() -> float:
        wanted = QColor(theme.running).getRgb()[:3]
        image = pixels(view)[:, beside.left() :]
        rows = np.flatnonzero(np.all(np.abs(image.astype(int) - wanted) <= 2, axis=2).any(axis=1))
        return float(rows.mean())

    low = pointer()
    fed.put(z=80.0)
    view.refresh(fed.frame(0.1))
    assert abs((low - pointer()) - 50 * placed.scale) <= 1.5


@pytest.mark.parametrize("z", [0.0, 30.0, 90.0])
def test_the_travel_scale_is_headed_by_what_travels(
    qtbot: QtBot, fed: HandFed, monkeypatch: pytest.MonkeyPatch, z: float
):
    view = shown(qtbot, fed, DARK)
    fed.put(z=z)
    view.refresh(fed.frame(0.1))
    seen = spelled(monkeypatch, view)
    assert seen["Z machine"], "its end's figure alone could be of the workpiece's coordinates too"
    assert seen[f"{z:.1f}"]
    assert ("0" in seen) == (z != 0.0), "the pointer's figure stands there"


def test_a_frame_without_news_paints_nothing(qtbot: QtBot, fed: HandFed, theme: Theme):
    view = shown(qtbot, fed, theme)
    QApplication.processEvents()
    painted: list[QRect] = []
    original = view.paintEvent
    view.paintEvent = lambda event: (painted.append(event.rect()), original(event))[1]  # type: ignore[method-assign]
    view.refresh(fed.frame(0.1))
    QApplication.processEvents()
    assert painted == []
    fed.put(x=21.0)
    view.refresh(fed.frame(0.1))
    QApplication.processEvents()
    assert painted
    assert all(rect.width() * rect.height() < view.width() * view.height() for rect in painted)


def test_a_machine_without_a_drawing_says_so(qtbot: QtBot):
    fed = HandFed({"t": TagDescription(type=ValueType.FLOAT)})
    view = TwinView(fed.machine, fed.session, DARK, Texts.of(fed.epoch))
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.refresh(fed.frame())
    assert columns_of(pixels(view), DARK.text_soft, view.rect())


def test_any_size_is_laid_out(qtbot: QtBot, fed: HandFed):
    view = shown(qtbot, fed, DARK)
    for size in ((1, 1), (60, 40), (240, 160), (1900, 900), (300, 1000)):
        view.resize(*size)
        view.refresh(fed.frame(0.1))
        assert pixels(view).shape[:2] == size[::-1]


def test_a_long_trail_is_made_anew_only_at_its_end_and_looks_as_if_made_at_once(
    qtbot: QtBot, fed: HandFed
) -> None:
    view = shown(qtbot, fed, DARK)
    position = next(i for i, item in enumerate(view._scene.views[0].items) if item.style == "trail")
    for step in range(200):
        fed.put(x=20.0 + step / 4)
        view.refresh(fed.frame(0.001))
    before = view._sprites[0][position]
    assert isinstance(before, TrailSprite)
    fed.put(x=90.0)
    view.refresh(fed.frame(0.001))
    after = view._sprites[0][position]
    assert isinstance(after, TrailSprite)
    assert len(after.runs) >= 4
    assert sum(each not in before.runs.values() for each in after.runs.values()) == 1
    grown = pixels(view)
    view._lay_out()
    np.testing.assert_array_equal(pixels(view), grown)


def test_a_twin_that_was_out_of_view_catches_up_and_draws_no_path_that_it_did_not_see(
    qtbot: QtBot, fed: HandFed
) -> None:
    view = shown(qtbot, fed, DARK)
    fed.put(x=30.0)
    view.refresh(fed.frame(0.1))
    view.hide()
    fed.put(x=120.0)
    fed.frame(0.1)
    view.show()
    view.refresh(fed.frame(0.1))
    scene = view._scene
    assert scene is not None
    box = next(bounds(item.outline) for item in scene.views[0].items if item.style == "workpiece")
    trail = next(item.outline for item in scene.views[0].items if item.style == "trail")
    assert box is not None
    assert box[0] == 120.0
    assert isinstance(trail, Path)
    assert np.isnan(trail.points[:, 0]).sum() == 1
    assert trail.points[-1].tolist()[0] == 120.0


def opened(qtbot: QtBot, fed: HandFed, theme: Theme) -> TwinView:
    """As `shown`, by a panel that comes to what is there already."""
    window = fed.window = QWidget()  # type: ignore[attr-defined] # kept as long as the test
    qtbot.addWidget(window)
    window.resize(1280, 800)
    view = TwinView(fed.machine, fed.begin(), theme, Texts.of(fed.epoch), window)
    view.setGeometry(0, 0, 824, 424)
    window.show()
    qtbot.waitExposed(window)
    return view


def test_a_part_of_unknown_place_is_a_ghost_and_said_to_be_one(qtbot: QtBot, fed: HandFed, theme: Theme):
    fed.put(x=0.0, status=status.BAD_SENSOR_FAILURE)
    fed.put(z=30.0, t=12.5)
    view = opened(qtbot, fed, theme)
    view.refresh(fed.frame())
    ghost = pixels(view)
    assert "X axis: position not known" in [text for _, text in view._badges]
    fed.put(x=0.0)
    view.refresh(fed.frame(0.1))
    view.refresh(fed.frame(2.0))
    fed.put(x=0.0, status=status.BAD_SENSOR_FAILURE)
    view.refresh(fed.frame(0.1))
    frozen = pixels(view)
    assert [text for _, text in view._badges if "X axis" in text] == ["X axis bad <1 s"] * 2
    hatch = QColor(theme.hatch_line).getRgb()[:3]

    def hatched(image: Pixels) -> int:
        return int(np.all(np.abs(image.astype(int) - hatch) <= 2, axis=2).sum())

    assert hatched(ghost) < hatched(frozen) / 2


def test_a_twin_opened_in_an_outage_says_whether_it_knows_where_things_are(
    qtbot: QtBot, fed: HandFed, theme: Theme
):
    fed.put(x=0.0, z=0.0, t=0.0, status=status.BAD_NO_COMMUNICATION)
    view = opened(qtbot, fed, theme)
    fed.link(LinkState.DOWN)
    lost = formats.clock(fed.clock.now().utc)
    view.refresh(fed.frame(3.0))
    assert view._veil == f"no link since {lost} · positions not known"
    fed.link(LinkState.UP)
    fed.put(x=20.0, z=30.0, t=12.5)
    view.refresh(fed.frame(0.1))
    fed.put(x=0.0, z=0.0, t=0.0, status=status.BAD_NO_COMMUNICATION)
    late = opened(qtbot, fed, theme)
    fed.link(LinkState.DOWN)
    lost = formats.clock(fed.clock.now().utc)
    late.refresh(fed.frame(3.0))
    assert late._veil == f"no link since {lost}"
