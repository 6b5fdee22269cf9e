"""The device model: MTConnectDevices documents, from ``probe`` or a file (MTConnect Part 2)."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hmi.sources.mtconnect.envelope import Envelope, Header
from hmi.sources.mtconnect.errors import DocumentError
from hmi.sources.mtconnect.xml import Document


@dataclass(frozen=True, slots=True)
class Component:
    """One step from the device down: the element (``Linear``), its name ("" where it has none) and id."""

    element: str
    name: str
    id: str


@dataclass(frozen=True, slots=True)
class DataItem:
    """What an agent observes. ``path`` leads from below the device to the component that has it.

    ``units`` is what the observations are in (the agent converts), or ``nativeUnits`` where there is no
    other; ``composition`` is the type of the part of the component that is meant; ``values`` are what its
    constraints leave of its vocabulary; ``period`` is the seconds between samples, 0 where that is not said.
    """

    id: str
    name: str
    category: str
    type: str
    subtype: str
    units: str
    representation: str
    composition: str
    statistic: str
    coordinate_system: str
    values: tuple[str, ...]
    period: float
    device: str
    device_uuid: str
    path: tuple[Component, ...]


@dataclass(frozen=True, slots=True)
class DeviceModel:
    """The data items of all devices in a document, in its order."""

    items: tuple[DataItem, ...]
    header: Header


class Devices:
    """A `hmi.sources.mtconnect.xml.Reader` of a device model."""

    def __init__(self) -> None:
        self._items: list[DataItem] = []
        self._compositions: dict[str, str] = {}
        self._elements: list[str] = []
        self._path: list[Component] = []
        self._device = ("", "")
        self._values: list[str] = []
        self._envelope = Envelope("MTConnectDevices")

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        """See `hmi.sources.mtconnect.xml.Reader`."""
        parent = self._elements[-1] if self._elements else ""
        self._elements.append(name)
        if not self._envelope.begin(name, attributes):
            return
        if parent == "Devices":
            self._device = (attributes.get("name", ""), attributes.get("uuid", ""))
        elif parent == "Components":
            self._path.append(Component(name, attributes.get("name", ""), attributes.get("id", "")))
        elif name == "Composition":
            self._compositions[attributes.get("id", "")] = attributes.get("type", "")
        elif name == "DataItem":
            self._items.append(self._item(attributes))

    def end(self, name: str, text: str) -> None:
        """See `hmi.sources.mtconnect.xml.Reader`."""
        self._envelope.end(text)
        self._elements.pop()
        parent = self._elements[-1] if self._elements else ""
        if parent == "Components":
            self._path.pop()
        elif name == "Value" and parent == "Constraints":
            self._values.append(text.strip())
        elif name == "DataItem":
            self._items[-1] = replace(self._items[-1], values=tuple(self._values))
            self._values.clear()

    def model(self) -> DeviceModel:
        """What was read.

        Raises:
            AgentError: the agent answered with an error.
            DocumentError: there is no header, or no device with an item in it.
        """
        self._envelope.check()
        if not self._items:
            raise DocumentError("a document without a single DataItem")
        types = self._compositions
        items = (replace(item, composition=types.get(item.composition, "")) for item in self._items)
        return DeviceModel(tuple(items), self._envelope.any_header)

    def _item(self, attributes: dict[str, str]) -> DataItem:
        if not attributes.get("id") or not attributes.get("type"):
            raise DocumentError(f"a DataItem without id or type: {sorted(attributes)}")
        return DataItem(
            id=attributes["id"],
            name=attributes.get("name", ""),
            category=attributes.get("category", ""),
            type=attributes["type"],
            subtype=attributes.get("subType", ""),
            units=attributes.get("units") or attributes.get("nativeUnits", ""),
            representation=attributes.get("representation", "VALUE"),
            composition=attributes.get("compositionId", ""),
            statistic=attributes.get("statistic", ""),
            coordinate_system=attributes.get("coordinateSystem", ""),
            values=(),
            period=_period(attributes.get("sampleRate", "")),
            device=self._device[0],
            device_uuid=self._device[1],
            path=tuple(self._path),
        )


def _period(rate: str) -> float:
    try:
        hertz = float(rate)
    except ValueError:
        return 0.0
    return 1 / hertz if 1e-3 <= hertz <= 1e9 else 0.0


def read_devices(text: bytes) -> DeviceModel:
    """The device model in the bytes of a document or file.

    Raises:
        DocumentError: it is none. AgentError: it is an error that an agent answered with.
    """
    reader = Devices()
    document = Document(reader)
    document.feed(text)
    document.close()
    return reader.model()
