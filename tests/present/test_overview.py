"""Header, machine states, cards and notices of a shop where several things are wrong at once."""

from dataclasses import replace

import pytest

from hmi.config.epoch import Machine
from hmi.model.clock import MILLISECOND, SECOND
from hmi.model.samples import LinkState
from hmi.present import header, machine_state, notices, site_overview
from hmi.present.latency import LatencyBook
from hmi.present.machine_state import StateView
from hmi.present.site_overview import MachineCard
from hmi.present.texts import Texts
from tests.ui.builders import Shop
from tests.ui.demo_shop import demo_shop


@pytest.fixture
def shop() -> Shop:
    return demo_shop()


def texts(shop: Shop) -> Texts:
    return Texts.of(shop.epoch)


def mill(shop: Shop) -> Machine:
    return shop.session.machine("mill_07")


def cards(shop: Shop, *, alive: bool = True) -> dict[str, MachineCard]:
    found = site_overview.cards(shop.session, shop.frame(alive=alive), texts(shop))
    return {each.machine or each.name: each for each in found}


def test_the_header_says_machine_job_and_time_left(shop: Shop) -> None:
    own = texts(shop).for_machine("mill_07")
    view = header.of_machine(shop.session, shop.frame(), mill(shop), own)
    assert (view.title, view.path) == ("Mill 07", "Haas VF-6SS · Cell 3 / Milling")
    assert view.state == StateView("Machining", "running")
    assert view.job == header.Job(
        "O01234 · Bracket left", "Part 17 of 40 · Op 20 · Tool 4, Ø12 mill · Order 55 120", live=True
    )
    assert view.left == header.TimeLeft("3:42", "left of 9:10")


def test_a_part_that_the_program_names_is_said_once(shop: Shop) -> None:
    shop.context("mill_07", program="O01234 Bracket left")
    job = header.job(shop.session, shop.frame(), mill(shop), texts(shop))
    assert job is not None
    assert job.title == "O01234 Bracket left"


def test_a_time_left_that_is_not_live_is_not_shown(shop: Shop) -> None:
    shop.clock.advance(10 * SECOND)
    own = texts(shop).for_machine("mill_07")
    view = header.of_machine(shop.session, shop.frame(), mill(shop), own)
    assert view.left is None
    assert view.state == StateView("State stale", "unknown")


def test_a_job_is_marked_where_the_machine_has_no_link(shop: Shop) -> None:
    shop.link("mill_07", LinkState.DOWN)
    own = texts(shop).for_machine("mill_07")
    view = header.of_machine(shop.session, shop.frame(), mill(shop), own)
    assert view.job is not None
    assert not view.job.live
    assert view.state == StateView("No link", "unknown")


def test_one_endpoint_of_several_down_is_a_loss_but_not_of_the_whole_machine(shop: Shop) -> None:
    shop.link("mill_07", LinkState.DOWN, endpoint="probe")
    frame = shop.frame()
    assert machine_state.loss(shop.session, frame, "mill_07") is not None
    assert machine_state.loss(shop.session, frame, "mill_07", whole=True) is None


def test_the_site_counts_machines_that_are_live(shop: Shop) -> None:
    view = header.of_site(shop.session, shop.frame(), texts(shop))
    assert view.title == "Hall 2"
    assert view.state == StateView("2 of 3 live", "unknown")
    assert header.of_site(shop.session, shop.frame(alive=False), texts(shop)).state == StateView(
        "0 of 3 live", "unknown"
    )


def test_cards_say_what_each_machine_needs(shop: Shop) -> None:
    found = cards(shop)
    assert list(found) == ["mill_07", "line_1", "press_04", "laser_01"]
    alive, line, press, out = found.values()
    assert alive.cover == ""
    assert [each.readout.value for each in alive.figures] == ["3:42", "112", "41.2"]
    assert (alive.job, alive.progress) == ("Part 17 of 40", round(1 - 222 / 550, 3))
    assert (alive.news, alive.calm) == ("1 of 14 not live", False)
    assert (line.news, line.progress) == ("1 of 5 not live", None)
    assert (press.cover, press.cause) == ("no link for 2:10", "127.0.0.1:4840 refused the connection")
    assert (out.machine, out.cover) == ("", "left out")
    assert "ImportError" in out.cause


def test_no_card_is_live_without_an_engine(shop: Shop) -> None:
    assert all(each.cover for each in cards(shop, alive=False).values())


def test_connecting_is_said_as_such(shop: Shop) -> None:
    shop.link("press_04", LinkState.CONNECTING)
    assert cards(shop)["press_04"].cover == "connecting for 2:10"


def test_a_machine_of_which_nothing_was_heard_says_so(shop: Shop) -> None:
    shop.link("press_04", LinkState.UP)
    assert cards(shop)["press_04"].cover == "no data yet"


def said(shop: Shop, book: LatencyBook, machine: str = "") -> notices.NoticeView:
    return notices.notice(shop.session, shop.frame(), book, machine, texts(shop))


def test_the_worst_is_said_and_the_others_are_counted(shop: Shop) -> None:
    book = LatencyBook(shop.session)
    view = said(shop, book)
    assert (view.title, view.more, view.calm) == ("Press 04: no link for 2:10", "1 more", False)
    shop.link("press_04", LinkState.UP)
    assert said(shop, book).title == "laser_01 left out"


def test_the_machine_in_view_comes_first(shop: Shop) -> None:
    book = LatencyBook(shop.session)
    for value in (1.0, 2.0):
        shop.put("mill_07/x", value, not_before=shop.clock.now().monotonic - 450 * MILLISECOND)
        frame = shop.frame()
        book.painted(frame, shop.session.columns, shop.clock.now().monotonic)
    assert said(shop, book, "press_04").title == "Press 04: no link for 2:10"
    late = said(shop, book, "mill_07")
    assert (late.title, late.more) == ("Mill 07: latency above 300 ms", "2 more")
    assert late.detail.startswith("450 ms at worst")


def test_calm_still_counts_what_is_not_live(shop: Shop) -> None:
    shop.link("press_04", LinkState.UP)
    quiet = replace(shop.session, epoch=shop.epoch.model_copy(update={"quarantined": ()}))
    view = notices.notice(quiet, shop.frame(), LatencyBook(quiet), "", texts(shop))
    assert (view.title, view.detail, view.calm) == ("No notices", "3 values not live", True)


def test_german_is_said_in_german() -> None:
    shop = demo_shop("de")
    found = cards(shop)
    assert found["mill_07"].state == StateView("Bearbeitung läuft", "running")
    assert found["press_04"].cover == "keine Verbindung seit 2:10"
    assert found["line_1"].figures[0].readout.value == "9,4"
