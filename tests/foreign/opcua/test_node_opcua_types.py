"""Over a thousand variables of every built-in type and rank that a server of other authors has, at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from asyncua import ua

from hmi.config.endpoint_parts import Paces
from hmi.config.opcua import OpcUaAddress
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.samples import Batch
from hmi.model.values import ValueType
from hmi.testing.harness import Listener
from hmi.testing.heard import Heard, check_confirmations
from tests.foreign.opcua.harness import ForeignHarness
from tests.foreign.opcua.node_server import NodeServer

_INTEGERS: Final = range(ua.VariantType.SByte.value, ua.VariantType.Int64.value + 1)
_FLOATS: Final = (ua.VariantType.Float.value, ua.VariantType.Double.value)
_TEXTS: Final = (ua.VariantType.String.value, ua.VariantType.LocalizedText.value)


def wire(kind: int, rank: int) -> ValueType | None:
    """The wire type that holds a variable of a built-in type; None where no tag can."""
    if rank == 0:
        if kind == ua.VariantType.Boolean.value:
            return ValueType.BOOL
        if kind == ua.VariantType.UInt64.value:
            return ValueType.UINT
        if kind in _TEXTS:
            return ValueType.STRING
    if rank <= 1:
        if kind in _INTEGERS:
            return (ValueType.INT, ValueType.INTS)[rank]
        if kind in _FLOATS:
            return (ValueType.FLOAT, ValueType.FLOATS)[rank]
    return None


def tag(row: int, node: str, kind: ValueType) -> Tag:
    return Tag(
        id=f"device/v{row}",
        machine="device",
        name=f"v{row}",
        type=kind,
        wire=kind,
        address=OpcUaAddress(node=node),
    )


async def test_each_variable_has_its_value_or_says_why_not(tmp_path: Path) -> None:
    # Slowly: a thousand variables five times a second are more than that server samples on a busy machine.
    server = NodeServer("conformance_device.js", tmp_path)
    harness = ForeignHarness(server, paces=Paces(normal=1.0), timeout=20.0)
    await harness.start()
    try:
        listed: list[tuple[str, int, int, int, Any]] = []
        while page := (await harness.device.ask({"variables": len(listed)}))["variables"]:
            listed += page
        assert len(listed) > 1000
        harness.tags = tuple(
            tag(row, node, wire(kind, rank) or ValueType.STRING)
            for row, (node, kind, rank, _, _) in enumerate(listed)
        )
        async with Listener(harness.source()) as listener:
            heard = Heard(harness.tags, listener.messages)
            await listener.until(
                lambda: (
                    len({name for each in harness.tags if (name := each.name) and heard.samples(name)})
                    == len(listed)
                ),
                "a sample of each",
                90.0,
            )
            wrong = [
                (node, kind, rank, hex(code), value, told)
                for row, (node, kind, rank, code, value) in enumerate(listed)
                if not fits(kind, rank, code, value, "imulation" in node, told := heard.samples(f"v{row}")[0])
            ]
            assert not wrong
            good = [row for row in range(len(listed)) if heard.samples(f"v{row}")[0][0] == status.GOOD]
            assert len(good) > 500
        check_confirmations(listener.messages)
    finally:
        await harness.stop()


def heard_of(listener: Listener) -> set[int]:
    return {int(index) for each in listener.messages if isinstance(each, Batch) for index in each.index}


def fits(kind: int, rank: int, code: int, value: Any, moving: bool, told: tuple[int, Any]) -> bool:
    """Whether a sample is what the server's own list lets expect."""
    if code >> 30 == status.Severity.BAD:
        return told[0] == code
    if wire(kind, rank) is None:
        return told[0] == status.BAD_TYPE_MISMATCH
    if told[0] != code:
        return False
    if moving or rank:
        return True
    if kind == ua.VariantType.Float.value:
        return bool(abs(told[1] - value) <= 1e-6 * abs(value))
    if kind in (ua.VariantType.Int64.value, ua.VariantType.UInt64.value):
        return bool(told[1] == int(value))
    return bool(told[1] == ("" if value is None and kind in _TEXTS else value))
