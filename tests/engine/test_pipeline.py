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
from hmi.link.messages import ContextNews, Counters, EndpointNews, GrantedNews, Notice
from hmi.link.table import TableWriter
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND, Instant, ManualClock
from hmi.model.context import ContextKey
from hmi.model.samples import ClockOffset, Confirmation, Granted, LinkEvent, LinkState, Lost
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

    def step(self, message: object) -> list[object]:
        return list(self.pipeline.step(self.endpoint, message, self.clock.now()))  # type: ignore[arg-type]


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
    assert columns.confirmed[[LOAD, DOUBLE]].tolist() == [now.monotonic] * 2
    assert columns.not_before[DOUBLE] == now.monotonic - 5
    assert columns.changed[[LOAD, DOUBLE]].tolist() == [bench.table.revision] * 2
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
    down = bench.clock.advance(2 * SECOND)
    news = bench.step(LinkEvent(LinkState.DOWN, down, "opc.tcp://…: connection reset"))
    columns = bench.table.columns
    assert columns.status[[LOAD, DOUBLE]].tolist() == [status.BAD_NO_COMMUNICATION] * 2
    assert columns.value.view(np.float64)[[LOAD, DOUBLE]].tolist() == [7.0, 14.0]
    assert columns.confirmed[LOAD] == up.monotonic
    assert columns.source_time[LOAD] == up.utc
    assert columns.not_before[LOAD] == NO_TIME
    assert bench.pipeline.history.series(LOAD, 0, down.utc).severity.tolist() == [0, 2]
    told = next(each for each in news if isinstance(each, EndpointNews))
    assert (told.state, told.cause) == (LinkState.DOWN, "opc.tcp://…: connection reset")
    assert [e.event.value for e in news if isinstance(e, ContextNews)] == [""]


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
