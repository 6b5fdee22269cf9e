"""A device whose clock is wrong: an hour off, drifting, set in the middle of its run."""

from __future__ import annotations

import asyncio
from statistics import median

import pytest

from hmi.config.endpoint_parts import Paces
from hmi.model.clock import SECOND
from hmi.model.samples import Batch, LinkState
from hmi.sources.opcua import connection
from hmi.testing.heard import Heard, check_confirmations
from tests.faults.plant import INT, WAIT, Plant, tag
from tests.faults.test_slow_network import check_bounds
from tests.faults.truth import TimedListener

TAGS = [tag("stamp", INT)]
NODES = {"stamp": ["Int64", 0]}
STAMPS = {"stamp": 0.02}
FINE = Paces(normal=0.005)
"""Sampled so often that the interval hides no wrong offset."""


@pytest.mark.parametrize(
    ("ahead", "drift", "interval"),
    [
        (3600.0, 0.01, 1.0),
        pytest.param(3600.0, 0.01, connection.CLOCK_INTERVAL, marks=pytest.mark.full),
        *(
            pytest.param(ahead, drift, connection.CLOCK_INTERVAL, marks=pytest.mark.full)
            for ahead in (3600.0, -3600.0, 40 * 365 * 86_400.0)
            for drift in (0.0, 1e-4, -0.01)
        ),
    ],
)
async def test_a_clock_that_is_wrong_or_drifts_makes_nothing_younger(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, ahead: float, drift: float, interval: float
) -> None:
    monkeypatch.setattr(connection, "CLOCK_INTERVAL", interval)
    await plant.start(nodes=NODES, stamps=STAMPS, clock={"ahead": ahead, "drift": drift})
    async with TimedListener(plant.source(*TAGS, paces=FINE, publishing=0.005)) as listener:
        heard = Heard(TAGS, listener.messages)
        await listener.until(lambda: len(listener.offsets()) >= 3, "a question after some seconds", WAIT)
        await asyncio.sleep(1.0)
        check_bounds(listener, 0, 0.0)
        assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
        for offset in listener.offsets():
            assert abs(offset.offset - ahead * SECOND) <= offset.uncertainty + abs(drift) * 20 * SECOND
    check_confirmations(listener.messages)


@pytest.mark.parametrize(
    "jump", [3600.0, *(pytest.param(each, marks=pytest.mark.full) for each in (-3600.0, 0.3, -0.3))]
)
async def test_a_clock_that_is_set_while_it_runs_is_measured_anew(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    monkeypatch.setattr(connection, "CLOCK_INTERVAL", 0.5)
    await plant.start(nodes=NODES, stamps=STAMPS)
    async with TimedListener(plant.source(*TAGS, paces=FINE, publishing=0.005)) as listener:
        heard = Heard(TAGS, listener.messages)
        await listener.until(lambda: len(list(listener.changes(0))) >= 30, "changes", WAIT)
        since = len(heard.messages)
        await plant.device.ask({"clock": {"ahead": jump}})
        await listener.until(
            lambda: any(abs(o.offset - jump * SECOND) < 0.1 * SECOND for o in listener.offsets(since)),
            "the new offset is told",
            WAIT,
        )
        measured = len(heard.messages)
        await listener.until(lambda: len(list(listener.changes(0, measured))) >= 30, "changes", WAIT)
        slack = [true - bound for true, bound, _ in listener.changes(0, measured)]
        check_bounds(listener, since, 0.0)
        assert median(slack) < SECOND, "and the bound is tight again"
        assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
        received = [m.received.monotonic for m in heard.messages if isinstance(m, Batch)]
        assert received == sorted(received)
    check_confirmations(listener.messages)
