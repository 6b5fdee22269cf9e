import pytest
from PyQt6.QtCore import Qt
from pytestqt.qtbot import QtBot

from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui.screens.diagnostics import DiagnosticsScreen
from tests.ui.builders import Shop, epoch, machine, tag
from tests.ui.demo_shop import demo_shop
from tests.ui.pixels import grab, share_of


def made(qtbot: QtBot, shop: Shop) -> DiagnosticsScreen:
    screen = DiagnosticsScreen(shop.session, DARK, Texts.of(shop.epoch))
    qtbot.addWidget(screen)
    screen.resize(1280, 612)
    screen.show()
    qtbot.waitExposed(screen)
    screen.refresh(shop.frame())
    return screen


def listed(screen: DiagnosticsScreen) -> list[str]:
    return [each.id for each in screen.table.rows_in_view.values()]


@pytest.fixture
def shop() -> Shop:
    return demo_shop()


def test_not_live_only_finds_the_few_that_matter(qtbot: QtBot, shop: Shop) -> None:
    screen = made(qtbot, shop)
    assert listed(screen)[0] == "mill_07/execution"
    qtbot.mouseClick(screen.not_live_button, Qt.MouseButton.LeftButton)
    assert listed(screen) == ["mill_07/b", "line_1/bath_ph", "press_04/force"]
    shop.put("mill_07/b", 12.1)
    screen.refresh(shop.frame())
    assert listed(screen) == ["line_1/bath_ph", "press_04/force"]


def test_the_machine_button_goes_round_all_machines(qtbot: QtBot, shop: Shop) -> None:
    screen = made(qtbot, shop)
    seen = []
    for _ in range(4):
        qtbot.mouseClick(screen.machine_button, Qt.MouseButton.LeftButton)
        seen.append((screen.machine_button.text(), {each.split("/")[0] for each in listed(screen)}))
    assert seen[:3] == [
        ("Mill 07", {"mill_07"}),
        ("Anodizing 1", {"line_1"}),
        ("Press 04", {"press_04"}),
    ]
    assert seen[3][0] == "All machines"


def test_of_many_tags_only_those_in_view_are_made(qtbot: QtBot) -> None:
    tags = [tag("mill", f"t{number}") for number in range(5000)]
    shop = Shop(epoch([machine("mill")], tags))
    shop.put("mill/t4999", 1.0)
    screen = made(qtbot, shop)
    assert 3 < len(listed(screen)) < 20
    bar = screen.table.verticalScrollBar()
    assert bar is not None
    bar.setValue(bar.maximum())
    assert listed(screen)[-1] == "mill/t4999"
    assert len(listed(screen)) < 20
    last = max(screen.table.rows_in_view)
    area = screen.table._row_area(last)
    viewport = screen.table.viewport()
    assert viewport is not None
    assert area.bottom() <= viewport.height() + 1


def test_a_dead_value_is_hatched_in_the_table(qtbot: QtBot, shop: Shop) -> None:
    screen = made(qtbot, shop)
    plain = share_of(grab(screen.table), DARK.hatch_line)
    qtbot.mouseClick(screen.not_live_button, Qt.MouseButton.LeftButton)
    assert share_of(grab(screen.table), DARK.hatch_line) > plain + 0.001


def test_when_every_value_is_live_the_table_says_so(qtbot: QtBot) -> None:
    shop = Shop(epoch([machine("mill")], [tag("mill", "x")]))
    shop.put("mill/x", 1.0)
    screen = made(qtbot, shop)
    qtbot.mouseClick(screen.not_live_button, Qt.MouseButton.LeftButton)
    assert listed(screen) == []
    assert share_of(grab(screen.table), DARK.text_soft, tolerance=40) > 0


def test_only_rows_that_changed_are_painted_again(qtbot: QtBot) -> None:
    shop = Shop(epoch([machine("mill")], [tag("mill", f"t{number}", max_age=60.0) for number in range(9)]))
    for number in range(9):
        shop.put(f"mill/t{number}", 1.0)
    screen = made(qtbot, shop)
    qtbot.wait(20)
    drawn: list[str] = []
    draw = screen.table._draw_row

    def counted(painter: object, area: object, row: object, m: object) -> None:
        drawn.append(row.id)  # type: ignore[attr-defined]
        draw(painter, area, row, m)  # type: ignore[arg-type]

    screen.table._draw_row = counted  # type: ignore[method-assign, assignment]
    shop.put("mill/t3", 2.0)
    screen.refresh(shop.frame())
    qtbot.waitUntil(lambda: bool(drawn))
    assert set(drawn) <= {"mill/t2", "mill/t3", "mill/t4"}
    assert "mill/t3" in drawn
