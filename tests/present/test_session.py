import math

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.config.tags import TagDescription
from hmi.engine.scaling import Scaling
from hmi.link import epoch_text
from hmi.link.messages import STILL_DOWN, Notice
from hmi.model import status
from hmi.model.clock import MILLISECOND, NO_TIME, SECOND, ManualClock
from hmi.model.columns import Columns
from hmi.model.context import ContextKey
from hmi.model.samples import LinkState
from hmi.model.values import ValueType
from hmi.present import quality, recovered
from hmi.present.freshness import Freshness
from hmi.present.quality import Look
from hmi.present.session import Session
from hmi.present.texts import Texts
from hmi.testing.epochs import batch_of, epoch_of
from hmi.testing.hand_fed import HandFed
from hmi.twin.store import Store
from tests.ui.builders import SIDE, Shop, epoch, machine, tag

TEXTS = Texts.own("en")


def shop() -> Shop:
    return Shop(epoch([machine("mill")], [tag("mill", "load"), tag("mill", "x")]))


def test_a_value_that_nobody_vouches_for_goes_stale_although_nothing_arrives() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    assert quality.of(made.session, made.frame(), 0, TEXTS) == quality.LIVE
    made.clock.advance(14 * SECOND)
    frame = made.frame()
    assert list(frame.aged) == [0]
    assert quality.of(made.session, frame, 0, TEXTS) == quality.Quality(Look.FROZEN, "stale 14 s")


def test_an_unchanged_value_that_is_vouched_for_stays_live() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    for _ in range(20):
        made.clock.advance(SECOND)
        made.table.confirm(made.clock)
        assert made.frame().freshness[0] == Freshness.LIVE


def test_bad_counts_from_when_it_went_bad_however_often_it_is_confirmed() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.frame()
    made.put("mill/load", 40.0, status=status.BAD_SENSOR_FAILURE)
    made.frame()
    made.clock.advance(4 * SECOND)
    made.table.confirm(made.clock)
    frame = made.frame()
    assert quality.of(made.session, frame, 0, TEXTS) == quality.Quality(Look.FROZEN, "bad 4 s")
    made.put("mill/load", 41.0)
    assert quality.of(made.session, made.frame(), 0, TEXTS) == quality.LIVE


def test_a_loss_makes_nothing_younger() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.clock.advance(2 * SECOND)
    before = made.session.age(0, made.frame().now)
    made.put("mill/load", 0.0, status=status.BAD_NO_COMMUNICATION)
    frame = made.frame()
    assert before == made.session.age(0, frame.now) == 2.0
    assert quality.of(made.session, frame, 0, TEXTS) == quality.Quality(Look.FROZEN, "no link, 2 s old")
    assert made.session.value(0) == 40.0


def test_what_is_bad_when_the_panel_starts_is_as_old_as_its_last_value() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.clock.advance(6 * SECOND)
    made.put("mill/load", 0.0, status=status.BAD_SENSOR_FAILURE)
    made.clock.advance(3 * SECOND)
    frame = made.frame()
    assert quality.of(made.session, frame, 0, TEXTS) == quality.Quality(Look.FROZEN, "bad 9 s")
    assert made.session.value(0) == 40.0


def test_a_tag_that_was_bad_from_the_first_has_no_value_to_freeze() -> None:
    made = shop()
    made.put("mill/load", 0.0, status=status.BAD_SENSOR_FAILURE)
    made.clock.advance(9 * SECOND)
    frame = made.frame()
    assert not made.session.known(0)
    assert quality.of(made.session, frame, 0, TEXTS) == quality.Quality(Look.EMPTY, "bad 9 s")
    made.put("mill/load", 0.0, status=status.BAD_DEVICE_FAILURE)  # another cause, not a younger one
    made.clock.advance(2 * SECOND)
    assert quality.of(made.session, made.frame(), 0, TEXTS).badge == "bad 11 s"
    made.put("mill/load", 0.0)
    assert quality.of(made.session, made.frame(), 0, TEXTS) == quality.LIVE


@pytest.mark.parametrize(
    ("code", "badge"),
    [
        (status.BAD_NO_COMMUNICATION, "no link, 3 s old"),
        (status.BAD_WAITING_FOR_INITIAL_DATA, "waiting 3 s"),
        (status.BAD_SENSOR_FAILURE, "bad 3 s"),
        (status.BAD_SENSOR_FAILURE | 0x400, "bad 3 s"),
        (status.BAD_NO_COMMUNICATION | 0x480, "no link, 3 s old"),
    ],
)
def test_the_words_tell_whose_fault_it_is(code: int, badge: str) -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.put("mill/load", 0.0, status=code)
    made.clock.advance(3 * SECOND)
    assert quality.of(made.session, made.frame(), 0, TEXTS).badge == badge


def test_without_a_link_the_age_is_the_values_and_there_is_none_where_there_is_no_value() -> None:
    made = shop()
    made.put("mill/load", 0.0, status=status.BAD_NO_COMMUNICATION)
    made.clock.advance(3 * SECOND)
    assert quality.of(made.session, made.frame(), 0, TEXTS) == quality.Quality(Look.EMPTY, "no link")
    made.put("mill/load", 40.0)
    made.frame()
    made.put("mill/load", 0.0, status=status.BAD_NO_COMMUNICATION)
    made.clock.advance(130 * SECOND)
    assert quality.of(made.session, made.frame(), 0, Texts.own("de")).badge == "getrennt, 2 min alt"


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("wait"), st.integers(0, 5_000)),
        st.tuples(
            st.just("sample"), st.sampled_from([0, status.UNCERTAIN, status.BAD, status.BAD_NO_COMMUNICATION])
        ),
        st.tuples(st.just("confirm"), st.just(0)),
        st.tuples(st.just("silence"), st.just(0)),
    ),
    max_size=30,
)


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_an_age_grows_by_the_time_that_passes_unless_a_value_was_vouched_for(
    steps: list[tuple[str, int]],
) -> None:
    """Against the engine's own store: whatever happens, only Good or Uncertain news makes a value younger."""
    epoch_ = epoch_of({"t": TagDescription(max_age=1.0)})
    fed = HandFed({"t": TagDescription(max_age=1.0)})
    store, scaling, clock, table = Store(epoch_.tags, fed._columns), Scaling(epoch_.tags), ManualClock(), fed
    revision, alive = 0, True
    session, now = fed.session, clock.now()
    session.refresh(table, now, alive)
    last, at, young = session.age(0, now), now.monotonic, False
    for what, number in steps:
        vouched = False
        if what == "wait":
            clock.advance(number * MILLISECOND)
        elif what == "sample":
            revision += 1
            samples = scaling.samples(batch_of(epoch_, [("t", 1.0, number)], clock.now()), 0)
            store.apply(samples, revision)
            store.confirm(samples.index, clock.now().monotonic)
            vouched = number < status.BAD
        elif what == "confirm":
            before = int(fed._columns.status[0])
            store.confirm(np.zeros(1, np.uint32), clock.now().monotonic)
            vouched = status.severity(before) is not status.Severity.BAD
        else:
            alive = not alive
        fed._revision = revision
        now = clock.now()
        session.refresh(table, now, alive)
        age = session.age(0, now)
        if vouched:
            assert age == 0.0
            young = True
        elif not math.isnan(last):
            assert math.isclose(age, last + (now.monotonic - at) / SECOND, abs_tol=1e-6)
        assert session.known(0) == young
        last, at = age, now.monotonic


def test_never_received_is_said() -> None:
    made = shop()
    assert quality.of(made.session, made.frame(), 1, TEXTS) == quality.Quality(Look.EMPTY, "no data")


def test_nothing_is_live_while_the_engine_is_silent() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.put("mill/x", 1.0, status=status.UNCERTAIN)
    assert list(made.frame().freshness) == [Freshness.LIVE, Freshness.UNCERTAIN]
    assert list(made.frame(alive=False).freshness) == [Freshness.STALE, Freshness.STALE]
    assert quality.of(made.session, made.frame(alive=False), 0, TEXTS).badge == "stale <1 s"
    assert list(made.frame().freshness) == [Freshness.LIVE, Freshness.UNCERTAIN]


def test_time_goes_on_without_a_table() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.frame()
    made.clock.advance(5 * SECOND)
    frame = made.session.refresh(None, made.clock.now(), False)
    assert frame.freshness[0] == Freshness.STALE
    assert made.session.value(0) == 40.0


def test_a_torn_snapshot_is_never_shown() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.frame()

    class Torn:
        moment = None

        def snapshot(self, into: Columns) -> int | None:
            into.value[:] = np.uint64(0)
            return None

    made.session.refresh(Torn(), made.clock.now(), True)
    assert made.session.value(0) == 40.0


def test_without_a_link_counts_from_the_first_loss_not_from_the_last_try() -> None:
    made = shop()
    made.link("mill", LinkState.UP)
    began = made.clock.now().monotonic
    for state in (LinkState.DOWN, LinkState.CONNECTING, LinkState.DOWN):
        made.link("mill", state)
        made.clock.advance(700 * MILLISECOND)
    assert made.session.unlinked == {("mill", "main"): began}
    made.link("mill", LinkState.UP)
    assert made.session.unlinked == {}


def restarted(made: Shop) -> Shop:
    """The same shop with a new engine: an empty table, a session that follows the one before."""
    after = Shop(made.epoch)
    after.clock = made.clock
    after.session = Session.begin(made.session.welcome, len(made.session.columns.side), made.session)
    return after


def test_a_new_engine_takes_no_value_from_the_screen_and_lends_it_no_life() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.frame()
    made.clock.advance(2 * SECOND)
    after = restarted(made)
    frame = after.frame()
    assert after.session.value(0) == 40.0
    assert quality.of(after.session, frame, 0, TEXTS) == quality.Quality(Look.FROZEN, "waiting 2 s")
    assert quality.of(after.session, frame, 1, TEXTS) == quality.Quality(Look.EMPTY, "no data")
    after.put("mill/load", 0.0, status=status.BAD_NO_COMMUNICATION)
    assert quality.of(after.session, after.frame(), 0, TEXTS).badge == "no link, 2 s old"
    assert after.session.value(0) == 40.0
    after.put("mill/load", 0.0)
    assert quality.of(after.session, after.frame(), 0, TEXTS) == quality.LIVE
    assert after.session.value(0) == 0.0
    after.put("mill/load", 0.0, status=status.BAD_SENSOR_FAILURE)
    after.frame()
    assert after.session.value(0) == 0.0  # the new engine's, no more the old one's


def test_a_new_value_that_is_not_yet_vouched_for_is_never_hidden_by_an_old_one() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.frame()
    after = restarted(made)
    after.frame()
    after.put("mill/load", 7.0)
    after.table.columns.confirmed[0] = NO_TIME  # the confirmation is a message of its own
    frame = after.frame()
    assert after.session.value(0) == 7.0
    assert frame.freshness[0] == Freshness.STALE


def test_a_tag_that_means_something_else_now_is_not_carried_over() -> None:
    made = shop()
    made.put("mill/load", 40.0)
    made.frame()
    other = made.epoch.tags[0].model_copy(update={"unit": "kN"})
    changed = made.epoch.model_copy(update={"tags": (other, made.epoch.tags[1])})
    welcome = msgspec.structs.replace(made.session.welcome, epoch=epoch_text.packed(changed))
    session = Session.begin(welcome, 0, made.session)
    assert not session.known(0)


def test_texts_are_carried_to_where_their_tag_lies_now() -> None:
    tags = {"s": TagDescription(type=ValueType.STRING)}
    fed = HandFed(tags)
    fed.put(s="Bracket")
    fed.frame()
    fed.clock.advance(SECOND)
    old = fed.session
    fed._columns.clear()
    after = Session.begin(old.welcome, len(fed._columns.side), old)
    after.refresh(fed, fed.clock.now(), True)
    assert after.value(0) == "Bracket"
    assert after.known(0)


def test_what_a_machine_said_last_is_kept_when_it_no_longer_says() -> None:
    made = shop()
    made.context("mill", order="55 120")
    made.context("mill", order="")
    assert made.session.context["mill"] == {ContextKey.ORDER: ""}
    assert made.session.last_context["mill"] == {ContextKey.ORDER: "55 120"}
    after = restarted(made)
    assert after.session.context == {}
    assert after.session.last_context["mill"] == {ContextKey.ORDER: "55 120"}


def test_events_outlive_the_engine_and_are_kept_once() -> None:
    made = shop()
    notice = Notice(1, "laser", "ImportError")
    made.session.take(notice)
    made.link("mill", LinkState.CONNECTING)
    made.link("mill", LinkState.UP)  # the first time, which is no return
    made.clock.advance(SECOND)
    made.link("mill", LinkState.DOWN, cause="refused")
    made.link("mill", LinkState.CONNECTING)
    made.link("mill", LinkState.DOWN, cause="refused")
    made.link("mill", LinkState.UP)
    after = restarted(made)
    after.session.take(notice)
    told = [(each.subject, each.text, each.text_id) for each in after.session.notices]
    assert told == [
        ("laser", "ImportError", ""),
        ("mill.main", "", "event.link_first"),
        ("mill.main", "refused", "event.link_lost"),
        ("mill.main", "", "event.link_up"),
    ]


def test_the_tags_of_a_machine_are_found_once() -> None:
    made = Shop(epoch([machine("a"), machine("b")], [tag("a", "x"), tag("b", "y"), tag("a", "z")]))
    assert made.session.tags_of("a").tolist() == [0, 2]
    assert made.session.tags_of("a") is made.session.tags_of("a")
    assert made.session.tags_of("nobody").tolist() == []


def test_a_new_engine_makes_no_loss_younger() -> None:
    made = shop()
    made.link("mill", LinkState.UP)
    began = made.clock.now().monotonic
    made.link("mill", LinkState.DOWN, cause="refused")
    made.clock.advance(50 * SECOND)
    after = restarted(made)
    after.link("mill", LinkState.CONNECTING)
    assert after.session.unlinked == {("mill", "main"): began}
    after.link("mill", LinkState.UP)
    assert after.session.unlinked == {}
    assert after.session.notices[-1].text_id == "event.link_up"


def test_the_links_that_another_engine_brings_back_are_told_once_each() -> None:
    made = shop()
    made.link("mill", LinkState.UP)
    after = Shop(made.epoch)
    after.clock = made.clock
    other = msgspec.structs.replace(made.session.welcome, started=made.clock.now().utc)
    after.session = Session.begin(other, SIDE, made.session)
    for state in (LinkState.CONNECTING, LinkState.UP, LinkState.UP):
        made.clock.advance(SECOND)
        after.link("mill", state)
    told = [(each.subject, each.text_id) for each in after.session.notices]
    assert told == [("mill.main", "event.link_first"), ("mill.main", "event.link_up")]
    same = Session.begin(made.session.welcome, SIDE, made.session)
    same.take(made.session.endpoints["mill", "main"])
    assert [each.text_id for each in same.notices] == ["event.link_first"]


def of_links(made: Shop) -> list[tuple[str, str]]:
    return [(each.text_id, each.text) for each in made.session.notices]


def test_a_link_that_never_was_is_told_with_its_cause_and_so_is_its_first_time_up() -> None:
    made = shop()
    made.link("mill", LinkState.CONNECTING)
    assert made.session.notices == []
    began = made.clock.now().utc
    for cause in ("refused", "not trusted"):  # another cause is told by the engine, which knows when
        made.link("mill", LinkState.DOWN, cause=cause)
        made.clock.advance(SECOND)
    assert of_links(made) == [("event.link_none", "refused")]
    assert made.session.notices[0].utc == began
    made.link("mill", LinkState.UP)
    made.link("mill", LinkState.UP)
    assert of_links(made)[1:] == [("event.link_first", "")]


def test_a_panel_that_comes_later_tells_what_is_down_since_when_and_why_and_only_once() -> None:
    made = shop()
    made.link("mill", LinkState.DOWN, cause="not trusted")
    again = Session.begin(made.session.welcome, SIDE, made.session)
    again.take(made.session.endpoints["mill", "main"])
    assert again.notices == made.session.notices
    assert of_links(made) == [("event.link_none", "not trusted")]


def test_another_cause_does_not_hide_when_the_link_was_lost() -> None:
    made = shop()
    made.link("mill", LinkState.UP)
    made.link("mill", LinkState.DOWN, cause="closed")
    made.session.take(Notice(made.clock.now().utc, "mill.main", "refused", STILL_DOWN))
    made.clock.advance(SECOND)
    made.link("mill", LinkState.UP)
    assert [each.text_id for each in made.session.notices[1:]] == [
        "event.link_lost",
        "event.link_cause",
        "event.link_up",
    ]
    said = recovered.newest(made.session, made.frame(), Texts.of(made.epoch))
    assert "link was lost" in said
