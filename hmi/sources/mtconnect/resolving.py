"""Which data item each tag is: pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from hmi.config.mtconnect import MtconnectAddress
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import SECOND
from hmi.model.values import ValueType
from hmi.sources.mtconnect.data_sets import KEYED
from hmi.sources.mtconnect.devices import Component, DataItem, DeviceModel

_STEP: Final = re.compile(r"([^\[]+)(?:\[([^\]]+)\])?")


@dataclass(frozen=True, slots=True)
class Target:
    """A tag that takes the value of a data item; ``period`` is the item's, in ns.

    ``keyed``     the item is a data set or table: its observations say what changed
    ``capacity``  bytes that the tag can hold of a string
    """

    index: int
    wire: ValueType
    part: str
    labels: Mapping[str, int]
    condition: bool
    period: int
    keyed: bool = False
    capacity: int = 65_536


@dataclass(frozen=True, slots=True)
class Resolved:
    """The tags of each data item, and the Bad status of each tag (by its index) that is none."""

    targets: Mapping[str, tuple[Target, ...]]
    missing: Mapping[int, int]


def resolve(model: DeviceModel, device: str | None, tags: Sequence[tuple[int, Tag]]) -> Resolved:
    """Find the data item of each tag, of ``device`` (name or uuid) or of any.

    What the model does not have is ``BadNodeIdUnknown``; what it has more than once is
    ``BadConfigurationError``, because the first of two would be a guess.
    """
    items = [item for item in model.items if device is None or device in (item.device, item.device_uuid)]
    by_id = {item.id: item for item in items}
    by_name: dict[str, list[DataItem]] = {}
    by_kind: dict[tuple[str, str], list[DataItem]] = {}
    for item in items:
        by_name.setdefault(item.name, []).append(item)
        by_kind.setdefault((item.type, item.subtype), []).append(item)
    targets: dict[str, list[Target]] = {}
    missing: dict[int, int] = {}
    for index, tag in tags:
        address = tag.address
        if not isinstance(address, MtconnectAddress):
            raise TypeError(f"{tag.id} has no MTConnect address")
        if address.item is not None:
            found = [by_id[address.item]] if address.item in by_id else by_name.get(address.item, [])
        else:
            kind = by_kind.get((address.type, address.subtype), [])
            found = [item for item in kind if fits(item, address)]
        if len(found) == 1:
            targets.setdefault(found[0].id, []).append(_target(index, tag, address, found[0]))
        else:
            missing[index] = status.BAD_CONFIGURATION_ERROR if found else status.BAD_NODE_ID_UNKNOWN
    return Resolved({item: tuple(each) for item, each in targets.items()}, missing)


def fits(item: DataItem, address: MtconnectAddress) -> bool:
    """Whether an address by components means this item; one without a name in a step means any name."""
    steps = address.component or ()
    return (
        (address.type, address.subtype) == (item.type, item.subtype)
        and len(steps) == len(item.path)
        and (not address.composition or address.composition == item.composition)
        and all(map(_is_step, item.path, steps))
    )


def _is_step(component: Component, step: str) -> bool:
    found = _STEP.fullmatch(step)
    return found is not None and found[1] == component.element and found[2] in (None, component.name)


def _target(index: int, tag: Tag, address: MtconnectAddress, item: DataItem) -> Target:
    labels = {name: number for number, name in tag.labels.items()}
    condition = item.category == "CONDITION"
    period = round(item.period * SECOND)
    keyed = item.representation in KEYED
    return Target(index, tag.wire, address.part, labels, condition, period, keyed, tag.capacity)
