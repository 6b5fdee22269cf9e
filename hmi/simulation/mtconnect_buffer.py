"""What an MTConnect agent keeps and answers: a bounded buffer of observations, and documents of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from xml.sax.saxutils import escape, quoteattr

from hmi.sources.mtconnect.data_sets import KEYED
from hmi.sources.mtconnect.devices import DataItem, read_devices
from hmi.sources.mtconnect.streams import UNAVAILABLE

Changes = Mapping[str, str | Mapping[str, str] | None]
"""Of a data set: key → value, of a table: key → its cells; None where the entry is removed."""

_SECTIONS = {"SAMPLE": "Samples", "EVENT": "Events", "CONDITION": "Condition"}


@dataclass(frozen=True, slots=True)
class Kept:
    """One observation in the buffer; ``level`` is the element of a condition's, ``changes`` a data set's."""

    sequence: int
    item: DataItem
    timestamp: str
    text: str
    level: str
    code: str
    changes: Changes = field(default_factory=dict)
    reset: str = ""


class OutOfRangeError(Exception):
    """The number that is asked for is not in the buffer; the text says what is."""


class Buffer:
    """The observations of one instance of an agent. Every item begins UNAVAILABLE, as in a real one.

    ``utc`` gives UTC ns; ``whole_seconds``: cut off creationTime as agents before 2.0 do.
    """

    def __init__(
        self, devices: bytes, instance: int, size: int, utc: Callable[[], int], *, whole_seconds: bool
    ) -> None:
        self.items = {item.id: item for item in read_devices(devices).items}
        self.instance = instance
        self.next = 1
        self._size = size
        self._utc = utc
        self._whole_seconds = whole_seconds
        self._kept: deque[Kept] = deque(maxlen=size)
        self._state: dict[str, dict[str, Kept]] = {}
        self.lose_adapter()

    @property
    def first(self) -> int:
        """The oldest number that is kept."""
        return self._kept[0].sequence if self._kept else self.next

    def observe(
        self, item: str, text: str, *, timestamp: str | None = None, level: str = "", code: str = ""
    ) -> None:
        """Take an observation; ``level`` (``Normal``, ``Warning``, ``Fault``) and ``code`` of a condition.

        Raises:
            KeyError: the device model has no such item.
        """
        known = self.items[item]
        if known.category == "CONDITION":
            level = "Unavailable" if text == UNAVAILABLE else level or "Normal"
        kept = Kept(self.next, known, timestamp or _text(self._utc(), whole=False), text, level, code)
        self.next += 1
        self._kept.append(kept)
        active = self._state.setdefault(item, {})
        if level in ("Warning", "Fault"):
            active.pop("", None)
        elif level == "Normal" and code:
            active.pop(code, None)
            if active:
                return
        else:
            active.clear()
        active[code if level in ("Warning", "Fault") else ""] = kept

    def change(self, item: str, changes: Changes, *, reset: str = "") -> None:
        """Take what changed of a data set or table; with ``reset`` (``MANUAL``, …) it has nothing else.

        Raises:
            KeyError: the device model has no such item.
        """
        kept = Kept(self.next, self.items[item], _text(self._utc(), whole=False), "", "", "", changes, reset)
        self.next += 1
        self._kept.append(kept)
        state = self._state.setdefault(item, {})
        former = state.get("")
        if former is not None and former.text != UNAVAILABLE and not reset:
            kept = replace(kept, changes={**former.changes, **changes})
        whole = {key: value for key, value in kept.changes.items() if value is not None}
        state[""] = replace(kept, changes=whole)

    def lose_adapter(self) -> None:
        """Nothing is known of anything any more."""
        for item in self.items:
            self.observe(item, UNAVAILABLE)

    def current(self) -> str:
        """The state of all."""
        state = sorted((kept for each in self._state.values() for kept in each.values()), key=_sequence)
        return self._document(state, self.next)

    def sample(self, start: int | None, count: int) -> tuple[str, int]:
        """At most ``count`` observations from number ``start`` on, and the number to go on with.

        Raises:
            OutOfRangeError: the buffer does not reach there.
        """
        begin = self.first if start is None else start
        if begin < self.first:
            raise OutOfRangeError(f"'from' must be greater than or equal to {self.first}.")
        if begin > self.next:
            raise OutOfRangeError(f"'from' must be less than or equal to {self.next}.")
        found = [kept for kept in self._kept if kept.sequence >= begin][:count]
        after = found[-1].sequence + 1 if found else self.next
        return self._document(found, after), after

    def error(self, code: str, text: str) -> str:
        """An error document."""
        body = f'<Errors><Error errorCode="{code}">{escape(text)}</Error></Errors>'
        return self._enclosed("MTConnectError", f"{self._header()}/>{body}")

    def probe(self, devices: str) -> str:
        """The device model with a header of this instance; ``devices`` is the ``<Devices>`` element."""
        return self._enclosed("MTConnectDevices", f"{self._header()}/>{devices}")

    def _document(self, observations: Sequence[Kept], after: int) -> str:
        numbers = f' nextSequence="{after}" firstSequence="{self.first}" lastSequence="{self.next - 1}"/>'
        devices: dict[str, dict[str, list[Kept]]] = {}
        for kept in observations:
            component = kept.item.path[-1].id if kept.item.path else ""
            devices.setdefault(kept.item.device, {}).setdefault(component, []).append(kept)
        streams = "".join(
            f"<DeviceStream name={quoteattr(name)} uuid={quoteattr(name)}>"
            + "".join(map(_component, components.values()))
            + "</DeviceStream>"
            for name, components in devices.items()
        )
        return self._enclosed("MTConnectStreams", f"{self._header()}{numbers}<Streams>{streams}</Streams>")

    def _header(self) -> str:
        created = _text(self._utc(), whole=self._whole_seconds)
        return (
            f'<Header creationTime="{created}" sender="twinpane" instanceId="{self.instance}" '
            f'version="1.6.0" bufferSize="{self._size}"'
        )

    def _enclosed(self, root: str, body: str) -> str:
        space = f"urn:mtconnect.org:{root}:1.6"
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root} xmlns="{space}">{body}</{root}>\n'


def _component(observations: Iterable[Kept]) -> str:
    sections: dict[str, list[str]] = {}
    path: tuple[str, str, str] = ("Device", "", "")
    for kept in observations:
        item = kept.item
        if item.path:
            path = (item.path[-1].element, item.path[-1].name, item.path[-1].id)
        name = kept.level or _camel(item.type.rpartition(":")[2])
        attributes = (
            f'dataItemId={quoteattr(item.id)} timestamp="{kept.timestamp}" sequence="{kept.sequence}"'
        )
        if item.name:
            attributes += f" name={quoteattr(item.name)}"
        if kept.code:
            attributes += f" nativeCode={quoteattr(kept.code)}"
        if item.category == "CONDITION":
            attributes += f" type={quoteattr(item.type)}"
        text = "" if kept.level == "Unavailable" else escape(kept.text)
        if item.representation in KEYED:
            name += _camel(item.representation)
            attributes += f' count="{len(kept.changes)}"'
            text += "".join(_entry("Entry", key, value) for key, value in sorted(kept.changes.items()))
        if kept.reset:
            attributes += f" resetTriggered={quoteattr(kept.reset)}"
        sections.setdefault(_SECTIONS[item.category], []).append(f"<{name} {attributes}>{text}</{name}>")
    inside = "".join(f"<{name}>{''.join(each)}</{name}>" for name, each in sections.items())
    element, name, identity = path
    return (
        f"<ComponentStream component={quoteattr(element)} name={quoteattr(name)} "
        f"componentId={quoteattr(identity)}>{inside}</ComponentStream>"
    )


def _entry(element: str, key: str, value: str | Mapping[str, str] | None) -> str:
    if value is None:
        return f'<{element} key={quoteattr(key)} removed="true"/>'
    if not isinstance(value, str):
        value = "".join(_entry("Cell", *cell) for cell in sorted(value.items()))
    else:
        value = escape(value)
    return f"<{element} key={quoteattr(key)}>{value}</{element}>"


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _sequence(kept: Kept) -> int:
    return kept.sequence


def _text(utc: int, *, whole: bool) -> str:
    moment = datetime.fromtimestamp(utc // 1_000_000_000, UTC).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{moment}Z" if whole else f"{moment}.{utc % 1_000_000_000 // 1000:06d}Z"
