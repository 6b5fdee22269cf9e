import numpy as np

from hmi.model import status
from hmi.model.clock import MILLISECOND, SECOND
from hmi.model.columns import Columns
from hmi.model.samples import LinkState
from hmi.present import quality
from hmi.present.freshness import Freshness
from hmi.present.quality import Look
from hmi.present.texts import Texts
from tests.ui.builders import Shop, epoch, machine, tag

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


def test_what_is_bad_when_the_panel_starts_is_as_old_as_its_last_sample() -> None:
    made = shop()
    made.put("mill/load", 40.0, status=status.BAD_SENSOR_FAILURE)
    made.clock.advance(9 * SECOND)
    assert quality.of(made.session, made.frame(), 0, TEXTS).badge == "bad 9 s"


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
