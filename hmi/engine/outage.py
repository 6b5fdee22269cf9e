"""Which causes of a link's present outage are news: each kind of cause once, however often it comes back."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from hmi.model.samples import LinkEvent, LinkState

MOST: Final = 8
"""Kinds of causes of one outage that are told. A device whose every refusal has other words floods nobody."""

_FIGURES: Final = re.compile(r"\d+(?:[.,:]\d+)*")


class Outage:
    """What was said of one link since it was up last. Causes that differ in figures are one kind."""

    def __init__(self) -> None:
        self._kinds: set[str] = set()

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of causes that were told of this outage, in alphabetical order."""
        return tuple(sorted(self._kinds))

    def restore(self, kinds: Iterable[str]) -> None:
        """Go on from where these were told."""
        self._kinds = set(kinds)

    @property
    def told(self) -> int:
        """How many kinds of causes were told of this outage."""
        return len(self._kinds)

    def is_news(self, event: LinkEvent) -> bool:
        """Whether a cause of another kind than those before it is given; a link that is up ends them all."""
        if event.state is not LinkState.DOWN:
            if event.state is LinkState.UP:
                self._kinds.clear()
            return False
        kind = _FIGURES.sub("#", event.cause)
        if kind in self._kinds or len(self._kinds) >= MOST:
            return False
        self._kinds.add(kind)
        return True
