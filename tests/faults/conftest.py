"""A device whose behaviour a test chooses, in a process of its own, and quiet libraries."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator

import pytest

from hmi.testing.fork_server import ForkServer
from tests.faults.plant import Plant


@pytest.fixture(scope="session")
def forks() -> Iterator[ForkServer]:
    with ForkServer("hmi.testing.wayward_opcua_device") as forks:
        yield forks


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    logger = logging.getLogger("asyncua")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


@pytest.fixture
async def plant(forks: ForkServer) -> AsyncIterator[Plant]:
    made = Plant(forks)
    try:
        yield made
    finally:
        await made.device.stop()
