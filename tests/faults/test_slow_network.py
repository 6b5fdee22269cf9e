"""A network that is slow, uneven, or stops for seconds: what is said of time stays true."""

from __future__ import annotations

import asyncio
from statistics import median

import pytest

from hmi.model.clock import MILLISECOND, SECOND
from hmi.model.samples import LinkState
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.sources.opcua import connection
from hmi.testing.heard import Heard, check_confirmations
from tests.faults.plant import INT, WAIT, Plant, is_up, tag
from tests.faults.truth import TimedListener

TAGS = [tag("stamp", INT)]
PLAN = {"nodes": {"stamp": ["Int64", 0]}, "stamps": {"stamp": 0.02}}


def check_bounds(listener: TimedListener, since: int, delay: float) -> list[float]:
    """Fail if anything is said to be younger than it is; gives the slack of each bound in ms."""
    slack = []
    for true, bound, came in listener.changes(0, since):
        assert bound <= true, "the latency on screen would be smaller than the true one"
        assert came - true >= delay * SECOND, "the test's network is not what it should be"
        slack.append((true - bound) / MILLISECOND)
    for vouched, came in listener.confirmations(since):
        assert vouched <= came - delay * SECOND, "confirmed later than the server can have spoken"
    return slack


@pytest.mark.parametrize(
    ("to_target", "to_client", "jitter"),
    [
        pytest.param(0.1, 0.1, 0.0, id="short"),
        pytest.param(0.2, 0.2, 0.0, id="even", marks=pytest.mark.full),
        pytest.param(0.0, 0.3, 0.0, id="back", marks=pytest.mark.full),
        pytest.param(0.3, 0.0, 0.0, id="forth", marks=pytest.mark.full),
        pytest.param(0.1, 0.1, 0.2, id="uneven", marks=pytest.mark.full),
    ],
)
async def test_latency_keeps_the_link_and_every_bound_true(
    plant: Plant, monkeypatch: pytest.MonkeyPatch, to_target: float, to_client: float, jitter: float
) -> None:
    monkeypatch.setattr(connection, "CLOCK_INTERVAL", 0.5)
    await plant.start(**PLAN)
    async with TcpProxy("127.0.0.1", plant.port) as proxy:
        proxy.to_target.delay, proxy.to_client.delay = to_target, to_client
        proxy.to_target.jitter = proxy.to_client.jitter = jitter
        async with TimedListener(plant.source(*TAGS, port=proxy.port)) as listener:
            heard = Heard(TAGS, listener.messages)
            await listener.until(lambda: len(list(listener.changes(0))) >= 20, "changes", WAIT)
            slack = check_bounds(listener, 0, to_client)
            assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
            for offset in listener.offsets():
                assert abs(offset.offset) <= offset.uncertainty + MILLISECOND, "it is the same clock"
            half_trip = (to_target + to_client) / 2
            assert listener.offsets()[-1].uncertainty >= half_trip * SECOND
            # A way forth alone looks like a clock that is half of it ahead, give or take the other half.
            assert median(slack) <= 2 * (half_trip + jitter) * 1000 + 150, "and no more than it must be"
    check_confirmations(listener.messages)


@pytest.mark.parametrize(
    ("way", "seconds"),
    [
        pytest.param("to_client", 0.7, marks=pytest.mark.full),
        pytest.param("to_client", 3.0, marks=pytest.mark.full),
        pytest.param("to_target", 0.7, marks=pytest.mark.full),
        pytest.param("to_target", 3.0, marks=pytest.mark.full),
    ],
)
async def test_a_way_that_stalls_makes_nothing_younger_and_the_link_comes_back(
    plant: Plant, way: str, seconds: float
) -> None:
    await plant.start(**PLAN)
    async with TcpProxy("127.0.0.1", plant.port) as proxy:
        source = plant.source(*TAGS, port=proxy.port)
        async with TimedListener(source) as listener:
            heard = Heard(TAGS, listener.messages)
            await listener.until(lambda: len(list(listener.changes(0))) >= 10, "changes", WAIT)
            assert 0.7 < source.silence_limit < 3.0
            since = len(heard.messages)
            getattr(proxy, way).frozen = True
            await asyncio.sleep(seconds)
            getattr(proxy, way).frozen = False
            thawed = len(heard.messages)
            await listener.until(
                lambda: is_up(heard) and len(list(listener.changes(0, thawed))) >= 20, "changes again", WAIT
            )
            lost = LinkState.DOWN in heard.links(since)
            assert lost or seconds < source.silence_limit
            check_bounds(listener, since, 0.0)
    check_confirmations(listener.messages)
