"""What came over a line that was not awaited, as the engine is told of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hmi.model.clock import Instant
from hmi.model.samples import Irregular, Irregularity
from hmi.sources.modbus.framing_rtu import Oddity

KINDS: Final = {
    Oddity.NOISE: Irregular.NOISE,
    Oddity.CHECKSUM: Irregular.CHECKSUM,
    Oddity.OTHER_UNIT: Irregular.OTHER_UNIT,
    Oddity.OTHER_FUNCTION: Irregular.OTHER_FUNCTION,
    Oddity.SHORT: Irregular.SHORT,
    Oddity.LATE: Irregular.LATE,
    Oddity.OUT_OF_ORDER: Irregular.OUT_OF_ORDER,
}
"""All but the echo: a two-wire line with the receiver on gives one for each request, as it should."""


class Tally:
    """What of a line's growing counts ``seen`` one connection has told; it begins with what is there."""

    def __init__(self, seen: Mapping[Oddity, int]) -> None:
        self._seen = seen
        self._told = dict(seen)

    def news(self, at: Instant) -> list[Irregularity]:
        """What came since the last time: one message for each kind, however often it came."""
        if self._seen == self._told:
            return []
        before, self._told = self._told, dict(self._seen)
        grown = ((oddity, count - before.get(oddity, 0)) for oddity, count in self._told.items())
        return [
            Irregularity(KINDS[oddity], count, at) for oddity, count in grown if count and oddity in KINDS
        ]
