"""Modbus TCP and RTU: polled blocks of registers as batches.

Modbus Application Protocol V1.1b3, Modbus Messaging on TCP/IP V1.0b, Modbus over Serial Line V1.02.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from hmi.config.modbus import ModbusEndpoint
    from hmi.config.tags import Tag
    from hmi.model.clock import Clock
    from hmi.sources.modbus.lines import Lines
    from hmi.sources.protocol import Source


def make_modbus_lines() -> Lines:
    """The lines that Modbus sources of one engine share."""
    # Here, so that a panel without Modbus machines does not load pymodbus.
    from hmi.sources.modbus.lines import Lines  # noqa: PLC0415

    return Lines()


def make_modbus_source(
    endpoint: ModbusEndpoint,
    tags: Sequence[tuple[int, Tag]],
    clock: Clock,
    lines: Lines | None = None,
) -> Source:
    """The source of one Modbus endpoint. ``tags``: (index within the epoch, tag with a Modbus address).

    ``lines`` are those that it shares with other sources; none: its line is its own.

    Raises:
        TypeError: a tag's address is not a Modbus address.
        ValueError: there are no tags. Configuration has no endpoint without any.
    """
    # Here, so that a panel without Modbus machines does not load pymodbus.
    from hmi.sources.modbus.source import ModbusSource  # noqa: PLC0415

    return ModbusSource(endpoint, tags, clock, lines or make_modbus_lines())
