"""What the tests of secured links begin with."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from hmi.sources.certificates.folder import CertificateFolder
from hmi.testing.fork_server import ForkServer
from tests.sources.opcua.secured import Machine


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    logger = logging.getLogger("asyncua")
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield
    logger.setLevel(before)


@pytest.fixture(scope="module")
def forks() -> Iterator[ForkServer]:
    with ForkServer("hmi.testing.opcua_device") as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> CertificateFolder:
    made = CertificateFolder(tmp_path / "certificates", "works")
    made.prepare()
    return made


@pytest.fixture
def machine(tmp_path: Path, forks: ForkServer) -> Machine:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Machine(probe.getsockname()[1], tmp_path, forks)
