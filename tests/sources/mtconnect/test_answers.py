"""The source before recorded answers, whole, cut and spoiled, and before what is no agent."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hmi.model import status
from hmi.model.samples import Batch, ClockOffset, LinkEvent, LinkState
from hmi.simulation.mtconnect_agent import MtconnectAgent
from hmi.sources.mtconnect.decoding import BAD_UNAVAILABLE
from hmi.testing.heard import Heard, check_confirmations
from hmi.testing.stand_in import stand_in
from tests.sources.mtconnect.recorded import DATA, body, model, tags
from tests.sources.mtconnect.running import HAAS, TAGS, listener, live, lost

Answer = Callable[[str, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[int]:
    """A server that answers requests by a function of the target and the writer."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        await answer(head.split(b" ")[1].decode(), writer)

    async with stand_in(serve) as port:
        yield port


async def asked(agent: MtconnectAgent, target: str) -> bytes:
    """The agent's answer, for a server that passes it on in a way of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", agent.port)
    writer.write(f"GET {target} HTTP/1.0\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


def recorded(name: str) -> bytes:
    return (DATA / name).read_bytes()


def chunked(name: str, sizes: Sequence[int]) -> list[bytes]:
    """The recorded stream as an agent sends it: in chunks of these sizes, again and again."""
    head, _, text = recorded(name).partition(b"\r\n\r\n")
    found, at, turn = [head + b"\r\n\r\n"], 0, 0
    while at < len(text):
        piece = text[at : at + sizes[turn % len(sizes)]]
        found.append(f"{len(piece):X}\r\n".encode() + piece + b"\r\n")
        at, turn = at + len(piece), turn + 1
    return found


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 40_000), min_size=1, max_size=6).filter(lambda s: sum(s) > 2000))
async def test_the_real_agents_stream_is_told_whole(sizes: list[int]) -> None:
    """Its recorded answers over HTTP in any chunks; the gap that is in them is counted."""
    start = (
        b"<MTConnectStreams><Header instanceId='1795228608' creationTime='2026-11-21T02:36:51Z' "
        b"nextSequence='1' firstSequence='1' lastSequence='0'/></MTConnectStreams>"
    )
    open_ended = asyncio.Event()

    async def answer(target: str, writer: asyncio.StreamWriter) -> None:
        if "probe" in target:
            writer.write(recorded("probe.http"))
        elif "current" in target:
            writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + start)
        elif "interval" in target:
            for piece in chunked("sample_stream.http", sizes):
                writer.write(piece)
            await writer.drain()
            await open_ended.wait()
        else:
            writer.write(recorded("sample_500.http"))

    found = tags(model(), "OKUMA")
    async with server(answer) as port, listener(port, found) as running:
        heard = Heard([each for _, each in found], running.messages)
        await running.until(lambda: heard.has("y_load", 0.0), "the last part")
        await running.until(lambda: len(heard.samples("asset_removed")) >= 8, "the last part")
        batches = [m for m in running.messages if isinstance(m, Batch)]
        codes = set(np.concatenate([batch.status for batch in batches]).tolist())
        assert codes <= {status.GOOD, BAD_UNAVAILABLE, status.BAD_WAITING_FOR_INITIAL_DATA}
        check_confirmations(running.messages)
        open_ended.set()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
async def test_mutated_answers_end_in_a_cause(data: st.DataObject) -> None:
    """Whatever stands in head, chunks or body: values or DOWN with a cause, never another error."""
    texts = {}
    for name in ("probe.http", "current_running.http", "sample_stream.http"):
        text = bytearray(
            recorded(name) if name != "sample_stream.http" else b"".join(chunked(name, [30_000]))
        )
        for _ in range(data.draw(st.integers(0, 3))):
            limit = len(text) - 1 if data.draw(st.booleans()) else min(400, len(text) - 1)
            at = data.draw(st.integers(0, limit))
            text[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
        texts[name] = bytes(text)

    async def answer(target: str, writer: asyncio.StreamWriter) -> None:
        name = next((each for each in texts if each.split("_")[0].split(".")[0] in target), "probe.http")
        writer.write(texts[name])

    found = tags(model(), "OKUMA")
    async with server(answer) as port, listener(port, found) as running:

        def over() -> bool:
            links = [m for m in running.messages if isinstance(m, LinkEvent)]
            return links[-1].state is LinkState.DOWN if links else False

        await running.until(over, "DOWN, for the stream ends")
        assert all(
            m.cause for m in running.messages if isinstance(m, LinkEvent) and m.state is LinkState.DOWN
        )


async def drip(_target: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<MTConnectDevices>")
    while True:
        writer.write(b" ")
        await asyncio.sleep(0.05)


async def flood(_target: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n<MTConnectDevices>")
    while True:
        writer.write(b" " * 100_000)
        await writer.drain()


async def heads(_target: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X: " + b"y" * 1000 + b"\r\n")
        await writer.drain()


async def no_http(_target: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"220 mail.example.com ESMTP\r\n\r\n")


async def not_found(_target: str, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 13\r\n\r\n<p>Nothing</p>")


async def silent(_target: str, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(60)


async def closed(_target: str, _writer: asyncio.StreamWriter) -> None:
    pass


async def refusing(_target: str, writer: asyncio.StreamWriter) -> None:
    writer.write(recorded("error_no_device.http"))


async def test_a_host_that_cannot_be_looked_up_is_told() -> None:
    async with listener(1, url=f"http://{'a' * 70}.b:5000") as running:
        heard = Heard(TAGS, running.messages)
        await running.until(lambda: LinkState.DOWN in heard.links(), "DOWN")
        down = next(m for m in running.messages if isinstance(m, LinkEvent) and m.cause)
        assert "the host name is" in down.cause


@pytest.mark.parametrize("year", ["1678", "2262"])
async def test_a_clock_of_another_century_is_none(year: str) -> None:
    async with MtconnectAgent(HAAS) as agent:

        async def answer(target: str, writer: asyncio.StreamWriter) -> None:
            text = await asked(agent, target.partition("&interval")[0])
            other = re.sub(
                rb'creationTime="[^"]*', b'creationTime="' + year.encode() + b"-01-01T00:00:00Z", text
            )
            _, _, document = other.partition(b"\r\n\r\n")
            length = f"HTTP/1.0 200 OK\r\nContent-Length: {len(document)}\r\n\r\n"
            writer.write(length.encode() + document)

        async with server(answer) as port, listener(port) as running:
            heard = Heard(TAGS, running.messages)
            agent.observe("x1", "1")
            await running.until(lambda: heard.has("x", 1.0), "a value")
            await running.until(lambda: len(heard.confirmed("x")) > 3, "confirmed")
            assert not [m for m in running.messages if isinstance(m, ClockOffset)]
            check_confirmations(running.messages)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (drip, "no answer while reading the device model"),
        (flood, "document of more than"),
        (heads, "no HTTP"),
        (no_http, "no HTTP"),
        (not_found, "HTTP status 404"),
        (silent, "no answer while reading the device model"),
        (closed, "the server closed the connection"),
        (refusing, "the agent refuses: INVALID_XPATH"),
    ],
)
async def test_what_is_no_agent_is_told_by_its_cause(answer: Answer, words: str) -> None:
    async with server(answer) as port, listener(port) as running:
        heard = Heard(TAGS, running.messages)
        await running.until(lambda: LinkState.DOWN in heard.links(), "DOWN")
        down = next(m for m in running.messages if isinstance(m, LinkEvent) and m.state is LinkState.DOWN)
        assert words in down.cause
        assert f"http://127.0.0.1:{port}" in down.cause


async def test_a_stream_that_only_drips_is_given_up() -> None:
    async with MtconnectAgent(HAAS) as agent:

        async def answer(target: str, writer: asyncio.StreamWriter) -> None:
            if "interval" not in target:
                writer.write(await asked(agent, target))
                return
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=B\r\n\r\n")
            writer.write(b"--B\r\nContent-length: 100000\r\n\r\n<MTConnectStreams>")
            while True:
                writer.write(b" ")
                await asyncio.sleep(0.1)

        async with server(answer) as port, listener(port) as running:
            heard = Heard(TAGS, running.messages)
            await running.until(lambda: LinkState.DOWN in heard.links(), "DOWN")
            down = next(m for m in running.messages if isinstance(m, LinkEvent) and m.cause)
            assert "no whole document" in down.cause


async def test_an_agent_that_ends_its_streams_keeps_its_link() -> None:
    async with MtconnectAgent(HAAS) as agent:
        streams = 0

        async def answer(target: str, writer: asyncio.StreamWriter) -> None:
            nonlocal streams
            plain = target.partition("&interval")[0]
            whole = await asked(agent, plain)
            if plain != target:
                streams += 1
                part = whole.partition(b"\r\n\r\n")[2]
                whole = b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=B\r\n\r\n"
                whole += f"--B\r\nContent-length: {len(part)}\r\n\r\n".encode() + part + b"\r\n--B--\r\n"
                await asyncio.sleep(0.05)
            writer.write(whole)

        async with server(answer) as port, listener(port) as running:
            heard = Heard(TAGS, running.messages)
            await live(running, heard)
            for number in range(1, 6):
                agent.observe("x1", str(number))
                await running.until(lambda n=number: heard.has("x", float(n)), "a change")  # type: ignore[misc]
            assert streams > 2
            assert heard.links() == [LinkState.CONNECTING, LinkState.UP]
            assert lost(running) == []


async def test_a_count_that_the_agent_refuses_is_not_asked_for_for_ever() -> None:
    async with MtconnectAgent(HAAS) as agent:

        async def answer(target: str, writer: asyncio.StreamWriter) -> None:
            if "interval" in target:
                again = body("error_out_of_range.http").replace(
                    b"1795228608", str(agent.buffer.instance).encode()
                )
                writer.write(b"HTTP/1.0 200 OK\r\nContent-Type: text/xml\r\n\r\n" + again)
                return
            writer.write(await asked(agent, target))

        async with server(answer) as port, listener(port) as running:
            heard = Heard(TAGS, running.messages)
            await running.until(lambda: LinkState.DOWN in heard.links(), "DOWN")
            down = next(m for m in running.messages if isinstance(m, LinkEvent) and m.cause)
            assert "refuses again and again" in down.cause
            assert "OUT_OF_RANGE" in down.cause
