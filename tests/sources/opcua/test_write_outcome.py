"""A write that went wrong is told as it is known: a server in between may have passed it on before that."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import pytest
from asyncua import ua
from asyncua.common.utils import ServiceError
from asyncua.server.internal_session import InternalSession
from asyncua.ua.ua_binary import uatcp_to_binary
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.credentials import resolve
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import SystemClock
from hmi.model.samples import WriteOutcome
from hmi.model.values import ValueType
from hmi.simulation.opcua_server import MachineServer, Variable
from hmi.sources.opcua import make_opcua_source
from hmi.sources.opcua.write_outcome import of_fault, of_item
from hmi.testing.harness import Listener
from hmi.testing.opcua_device import UNSECURED
from tests.sources.opcua.running import URI, WAIT, reads

UNKNOWN: Final = [
    ua.StatusCodes.Bad,
    ua.StatusCodes.BadTimeout,
    ua.StatusCodes.BadRequestTimeout,
    ua.StatusCodes.BadCommunicationError,
    ua.StatusCodes.BadNoCommunication,
    ua.StatusCodes.BadUnexpectedError,
    ua.StatusCodes.BadInternalError,
    ua.StatusCodes.BadShutdown,
    ua.StatusCodes.BadDeviceFailure,
    ua.StatusCodes.BadOutOfService,
    0x8FFF_0000,  # nobody's, or a vendor's
]
REFUSED: Final = [
    ua.StatusCodes.BadUserAccessDenied,
    ua.StatusCodes.BadNotWritable,
    ua.StatusCodes.BadOutOfRange,
    ua.StatusCodes.BadTypeMismatch,
]


@pytest.fixture
async def server() -> AsyncIterator[MachineServer]:
    variables = [Variable(("speed",), "speed", 1.0, ValueType.FLOAT, writable=True)]
    async with MachineServer(URI, variables, name="mill") as running:
        yield running


def listener(server: MachineServer) -> Listener:
    address = OpcUaAddress(node=f"nsu={URI};s=speed")
    wire = ValueType.FLOAT
    tag = Tag(id="m/speed", machine="m", name="speed", wire=wire, address=address, access="write")
    endpoint = OpcUaEndpoint(protocol="opcua", url=server.url, security=UNSECURED)
    return Listener(make_opcua_source(endpoint, [(0, tag)], SystemClock(), resolve))


async def test_only_a_code_that_says_why_it_was_not_begun_refuses_a_write(
    server: MachineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer: list[tuple[int, bool]] = []

    async def write(_session: InternalSession, _parameters: Any) -> list[ua.StatusCode]:
        code, fault = answer[-1]
        if fault:
            raise ServiceError(code)
        return [ua.StatusCode(code)]

    async with listener(server) as running:
        await running.until(reads(running.messages, 0, 1.0), "live", WAIT)
        monkeypatch.setattr(InternalSession, "write", write)
        for codes, expected in ((UNKNOWN, WriteOutcome.UNKNOWN), (REFUSED, WriteOutcome.REFUSED)):
            for code in codes:
                for fault in (False, True):
                    answer.append((code, fault))
                    result = await running.source.write(0, 2.0, 20.0)
                    assert (result.outcome, result.status) == (expected, code), (hex(code), fault)
                    assert result.cause


async def test_a_connection_that_ends_with_a_code_has_not_refused_what_was_under_way(
    server: MachineServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def write(_session: InternalSession, _parameters: Any) -> list[ua.StatusCode]:
        assert server._server is not None
        said = ua.ErrorMessage(Error=ua.StatusCode(ua.StatusCodes.BadSecureChannelIdInvalid))
        for client in server._server.bserver.clients:
            client.transport.write(uatcp_to_binary(ua.MessageType.Error, said))
            client.transport.close()
        return [ua.StatusCode(0)]

    async with listener(server) as running:
        await running.until(reads(running.messages, 0, 1.0), "live", WAIT)
        monkeypatch.setattr(InternalSession, "write", write)
        result = await running.source.write(0, 2.0, 20.0)
    assert result.outcome is WriteOutcome.UNKNOWN, result


@given(code=st.integers(0, 2**30 - 1), flags=st.integers(0, 0xFFFF))
def test_every_code_has_an_outcome_whatever_its_flags_say(code: int, flags: int) -> None:
    good, bad = code & 0x3FFF_0000, 0x8000_0000 | code & 0x3FFF_0000
    assert of_item(good | flags) is of_item(good) is WriteOutcome.ACCEPTED
    assert of_item(bad | flags) is of_item(bad) is not WriteOutcome.ACCEPTED
    assert of_fault(bad | flags) is of_fault(bad) is not WriteOutcome.ACCEPTED
    refused = (of_item(bad), of_fault(bad))
    assert refused != (WriteOutcome.REFUSED, WriteOutcome.UNKNOWN), "a fault says more than a result"
