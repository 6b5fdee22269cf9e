"""What answers is no OPC UA server, or one whose words arrive spoiled: a cause, no crash, recovery."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Iterable
from itertools import pairwise
from random import Random

import pytest

from hmi.model.samples import LinkState, Lost
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.testing.harness import Listener
from hmi.testing.heard import Heard, check_confirmations
from hmi.testing.stand_in import Serve, stand_in
from tests.faults.plant import INT, STRING, WAIT, Plant, cause, is_down, is_up, live, source, tag

TAGS = [tag("speed", pace="live"), tag("count", INT), tag("part", STRING, pace="slow")]
NODES = {"speed": ["Double", 1.5], "count": ["Int64", 77], "part": ["String", "Bracket"]}


async def mute(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    while await reader.read(4096):
        pass


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    random = Random(1)
    while await reader.read(4096):
        writer.write(random.randbytes(4096))


async def another_protocol(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(4096)
    writer.write(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
    await writer.drain()


async def endless_promise(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A header that announces 4 GB, and zeros for as long as they are taken."""
    await reader.read(4096)
    writer.write(b"ACKF" + (2**32 - 1).to_bytes(4, "little"))
    while True:
        writer.write(bytes(65_536))
        await writer.drain()


async def closes_at_once(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    pass


@pytest.mark.parametrize(
    "behave",
    [
        mute,
        garbage,
        endless_promise,
        pytest.param(another_protocol, marks=pytest.mark.full),
        pytest.param(closes_at_once, marks=pytest.mark.full),
    ],
    ids=lambda behave: behave.__name__,
)
async def test_what_is_no_server_is_a_link_that_is_down_with_the_cause_and_little_memory(
    behave: Serve,
) -> None:
    async with stand_in(behave) as port, Listener(source(port, TAGS, timeout=0.5)) as listener:
        heard = Heard(TAGS, listener.messages)
        tracemalloc.start()
        try:
            await listener.until(lambda: is_down(heard), "DOWN", WAIT)
            assert f":{port}" in cause(heard)
            await asyncio.sleep(0.8)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert heard.links() == [LinkState.CONNECTING, LinkState.DOWN]
        assert most < 20e6, "what is announced is not set aside"


async def test_a_server_that_comes_where_none_was_is_found(plant: Plant) -> None:
    async with Listener(plant.source(*TAGS)) as listener:
        heard = Heard(TAGS, listener.messages)
        await listener.until(lambda: is_down(heard), "DOWN", WAIT)
        assert "no server listens" in cause(heard)
        await plant.start(nodes=NODES)
        await live(listener, heard, *NODES)
        assert heard.links() == [LinkState.CONNECTING, LinkState.DOWN, LinkState.UP]


@pytest.mark.parametrize("seed", [pytest.param(0, marks=pytest.mark.full), 1])
async def test_a_server_that_answers_a_byte_at_a_time_is_given_up_and_found_again(
    plant: Plant, seed: int
) -> None:
    await plant.start(nodes=NODES)
    async with TcpProxy("127.0.0.1", plant.port) as proxy:
        wanted = plant.source(*TAGS, port=proxy.port, timeout=0.5)
        async with Listener(wanted) as listener:
            heard = Heard(TAGS, listener.messages)
            if seed:
                await live(listener, heard, *NODES)
            since = len(heard.messages)
            trickle = Trickle(seed)
            proxy.to_client.noise = trickle
            proxy.to_client.delay = 0.2
            await listener.until(lambda: is_down(heard), "DOWN", WAIT)
            proxy.to_client.noise, proxy.to_client.delay = None, 0.0
            await proxy.cut()
            await live(listener, heard, *NODES, since=since)
    check_confirmations(heard.messages)


class Trickle:
    """One byte of each piece, and the rest never."""

    def __init__(self, seed: int) -> None:
        self._waiting = bytearray()
        self._random = Random(seed)

    def __call__(self, piece: bytes) -> Iterable[bytes]:
        self._waiting += piece
        first = bytes(self._waiting[:1])
        del self._waiting[:1]
        return (first,)


@pytest.mark.parametrize(
    "most", [28, 1500, *(pytest.param(n, marks=pytest.mark.full) for n in (1, 8, 27, 200, 700, 4000, 9000))]
)
async def test_a_server_that_closes_after_so_many_bytes_is_tried_again(plant: Plant, most: int) -> None:
    await plant.start(nodes=NODES)
    async with TcpProxy("127.0.0.1", plant.port) as proxy:
        sent = 0

        def count(piece: bytes) -> Iterable[bytes]:
            nonlocal sent
            kept = piece[: max(0, most - sent)]
            sent += len(piece)
            if sent >= most:
                asyncio.get_running_loop().call_soon(lambda: cuts.append(asyncio.ensure_future(proxy.cut())))
            return (kept,)

        cuts: list[asyncio.Future[None]] = []
        proxy.to_client.noise = count
        async with Listener(plant.source(*TAGS, port=proxy.port)) as listener:
            heard = Heard(TAGS, listener.messages)
            await listener.until(lambda: is_down(heard), "DOWN", WAIT)
            assert f":{proxy.port}" in cause(heard)
            proxy.to_client.noise = None
            await live(listener, heard, *NODES)
        await asyncio.gather(*cuts)
    check_confirmations(heard.messages)


class Spoiler:
    """Mutates what a server says: bits, cuts, repeats, swaps and inserts, one piece in so many."""

    def __init__(self, seed: int, every: int) -> None:
        self._random = Random(seed)
        self._every = every
        self._held = b""
        self.times = 0

    def __call__(self, piece: bytes) -> Iterable[bytes]:
        before, self._held = self._held, b""
        if self._random.randrange(self._every):
            return (piece, before)
        self.times += 1
        at = self._random.randrange(len(piece))
        match self._random.randrange(7):
            case 0:  # a flipped bit
                spoiled = bytearray(piece)
                spoiled[at] ^= 1 << self._random.randrange(8)
                return (bytes(spoiled), before)
            case 1:  # the end is missing
                return (piece[:at], before)
            case 2:  # twice
                return (piece, piece, before)
            case 3:  # after the next one
                self._held = piece
                return (before,)
            case 4:  # lost
                return (before,)
            case 5:  # something in between
                return (piece[:at], self._random.randbytes(1 + at % 40), piece[at:], before)
            case _:  # a length or count that is far too large
                return (piece[:at], b"\xff\xff\xff\x7f", piece[at + 4 :], before)


async def spoil(plant: Plant, seed: int, rounds: int) -> None:
    """Serve through a network that spoils what the server says, then one that does not."""
    async with TcpProxy("127.0.0.1", plant.port) as proxy:
        wanted = plant.source(*TAGS, port=proxy.port, timeout=0.5)
        async with Listener(wanted) as listener:
            heard = Heard(TAGS, listener.messages)
            spoiler = Spoiler(seed, every=6)
            proxy.to_client.noise = spoiler
            value = 0
            while spoiler.times < rounds:
                value += 1
                await plant.set("speed", float(value))
                await plant.set("count", value)
                await asyncio.sleep(0.03)
            proxy.to_client.noise = None
            # What is half in a buffer of ours, or held at the proxy, belongs to a link that must end.
            await plant.set("speed", -1.0)
            await plant.set("count", -1)
            await plant.set("part", "Flange")
            await listener.until(
                lambda: (
                    is_up(heard)
                    and heard.has("speed", -1.0)
                    and heard.has("count", -1)
                    and heard.has("part", "Flange")
                ),
                f"recovered after noise of seed {seed}",
                WAIT,
            )
            states = heard.links()
            assert states[0] is LinkState.CONNECTING
            assert all(a is not b for a, b in pairwise(states)), "each change once"
            for message in heard.messages:
                if isinstance(message, Lost):
                    assert message.cause


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.full)])
async def test_spoiled_words_end_links_and_nothing_else(plant: Plant, seed: int) -> None:
    await plant.start(nodes=NODES)
    await spoil(plant, seed, 3)


@pytest.mark.full
@pytest.mark.parametrize("seed", range(100, 106))
async def test_spoiled_words_end_links_and_nothing_else_many_times(plant: Plant, seed: int) -> None:
    await plant.start(nodes=NODES)
    await spoil(plant, seed, 25)
