"""An epoch on its way to a screen: its JSON, deflated.

The JSON of ten thousand tags is 4 MB that says the same twenty names again and again. Both ends keep it, and
in the engine the buffers of a greeting as large as that are never given back to the system: 16 MB in all.
Deflated it is 0.2 MB.
"""

from __future__ import annotations

import zlib
from typing import Final

from pydantic import ValidationError

from hmi.config.epoch import Epoch
from hmi.link.errors import FrameError

LONGEST: Final = 256 * 1024 * 1024
"""Bytes of JSON; more is no epoch of ours."""

_FAST: Final = 1


def packed(epoch: Epoch) -> bytes:
    """An epoch as `hmi.link.messages.Welcome` carries it; 50 ms for ten thousand tags."""
    return zlib.compress(epoch.model_dump_json().encode(), _FAST)


def unpacked(data: bytes) -> Epoch:
    """The epoch of a `Welcome`.

    Raises:
        FrameError: that is none.
    """
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(data, LONGEST)
    except zlib.error as error:
        raise FrameError(f"the epoch cannot be inflated: {error}") from error
    if not inflating.eof:
        raise FrameError(f"the epoch is not whole, or longer than {LONGEST} bytes")
    if inflating.unused_data:
        raise FrameError(f"{len(inflating.unused_data)} bytes behind the epoch")
    try:
        return Epoch.model_validate_json(text)
    except ValidationError as error:
        # Of ten thousand tags each would be told.
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise FrameError(
            f"not an epoch of this version: {error.error_count()} mistakes, first {place}: {first['msg']}"
        ) from error
