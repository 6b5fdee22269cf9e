"""What stood in the notice line can be read afterwards, once per change of state, however it flickers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.model import status
from hmi.model.clock import SECOND
from hmi.model.samples import LinkState
from hmi.present import notices
from hmi.present.chronicle import Chronicle
from hmi.present.latency import WINDOW_SECONDS, LatencyBook, LatencyView
from hmi.present.session import NOTICES_KEPT, Session
from hmi.present.texts import Texts
from tests.ui.builders import SIDE, FakeTable, Shop, epoch, machine, tag


@dataclass
class Watched:
    """A machine that is looked at once a second."""

    shop: Shop
    names: tuple[str, ...]
    chronicle: Chronicle = field(default_factory=Chronicle)
    bad: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, *names: str) -> Watched:
        shop = Shop(epoch([machine("m")], [tag("m", name, max_age=3.0) for name in names]))
        shop.link("m", LinkState.UP)
        return cls(shop, names)

    def look(self, seconds: int = 1, *, alive: bool = True) -> None:
        for _ in range(seconds):
            for name in self.names:
                code = status.BAD_SENSOR_FAILURE if name in self.bad else status.GOOD
                self.shop.put(f"m/{name}", 1.0, status=code)
            self.note(alive=alive)

    def note(self, *, alive: bool = True) -> None:
        book = LatencyBook(self.shop.session)
        self.chronicle.note(self.shop.session, self.shop.frame(alive=alive), book)
        self.shop.clock.advance(SECOND)

    def told(self) -> list[tuple[str, str, bool]]:
        """All events but that the link was made."""
        found = notices.entries(self.shop.session, Texts.of(self.shop.epoch))
        return [(e.subject, e.text, e.severe) for e in reversed(found) if e.text != "connected"]


def test_a_bad_value_and_its_return_are_events() -> None:
    made = Watched.of("load", "x")
    made.look(2)
    assert made.told() == []
    made.bad = {"load"}
    made.look(20)
    assert made.told() == [("machine.m: load", "bad: Sensor failure", True)]
    made.bad = set()
    well = made.shop.clock.now().utc
    made.look(20)
    assert made.told()[1:] == [("machine.m: load", "live again", False)]
    assert made.shop.session.notices[-1].utc == well  # since when, not when it was believed


def test_many_values_that_die_at_once_are_one_event() -> None:
    names = tuple(f"t{number}" for number in range(40))
    made = Watched.of(*names)
    made.look()
    made.bad = set(names)
    made.look(3)
    made.bad = set()
    made.look(8)
    assert made.told() == [
        ("machine.m", "40 values not live", True),
        ("machine.m", "40 values live again", False),
    ]


def test_a_lost_link_is_not_told_again_value_by_value() -> None:
    made = Watched.of("load")
    made.look(8)
    made.shop.link("m", LinkState.DOWN)
    made.shop.put("m/load", 0.0, status=status.BAD_NO_COMMUNICATION)
    made.note()
    made.shop.link("m", LinkState.UP)
    made.look(8)
    assert [text for _, text, _ in made.told()] == ["link lost", "link is back"]


def test_another_engine_neither_repeats_what_is_bad_nor_calls_it_dead_before_its_first_value() -> None:
    made = Watched.of("load", "x")
    made.bad = {"load"}
    made.look(8)
    made.look(2, alive=False)
    shop = made.shop
    shop.session = Session.begin(shop.session.welcome, SIDE, shop.session)
    shop.table = FakeTable(shop.epoch)
    shop.link("m", LinkState.UP)
    made.note()
    made.look(8)
    assert made.told() == [("machine.m: load", "bad: Sensor failure", True)]
    made.bad = set()
    made.look(8)
    assert made.told()[1:] == [("machine.m: load", "live again", False)]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 8)), max_size=12))
@settings(max_examples=40, deadline=None)
def test_bad_and_live_alternate_whatever_a_value_does(spells: list[tuple[bool, int]]) -> None:
    made = Watched.of("load")
    made.look()
    for bad, seconds in spells:
        made.bad = {"load"} if bad else set()
        made.look(seconds)
    severe = [each for _, _, each in made.told()]
    assert severe == [number % 2 == 0 for number in range(len(severe))]
    assert len(severe) <= 2 * sum(seconds for _, seconds in spells) / 5 + 1
    assert len(made.shop.session.notices) <= NOTICES_KEPT


class Late(LatencyBook):
    """A book whose figures are in the test's hands."""

    shown = LatencyView()

    def view(self, machine: str, now: int) -> LatencyView:
        return self.shown


def test_late_is_told_once_and_in_time_only_when_that_is_known() -> None:
    made = Watched.of("load")
    book = Late(made.shop.session)

    def seen(view: LatencyView, seconds: int) -> list[str]:
        book.shown = view
        for _ in range(seconds):
            made.shop.put("m/load", 1.0)
            made.chronicle.note(made.shop.session, made.shop.frame(), book)
            made.shop.clock.advance(SECOND)
        return [text for _, text, _ in made.told()]

    late = LatencyView(now=400, p50=50, p99=400, recent=400, n=9, begun=True, measured=90.0)
    fine = LatencyView(now=40, p50=40, p99=40, n=9, begun=True, measured=WINDOW_SECONDS)
    moment = replace(fine, measured=WINDOW_SECONDS - 1.0)
    assert seen(fine, 3) == []
    assert seen(late, 10) == ["latency above 300 ms"]
    assert seen(LatencyView(), 10) == ["latency above 300 ms"]
    assert seen(moment, 10) == ["latency above 300 ms"], "as after a restart of the engine"
    assert seen(fine, 10) == ["latency above 300 ms", "latency within 300 ms again"]
