"""How a Modbus request can end other than with its answer."""

from __future__ import annotations


class LinkLost(Exception):
    """The connection cannot be used any more; the text tells an engineer why."""


class NoAnswer(Exception):
    """The request was sent, and nothing came within its time."""


class Resting(Exception):
    """The unit has been silent and is left alone for a while, so that it costs the others little."""


class NotSent(Exception):
    """The request's turn did not come within its time, or the connection was lost before."""


class DeviceRefused(Exception):
    """The device answered with a Modbus exception ``code``."""

    def __init__(self, code: int) -> None:
        super().__init__(f"Modbus exception {code}")
        self.code = code


class Malformed(Exception):
    """An answer that does not fit the request."""


class Garbled(Exception):
    """Bytes came that are no sound answer: noise, a wrong checksum, part of a frame."""
