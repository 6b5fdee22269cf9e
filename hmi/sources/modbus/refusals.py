"""What a Modbus exception means for the tags that were asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hmi.model import status


@dataclass(frozen=True, slots=True)
class Refusal:
    """The meaning of one exception code (Modbus Application Protocol V1.1b3, 7).

    ``status``   of the tags of the read, or of the refused write
    ``name``     the standard's name, for an engineer
    ``by_item``  a single item of a merged read may be its cause, so smaller reads tell which
    ``lasting``  asking again at the next poll is of no use; it is asked again now and then
    """

    status: int
    name: str
    by_item: bool = False
    lasting: bool = True


REFUSALS: Final[dict[int, Refusal]] = {
    1: Refusal(status.BAD_NOT_SUPPORTED, "illegal function"),
    2: Refusal(status.BAD_NODE_ID_UNKNOWN, "illegal data address", by_item=True),
    3: Refusal(status.BAD_CONFIGURATION_ERROR, "illegal data value", by_item=True),
    4: Refusal(status.BAD_DEVICE_FAILURE, "server device failure", by_item=True),
    5: Refusal(status.BAD_OUT_OF_SERVICE, "acknowledge, not done yet", lasting=False),
    6: Refusal(status.BAD_OUT_OF_SERVICE, "server device busy", lasting=False),
    8: Refusal(status.BAD_DEVICE_FAILURE, "memory parity error", by_item=True),
    10: Refusal(status.BAD_NO_COMMUNICATION, "gateway path unavailable"),
    11: Refusal(status.BAD_NO_COMMUNICATION, "gateway target device failed to respond"),
}
_OTHER: Final = Refusal(status.BAD_DEVICE_FAILURE, "no code of the standard")


def refusal(code: int) -> Refusal:
    """What an exception code means; codes outside the standard count as a failure of the device."""
    return REFUSALS.get(code, _OTHER)
