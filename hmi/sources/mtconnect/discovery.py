"""Tags for a device model: what an engineer would have to type, proposed. Pure.

From an agent's ``probe`` or a device file (`hmi.sources.mtconnect.devices.read_devices`) each data item
becomes a tag with a name made of its component, type and subtype; a condition becomes two, its level and its
messages. What comes out passes ``twinpane lint``; ranges, limits and paces are left to the engineer.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hmi.config.mtconnect import MtconnectAddress
from hmi.config.tags import TagEntry
from hmi.model.identity import is_name
from hmi.model.values import ValueType
from hmi.sources.mtconnect.data_sets import KEYED
from hmi.sources.mtconnect.decoding import label
from hmi.sources.mtconnect.devices import Component, DataItem, DeviceModel
from hmi.sources.mtconnect.resolving import fits
from hmi.sources.mtconnect.vocabulary import CONDITION, COUNTS, DECIMALS, UNITS, VOCABULARIES

_CONTAINERS: Final = frozenset(
    (
        *("Adapters", "Auxiliaries", "Axes", "Controller", "Controllers", "Interfaces", "Parts"),
        *("Processes", "Resources", "Structures", "Systems"),
    )
)
"""Components that only gather others: their names say nothing that the data item's type does not."""

_LONGEST: Final = 48
"""Characters of a name, before what tells it from another."""

_IS_LABEL: Final = re.compile(r"[A-Z][A-Z0-9_]*")
_MESSAGE_BYTES: Final = 512
_SERIES_BYTES: Final = 8192


@dataclass(frozen=True, slots=True)
class Proposal:
    """``tags`` by name, as in tags.yaml, and the English ``texts`` that they need."""

    tags: dict[str, TagEntry]
    texts: dict[str, str]


def propose(model: DeviceModel, device: str | None = None, *, by_component: bool = False) -> Proposal:
    """Tags for all data items of a model, or for those of one device (name or uuid).

    ``by_component``: address items by the way to them instead of their id, where that is unambiguous: for
    agents whose ids change when they are configured anew.
    """
    items = [item for item in model.items if device is None or device in (item.device, item.device_uuid)]
    names = _names(items)
    raw = Counter(item.name for item in items)
    tags: dict[str, TagEntry] = {}
    for item, name in zip(items, names, strict=True):
        address: dict[str, Any] = {"item": item.id}
        if by_component and not any("]" in step.name for step in item.path):
            way = _way(item)
            if sum(fits(each, MtconnectAddress.model_validate(way)) for each in items) == 1:
                address = way
        known = raw[item.name] == 1 and item.name not in names
        tags[name] = TagEntry.model_validate(
            {
                **_kind(item),
                "aliases": (item.name,) if item.name and known else (),
                "address": {"mtconnect": address},
            }
        )
        if item.category == "CONDITION":
            message = {**address, "part": "message"}
            text_name = f"{name}_message" if f"{name}_message" not in names else f"{name}_messages"
            tags[text_name] = TagEntry.model_validate(
                {"type": ValueType.STRING, "capacity": _MESSAGE_BYTES, "address": {"mtconnect": message}}
            )
    texts = {f"tag.{name}": name.replace("_", " ").capitalize() for name in tags}
    for name, tag in tags.items():
        texts |= {f"{name}.{each}": each.replace("_", " ").lower() for each in tag.labels.values()}
    return Proposal(tags, texts)


def _names(items: Sequence[DataItem]) -> list[str]:
    """A name for each, no two the same: where they would be, what tells them apart is added."""
    names = [_named(_base(item)) for item in items]
    further: tuple[Callable[[DataItem], str], ...] = (
        lambda item: item.composition,
        lambda item: item.coordinate_system,
        lambda item: item.path[-1].name if item.path else "",
        lambda item: item.device,
        lambda item: item.name,
        lambda item: item.id,
    )
    for more in further:
        same: dict[str, set[str]] = {}
        for item, name in zip(items, names, strict=True):
            same.setdefault(name, set()).add(_snake(more(item)))
        names = [
            _named(f"{name}_{_snake(more(item))}") if len(same[name]) > 1 else name
            for item, name in zip(items, names, strict=True)
        ]
    seen: Counter[str] = Counter()
    taken = set(names)
    for i, name in enumerate(names):
        seen[name] += 1
        if seen[name] > 1:
            number = next(n for n in range(2, len(names) + 3) if f"{name}_{n}" not in taken)
            names[i] = f"{name}_{number}"
            taken.add(names[i])
    return names


def _base(item: DataItem) -> str:
    steps = [_step(component) for component in item.path if component.element not in _CONTAINERS]
    kind = _snake(item.type)
    words = [*steps[-2:], kind, _snake(item.subtype), _snake(item.statistic)]
    if item.category == "CONDITION":
        words.append("condition")
    # "path_path_feedrate" says path once too often.
    kept = [
        word
        for word, after in zip(words, [*words[1:], ""], strict=True)
        if word and not f"{after}_".startswith(f"{word}_")
    ]
    return "_".join(kept)


def _step(component: Component) -> str:
    """Axes are known by their names, everything else by what it is."""
    if component.element in ("Linear", "Rotary") and component.name:
        return _snake(component.name)
    return _snake(component.element)


def _named(text: str) -> str:
    text = text.strip("_")[:_LONGEST].strip("_")
    return text if is_name(text) else _named(f"item_{text}")


def _snake(text: str) -> str:
    parts = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", text.rpartition(":")[2])
    return re.sub(r"[^a-z0-9]+", "_", parts.lower()).strip("_")


def _kind(item: DataItem) -> dict[str, Any]:
    """Type, unit, labels and what goes with them."""
    if item.category == "CONDITION":
        return _enum(CONDITION)
    three = item.units.endswith("_3D")
    unit = UNITS.get(item.units.removesuffix("_3D"), "")
    number = {"unit": unit, "decimals": DECIMALS.get(unit, 2)}
    if item.representation == "TIME_SERIES":
        return {"type": ValueType.FLOATS, "capacity": _SERIES_BYTES, **number}
    if item.representation in KEYED:
        return {"type": ValueType.STRING, "capacity": _MESSAGE_BYTES}
    if three:
        return {"type": ValueType.FLOATS, **number}
    if item.category == "SAMPLE" or item.units:
        return {"type": ValueType.FLOAT, **number}
    vocabulary = VOCABULARIES.get(item.type, ())
    labels = tuple(map(label, item.values)) or vocabulary
    if labels and len(set(labels)) == len(labels) and all(map(_IS_LABEL.fullmatch, labels)):
        # Where the standard knows them their numbers are the same in every machine.
        return _enum(vocabulary if set(labels) <= set(vocabulary) else labels)
    if item.type in COUNTS:
        return {"type": ValueType.INT}
    return {"type": ValueType.STRING}


def _enum(labels: Sequence[str]) -> dict[str, Any]:
    return {"type": ValueType.ENUM, "labels": dict(enumerate(labels))}


def _way(item: DataItem) -> dict[str, Any]:
    steps = (f"{step.element}[{step.name}]" if step.name else step.element for step in item.path)
    found = {"type": item.type, "subtype": item.subtype, "composition": item.composition}
    return {"component": tuple(steps), **{key: value for key, value in found.items() if value}}
