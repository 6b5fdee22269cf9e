import numpy as np
import numpy.typing as npt
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.model import status
from hmi.model.clock import MILLISECOND, SECOND
from hmi.present.drawn import Drawn
from hmi.present.latency import BUDGET_MS, LatencyBook, LatencyView
from tests.ui.builders import Shop, epoch, machine, tag

ALL = Drawn.at_once(3, range(3))


def shop() -> tuple[Shop, LatencyBook]:
    made = Shop(
        epoch(
            [machine("mill"), machine("lathe")],
            [
                tag("mill", "load", pace="live"),
                tag("mill", "slow", pace="slow"),
                tag("lathe", "x", pace="live"),
            ],
        )
    )
    return made, LatencyBook(made.session)


def paint(made: Shop, book: LatencyBook, *, after_ms: float = 0, drawn: Drawn | None = None) -> None:
    frame = made.frame()
    made.clock.advance(round(after_ms * MILLISECOND))
    book.painted(frame, made.session.columns, made.clock.now().monotonic, drawn or ALL)


def change(made: Shop, book: LatencyBook, bound_ms: float, name: str = "mill/load") -> None:
    made.clock.advance(10 * MILLISECOND)
    made.put(name, 1.0, not_before=made.clock.now().monotonic - round(bound_ms * MILLISECOND))
    paint(made, book)


def seen(made: Shop, book: LatencyBook, name: str = "mill") -> LatencyView:
    return book.view(name, made.clock.now().monotonic)


def ready() -> tuple[Shop, LatencyBook]:
    """Past the first samples, which are no changes."""
    made, book = shop()
    for name in ("mill/load", "mill/slow", "lathe/x"):
        made.put(name, 0.0, not_before=made.clock.now().monotonic - 3600 * SECOND)
    paint(made, book)
    return made, book


def test_quiet_is_blank() -> None:
    made, book = ready()
    assert seen(made, book) == LatencyView(begun=False)


@settings(max_examples=60, deadline=None)
@given(ahead=st.floats(0, 5_000), under_way=st.floats(0, 400), paint_ms=st.floats(0, 50))
def test_a_clock_that_runs_ahead_makes_no_change_younger_than_its_arrival(
    ahead: float, under_way: float, paint_ms: float
) -> None:
    made, book = ready()
    made.put("mill/load", 1.0, not_before=made.clock.now().monotonic + round(ahead * MILLISECOND))
    made.clock.advance(round(under_way * MILLISECOND))  # received, not yet on the screen
    paint(made, book, after_ms=paint_ms)
    shown = seen(made, book).now
    assert shown is not None
    assert shown >= under_way + paint_ms - 1e-3


def test_a_first_sample_of_an_hour_old_value_is_no_late_change() -> None:
    made, book = ready()
    assert seen(made, book).n == 0


def test_the_bound_runs_from_not_before_to_the_paint() -> None:
    made, book = ready()
    made.put("mill/load", 1.0, not_before=made.clock.now().monotonic - 20 * MILLISECOND)
    paint(made, book, after_ms=5.5)
    view = seen(made, book)
    assert (view.now, view.p50, view.p99, view.n) == (26, 26, 26, 1)


def test_what_the_newest_frame_counted_can_be_held_against_the_truth() -> None:
    made, book = ready()
    assert book.counted is None, "first samples are no changes"
    made.put("lathe/x", 1.0, not_before=made.clock.now().monotonic - 7 * MILLISECOND)
    paint(made, book, after_ms=3)
    counted = book.counted
    assert counted is not None
    assert counted.paint == made.clock.now().monotonic
    assert (counted.tags.tolist(), counted.bounds.tolist()) == ([2], [10 * MILLISECOND])
    paint(made, book)
    assert book.counted is None, "a frame without a change"


def test_machines_are_apart_and_only_live_pace_counts() -> None:
    made, book = ready()
    change(made, book, 40, "lathe/x")
    change(made, book, 900, "mill/slow")
    assert seen(made, book, "mill").n == 0
    assert seen(made, book, "lathe").p99 == 40
    assert book.worst(made.clock.now().monotonic)[0] == "lathe"


def test_changes_leave_the_window_after_a_minute() -> None:
    made, book = ready()
    change(made, book, 40)
    made.clock.advance(59 * SECOND)
    assert seen(made, book).n == 1
    made.clock.advance(2 * SECOND)
    assert seen(made, book) == LatencyView(begun=True)
    assert book.worst(made.clock.now().monotonic) == ("", LatencyView(begun=True))


def test_a_late_change_is_said_for_some_seconds_and_a_late_minute_for_a_minute() -> None:
    made, book = ready()
    for _ in range(200):
        change(made, book, 20)
    change(made, book, BUDGET_MS + 50)
    assert seen(made, book).over
    made.clock.advance(4 * SECOND)
    assert not seen(made, book).over  # one in 200 is beyond p99
    for _ in range(10):
        change(made, book, BUDGET_MS + 50)
    made.clock.advance(10 * SECOND)
    assert seen(made, book).over


def test_exactly_the_budget_is_not_past_it() -> None:
    made, book = ready()
    change(made, book, BUDGET_MS)
    assert not seen(made, book).over
    change(made, book, BUDGET_MS + 0.01)
    assert seen(made, book).over


def test_the_return_of_a_lost_value_is_no_late_change() -> None:
    made, book = ready()
    change(made, book, 20)
    made.put("mill/load", 1.0, status=status.BAD_NO_COMMUNICATION)
    paint(made, book)
    made.clock.advance(20 * SECOND)
    change(made, book, 15_000)
    assert seen(made, book) == LatencyView(), "neither that change counts nor what was before the loss"
    change(made, book, 30)
    assert seen(made, book).p99 == 30


def test_a_machine_that_is_lost_has_no_figures_and_the_others_have_theirs() -> None:
    made, book = ready()
    change(made, book, 150, "mill/load")
    change(made, book, 40, "lathe/x")
    assert book.worst(made.clock.now().monotonic)[0] == "mill"
    made.put("mill/load", 1.0, status=status.BAD_NO_COMMUNICATION)
    paint(made, book)
    assert seen(made, book) == LatencyView(), "what it had says nothing of now, though mill/slow is live"
    machine_id, view = book.worst(made.clock.now().monotonic)
    assert (machine_id, view.p99) == ("lathe", 40)
    made.put("lathe/x", 1.0, status=status.BAD_NO_COMMUNICATION)
    paint(made, book)
    assert book.worst(made.clock.now().monotonic) == ("", LatencyView())


def test_a_machine_that_is_late_and_lost_is_no_longer_told_as_late() -> None:
    made, book = ready()
    change(made, book, 400)
    assert seen(made, book).over
    made.table.confirm(made.clock, besides=("mill/load",))
    made.clock.advance(20 * SECOND)
    made.table.confirm(made.clock, besides=("mill/load",))
    paint(made, book)
    assert not seen(made, book).over


def test_figures_begin_anew_with_the_first_change_after_the_return() -> None:
    made, book = ready()
    change(made, book, 20)
    began = made.clock.now().monotonic
    made.put("mill/load", 1.0, status=status.BAD_NO_COMMUNICATION)
    paint(made, book)
    made.put("mill/load", 1.0)
    paint(made, book)
    assert seen(made, book) == LatencyView(), "it is live, and nothing was measured yet"
    change(made, book, 30)
    view = seen(made, book)
    assert (view.now, view.n) == (30, 2), "what was painted within the minute counts"
    assert view.measured == 0.0
    made.clock.advance(7 * SECOND)
    assert seen(made, book).measured == 7.0
    assert made.clock.now().monotonic - began > 7 * SECOND


@settings(max_examples=60, deadline=None)
@given(st.lists(st.floats(0.001, 5_000), min_size=1, max_size=200))
def test_percentiles_never_understate_and_are_near(bounds: list[float]) -> None:
    made, book = ready()
    for bound in bounds:
        made.put("mill/load", bound, not_before=made.clock.now().monotonic - round(bound * MILLISECOND))
        paint(made, book)
    view = seen(made, book)
    for share, shown in ((50, view.p50), (99, view.p99)):
        exact = float(np.percentile(bounds, share, method="inverted_cdf"))
        assert shown is not None
        assert exact - 1e-3 <= shown <= exact * 1.05 + 2


def test_memory_does_not_grow_with_the_load() -> None:
    made, book = ready()
    before = book._counts.nbytes
    for _ in range(500):
        change(made, book, 20)
    assert book._counts.nbytes == before
    assert seen(made, book).n == 500


MASK = st.lists(st.booleans(), min_size=3, max_size=3).map(np.array)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(MASK, MASK, MASK, st.integers(1, 90)), min_size=1, max_size=30))
def test_only_what_was_shown_since_its_change_counts_and_not_before_its_paint(
    steps: list[tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_], npt.NDArray[np.bool_], int]],
) -> None:
    """Each step: which tags change, are shown, are brought up to date, and after how many ms."""
    made, book = ready()
    names = ("mill/load", "mill/slow", "lathe/x")
    waits: dict[str, int] = {}
    bounds: dict[str, list[int]] = {"mill": [], "lathe": []}
    now = 0
    for changes, shown, current, after in steps:
        made.clock.advance(after * MILLISECOND)
        now += after
        for name, does, seen_now, up_to_date in zip(names, changes, shown, shown & current, strict=True):
            if does:
                made.put(name, float(now))
            if not seen_now:
                waits.pop(name, None)
            elif does and name != "mill/slow":
                waits.setdefault(name, now)
            if up_to_date and name in waits:
                bounds[name.partition("/")[0]].append(now - waits.pop(name))
        made.table.confirm(made.clock)
        paint(made, book, drawn=Drawn(shown, shown & current))
    for machine_id, expected in bounds.items():
        view = seen(made, book, machine_id)
        assert view.n == len(expected)
        if expected:
            assert view.now == expected[-1]
            worst = float(np.percentile(expected, 99, method="inverted_cdf"))
            assert view.p99 is not None
            assert worst <= view.p99 <= worst * 1.05 + 2


def test_a_change_that_waits_for_its_paint_counts_from_the_first_one_waiting() -> None:
    made, book = ready()
    waiting = Drawn(ALL.shown, Drawn.nothing(3).current)
    made.put("mill/load", 1.0)
    paint(made, book, drawn=waiting)
    made.clock.advance(90 * MILLISECOND)
    made.put("mill/load", 2.0)
    paint(made, book, drawn=waiting)
    assert seen(made, book).n == 0
    made.clock.advance(10 * MILLISECOND)
    paint(made, book)
    assert (seen(made, book).n, seen(made, book).now) == (1, 100)
