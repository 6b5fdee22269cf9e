"""The timetable keeps its promises for any work: checked on the moves themselves, not by its own code."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from twinpane_anodizing_line.model.hoist import Move, travel_time
from twinpane_anodizing_line.model.recipes import BLACK, BOND, Visit
from twinpane_anodizing_line.model.schedule import UNLOADING, Timetable
from twinpane_anodizing_line.model.stations import CELLS, TANKS, Station

TINY = 1e-3


@st.composite
def visits(draw: st.DrawFn) -> Visit:
    stations = draw(st.sampled_from([*((tank,) for tank in TANKS), CELLS]))
    shortest = draw(st.floats(20.0, 900.0))
    return Visit(stations, shortest, shortest + draw(st.floats(0.0, 300.0)))


ROUTES = st.one_of(st.just(BLACK.route()), st.just(BOND.route()), st.lists(visits(), min_size=1, max_size=6))
WORK = st.lists(st.tuples(ROUTES, st.floats(0.0, 1500.0)), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(WORK)
def test_any_work_is_carried_without_a_collision_and_within_its_windows(
    work: list[tuple[Sequence[Visit], float]],
) -> None:
    timetable, now, done = Timetable(), 0.0, []
    for rack, (route, pause) in enumerate(work):
        now += pause
        plan = timetable.enter(rack, route, now)
        assert plan[0].start >= now
        _follows(plan, route)
        done += plan
    _one_move_at_a_time(done)
    _one_rack_in_a_tank(done)


def _follows(plan: Sequence[Move], route: Sequence[Visit]) -> None:
    assert plan[0].source is Station.LOAD
    assert plan[-1].target is Station.UNLOAD
    for (arriving, leaving), visit in zip(pairwise(plan), route, strict=True):
        assert arriving.target is leaving.source
        assert arriving.target in visit.stations
        assert visit.shortest - TINY <= leaving.lifted - arriving.lowered <= visit.longest + TINY


def _one_move_at_a_time(moves: Sequence[Move]) -> None:
    for before, after in pairwise(sorted(moves, key=lambda move: move.start)):
        assert before.end + travel_time(before.target, after.source) <= after.start + TINY


def _one_rack_in_a_tank(moves: Sequence[Move]) -> None:
    stays: dict[Station, list[tuple[float, float]]] = defaultdict(list)
    by_rack: dict[int, list[Move]] = defaultdict(list)
    for move in moves:
        by_rack[move.rack].append(move)
    for own in by_rack.values():
        for arriving, leaving in pairwise(own):
            stays[arriving.target].append((arriving.lowered, leaving.lifted))
        stays[Station.UNLOAD].append((own[-1].lowered, own[-1].lowered + UNLOADING))
    for each in stays.values():
        for (_, end), (begin, _) in pairwise(sorted(each)):
            assert end <= begin + TINY


def test_an_idle_line_takes_a_rack_at_once_and_loses_no_time() -> None:
    plan = Timetable().enter(1, BLACK.route(), 0.0)
    assert plan[0].start < 1.0
    for (arriving, leaving), visit in zip(pairwise(plan), BLACK.route(), strict=True):
        assert abs(leaving.lifted - arriving.lowered - visit.shortest) < TINY


def test_the_second_rack_takes_the_other_cell() -> None:
    timetable = Timetable()
    cells = [
        {move.target for move in timetable.enter(rack, BOND.route(), 0.0)} & set(CELLS) for rack in (1, 2)
    ]
    assert cells == [{Station.ANODIZE_A}, {Station.ANODIZE_B}]
