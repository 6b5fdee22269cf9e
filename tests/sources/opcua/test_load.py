"""The load server and the source together: nothing is lost, and the counts of both ends agree."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
import time

import numpy as np

from hmi.config.credentials import resolve
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import SystemClock
from hmi.model.samples import Batch, Granted, Lost, SourceMessage
from hmi.model.values import ValueType
from hmi.simulation.opcua_load import node
from hmi.sources.opcua import make_opcua_source
from hmi.testing.harness import Listener
from hmi.testing.opcua_device import UNSECURED

TAGS, HZ, SECONDS = 1000, 10, 5.0


def tag(number: int) -> Tag:
    return Tag(
        id=f"load/t{number}",
        machine="load",
        name=f"t{number}",
        wire=ValueType.FLOAT,
        address=OpcUaAddress(node=node(number)),
        pace="live",
    )


def batches(messages: list[SourceMessage]) -> list[Batch]:
    return [message for message in messages if isinstance(message, Batch)]


async def test_nothing_is_lost_at_a_thousand_tags_ten_times_a_second() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "hmi.simulation.opcua_load"),
        *("--tags", str(TAGS), "--hz", str(HZ), "--publish-ms", "10"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        ready = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
        endpoint = OpcUaEndpoint(protocol="opcua", url=ready["url"], security=UNSECURED, publishing=0.01)
        source = make_opcua_source(endpoint, [(i, tag(i)) for i in range(TAGS)], SystemClock(), resolve)
        async with Listener(source) as listener:
            await listener.until(lambda: bool(batches(listener.messages)), "first batch", 60)
            await asyncio.sleep(SECONDS)
            process.send_signal(signal.SIGTERM)
            counts = json.loads(await asyncio.wait_for(process.stdout.readline(), 60))
            received = sum(len(batch) for batch in batches(listener.messages))
            deadline = time.monotonic() + 10
            while received < counts["sent"] and time.monotonic() < deadline:
                await asyncio.sleep(0.05)
                received = sum(len(batch) for batch in batches(listener.messages))
        assert received == counts["sent"]
        assert counts["dropped"] == 0
        assert not [m for m in listener.messages if isinstance(m, Lost)]
        assert received >= TAGS * HZ * SECONDS / 3, "the load never came up to half its rate"
        (granted,) = [m for m in listener.messages if isinstance(m, Granted)]
        assert (granted.publishing, granted.sampling) == (0.01, 0.0)
        _is_sound(batches(listener.messages))
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _is_sound(received: list[Batch]) -> None:
    index = np.concatenate([batch.index for batch in received])
    value = np.concatenate([batch.raw.view(np.float64) for batch in received])
    source_time = np.concatenate([batch.source_time for batch in received])
    assert (np.concatenate([batch.status for batch in received]) == status.GOOD).all()
    # The value is its own time of birth; asyncua decodes times to the microsecond.
    assert np.abs(value * 1e9 - source_time).max() < 5_000
    # Tags are subscribed to in chunks: each gets a first value of its own, then every beat from there on.
    beats = source_time[index == 0][1:]
    for each in range(TAGS):
        mine = source_time[index == each]
        assert (np.diff(mine) > 0).all(), "samples of a tag out of order"
        assert len(mine) >= len(beats) // 2
        assert (mine[1:] == beats[len(beats) - len(mine) + 1 :]).all(), "a beat is missing"
    for batch in received:
        now = batch.received
        latest = batch.source_time - now.utc + now.monotonic
        assert (batch.not_before <= latest).all(), "claims to be younger than the value's birth"
        # One clock on one machine: the bound may be wide by the time a question takes, not by more.
        assert (latest - batch.not_before).max() < 500_000_000
