"""A server that comes back as another one: the same address, other contents."""

from __future__ import annotations

from typing import Any

import pytest

from hmi.model import status
from hmi.model.samples import LinkState, Lost
from hmi.model.values import ValueType
from hmi.sources.opcua import connection
from hmi.testing.harness import Listener
from hmi.testing.heard import Heard, check_confirmations
from tests.faults.plant import FLOAT, INT, STRING, WAIT, Plant, is_down, last_status, live, tag

TAGS = [tag("speed"), tag("load", path=True), tag("count", INT), tag("part", STRING)]


async def restart(plant: Plant, listener: Listener, heard: Heard, **plan: Any) -> int:
    """Kill the device and start another one; the number of the message that told the loss."""
    await plant.device.stop()
    await listener.until(lambda: is_down(heard), "DOWN", WAIT)
    since = len(heard.messages)
    await plant.start(**plan)
    return since


async def test_another_order_of_namespaces_and_nodes_mixes_no_two_tags(plant: Plant) -> None:
    nodes = {
        "speed": ["Double", 1.0],
        "load": ["Double", 2.0],
        "count": ["Int64", 3],
        "part": ["String", "A"],
    }
    await plant.start(nodes=nodes)
    async with Listener(plant.source(*TAGS)) as listener:
        heard = Heard(TAGS, listener.messages)
        await live(listener, heard, *nodes)
        others = {"part": ["String", "B"], "count": ["Int64", 30], "load": ["Double", 20.0]}
        for decoys in (3, 1):
            plan = dict(sorted(others.items(), reverse=decoys == 1)) | {"speed": ["Double", 10.0]}
            since = await restart(plant, listener, heard, decoys=decoys, nodes=plan)
            await live(listener, heard, *nodes, since=since)
            seen = {name: {value for _, value in heard.samples(name, since)} for name in nodes}
            assert seen == {"speed": {10.0}, "load": {20.0}, "count": {30}, "part": {"B"}}
    check_confirmations(heard.messages)


async def test_what_is_missing_after_a_restart_is_bad_and_comes_back(
    plant: Plant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SEARCH_INTERVAL", 0.2)
    nodes = {"speed": ["Double", 1.0], "load": ["Double", 2.0]}
    await plant.start(nodes=nodes)
    tags = TAGS[:2]
    async with Listener(plant.source(*tags)) as listener:
        heard = Heard(tags, listener.messages)
        await live(listener, heard, *nodes)
        since = await restart(plant, listener, heard, nodes={"speed": ["Double", 1.5]})
        await live(listener, heard, "speed", since=since)
        await listener.until(lambda: heard.is_bad("load", since), "missing", WAIT)
        assert heard.samples("load", since) == [(status.BAD_NODE_ID_UNKNOWN, 0.0)]
        assert heard.confirmed("load", since) == []
        await plant.device.ask({"add": "load", "type": "Double", "value": 2.5})
        await live(listener, heard, "load", since=since)
        await plant.set("load", 2.75)
        await listener.until(lambda: heard.has("load", 2.75), "it follows", WAIT)
        assert LinkState.DOWN not in heard.links(since), "the link stayed up all the time"
    check_confirmations(heard.messages)


async def test_another_type_after_a_restart_is_taken_if_it_fits_and_never_guessed(plant: Plant) -> None:
    nodes: dict[str, list[Any]] = {
        "speed": ["Double", 1.0],
        "load": ["Double", 2.0],
        "count": ["Int32", 3],
        "part": ["String", "A"],
    }
    await plant.start(nodes=nodes)
    async with Listener(plant.source(*TAGS)) as listener:
        heard = Heard(TAGS, listener.messages)
        await live(listener, heard, *nodes)
        others = {
            "speed": ["String", "1.0"],
            "load": ["Float", 2.5],
            "count": ["Int64", 2**62 + 1],
            "part": ["Double", 65.0],
        }
        since = await restart(plant, listener, heard, nodes=others)
        await live(listener, heard, "load", "count", since=since)
        assert heard.has("load", 2.5, since)
        assert heard.has("count", 2**62 + 1, since)
        for name in ("speed", "part"):
            await listener.until(lambda n=name: heard.is_bad(n, since), "bad", WAIT)  # type: ignore[misc]
            assert {code for code, _ in heard.samples(name, since)} == {status.BAD_TYPE_MISMATCH}
            assert heard.confirmed(name, since) == []
        # The right type again, on a link that stays.
        await plant.set("speed", 7.0, type="Double")
        await listener.until(lambda: heard.has("speed", 7.0, since), "right again", WAIT)
    check_confirmations(heard.messages)


@pytest.mark.parametrize("unsigned", [2**63, pytest.param(2**64 - 1, marks=pytest.mark.full)])
async def test_an_integer_beyond_the_lane_is_out_of_range_not_negative(plant: Plant, unsigned: int) -> None:
    await plant.start(nodes={"count": ["UInt64", 2**63 - 1]})
    tags = [tag("count", INT)]
    async with Listener(plant.source(*tags)) as listener:
        heard = Heard(tags, listener.messages)
        await listener.until(lambda: heard.has("count", 2**63 - 1), "the largest that fits", WAIT)
        await plant.set("count", unsigned)
        await listener.until(lambda: last_status(heard, "count") == status.BAD_OUT_OF_RANGE, "bad", WAIT)
        await plant.set("count", 5)
        await listener.until(lambda: heard.has("count", 5), "good again", WAIT)
    check_confirmations(heard.messages)


async def test_the_ends_of_floating_point_come_through_as_they_are(plant: Plant) -> None:
    await plant.start(nodes={"speed": ["Double", 0.0], "load": ["Float", 0.0]})
    tags = TAGS[:2]
    async with Listener(plant.source(*tags)) as listener:
        heard = Heard(tags, listener.messages)
        await live(listener, heard, "speed", "load")
        for value in (float("inf"), float("-inf"), 1.7976931348623157e308, 5e-324):
            await plant.set("speed", value)
            await listener.until(lambda v=value: heard.has("speed", v), repr(value), WAIT)  # type: ignore[misc]
        for name in ("speed", "load"):
            await plant.set(name, float("nan"))
            await listener.until(
                lambda n=name: (s := heard.samples(n)[-1])[0] == status.GOOD and s[1] != s[1],  # type: ignore[misc]
                "NaN",
                WAIT,
            )
        assert LinkState.DOWN not in heard.links()
    check_confirmations(heard.messages)


@pytest.mark.parametrize(
    "code", [0x4094_0000, 0x8031_0000, pytest.param(0xC000_0000, marks=pytest.mark.full)]
)
async def test_uncertain_and_bad_codes_arrive_whole_and_only_bad_ones_end_the_confirmation(
    plant: Plant, code: int
) -> None:
    await plant.start(nodes={"speed": ["Double", 1.0], "load": ["Double", 1.0]})
    tags = TAGS[:2]
    async with Listener(plant.source(*tags)) as listener:
        heard = Heard(tags, listener.messages)
        await live(listener, heard, "speed", "load")
        await plant.set("speed", 2.0, status=code)
        await listener.until(lambda: last_status(heard, "speed") == code, hex(code), WAIT)
        since = len(heard.messages)
        await listener.until(lambda: len(heard.confirmed("load", since)) > 1, "the other goes on", WAIT)
        uncertain = status.severity(code) is status.Severity.UNCERTAIN
        assert bool(heard.confirmed("speed", since)) == uncertain
        assert LinkState.DOWN not in heard.links()
    check_confirmations(heard.messages)


async def test_a_queue_that_overflowed_is_told_and_its_last_value_is_the_newest(plant: Plant) -> None:
    await plant.start(nodes={"speed": ["Double", -1.0]})
    tags = TAGS[:1]
    async with Listener(plant.source(*tags)) as listener:
        heard = Heard(tags, listener.messages)
        await live(listener, heard, "speed")
        sent = [float(number) for number in range(500)]
        await plant.set("speed", burst=sent)
        await listener.until(lambda: heard.samples("speed")[-1][1] == sent[-1], "newest", WAIT)
        await listener.until(lambda: any(isinstance(m, Lost) for m in heard.messages), "told as lost", WAIT)
        (lost,) = [m for m in heard.messages if isinstance(m, Lost)]
        assert "overflowed on 1 items" in lost.cause
        came = [value for _, value in heard.samples("speed")][1:]
        assert len(came) < len(sent)
        assert came == sent[-len(came) :], "in order, and what is lost is the oldest"
        assert LinkState.DOWN not in heard.links()
    check_confirmations(heard.messages)


HUGE = {
    "text": (STRING, "String", "0123456789", 100_000),
    "floats": (ValueType.FLOATS, "Double", [0.5, -1e300], 50_000),
    "ints": (ValueType.INTS, "Int64", [2**62 + 1, -1], 50_000),
}


@pytest.mark.parametrize(
    "kind", ["text", *(pytest.param(kind, marks=pytest.mark.full) for kind in ("floats", "ints"))]
)
async def test_a_huge_value_is_whole_or_bad_and_takes_neither_link_nor_others_down(
    plant: Plant, kind: str
) -> None:
    wire, variant, value, times = HUGE[kind]
    small: Any = value[:1] if isinstance(value, list) else "x"
    await plant.start(nodes={"speed": ["Double", 1.0], "huge": [variant, small]})
    tags = [tag("speed"), tag("huge", wire)]
    async with Listener(plant.source(*tags)) as listener:
        heard = Heard(tags, listener.messages)
        await live(listener, heard, "speed", "huge")
        await plant.set("huge", value, times=times)
        await plant.set("speed", 2.0)
        await listener.until(lambda: heard.has("speed", 2.0), "the other goes on", WAIT)
        whole: Any = tuple(value * times) if isinstance(value, list) else value * times
        await listener.until(lambda: len(heard.samples("huge")) > 1, "something of it", WAIT)
        code, came = heard.samples("huge")[-1]
        assert (code, came) == (status.GOOD, whole) or status.severity(code) is status.Severity.BAD
        await plant.set("huge", small)
        await listener.until(
            lambda: heard.has("huge", tuple(small) if isinstance(small, list) else small), "small again", WAIT
        )
        assert LinkState.DOWN not in heard.links()
    check_confirmations(heard.messages)


def test_the_tags_of_this_module_are_of_the_types_that_it_speaks_of() -> None:
    assert [each.wire for each in TAGS] == [FLOAT, FLOAT, INT, STRING]
