"""Our wall clock is set while the engine runs: nothing that it dated stays an hour wrong, nor does a gap."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import TagDescription
from hmi.engine.history import History
from hmi.engine.pipeline import Pipeline
from hmi.engine.runtime import EpochRuntime
from hmi.engine.scaling import Scaling
from hmi.engine.sources import load_drivers
from hmi.link.messages import EndpointNews, ToClient
from hmi.link.table import TableWriter
from hmi.machines.resolve import resolve_site
from hmi.model import status
from hmi.model.clock import MILLISECOND, NO_TIME, SECOND, Instant, SystemClock
from hmi.model.samples import ClockOffset, Confirmation, LinkEvent, LinkState, SourceMessage
from hmi.model.values import from_lane
from hmi.model.wall_clock import LEAST, WallClock
from hmi.simulation.mtconnect_agent import MtconnectAgent
from hmi.testing.epochs import batch_of, epoch_of
from hmi.twin.store import side_bytes
from tests.sources.mtconnect.recorded import DATA, write_site

EPOCH = epoch_of({"load": TagDescription(), "double": TagDescription(derived="load * 2")})
LOAD, DOUBLE = EPOCH.index["m/load"], EPOCH.index["m/double"]
HOUR = 3600 * SECOND
TRUE = 1_790_000_000 * SECOND
GOOD, BAD = int(status.Severity.GOOD), int(status.Severity.BAD)


@dataclass
class Bench:
    """A pipeline, and a wall clock that is ``wrong`` by some ns; the device's is right."""

    pipeline: Pipeline
    table: TableWriter
    wrong: int
    told: list[ToClient] = field(default_factory=list)

    def now(self, seconds: float) -> Instant:
        passed = round(seconds * SECOND)
        return Instant(TRUE + passed + self.wrong, 1000 * SECOND + passed)

    def step(self, message: SourceMessage, now: Instant) -> None:
        self.told += self.pipeline.step(self.pipeline.endpoints[0], message, now)

    def sample(self, seconds: float, value: float = 1.0, *, dated: bool = True) -> None:
        """A value of ``load``, confirmed; by the device's time 10 ms old."""
        now = self.now(seconds)
        source = TRUE + round(seconds * SECOND) - 10 * MILLISECOND if dated else NO_TIME
        rows = [("load", value, 0, source)]
        self.step(batch_of(EPOCH, rows, now, not_before=now.monotonic - 20 * MILLISECOND), now)
        self.step(Confirmation(np.array([LOAD], np.uint32), now), now)

    def past(self, index: int = LOAD) -> list[tuple[float, int]]:
        """Seconds since ``TRUE``, as our clock shows it now, and severity of the history's points."""
        series = self.pipeline.history.series(index, -(2**62), 2**62)
        seconds = np.round((series.time - TRUE - self.wrong) / SECOND, 6)
        return list(zip(seconds.tolist(), series.severity.tolist(), strict=True))

    def offsets(self) -> list[int | None]:
        return [news.offset for news in self.told if isinstance(news, EndpointNews)]


@pytest.fixture(params=[-HOUR, HOUR], ids=["behind", "ahead"])
def bench(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Bench]:
    """One whose clock is an hour wrong, with a link that has told so."""
    table = TableWriter(tmp_path / "table", len(EPOCH.tags), side_bytes(EPOCH.tags), EPOCH.digest, 1)
    began = Instant(TRUE + request.param, 1000 * SECOND)
    bench = Bench(
        Pipeline(EPOCH, table, History(EPOCH.tags, 1000, began.utc), began), table, wrong=request.param
    )
    now = bench.now(0)
    bench.step(LinkEvent(LinkState.UP, now), now)
    bench.step(ClockOffset(-bench.wrong, MILLISECOND, now), now)
    yield bench
    table.close()


def test_samples_lie_where_they_were_taken_before_the_offset_is_measured_again(bench: Bench) -> None:
    bench.sample(1.0)
    bench.wrong = 0
    bench.sample(2.0)
    bench.sample(3.0)
    points = [(0.99, GOOD), (1.99, GOOD), (2.99, GOOD)]
    assert bench.past() == bench.past(DOUBLE) == points
    assert bench.offsets()[-1] == 0, "clients join their own samples by the offset"
    assert len(bench.offsets()) == 3, "and are told it once"
    now = bench.now(4.0)
    bench.step(ClockOffset(0, MILLISECOND, now), now)
    bench.sample(5.0)
    assert bench.past() == [*points, (4.99, GOOD)]


def test_a_gap_begins_where_nobody_vouches_any_more(bench: Bench) -> None:
    bench.sample(1.0)
    bench.sample(2.0)
    bench.wrong = 0
    down = bench.now(5.0)
    bench.step(LinkEvent(LinkState.DOWN, down, "cut"), down)
    expected = [(0.99, GOOD), (1.99, GOOD), (2.0, BAD)]
    assert bench.past() == expected
    up = bench.now(8.0)
    bench.step(LinkEvent(LinkState.UP, up), up)
    bench.sample(9.0, 2.0)
    assert bench.past() == [*expected, (8.99, GOOD)]


def test_what_has_no_time_of_its_own_is_dated_anew_too(bench: Bench) -> None:
    bench.sample(1.0, dated=False)
    bench.wrong = 0
    now = bench.now(2.0)
    bench.step(Confirmation(np.array([LOAD], np.uint32), now), now)
    assert bench.past() == [(1.0, GOOD)]
    columns = bench.table.columns
    assert columns.receive_time[[LOAD, DOUBLE]].tolist() == [TRUE + SECOND] * 2
    assert columns.source_time[[LOAD, DOUBLE]].tolist() == [NO_TIME, TRUE + SECOND]
    assert columns.confirmed[LOAD] == now.monotonic, "an age is no matter of the wall clock"


def test_the_reach_of_the_history_is_dated_anew(bench: Bench) -> None:
    began = bench.pipeline.history.complete_from(LOAD)
    before, bench.wrong = bench.wrong, 0
    bench.sample(1.0)
    assert bench.pipeline.history.complete_from(LOAD) == began - before


def test_another_configuration_takes_over_what_lies_on_the_clock_as_it_is_now(
    bench: Bench, tmp_path: Path
) -> None:
    bench.sample(1.0)
    table = TableWriter(tmp_path / "next", len(EPOCH.tags), side_bytes(EPOCH.tags), EPOCH.digest, 2)
    began = bench.now(1.5)
    after = Pipeline(EPOCH, table, History(EPOCH.tags, 1000, began.utc), began)
    bench.wrong = 0  # while it was being made
    after.carry(bench.pipeline, bench.now(2.0))
    bench.pipeline = after
    assert bench.past() == [(0.99, GOOD), (1.0, BAD)]
    bench.sample(3.0)
    assert bench.past() == [(0.99, GOOD), (1.0, BAD), (2.99, GOOD)]
    table.close()


def test_being_held_up_between_two_readings_is_no_clock_that_was_set(bench: Bench) -> None:
    bench.sample(1.0)
    before = bench.past(), bench.offsets()
    now = bench.now(2.0)
    late = Instant(now.utc, now.monotonic + LEAST - 1)
    bench.step(Confirmation(np.array([LOAD], np.uint32), late), late)
    assert (bench.past(), bench.offsets()) == before


@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(-(10**4), 10**4)), max_size=20))
def test_what_a_clock_was_set_by_sums_up(steps: list[tuple[int, int]]) -> None:
    """Whatever it is set by and however often it is looked at: never more than `LEAST` stays untold."""
    clock, told, difference, monotonic = WallClock(Instant(TRUE, 0)), 0, 0, 0
    for passed, by in steps:
        monotonic += passed * MILLISECOND
        difference += by * MILLISECOND
        told += clock.set_by(Instant(TRUE + monotonic + difference, monotonic))
        assert abs(told - difference) < LEAST


ROWS = st.lists(st.tuples(st.integers(0, 90), st.booleans(), st.booleans()), min_size=1, max_size=4)


@given(st.lists(ROWS, max_size=10), st.integers(0, 10), st.integers(-HOUR, HOUR), st.integers(1, 20))
def test_a_history_set_by_some_time_is_the_one_of_a_clock_that_was_right(
    steps: list[list[tuple[int, bool, bool]]], after: int, by: int, capacity: int
) -> None:
    scaling = Scaling(EPOCH.tags)
    was_set, right = History(EPOCH.tags, capacity, TRUE), History(EPOCH.tags, capacity, TRUE + by)
    for n in range(max(len(steps), after) + 1):
        if n == after:
            was_set.clock_set(by)
        if n < len(steps):
            for history, clock in ((was_set, by if n >= after else 0), (right, by)):
                received = Instant(TRUE + clock + 100 + n, n)
                for at, good, seen in steps[n]:
                    rows = [("load", float(n), 0 if good else status.BAD, TRUE + clock + at)]
                    bound = n if seen else NO_TIME
                    history.add(scaling.samples(batch_of(EPOCH, rows, received, not_before=bound), 0))
    for look in (History.series, History.told):
        a, b = (look(history, LOAD, -(2**62), 2**62) for history in (was_set, right))
        assert a.time.tolist() == b.time.tolist()
        assert a.value.tolist() == b.value.tolist()
    assert was_set.complete_from(LOAD) == right.complete_from(LOAD)
    index, time = np.array([LOAD], np.uint32), np.array([TRUE + by], np.int64)
    assert was_set.after_last(index, time).tolist() == right.after_last(index, time).tolist()


class WrongClock(SystemClock):
    """The machine's clock, wrong by some ns until somebody sets it."""

    def __init__(self, wrong: int) -> None:
        self.wrong = wrong

    def now(self) -> Instant:
        right = super().now()
        return Instant(right.utc + self.wrong, right.monotonic)


@pytest.mark.parametrize("wrong", [-HOUR, HOUR], ids=["behind", "ahead"])
async def test_a_trend_over_the_moment_at_which_a_panels_clock_is_set(tmp_path: Path, wrong: int) -> None:
    """A whole engine on a real connection: values before and after, then the loss of the link."""
    model = (DATA / "sample_haas.xml").read_bytes()
    clock = WrongClock(wrong)
    async with AsyncExitStack() as machine:
        agent = await machine.enter_async_context(MtconnectAgent(model))
        site = tmp_path / "site"
        write_site(site, model, agent.port)
        epoch = resolve_site(site).epoch
        load_drivers(epoch)
        ended: list[asyncio.Task[None]] = []
        runtime = EpochRuntime(epoch, tmp_path, 1, clock, lambda _: None, lambda: None, ended.append, 1000)
        began = SystemClock().now().utc
        runtime.start()
        index = epoch.index["mill7/x_position_actual"]
        tag, columns = epoch.tags[index], runtime.table.columns

        async def shown(value: float) -> None:
            agent.observe("x1", str(value))
            async with asyncio.timeout(30):
                while from_lane(int(columns.value[index]), tag.type) != value:
                    await asyncio.sleep(0.01)

        try:
            await shown(1.0)
            await shown(2.0)
            clock.wrong = 0
            for value in (3.0, 4.0, 5.0):
                await shown(value)
            await machine.aclose()
            async with asyncio.timeout(30):
                while runtime.pipeline.endpoints[0].link.state is not LinkState.DOWN:
                    await asyncio.sleep(0.01)
            ended_at = SystemClock().now().utc
            series = runtime.pipeline.history.series(index, began - SECOND, ended_at + SECOND)
        finally:
            await runtime.close()
    good = series.severity == GOOD
    # Whatever the clock showed: all of it in the order in which it was, within the seconds in which it was.
    assert series.value[good].tolist() == [1.0, 2.0, 3.0, 4.0, 5.0]
    assert series.severity[-1] == BAD
    # Give or take what is not known of the offset between the clocks.
    assert (series.time >= began - SECOND).all()
    assert (series.time <= ended_at + SECOND).all()
