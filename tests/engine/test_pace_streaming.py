"""What a site asks of an MTConnect agent is the interval of the stream that the agent is asked for."""

from __future__ import annotations

import asyncio
import re
from typing import get_args

import pytest

from hmi.config.endpoint_parts import Paces
from hmi.config.mtconnect import MtconnectAddress, MtconnectEndpoint
from hmi.config.tags import Pace, Tag
from hmi.engine.sources import Shared, make_source
from hmi.model.clock import SystemClock
from hmi.model.samples import Granted, SourceMessage
from hmi.model.values import ValueType
from hmi.simulation.mtconnect_agent import MtconnectAgent
from tests.sources.mtconnect.recorded import DATA

PACES = Paces(live=0.03, normal=0.12, slow=0.7)


class Listening:
    """Passes everything on to an agent, and keeps what it was asked for."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.asked = b""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_agent, to_agent = await asyncio.open_connection("127.0.0.1", self._port)

        async def on(source: asyncio.StreamReader, sink: asyncio.StreamWriter, *, keep: bool) -> None:
            while data := await source.read(65_536):
                self.asked += data if keep else b""
                sink.write(data)
            sink.close()

        await asyncio.gather(
            on(reader, to_agent, keep=True), on(from_agent, writer, keep=False), return_exceptions=True
        )
        to_agent.close()
        writer.close()


@pytest.mark.parametrize("pace", get_args(Pace))
async def test_the_interval_of_the_pace_is_asked_for_and_told(pace: Pace) -> None:
    kind = ValueType.FLOAT
    address = MtconnectAddress(item="x1")
    tag = Tag(id="m/x", machine="m", name="x", type=kind, wire=kind, pace=pace, address=address)
    heard: list[SourceMessage] = []
    async with MtconnectAgent((DATA / "sample_haas.xml").read_bytes()) as agent:
        between = Listening(agent.port)
        server = await asyncio.start_server(between.serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        endpoint = MtconnectEndpoint(protocol="mtconnect", url=f"http://127.0.0.1:{port}", paces=PACES)
        source = make_source(endpoint, [(0, tag)], SystemClock(), Shared())
        running = asyncio.create_task(source.run(heard.append))
        try:
            async with asyncio.timeout(60):
                while b"interval=" not in between.asked:
                    await asyncio.sleep(0.02)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            server.close()
            await server.wait_closed()
    (asked, *_) = re.findall(rb"interval=(\d+)", between.asked)
    assert int(asked) == round(1000 * PACES.of(pace))
    granted = [each for each in heard if isinstance(each, Granted)]
    assert [each.sampling for each in granted] == [PACES.of(pace)]
