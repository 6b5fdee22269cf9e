"""Tags: the file form (tags.yaml) and the resolved form of an epoch."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from hmi.config.addresses import Address, Addresses
from hmi.config.base import Config, Name, Seconds, Span
from hmi.model.values import ValueType

Pace = Literal["live", "normal", "slow"]


class Limits(Config):
    """Process limits in the tag's unit, drawn on tiles and trends; the alarm logic has its own."""

    low_low: float | None = None
    low: float | None = None
    high: float | None = None
    high_high: float | None = None

    def model_post_init(self, _context: object) -> None:
        """Refuse limits out of order."""
        given = [x for x in (self.low_low, self.low, self.high, self.high_high) if x is not None]
        if given != sorted(given):
            raise ValueError("expected low_low ≤ low ≤ high ≤ high_high")


class Scaling(Config):
    """value = raw × gain + offset; the scaled value is a float."""

    gain: float = 1.0
    offset: float = 0.0

    def model_post_init(self, _context: object) -> None:
        """Refuse a gain that loses the value."""
        if self.gain == 0:
            raise ValueError("expected a gain other than 0")


class TagDescription(Config):
    """What a tag is, whatever the protocol. Its label is the text ``tag.<name>``.

    ``unit``      as shown, checked against a table of units (``mm/min``, ``°C``, ``A/dm²``); "" for none
    ``range``     what the display scale spans;  ``normal``  the band in which nobody needs to look
    ``pace``      how often it is asked for; the intervals stand in the endpoint. Tags of pace ``live``
                  are held to the 300 ms budget
    ``max_age``   seconds after the last confirmation at which it is stale; 0 < max_age
    ``labels``    for an enum: number → symbolic name; shown by the text ``<tag>.<NAME>``
    ``derived``   an expression over tags of the same machine instead of an address
    ``semantic``  companion-specification browse path, or an ISO 15926 or ECLASS IRI, where known
    ``aliases``   former ids and raw names such as ``Temp_Sensor_7B``
    ``capacity``  for strings and arrays: bytes reserved for the value
    """

    type: ValueType = ValueType.FLOAT
    unit: str = ""
    decimals: Annotated[int, Field(ge=0, le=9)] = 1
    range: Span | None = None
    normal: Span | None = None
    limits: Limits | None = None
    pace: Pace = "normal"
    max_age: Seconds = 2.0
    labels: dict[int, Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9_]*$")]] = {}
    derived: str | None = None
    semantic: str = ""
    aliases: tuple[str, ...] = ()
    access: Literal["read", "write"] = "read"
    capacity: Annotated[int, Field(ge=8, le=65_536)] = 128
    scaling: Scaling | None = None
    endpoint: Name = "main"


class TagEntry(TagDescription):
    """One tag of a ``tags.yaml``: the description and an address for each protocol."""

    address: Addresses = Addresses()


class TagsFile(Config):
    """tags.yaml."""

    tags: Annotated[dict[Name, TagEntry], Field(min_length=1)]


class Tag(TagDescription):
    """A resolved tag of an epoch: one machine's, with the one address that its endpoint's protocol uses.

    ``wire`` is the type of the raw lane: the declared type, except where scaling or a Modbus format
    makes another type travel.
    """

    id: str
    machine: Name
    name: Name
    wire: ValueType
    address: Address | None = None

    def model_post_init(self, _context: object) -> None:
        """Share the set of the names that were given: of no meaning here, and up to 2 kB of each tag."""
        object.__setattr__(self, "__pydantic_fields_set__", _GIVEN)


_GIVEN: Final = set(Tag.model_fields)
