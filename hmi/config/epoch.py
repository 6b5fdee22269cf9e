"""The resolved configuration: what the engine runs, the screens show and the recording names."""

from __future__ import annotations

import hashlib
import json
from functools import cached_property

from hmi.config.base import Config, Name, TextId
from hmi.config.endpoints import Endpoint
from hmi.config.geometry import Geometry
from hmi.config.machine import MachineType
from hmi.config.recording import RecordingRules
from hmi.config.screens import MachineScreen
from hmi.config.shifts import ShiftCalendar
from hmi.config.tags import Tag
from hmi.model.identity import EquipmentPath

Texts = dict[str, dict[str, str]]
"""language → text id → text."""


class Machine(Config):
    """One machine of the site: its type, where it stands, how it is reached, what its screen shows.

    ``name`` is the machine's own text id in the site's texts (``Mill 07``); the type's name is
    ``type.name`` in the plugin's texts (``Haas VF-6SS``).
    """

    id: Name
    name: TextId
    type: MachineType
    plugin_version: str = ""
    plugin_hash: str = ""
    enterprise: str = ""
    site: str = ""
    area: str = ""
    line: str = ""
    endpoints: dict[Name, Endpoint]
    geometry: Geometry | None = None
    screen: MachineScreen | None = None
    texts: Texts = {}

    @property
    def path(self) -> EquipmentPath:
        """The machine's place in the ISA-95 hierarchy."""
        return EquipmentPath(self.enterprise, self.site, self.area, self.line)


class Quarantined(Config):
    """A machine or plugin that was left out, and why, for a person to read."""

    name: str
    cause: str


class Epoch(Config):
    """A resolved configuration. ``tags[i]`` is the tag of index i for the epoch's whole life.

    ``flaws`` are mistakes as ``file:line: what`` that only cost what is shown: what holds them was left out.
    """

    site: Name
    name: TextId = "site.name"
    language: str = "en"
    shifts: ShiftCalendar = ShiftCalendar()
    recording: RecordingRules = RecordingRules()
    machines: tuple[Machine, ...]
    tags: tuple[Tag, ...]
    texts: Texts = {}
    quarantined: tuple[Quarantined, ...] = ()
    flaws: tuple[str, ...] = ()

    @property
    def canonical(self) -> bytes:
        """Its canonical JSON form: keys in order, no spaces, UTF-8."""
        return _canonical(self.model_dump(mode="json"))

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) over the canonical JSON form: the epoch's identity."""
        return hashlib.sha256(self.canonical).hexdigest()

    @cached_property
    def acquisition(self) -> str:
        """SHA-256 (hex) over what values rest on: tags, and how each machine is reached and followed.

        Two epochs with the same one differ at most in what is shown, so that values, links and history of
        one are good for the other.
        """
        machines = [
            {
                "id": machine.id,
                "endpoints": {name: each.model_dump(mode="json") for name, each in machine.endpoints.items()},
                "context": {str(key): name for key, name in machine.type.context.items()},
            }
            for machine in self.machines
        ]
        tags = [tag.model_dump(mode="json") for tag in self.tags]
        plain = {"site": self.site, "machines": machines, "tags": tags}
        return hashlib.sha256(_canonical(plain)).hexdigest()

    @cached_property
    def index(self) -> dict[str, int]:
        """Tag id → index."""
        return {tag.id: i for i, tag in enumerate(self.tags)}

    def tags_of(self, machine: str) -> tuple[int, ...]:
        """The indexes of one machine's tags, in file order."""
        return tuple(i for i, tag in enumerate(self.tags) if tag.machine == machine)

    def of_machine(self, machine: str) -> Epoch:
        """What of it concerns one machine, and the site's texts: an epoch by itself.

        Raises:
            KeyError: there is no such machine.
        """
        only = {each.id: each for each in self.machines}[machine]
        own = {
            "machines": (only,),
            "tags": tuple(tag for tag in self.tags if tag.machine == machine),
            "quarantined": (),
            "flaws": (),
        }
        # Not a copy of the model: that would take what was worked out from all machines along.
        return Epoch(**{name: getattr(self, name) for name in Epoch.model_fields} | own)


def _canonical(plain: object) -> bytes:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
