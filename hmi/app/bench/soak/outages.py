"""For which times an engine told a loss, or was not there, gathered as news come. Pure."""

from __future__ import annotations

from dataclasses import replace
from math import inf
from typing import Final

from hmi.app.bench.soak.account import Outage
from hmi.model.clock import SECOND

LOSS_REACHES_BACK: Final = 2 * SECOND
"""A loss is told when it is noticed: at the next notification, at the latest the next keep-alive."""


class Outages:
    """All of one endpoint, in the order of their beginning; before the first link there is one."""

    def __init__(self) -> None:
        self.all: list[Outage] = [Outage(-inf, inf, "start")]

    @property
    def open(self) -> bool:
        """Whether the last one is not over."""
        return self.all[-1].end == inf

    def down(self, at: int, cause: str) -> None:
        """The link is lost, or the engine is, at UTC ns; nothing new while it is so already."""
        if not self.open:
            self.all.append(Outage(at, inf, cause))

    def up(self, at: int) -> None:
        """The link is back at UTC ns."""
        if self.open:
            self.all[-1] = replace(self.all[-1], end=at)

    def lost(self, at: int) -> None:
        """The engine told at UTC ns that changes were lost, though the link stands."""
        if not self.open:
            self.all.append(Outage(at - LOSS_REACHES_BACK, at, "told"))
