"""A node that goes and comes back while the server runs, as after a download of a program to a PLC."""

from __future__ import annotations

from typing import Any

import pytest
from asyncua import ua
from asyncua.server.internal_session import InternalSession

from hmi.model import status
from hmi.model.clock import NO_TIME
from hmi.model.samples import Batch, Confirmation, LinkState
from hmi.simulation.opcua_server import MachineServer
from hmi.sources.opcua import connection
from hmi.testing.harness import Listener
from hmi.testing.heard import check_confirmations
from tests.sources.opcua.running import WAIT, change, last, links, reads, source, subscriptions, two_numbers


async def make_again(server: MachineServer, name: str, value: float) -> None:
    """Delete a node and make it anew; the items of the old one are told nothing more."""
    running, index = server._server, server._index
    assert running is not None
    node = running.get_node(ua.NodeId(name, index))
    attribute = running.iserver.aspace[node.nodeid].attributes[ua.AttributeIds.Value]
    attribute.datachange_callbacks = dict.fromkeys(attribute.datachange_callbacks, lambda *_: None)
    await running.delete_nodes([node])
    await running.nodes.objects.add_variable(node.nodeid, ua.QualifiedName(name, index), value)


async def test_an_item_that_lost_its_node_is_made_anew_when_there_is_one_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "SEARCH_INTERVAL", 0.2)
    create, reads_of_values = InternalSession.create_monitored_items, 0
    made: list[int] = []

    async def count(session: InternalSession, parameters: Any) -> list[Any]:
        made.append(len(parameters.ItemsToCreate))
        results: list[Any] = await create(session, parameters)
        return results

    monkeypatch.setattr(InternalSession, "create_monitored_items", count)
    read = InternalSession.read

    async def note(session: InternalSession, parameters: ua.ReadParameters) -> Any:
        nonlocal reads_of_values
        reads_of_values += any(each.NodeId.Identifier == "speed" for each in parameters.NodesToRead)
        return await read(session, parameters)

    monkeypatch.setattr(InternalSession, "read", note)
    async with two_numbers() as server, Listener(source(server.port, "speed", "load")) as listener:
        said = listener.messages
        await listener.until(lambda: reads(said, 0, 1.0)() and reads(said, 1, 1.0)(), "live", WAIT)
        server.set("speed", 0.0, status.BAD_NODE_ID_UNKNOWN | 0x400)
        await server.flush()
        await listener.until(
            lambda: (last(said, 0) or (0, 0))[0] == status.BAD_NODE_ID_UNKNOWN | 0x400, "gone", WAIT
        )
        await listener.until(lambda: reads_of_values > 2, "looked after", WAIT)
        assert made == [2], "of what is still told the same, no other item is made"
        since = len(said)
        await make_again(server, "speed", 42.0)
        await listener.until(reads(said, 0, 42.0), "found again", WAIT)
        first = next(m for m in said[since:] if isinstance(m, Batch) and 0 in m.index)
        assert first.not_before.tolist() == [NO_TIME], "it is no observed change"
        await change(server, speed=43.0, load=2.0)
        await listener.until(lambda: reads(said, 0, 43.0)() and reads(said, 1, 2.0)(), "it follows", WAIT)
        since = len(said)
        await listener.until(
            lambda: any(isinstance(m, Confirmation) and {0, 1} <= {*m.index} for m in said[since:]),
            "vouched for",
            WAIT,
        )
        assert made == [2, 1]
        (subscription,) = subscriptions(server)
        assert len(subscription.monitored_item_srv._monitored_items) == 2, "the old one was given back"
    assert links(said) == [LinkState.CONNECTING, LinkState.UP]
    check_confirmations(said)
