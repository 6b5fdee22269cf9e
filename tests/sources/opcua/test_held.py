"""What a server says while its items are being made: nothing is lost, nothing comes before the link is up."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from hmi.model.clock import NO_TIME, Instant
from hmi.model.samples import Batch, SourceMessage
from hmi.sources.opcua import held as module
from hmi.sources.opcua.held import Held


def batch(samples: int) -> Batch:
    zeros = np.zeros(samples, np.uint32)
    times = np.full(samples, NO_TIME, np.int64)
    return Batch(zeros, zeros.astype(np.uint64), zeros, times, times, Instant(0, 0))


async def test_what_is_said_comes_in_order_when_the_link_is_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_HELD", 5)
    said: list[SourceMessage] = []
    held = Held(said.append)
    first, second, third = batch(3), batch(2), batch(1)
    held.say(first)
    await asyncio.wait_for(held.room(), 1)
    held.say(second)
    asked = asyncio.ensure_future(held.room())
    await asyncio.sleep(0)
    assert not asked.done(), "the server keeps the rest"
    assert said == []
    held.release()
    assert [id(each) for each in said] == [id(first), id(second)]
    await asyncio.wait_for(asked, 1)
    held.say(third)
    assert said[2] is third
    await asyncio.wait_for(held.room(), 1)
