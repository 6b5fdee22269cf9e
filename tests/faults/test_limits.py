"""A server that has no room for us: it is told why, asked again with pauses, and used when there is room."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hmi.model import status
from hmi.model.samples import LinkState
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.sources.opcua import connection
from hmi.testing.harness import Listener
from hmi.testing.heard import Heard, check_confirmations
from tests.faults.plant import WAIT, Plant, cause, is_down, last_status, live, tag

TAGS = [tag("speed", pace="live"), tag("load"), tag("part", pace="slow")]
NODES = {each.name: ["Double", 1.0] for each in TAGS}
BAD_TOO_MANY_MONITORED_ITEMS = 0x80DB_0000


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        pytest.param({"sessions": 0}, "BadTooManySessions", marks=pytest.mark.full),
        ({"subscriptions": 2}, "BadTooManySubscriptions"),
    ],
)
async def test_a_full_server_is_told_asked_with_pauses_and_used_when_there_is_room(
    plant: Plant, limits: dict[str, Any], code: str
) -> None:
    await plant.start(nodes=NODES, limits=limits)
    tries = 0

    async with TcpProxy("127.0.0.1", plant.port) as proxy:

        def count(piece: bytes) -> tuple[bytes]:
            nonlocal tries
            tries += piece.startswith(b"HEL")
            return (piece,)

        proxy.to_target.noise = count
        async with Listener(plant.source(*TAGS, port=proxy.port)) as listener:
            heard = Heard(TAGS, listener.messages)
            await listener.until(lambda: is_down(heard), "DOWN", WAIT)
            assert code in cause(heard)
            assert f":{proxy.port}" in cause(heard), "which server"
            asked = tries
            await asyncio.sleep(2.5)
            # After 0.25 s and then every half second.
            assert 1 <= tries - asked <= 6
            assert heard.links() == [LinkState.CONNECTING, LinkState.DOWN], "told once"
            left = await plant.device.ask({"limits": {}})
            assert left["sessions"] <= 1, "what was refused in part is given back"
            await live(listener, heard, *NODES)
    check_confirmations(heard.messages)


async def test_a_place_that_another_client_gives_back_is_taken(plant: Plant) -> None:
    await plant.start(nodes=NODES, limits={"sessions": 1})
    async with Listener(plant.source(*TAGS)) as first:
        await live(first, Heard(TAGS, first.messages), *NODES)
        async with Listener(plant.source(*TAGS)) as second:
            heard = Heard(TAGS, second.messages)
            await second.until(lambda: is_down(heard), "DOWN", WAIT)
            assert "BadTooManySessions" in cause(heard)
            await first.cancel()
            await live(second, heard, *NODES)
            assert LinkState.DOWN not in Heard(TAGS, first.messages).links(), "the first was not disturbed"


async def test_items_beyond_the_limit_are_bad_alone_and_come_when_there_is_room(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SEARCH_INTERVAL", 0.3)
    await plant.start(nodes=NODES, limits={"items": 2})
    async with Listener(plant.source(*TAGS)) as listener:
        heard = Heard(TAGS, listener.messages)
        await live(listener, heard, "speed", "load")
        await listener.until(lambda: heard.is_bad("part"), "bad", WAIT)
        assert last_status(heard, "part") == BAD_TOO_MANY_MONITORED_ITEMS
        assert heard.confirmed("part") == []
        await asyncio.sleep(1.0)
        assert len(heard.samples("part")) == 1, "what stays so is told once"
        await plant.device.ask({"limits": {}})
        await live(listener, heard, *NODES)
        await plant.set("part", 2.0)
        await listener.until(lambda: heard.has("part", 2.0), "it follows", WAIT)
        assert LinkState.DOWN not in heard.links()
    check_confirmations(heard.messages)


@pytest.mark.parametrize("room", [1, pytest.param(2, marks=pytest.mark.full)])
async def test_a_server_that_takes_few_requests_for_news_is_asked_with_fewer(plant: Plant, room: int) -> None:
    await plant.start(nodes=NODES, limits={"publish_requests": room})
    async with Listener(plant.source(*TAGS)) as listener:
        heard = Heard(TAGS, listener.messages)
        await live(listener, heard, *NODES)
        for value in (2.0, 3.0, 4.0):
            for name in NODES:
                await plant.set(name, value)
            for name in NODES:
                await listener.until(lambda n=name, v=value: heard.has(n, v), f"{name} = {value}", WAIT)  # type: ignore[misc]
        since = len(heard.messages)
        await listener.until(
            lambda: all(len(heard.confirmed(name, since)) > 2 for name in NODES), "confirmed", WAIT
        )
        assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
        assert last_status(heard, "speed") == status.GOOD
    check_confirmations(heard.messages)
