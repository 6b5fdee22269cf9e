"""screens/*.yaml: what stands on a machine's screen. Sizes and touch targets are the panel's affair."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from hmi.config.base import Config, Name


class Tile(Config):
    """An analogue indicator of one tag: label, value, unit, scale with normal band, limits, pointer."""

    tag: Name
    wide: bool = False


class MachineScreen(Config):
    """The *Machine* screen of one machine type.

    ``layout``    ``beside``: twin at the left, tiles in a column at the right (a machine);
                  ``above``: twin over the whole width, tiles in rows below (a line)
    ``views``     names of the geometry's views, in screen order
    ``readouts``  tags shown as figures under the twin (axes, feed)
    """

    layout: Literal["beside", "above"] = "beside"
    views: Annotated[tuple[Name, ...], Field(min_length=1)]
    readouts: Annotated[tuple[Name, ...], Field(max_length=6)] = ()
    tiles: Annotated[tuple[Tile, ...], Field(max_length=6)]
    trends: Annotated[tuple[Name, ...], Field(min_length=1, max_length=4)]
