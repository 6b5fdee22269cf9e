"""site.yaml: which machines this site has and how they are reached."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from hmi.config.base import Config, Name, TextId
from hmi.config.calibration import Calibration
from hmi.config.endpoints import Endpoint
from hmi.config.recording import RecordingRules
from hmi.config.shifts import ShiftCalendar


class SiteMachine(Config):
    """A machine of the site. ``tags`` overrides single keys of the plugin's tags, by tag name.

    ``calibrations`` are this machine's own and stand in for all of the machine type's.
    """

    id: Name
    plugin: Name
    name: TextId
    area: str = ""
    line: str = ""
    endpoints: dict[Name, Endpoint]
    tags: dict[Name, dict[str, object]] = {}
    calibrations: tuple[Calibration, ...] | None = None


class Site(Config):
    """The site file. ``shifts``: by these recordings are divided; ``recording``: how long they are kept."""

    id: Name
    name: TextId = "site.name"
    enterprise: str = ""
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    shifts: ShiftCalendar = ShiftCalendar()
    recording: RecordingRules = RecordingRules()
    machines: Annotated[tuple[SiteMachine, ...], Field(min_length=1)]
