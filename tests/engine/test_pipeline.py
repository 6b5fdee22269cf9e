"""One step of the engine: what a source said is in the table, and clients are told what concerns them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from hmi.config.tags import TagDescription
from hmi.engine.history import History
from hmi.engine.pipeline import EndpointState, Pipeline
from hmi.link.messages import ContextNews, Counters, EndpointNews, GrantedNews, Notice, ToClient
from hmi.link.table import TableWriter
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND, Instant, ManualClock
from hmi.model.context import ContextKey
from hmi.model.samples import (
    ClockOffset,
    Confirmation,
    Granted,
    Irregular,
    Irregularity,
    LinkEvent,
    LinkState,
    Lost,
    SourceMessage,
)
from hmi.model.values import ValueType
from hmi.testing.epochs import batch_of, epoch_of
from hmi.twin.store import side_bytes

EPOCH = epoch_of(
    {
        "load": TagDescription(),
        "double": TagDescription(derived="load * 2"),
        "part": TagDescription(type=ValueType.STRING),
        "count": TagDescription(type=ValueType.INT),
        "mode": TagDescription(type=ValueType.ENUM, labels={1: "MANUAL", 2: "AUTOMATIC"}),
    },
    context={ContextKey.PART: "part", ContextKey.PART_COUNT: "count", ContextKey.OPERATION: "mode"},
)
LOAD, DOUBLE, PART = (EPOCH.index[f"m/{name}"] for name in ("load", "double", "part"))


@dataclass
class Bench:
    pipeline: Pipeline
    table: TableWriter
    clock: ManualClock

    @property
    def endpoint(self) -> EndpointState:
        return self.pipeline.endpoints[0]

    def step(self, message: SourceMessage) -> list[ToClient]:
        return self.pipeline.step(self.endpoint, message, self.clock.now())

    def vouched(self, *names: str) -> None:
        index = np.array([EPOCH.index[f"m/{name}"] for name in names], np.uint32)
        self.step(Confirmation(index, self.clock.now()))

    def past(self, index: int) -> list[tuple[int, int]]:
        """Time (UTC ns) and severity of all points of a tag's history."""
        series = self.pipeline.history.series(index, 0, 2**62)
        return list(zip(series.time.tolist(), series.severity.tolist(), strict=True))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    table = TableWriter(tmp_path / "table", len(EPOCH.tags), side_bytes(EPOCH.tags), EPOCH.digest, 1)
    clock = ManualClock()
    history = History(EPOCH.tags, 1000, clock.now().utc)
    yield Bench(Pipeline(EPOCH, table, history, clock.now()), table, clock)
    table.close()


def test_a_batch_updates_values_derived_tags_ages_and_history(bench: Bench) -> None:
    now = bench.clock.advance(SECOND)
    bench.step(batch_of(EPOCH, [("load", 21.0)], now, not_before=now.monotonic - 5))
    columns = bench.table.columns
    assert columns.value.view(np.float64)[[LOAD, DOUBLE]].tolist() == [21.0, 42.0]
    assert columns.confirmed[[LOAD, DOUBLE]].tolist() == [NO_TIME] * 2, "nobody has vouched for it yet"
    bench.vouched("load")
    assert columns.confirmed[[LOAD, DOUBLE]].tolist() == [now.monotonic] * 2
    assert columns.not_before[DOUBLE] == now.monotonic - 5
    assert columns.changed[[LOAD, DOUBLE]].tolist() == [1] * 2
    assert bench.pipeline.history.series(DOUBLE, 0, now.utc).value.tolist() == [42.0]
    assert bench.endpoint.samples == 1


def test_a_confirmation_makes_younger_without_a_change(bench: Bench) -> None:
    bench.step(batch_of(EPOCH, [("load", 1.0)], bench.clock.now()))
    before = bench.table.columns.changed.copy()
    later = bench.clock.advance(3 * SECOND)
    assert bench.step(Confirmation(np.array([LOAD], np.uint32), later)) == []
    assert bench.table.columns.confirmed[[LOAD, DOUBLE]].tolist() == [later.monotonic] * 2
    assert np.array_equal(before, bench.table.columns.changed)


def test_a_lost_link_freezes_values_with_their_age_and_leaves_a_gap(bench: Bench) -> None:
    up = bench.clock.now()
    bench.step(LinkEvent(LinkState.UP, up))
    bench.step(batch_of(EPOCH, [("load", 7.0, 0, up.utc), ("part", "Bracket")], up))
    bench.vouched("load", "part")
    down = bench.clock.advance(2 * SECOND)
    news = bench.step(LinkEvent(LinkState.DOWN, down, "opc.tcp://…: connection reset"))
    columns = bench.table.columns
    assert columns.status[[LOAD, DOUBLE]].tolist() == [status.BAD_NO_COMMUNICATION] * 2
    assert columns.value.view(np.float64)[[LOAD, DOUBLE]].tolist() == [7.0, 14.0]
    assert columns.confirmed[LOAD] == up.monotonic
    assert columns.source_time[LOAD] == up.utc
    assert columns.not_before[LOAD] == NO_TIME
    assert bench.past(LOAD) == bench.past(DOUBLE) == [(up.utc, 0), (up.utc + 1, 2)], "not: bad since now"
    told = next(each for each in news if isinstance(each, EndpointNews))
    assert (told.state, told.cause) == (LinkState.DOWN, "opc.tcp://…: connection reset")
    assert [e.event.value for e in news if isinstance(e, ContextNews)] == [""]


def test_a_batch_of_bad_samples_vouches_for_nothing(bench: Bench) -> None:
    bench.step(batch_of(EPOCH, [("load", 1.0)], bench.clock.now()))
    bench.vouched("load")
    at = bench.clock.now().monotonic
    bench.step(batch_of(EPOCH, [("load", 0.0, status.BAD_TIMEOUT)], bench.clock.advance(SECOND)))
    assert bench.table.columns.confirmed[[LOAD, DOUBLE]].tolist() == [at] * 2


def test_a_gap_runs_from_the_last_confirmation_to_when_the_value_was_vouched_for_again(bench: Bench) -> None:
    bench.step(LinkEvent(LinkState.UP, bench.clock.now()))
    first = bench.clock.now()
    bench.step(batch_of(EPOCH, [("load", 7.0, 0, first.utc - 3600 * SECOND)], first))
    bench.vouched("load")
    last = bench.clock.advance(10 * SECOND)
    bench.vouched("load")
    bench.clock.advance(3 * SECOND)
    bench.step(LinkEvent(LinkState.DOWN, bench.clock.now(), "gone"))
    bench.step(LinkEvent(LinkState.UP, bench.clock.advance(SECOND)))
    bench.step(LinkEvent(LinkState.DOWN, bench.clock.advance(SECOND), "gone again"))
    gap = [(first.utc - 3600 * SECOND, 0), (last.utc + 1, 2)]
    assert bench.past(LOAD) == bench.past(DOUBLE) == gap
    bench.step(LinkEvent(LinkState.UP, bench.clock.advance(SECOND)))
    back = bench.clock.advance(SECOND)
    bench.step(batch_of(EPOCH, [("load", 7.0, 0, first.utc - 3600 * SECOND)], back))
    assert bench.past(LOAD) == bench.past(DOUBLE) == [*gap, (back.utc, 0)]


def test_a_loss_never_reaches_back_behind_a_sample(bench: Bench) -> None:
    bench.step(LinkEvent(LinkState.UP, bench.clock.now()))
    sample = bench.clock.advance(SECOND)
    bench.step(batch_of(EPOCH, [("load", 7.0, 0, sample.utc)], sample))  # its confirmation never came
    bench.step(LinkEvent(LinkState.DOWN, bench.clock.advance(SECOND), "gone"))
    assert bench.past(LOAD) == bench.past(DOUBLE) == [(sample.utc, 0), (sample.utc + 1, 2)]


def test_a_device_that_never_answered_is_unknown_since_now(bench: Bench) -> None:
    now = bench.clock.advance(SECOND)
    bench.step(LinkEvent(LinkState.DOWN, now, "refused"))
    assert bench.past(LOAD) == bench.past(DOUBLE) == [(now.utc, 2)]
    bench.step(LinkEvent(LinkState.DOWN, bench.clock.advance(SECOND), "refused"))
    assert bench.past(LOAD) == [(now.utc, 2)]


def test_context_follows_its_tags_and_is_told_once(bench: Bench) -> None:
    now = bench.clock.now()
    first = bench.step(batch_of(EPOCH, [("part", "Bracket left"), ("count", 17), ("mode", 2)], now))
    assert {e.event.key: e.event.value for e in first if isinstance(e, ContextNews)} == {
        ContextKey.PART: "Bracket left",
        ContextKey.PART_COUNT: "17",
        ContextKey.OPERATION: "AUTOMATIC",
    }
    assert bench.step(batch_of(EPOCH, [("part", "Bracket left"), ("count", 17)], now)) == []
    greeting = bench.pipeline.greeting()
    assert sum(isinstance(each, ContextNews) for each in greeting) == 3
    gone = bench.step(batch_of(EPOCH, [("mode", 9)], now))
    assert [e.event.value for e in gone if isinstance(e, ContextNews)] == ["9"]


def test_what_was_lost_and_granted_is_counted_and_told(bench: Bench) -> None:
    now = bench.clock.now()
    bench.step(Lost(3, "sequence gap", now))
    news = bench.step(Lost(0, "queue overflow", now))
    assert [(c.lost, c.unknown_losses) for c in news if isinstance(c, Counters)] == [(3, 1)]
    assert [n.text for n in news if isinstance(n, Notice)] == ["queue overflow"]
    (granted,) = bench.step(Granted(np.array([LOAD], np.uint32), 0.05, 0.1))
    assert isinstance(granted, GrantedNews)
    assert granted in bench.pipeline.greeting()


def test_what_was_irregular_is_counted_by_kind_and_goes_on_over_a_new_configuration(
    bench: Bench, tmp_path: Path
) -> None:
    now = bench.clock.now()
    for kind, count in ((Irregular.LATE, 2), (Irregular.NOISE, 1), (Irregular.LATE, 3)):
        assert bench.step(Irregularity(kind, count, now)) == [], "a line of noise floods no screen"
    assert bench.endpoint.counters().irregular == {"late": 5, "noise": 1}
    table = TableWriter(tmp_path / "next", len(EPOCH.tags), side_bytes(EPOCH.tags), EPOCH.digest, 2)
    pipeline = Pipeline(EPOCH, table, History(EPOCH.tags, 10, 0), now)
    pipeline.step(pipeline.endpoints[0], Irregularity(Irregular.LATE, 1, now), now)
    pipeline.carry(bench.pipeline, now)
    assert pipeline.endpoints[0].counters().irregular == {"late": 6, "noise": 1}
    assert bench.endpoint.counters().lost == 0
    table.close()


def test_what_was_granted_last_counts_for_each_tag_and_is_told_once(bench: Bench) -> None:
    both, one = np.array([LOAD, PART], np.uint32), np.array([LOAD], np.uint32)
    for granted in (Granted(one, 1.0, 2.0), Granted(both, 0.05, 0.1), Granted(one, 0.2, 0.1)) * 50:
        bench.step(granted)
    told = {
        int(index): (news.sampling, news.publishing)
        for news in bench.pipeline.greeting()
        if isinstance(news, GrantedNews)
        for index in np.frombuffer(news.index, "<u4")
    }
    assert told == {LOAD: (0.2, 0.1), PART: (0.05, 0.1)}
    assert sum(isinstance(news, GrantedNews) for news in bench.pipeline.greeting()) == 2


def test_counters_go_on_over_a_new_configuration_where_the_endpoint_stays(
    bench: Bench, tmp_path: Path
) -> None:
    now = bench.clock.now()
    bench.step(LinkEvent(LinkState.UP, now))
    bench.step(batch_of(EPOCH, [("load", 1.0), ("part", "x")], now))
    bench.step(Lost(3, "gap", now))
    bench.step(Lost(0, "overflow", now))
    for name, counts in (("m", (2, 3, 1, 1)), ("other", (0, 0, 0, 0))):
        epoch = epoch_of({"load": TagDescription()}, machine=name)
        table = TableWriter(tmp_path / name, 1, 0, epoch.digest, 2)
        pipeline = Pipeline(epoch, table, History(epoch.tags, 10, 0), now)
        pipeline.carry(bench.pipeline, now)
        after = pipeline.endpoints[0].counters()
        assert (after.samples, after.lost, after.connects, after.unknown_losses) == counts
        # A new epoch's tags have no status yet: a device that cannot be reached has to be told again.
        down = LinkEvent(LinkState.DOWN, now, "x")
        pipeline.step(pipeline.endpoints[0], down, now)
        assert table.columns.status.tolist() == [status.BAD_NO_COMMUNICATION]
        table.close()


def test_a_trend_goes_on_over_a_new_configuration_with_a_gap_while_nobody_looks(
    bench: Bench, tmp_path: Path
) -> None:
    seen = bench.clock.now()
    bench.step(LinkEvent(LinkState.UP, seen))
    bench.step(batch_of(EPOCH, [("load", 1.0, 0, seen.utc), ("count", 4)], seen))
    bench.vouched("load", "count")
    bench.clock.advance(5 * SECOND)
    now = bench.clock.now()
    epoch = epoch_of({"new": TagDescription(), "count": TagDescription(), "load": TagDescription()})
    table = TableWriter(tmp_path / "next", 3, 0, epoch.acquisition, 2)
    pipeline = Pipeline(epoch, table, History(epoch.tags, 10, now.utc), now)
    pipeline.carry(bench.pipeline, now)
    load, count, new = (epoch.index[f"m/{name}"] for name in ("load", "count", "new"))

    def past(index: int) -> list[tuple[int, int]]:
        series = pipeline.history.series(index, 0, 2**62)
        return list(zip(series.time.tolist(), series.severity.tolist(), strict=True))

    good, bad = int(status.Severity.GOOD), int(status.Severity.BAD)
    assert past(load) == [(seen.utc, good), (seen.utc + 1, bad)]
    assert past(count) == past(new) == [], "a tag of another type is another tag"
    assert pipeline.history.complete_from(load) < now.utc == pipeline.history.complete_from(new)
    again = Instant(now.utc + SECOND, now.monotonic + SECOND)
    rows = [("load", 1.0, 0, seen.utc)]  # unchanged, dated as before
    pipeline.step(pipeline.endpoints[0], batch_of(epoch, rows, again), again)
    assert past(load)[-1] == (again.utc, good)
    table.close()


def test_source_times_are_aligned_by_the_known_offset(bench: Bench) -> None:
    now = bench.clock.now()
    bench.step(ClockOffset(-3600 * SECOND, 1_000_000, now))
    bench.step(batch_of(EPOCH, [("load", 1.0, 0, now.utc - 3600 * SECOND)], now))
    assert bench.pipeline.history.series(LOAD, 0, now.utc).time.tolist() == [now.utc]
    assert bench.table.columns.source_time[LOAD] == now.utc - 3600 * SECOND


def test_equal_steps_give_equal_tables_and_news(tmp_path: Path) -> None:
    """Replay parity begins here: no clock, no identity, no order of a hash plays a part."""
    outcomes = []
    for run in range(2):
        table = TableWriter(
            tmp_path / f"table-{run}", len(EPOCH.tags), side_bytes(EPOCH.tags), EPOCH.digest, 1
        )
        start = Instant(5 * SECOND, 9)
        pipeline = Pipeline(EPOCH, table, History(EPOCH.tags, 100, 0), start)
        news = []
        for n in range(20):
            at = Instant(start.utc + n * SECOND, start.monotonic + n * SECOND)
            rows = [("load", float(n)), ("part", f"p{n // 7}"), ("count", n // 5)]
            news += pipeline.step(pipeline.endpoints[0], batch_of(EPOCH, rows, at), at)
            if n % 6 == 5:
                news += pipeline.step(pipeline.endpoints[0], LinkEvent(LinkState.DOWN, at, "x"), at)
        columns = table.columns
        outcomes.append((news, columns.value.tolist(), columns.status.tolist(), columns.confirmed.tolist()))
        del columns
        table.close()
    assert outcomes[0] == outcomes[1]
