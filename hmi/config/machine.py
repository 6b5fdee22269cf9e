"""machine.yaml: what a machine type is; readable without importing the plugin's Python."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hmi.config.base import Config, Name, TextId
from hmi.model.context import ContextKey

Tone = Literal["running", "idle", "setup", "stopped", "fault"]


class StateBinding(Config):
    """Which enum tag says what the machine is doing, and the tone of each of its labels on screen."""

    tag: Name
    tones: dict[str, Tone]


class Progress(Config):
    """What is left of what, as tags in seconds; ``text`` says of what ("left of cycle")."""

    remaining: Name
    total: Name | None = None
    text: TextId = "progress.remaining"


class MachineType(Config):
    """The identity of a machine plugin.

    ``headline``  one to three tags that stand for the machine on the Site screen, most telling first
    ``context``   which tag answers which question about what the machine is working on
    """

    id: Name
    name: TextId = "type.name"
    manufacturer: str = ""
    model: str = ""
    api_version: int
    protocols: Annotated[
        tuple[Literal["opcua", "modbus", "mtconnect", "simulated"], ...], Field(min_length=1)
    ]
    state: StateBinding | None = None
    context: dict[ContextKey, Name] = {}
    headline: Annotated[tuple[Name, ...], Field(min_length=1, max_length=3)]
    progress: Progress | None = None
