"""Header, machine states, cards and notices of a shop where several things are wrong at once."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.config.epoch import Machine
from hmi.link.messages import Notice
from hmi.model import status
from hmi.model.clock import MILLISECOND, SECOND
from hmi.model.samples import LinkState
from hmi.present import format as formats
from hmi.present import header, machine_state, notices, site_overview
from hmi.present.drawn import Drawn
from hmi.present.latency import LatencyBook
from hmi.present.machine_state import StateView
from hmi.present.session import Session
from hmi.present.site_overview import MachineCard
from hmi.present.texts import Texts
from tests.ui.builders import OPCUA, SIDE, FakeTable, Shop, epoch, machine, tag
from tests.ui.demo_shop import demo_shop


@pytest.fixture
def shop() -> Shop:
    return demo_shop()


def texts(shop: Shop) -> Texts:
    return Texts.of(shop.epoch)


def mill(shop: Shop) -> Machine:
    return shop.session.machine("mill_07")


def lost(shop: Shop) -> str:
    """When the press was lost, as it is told."""
    now = shop.clock.now().utc
    return formats.since(now - 130 * SECOND, now, texts(shop))


def cards(shop: Shop, *, alive: bool = True) -> dict[str, MachineCard]:
    found = site_overview.cards(shop.session, shop.frame(alive=alive), texts(shop))
    return {each.machine or each.name: each for each in found}


def test_the_header_says_machine_job_and_time_left(shop: Shop) -> None:
    own = texts(shop).for_machine("mill_07")
    view = header.of_machine(shop.session, shop.frame(), mill(shop), own)
    assert (view.title, view.path) == ("Mill 07", "Haas VF-6SS · Cell 3 / Milling")
    assert view.state == StateView("Machining", "running")
    assert view.job == header.Job(
        "O01234 · Bracket left",
        ("Part 17 of 40", "Op 20", "Tool 4, Ø12 mill", "Order 55 120"),
        True,
        "Part 17 of 40",
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


def test_what_the_machine_said_last_is_kept_and_said_to_be_that(shop: Shop) -> None:
    shop.link("mill_07", LinkState.DOWN)
    shop.context("mill_07", program="", part="", part_count="", order="")  # as the engine says it then
    own = texts(shop).for_machine("mill_07")
    view = header.of_machine(shop.session, shop.frame(), mill(shop), own)
    assert view.job is not None
    assert not view.job.live
    assert view.job.title == "O01234 · Bracket left"
    assert view.job.details[:3] == ("last known", "Part 17 of 40", "Op 20")
    assert view.job.short == "Part 17 of 40 (last known)"
    assert view.state == StateView("No link", "unknown")


JOB = {"id": "t", "api_version": 1, "protocols": ["opcua"], "headline": ["p"], "context": {"program": "p"}}


def jobbing() -> tuple[Shop, Machine]:
    text = tag("m", "p", type="string", wire="string")
    made = Shop(epoch([machine("m", type=JOB)], [text]))
    return made, made.session.machine("m")


def job_of(made: Shop, one: Machine, *, alive: bool = True) -> tuple[str, bool]:
    found = header.job(made.session, made.frame(alive=alive), one, texts(made))
    assert found is not None
    return found.title, found.live


def test_no_job_is_said_only_by_a_machine_that_can_be_heard() -> None:
    made, one = jobbing()
    assert job_of(made, one) == ("Job not known", False)
    made.link("m", LinkState.UP)
    made.put("m/p", "")
    assert job_of(made, one) == ("No job reported", True)
    made.put("m/p", "O1")
    made.context("m", program="O1")
    assert job_of(made, one) == ("O1", True)
    assert job_of(made, one, alive=False) == ("O1", False)
    made.put("m/p", "", status=status.BAD_NO_COMMUNICATION)
    made.context("m", program="")
    assert job_of(made, one) == ("O1", False)
    made.put("m/p", "O2")
    assert job_of(made, one) == ("O1", False)  # it speaks again; what it says is still under way
    made.context("m", program="O2")
    assert job_of(made, one) == ("O2", True)
    made.put("m/p", "")
    made.context("m", program="")
    assert job_of(made, one) == ("No job reported", True)


def test_a_new_engine_leaves_the_job_on_the_screen_as_old() -> None:
    made, one = jobbing()
    made.put("m/p", "O1")
    made.context("m", program="O1")
    made.frame()
    before, made.session = made.session, Session.begin(made.session.welcome, SIDE, made.session)
    made.table = FakeTable(made.epoch)
    assert made.session is not before
    assert job_of(made, one) == ("O1", False)
    made.put("m/p", "O1")
    made.context("m", program="O1")
    assert job_of(made, one) == ("O1", True)


def test_a_machine_without_a_state_tag_is_connected_only_while_it_is(shop: Shop) -> None:
    own = texts(shop).for_machine("line_1")
    line = shop.session.machine("line_1")

    def said(*, alive: bool) -> StateView:
        return machine_state.state(shop.session, shop.frame(alive=alive), line, own)

    assert said(alive=True) == StateView("Connected", "idle")
    assert said(alive=False) == StateView("Not live", "unknown")
    shop.clock.advance(60 * SECOND)
    assert said(alive=True) == StateView("Not live", "unknown")
    made = Shop(epoch([machine("m")], [tag("m", "x")]))
    view = machine_state.state(made.session, made.frame(), made.session.machine("m"), texts(made))
    assert view == StateView("No data", "unknown")


def test_one_endpoint_of_several_down_is_a_loss_but_not_of_the_whole_machine(shop: Shop) -> None:
    shop.link("mill_07", LinkState.DOWN, endpoint="probe")
    frame = shop.frame()
    assert machine_state.loss(shop.session, frame, "mill_07") is not None
    assert machine_state.loss(shop.session, frame, "mill_07", whole=True) is None


def test_the_site_counts_machines_that_are_live(shop: Shop) -> None:
    view = header.of_site(shop.session, shop.frame(), texts(shop))
    assert view.title == "Hall 2"
    assert view.state == StateView("2 of 4 machines live, 3 values not", "unknown")
    assert view.job is not None
    assert (view.job.title, view.job.details) == ("1 of 4 running, 2 not known", ("4 machines",))
    dead = header.of_site(shop.session, shop.frame(alive=False), texts(shop))
    assert dead.state == StateView("0 of 4 machines live", "unknown")
    assert dead.job is not None
    assert dead.job.title == "0 of 4 running, 4 not known"
    shop.put("mill_07/b", 12.0)
    view = header.of_site(shop.session, shop.frame(), texts(shop))
    assert view.state == StateView("2 of 4 machines live, 2 values not", "unknown")


@given(
    st.lists(st.sampled_from(["live", "bad", "stale", "down", "never"]), min_size=1, max_size=4),
    st.integers(0, 2),
    st.booleans(),
)
@settings(max_examples=60, deadline=None)
def test_header_cards_and_notice_line_agree(kinds: list[str], out: int, alive: bool) -> None:
    names = [f"m{number}" for number in range(len(kinds))]
    left_out = [{"name": f"q{number}", "cause": "why"} for number in range(out)]
    every = [tag(name, each) for name in names for each in ("load", "x")]
    made = Shop(epoch([machine(name) for name in names], every, quarantined=left_out))
    for name, kind in zip(names, kinds, strict=True):
        made.link(name, LinkState.DOWN if kind == "down" else LinkState.UP)
        for each in () if kind == "never" else ("load", "x"):
            made.put(f"{name}/{each}", 1.0)
    made.clock.advance(10 * SECOND)
    made.table.confirm(
        made.clock, besides=tuple(f"{n}/x" for n, k in zip(names, kinds, strict=True) if k == "stale")
    )
    for name, kind in zip(names, kinds, strict=True):
        if kind == "bad":
            made.put(f"{name}/x", 0.0, status=status.BAD_SENSOR_FAILURE)
    frame, own = made.frame(alive=alive), texts(made)
    whole = kinds.count("live") if alive else 0
    heard = whole + kinds.count("bad") + kinds.count("stale") if alive else 0
    total = len(kinds) + out
    state = header.of_site(made.session, frame, own).state
    assert state is not None
    assert state.label.startswith(f"{heard} of {total} machines live")
    assert (" not" in state.label) == (heard > whole)
    assert (state.tone == "running") == (whole == total)
    assert (state.tone == "unknown") == (heard < total)
    shown = site_overview.cards(made.session, frame, own)
    assert sum(each.calm and not each.cover for each in shown) == whole
    assert sum(not each.cover for each in shown) == heard
    if alive:
        notice = notices.notice(made.session, frame, LatencyBook(made.session), "", own)
        assert notice.calm == (whole == total)


def test_cards_say_what_each_machine_needs(shop: Shop) -> None:
    found = cards(shop)
    assert list(found) == ["mill_07", "line_1", "press_04", "laser_01"]
    alive, line, press, out = found.values()
    assert alive.cover == ""
    assert [each.readout.value for each in alive.figures] == ["3:42", "112", "41.2"]
    assert (alive.job, alive.progress) == ("Part 17 of 40", round(1 - 222 / 550, 3))
    assert (alive.news, alive.calm) == ("1 of 14 not live", False)
    assert (line.news, line.progress) == ("1 of 5 not live", None)
    assert (press.cover, press.cause) == (
        f"no link since {lost(shop)}",
        "127.0.0.1:4840 refused the connection",
    )
    assert (out.machine, out.cover) == ("", "left out")
    assert "ImportError" in out.cause


def test_no_card_is_live_without_an_engine(shop: Shop) -> None:
    assert all(each.cover for each in cards(shop, alive=False).values())


def test_connecting_is_said_as_such(shop: Shop) -> None:
    shop.link("press_04", LinkState.CONNECTING)
    assert cards(shop)["press_04"].cover == f"connecting since {lost(shop)}"


def test_a_machine_of_which_nothing_was_heard_says_so(shop: Shop) -> None:
    shop.link("press_04", LinkState.UP)
    assert cards(shop)["press_04"].cover == "no data yet"


def said(shop: Shop, book: LatencyBook, machine: str = "") -> notices.NoticeView:
    return notices.notice(shop.session, shop.frame(), book, machine, texts(shop))


def test_the_worst_is_said_and_the_others_are_counted(shop: Shop) -> None:
    book = LatencyBook(shop.session)
    view = said(shop, book)
    assert (view.title, view.more, view.calm) == (f"Press 04: no link since {lost(shop)}", "3 more", False)
    shop.link("press_04", LinkState.UP)
    bad = said(shop, book)
    assert (bad.title, bad.more) == ("Mill 07: B bad 4 s", "2 more")
    assert bad.detail == "Sensor failure: check the sensor and its cable"
    shop.put("mill_07/b", 12.0)
    stale = said(shop, book)
    assert stale.title == "Anodizing 1: Bath A pH stale 14 s"
    assert stale.detail == "No news from the machine"
    shop.put("line_1/bath_ph", 1.0)
    assert said(shop, book).title == "laser_01 left out"


def test_several_dead_values_are_counted_and_the_sensor_comes_before_what_derives_from_it() -> None:
    made = Shop(
        epoch(
            [machine("m", endpoints={"main": OPCUA, "probe": OPCUA})],
            [
                tag("m", "ratio", address=None, derived="load / 2"),
                tag("m", "load"),
                tag("m", "depth", endpoint="probe"),
                tag("m", "x"),
            ],
        )
    )
    made.link("m", LinkState.UP)
    made.link("m", LinkState.UP, endpoint="probe")
    for name in ("load", "ratio", "depth", "x"):
        made.put(f"m/{name}", 1.0)
    for name in ("load", "ratio"):
        made.put(f"m/{name}", 0.0, status=status.BAD_SENSOR_FAILURE)
    found = said(made, LatencyBook(made.session))
    assert found.title == "machine.m: load bad <1 s"
    assert found.detail.endswith("· 1 more value of this machine is not live")
    # A lost endpoint is told as such; its values are not told again one by one, nor what hangs on them.
    made.link("m", LinkState.DOWN, endpoint="probe", cause="refused")
    made.put("m/depth", 0.0, status=status.BAD_NO_COMMUNICATION)
    made.put("m/load", 1.0)
    found = said(made, LatencyBook(made.session))
    assert (found.title, found.more) == (
        f"machine.m / probe: no link since {formats.clock(made.clock.now().utc)}",
        "",
    )


def test_a_value_that_does_not_come_is_told_after_a_while() -> None:
    made = Shop(epoch([machine("m")], [tag("m", "load"), tag("m", "x")]))
    made.link("m", LinkState.UP)
    made.clock.advance(4 * SECOND)
    assert said(made, LatencyBook(made.session)).calm
    made.clock.advance(2 * SECOND)
    assert said(made, LatencyBook(made.session)).title == "machine.m: no data"
    made.put("m/x", 1.0)
    assert said(made, LatencyBook(made.session)).title == "machine.m: load no data"


def test_what_happened_is_told_for_a_minute_and_kept_in_the_list() -> None:
    made = Shop(
        epoch([machine("m")], [tag("m", "load")], quarantined=[{"name": "laser", "cause": "ImportError"}])
    )
    book = LatencyBook(made.session)
    made.link("m", LinkState.UP)
    made.put("m/load", 1.0)
    made.session.take(Notice(made.clock.now().utc, "laser", "ImportError"))
    made.clock.advance(SECOND)
    made.session.take(Notice(made.clock.now().utc, "m.main", "the server's queues overflowed on 3 items"))
    made.table.confirm(made.clock)
    view = said(made, book)
    assert (view.title, view.more) == ("laser left out", "1 more")
    quiet = replace(made.session, epoch=made.epoch.model_copy(update={"quarantined": ()}))
    view = notices.notice(quiet, made.frame(), book, "", texts(made))
    assert view.title.endswith("machine.m / main")
    assert (view.detail, view.more) == ("the server's queues overflowed on 3 items", "1 more")
    made.link("m", LinkState.DOWN, cause="refused")
    made.clock.advance(SECOND)
    made.link("m", LinkState.UP)
    found = notices.entries(made.session, texts(made))
    assert [(each.subject, each.text, each.severe) for each in found] == [
        ("machine.m / main", "link is back", False),
        ("machine.m / main", "link lost: refused", True),
        ("machine.m / main", "the server's queues overflowed on 3 items", True),
        ("laser", "ImportError", True),
        ("machine.m / main", "connected", False),
    ]
    made.clock.advance(61 * SECOND)
    made.table.confirm(made.clock)
    assert (said(made, book).title, said(made, book).more) == ("laser left out", "")
    assert len(notices.entries(made.session, texts(made))) == 5


def test_the_machine_in_view_comes_first(shop: Shop) -> None:
    book = LatencyBook(shop.session)
    for value in (1.0, 2.0):
        shop.put("mill_07/x", value, not_before=shop.clock.now().monotonic - 450 * MILLISECOND)
        frame = shop.frame()
        tags = len(shop.epoch.tags)
        book.painted(
            frame, shop.session.columns, shop.clock.now().monotonic, Drawn.at_once(tags, range(tags))
        )
    assert said(shop, book, "press_04").title == f"Press 04: no link since {lost(shop)}"
    assert said(shop, book, "mill_07").title == "Mill 07: B bad 4 s"
    shop.put("mill_07/b", 12.0)
    late = said(shop, book, "mill_07")
    assert (late.title, late.more) == ("Mill 07: latency above 300 ms", "3 more")
    assert late.detail.startswith("450 ms at worst")


def test_calm_still_counts_what_is_not_live(shop: Shop) -> None:
    shop.link("press_04", LinkState.UP)
    for name, value in (("mill_07/b", 1.0), ("line_1/bath_ph", 1.0)):
        shop.put(name, value)
    quiet = replace(shop.session, epoch=shop.epoch.model_copy(update={"quarantined": ()}))
    view = notices.notice(quiet, shop.frame(), LatencyBook(quiet), "", texts(shop))
    assert (view.title, view.detail, view.calm) == ("No notices", "1 value not live", True)


def test_german_is_said_in_german() -> None:
    shop = demo_shop("de")
    found = cards(shop)
    assert found["mill_07"].state == StateView("Bearbeitung läuft", "running")
    assert found["press_04"].cover == f"getrennt seit {lost(shop)}"
    assert found["line_1"].figures[0].readout.value == "9,4"


def test_calm_says_how_many_values_are_uncertain() -> None:
    made = Shop(epoch([machine("m")], [tag("m", "a"), tag("m", "b")]))
    made.link("m", LinkState.UP)
    made.put("m/a", 1.0)
    made.put("m/b", 1.0)
    book = LatencyBook(made.session)
    assert said(made, book).detail == "All links up, every value live"
    made.put("m/b", 2.0, status=status.UNCERTAIN)
    view = said(made, book)
    assert (view.detail, view.calm) == ("machine.m: b uncertain", True)
    made.put("m/a", 2.0, status=status.UNCERTAIN)
    assert said(made, book).detail == "All links up, 2 uncertain"


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_line_names_no_address_and_no_code(language: str) -> None:
    shop = demo_shop(language)
    book, technical = (
        LatencyBook(shop.session),
        ("://", "nsu=", "127.0.0.1", "register", "BadSensor", "Errno"),
    )
    said_once = set()
    for machine_id in ("press_04", "mill_07", "line_1"):
        view = said(shop, book, machine_id)
        said_once.add(view.title)
        assert view.detail
        assert not [each for each in technical if each in view.title + view.detail]
    assert len(said_once) == 3
