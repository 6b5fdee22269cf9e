import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtGui import QImage
from PyQt6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from hmi.model.samples import LinkState
from hmi.model.status import BAD_SENSOR_FAILURE, GOOD
from hmi.present import notices
from hmi.present.latency import LatencyBook
from hmi.present.session import Event
from hmi.present.texts import Texts
from hmi.present.theme import DARK
from hmi.ui import fonts, painting
from hmi.ui.metrics import TOUCH_MM, Metrics
from hmi.ui.screens.diagnostics import DiagnosticsScreen
from tests.ui.builders import Shop, epoch, machine, tag
from tests.ui.demo_shop import demo_shop
from tests.ui.pixels import grab, share_of
from tests.ui.spelled import spelled


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


def test_not_good_only_finds_the_few_that_matter(qtbot: QtBot, shop: Shop) -> None:
    screen = made(qtbot, shop)
    assert listed(screen)[0] == "mill_07/execution"
    qtbot.mouseClick(screen.not_good_button, Qt.MouseButton.LeftButton)
    assert listed(screen) == [
        "mill_07/b",
        "line_1/rectifier_current",
        "line_1/bath_ph",
        "press_04/force",
    ]
    shop.put("mill_07/b", 12.1)
    screen.refresh(shop.frame())
    assert listed(screen) == ["line_1/rectifier_current", "line_1/bath_ph", "press_04/force"]


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
    qtbot.mouseClick(screen.not_good_button, Qt.MouseButton.LeftButton)
    assert share_of(grab(screen.table), DARK.hatch_line) > plain + 0.001


def test_when_every_value_is_live_the_table_says_so(qtbot: QtBot) -> None:
    shop = Shop(epoch([machine("mill")], [tag("mill", "x")]))
    shop.put("mill/x", 1.0)
    screen = made(qtbot, shop)
    qtbot.mouseClick(screen.not_good_button, Qt.MouseButton.LeftButton)
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

    def counted(painter: object, area: object, row: object, *more: object) -> None:
        drawn.append(row.id)  # type: ignore[attr-defined]
        draw(painter, area, row, *more)  # type: ignore[arg-type]

    screen.table._draw_row = counted  # type: ignore[method-assign, assignment]
    shop.put("mill/t3", 2.0)
    screen.refresh(shop.frame())
    qtbot.waitUntil(lambda: bool(drawn))
    assert set(drawn) <= {"mill/t2", "mill/t3", "mill/t4"}
    assert "mill/t3" in drawn


def test_what_was_painted_cell_by_cell_equals_a_whole_new_picture(qtbot: QtBot) -> None:
    tags = [tag("mill", f"t{number}", unit="kN", max_age=5.0) for number in range(9)]
    shop = Shop(epoch([machine("mill")], tags))
    screen = made(qtbot, shop)
    for step in range(30):
        for number in range(0, 9, 1 + step % 3):
            bad = number == 4 and 10 <= step < 20
            status = BAD_SENSOR_FAILURE if bad else GOOD
            shop.put(f"mill/t{number}", 10.0 ** (step % 6) * (number - 4), status=status)
        screen.refresh(shop.frame(alive=step != 25))
        QApplication.processEvents()
    on_display = screen.screen()
    assert on_display is not None
    seen = on_display.grabWindow(screen.winId(), 0, 0, screen.width(), screen.height()).toImage()
    assert grab(screen) == seen.convertToFormat(QImage.Format.Format_RGB32)  # grab() paints everything anew


def touch_row(qtbot: QtBot, screen: DiagnosticsScreen, place: int) -> None:
    viewport = screen.table.viewport()
    assert viewport is not None
    at = screen.table.row_centre(place).toPoint()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at)


def test_touching_a_row_shows_the_whole_address(qtbot: QtBot) -> None:
    node = "nsu=urn:example:" + "very_long_namespace/" * 9 + ";s=Objects.Machine.Axes.X.MachinePosition"
    shop = Shop(epoch([machine("mill")], [tag("mill", "x", address={"protocol": "opcua", "node": node})]))
    shop.put("mill/x", 1.0)
    screen = made(qtbot, shop)
    touch_row(qtbot, screen, 0)
    assert screen.detail.isVisible()
    assert not screen.detail.geometry().intersects(screen.table.geometry())
    written = dict(screen.detail.lines.written())
    assert "".join(written["Address"]) == node
    wide = screen.detail.lines.width()
    font = Metrics.of(screen).font(13, fonts.MEDIUM)
    assert all(painting.width(font, line) <= wide for line in written["Address"])
    shop.put("mill/x", 2.5)
    screen.refresh(shop.frame())
    assert dict(screen.detail.lines.written())["Value"] == ["2.5"]
    qtbot.mouseClick(screen.detail.close_button, Qt.MouseButton.LeftButton)
    assert not screen.detail.isVisible()


def test_a_finger_that_leaves_a_row_opens_nothing(qtbot: QtBot, shop: Shop) -> None:
    screen = made(qtbot, shop)
    viewport = screen.table.viewport()
    assert viewport is not None
    first, other = (screen.table.row_centre(place).toPoint() for place in (0, 3))
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=first)
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=other)
    assert not screen.detail.isVisible()


def test_a_search_is_typed_on_the_screen(qtbot: QtBot, shop: Shop) -> None:
    screen = made(qtbot, shop)
    everything = len(listed(screen))
    qtbot.mouseClick(screen.search_button, Qt.MouseButton.LeftButton)
    assert screen.keyboard.isVisible()
    keys = {key.text(): key for key in screen.keyboard.all_keys()}
    for letter in "coolant":
        qtbot.mouseClick(keys[letter], Qt.MouseButton.LeftButton)
    assert listed(screen) == ["mill_07/coolant_level", "mill_07/coolant_concentration"]
    assert screen.table.geometry().bottom() <= screen.keyboard.geometry().top()
    assert screen.table.height() > 2 * screen.table.row_height()
    least = TOUCH_MM * Metrics.of(screen).per_mm
    assert all(min(key.width(), key.height()) >= least for key in keys.values())
    qtbot.mouseClick(keys["Done"], Qt.MouseButton.LeftButton)
    assert not screen.keyboard.isVisible()
    assert screen.search_button.text() == "“coolant”"
    qtbot.mouseClick(screen.search_button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(keys["Clear"], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(keys["Done"], Qt.MouseButton.LeftButton)
    assert len(listed(screen)) == everything
    qtbot.keyClicks(screen, "vibr")
    assert listed(screen) == ["mill_07/vibration"]
    qtbot.keyClicks(screen, "zz")
    assert listed(screen) == []
    assert screen.table.empty_text == "No tag matches"


def test_the_cards_of_links_and_engine_die_with_the_engine(qtbot: QtBot, shop: Shop) -> None:
    screen = made(qtbot, shop)
    view = screen.engine.view
    assert view is not None
    assert view.state is LinkState.UP
    live = [grab(card) for card in (screen.engine, screen.endpoints[0])]
    screen.refresh(shop.frame(alive=False))
    dead = [grab(card) for card in (screen.engine, screen.endpoints[0])]
    for before, after in zip(live, dead, strict=True):
        assert share_of(before, DARK.fault) == 0
        assert share_of(after, DARK.fault) > 0.001
        assert share_of(after, DARK.running) == 0


def test_the_events_are_listed_newest_first(qtbot: QtBot, shop: Shop) -> None:
    screen = made(qtbot, shop)
    shop.session.tell(Event(1, "mill_07.main", "queue overflow"))
    shop.session.tell(Event(shop.clock.now().utc, "mill_07", "later"))
    qtbot.mouseClick(screen.events_button, Qt.MouseButton.LeftButton)
    assert screen.events.isVisible()
    assert not screen.table.isVisible()
    assert [each.text for each in screen.events.entries if each.text in ("later", "queue overflow")] == [
        "later",
        "queue overflow",
    ]
    qtbot.mouseClick(screen.events_button, Qt.MouseButton.LeftButton)
    assert screen.table.isVisible()


@pytest.mark.parametrize("size", [(1024, 440), (1280, 612)])
@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_wrong_now_is_written_whole_before_what_happened(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, size: tuple[int, int], language: str
) -> None:
    shop = demo_shop(language)
    screen = made(qtbot, shop)
    screen.resize(*size)
    shop.session.tell(Event(shop.clock.now().utc, "mill_07", "later"))
    screen.show_events()
    screen.refresh(shop.frame())
    texts = Texts.of(shop.epoch, language)
    found = notices.standing(shop.session, shop.frame(), LatencyBook(shop.session), "", texts)
    assert len(found) > 2
    alone = spelled(monkeypatch, screen.events)
    screen.show_standing(found)
    both = spelled(monkeypatch, screen.events)
    assert all(both[text] for each in found[:3] for text in (each.title, each.detail) if text)
    assert "later" in alone
    bar = screen.events.verticalScrollBar()
    assert bar is not None
    bar.setValue(bar.maximum())
    assert "later" in spelled(monkeypatch, screen.events), "the events are below, and can be scrolled to"


def test_beside_the_events_stands_no_filter_that_has_no_effect_on_them(qtbot: QtBot, shop: Shop) -> None:
    screen = made(qtbot, shop)
    filters = (screen.search_button, screen.machine_button, screen.not_good_button)
    qtbot.mouseClick(screen.not_good_button, Qt.MouseButton.LeftButton)
    dead = listed(screen)
    qtbot.mouseClick(screen.events_button, Qt.MouseButton.LeftButton)
    assert not any(each.isVisible() for each in filters)
    qtbot.mouseClick(screen.events_button, Qt.MouseButton.LeftButton)
    assert all(each.isVisible() for each in filters)
    assert screen.not_good_button.isChecked()
    assert listed(screen) == dead


def test_a_dead_value_is_no_live_figure_in_its_detail_either(qtbot: QtBot) -> None:
    shop = Shop(epoch([machine("mill")], [tag("mill", "t", unit="kN")]))
    shop.put("mill/t", 1.0)
    screen = made(qtbot, shop)
    screen.show_detail(0)
    lines = screen.detail.lines

    def hatched() -> float:
        screen.refresh(shop.frame())
        return share_of(grab(lines), DARK.hatch_line, tolerance=4)

    live = hatched()
    shop.put("mill/t", 1.0, status=BAD_SENSOR_FAILURE)
    assert hatched() > live + 0.005
