"""A source of some tags before an agent."""

from __future__ import annotations

from collections.abc import Sequence

from hmi.config.endpoint_parts import Paces
from hmi.config.mtconnect import MtconnectAddress, MtconnectEndpoint
from hmi.config.tags import Tag
from hmi.model.clock import SystemClock
from hmi.model.samples import Lost
from hmi.model.values import ValueType
from hmi.sources.mtconnect import make_mtconnect_source
from hmi.testing.harness import Listener
from hmi.testing.heard import Heard
from tests.sources.mtconnect.recorded import DATA

HAAS = (DATA / "sample_haas.xml").read_bytes()
CONDITION = {0: "NORMAL", 1: "WARNING", 2: "FAULT"}


def tag(name: str, wire: ValueType, item: str, part: str = "value") -> Tag:
    labels = CONDITION if wire is ValueType.ENUM else {}
    address = MtconnectAddress.model_validate({"item": item, "part": part})
    return Tag(
        id=f"m/{name}",
        machine="m",
        name=name,
        type=wire,
        wire=wire,
        labels=labels,
        address=address,
        max_age=1.0,
    )


TAGS = (
    tag("x", ValueType.FLOAT, "x1"),
    tag("y", ValueType.FLOAT, "Yact"),
    tag("program", ValueType.STRING, "c2"),
    tag("system", ValueType.ENUM, "system"),
    tag("alarms", ValueType.STRING, "system", "message"),
)


def listener(
    port: int, which: Sequence[tuple[int, Tag]] = tuple(enumerate(TAGS)), **more: object
) -> Listener:
    endpoint = MtconnectEndpoint.model_validate(
        {
            "protocol": "mtconnect",
            "url": f"http://127.0.0.1:{port}",
            "paces": Paces(normal=0.05),
            "timeout": 1.0,
            **more,
        }
    )
    return Listener(make_mtconnect_source(endpoint, which, SystemClock()))


async def live(running: Listener, heard: Heard, name: str = "x") -> None:
    await running.until(lambda: bool(heard.samples(name)), "live")


def lost(running: Listener) -> list[Lost]:
    return [each for each in running.messages if isinstance(each, Lost)]
