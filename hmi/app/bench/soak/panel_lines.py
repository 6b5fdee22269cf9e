"""What the panel under soak has said (`hmi.app.bench.soak.telling`), gathered."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class PanelLines:
    """The last line, and the paints since they were taken last.

    ``frames``  drawn so far; ``starts``, ``fenced``  of its supervisor; ``book``  see the telling
    """

    def __init__(self) -> None:
        self.at = 0
        self.alive = False
        self.frames = 0
        self.starts = 0
        self.fenced = 0
        self.frame_ms: dict[str, float] = {}
        self.book: dict[str, list[int]] = {}
        self._grew_at = 0
        self._paints: list[tuple[float, float]] = []

    def take(self, lines: Iterable[dict[str, Any]]) -> None:
        """Take what has been said."""
        for line in lines:
            if line["frames"] > self.frames:
                self._grew_at = line["at"]
            self.at, self.alive, self.frames = line["at"], line["alive"], line["frames"]
            self.starts, self.fenced = line["starts"], line["fenced"]
            self.frame_ms, self.book = line["frame_ms"], line["book"]
            self._paints += [(at, ms) for at, ms in line["paints"]]

    def drew_after(self, moment: int) -> bool:
        """Whether it has drawn since ``moment`` (monotonic ns), with an engine that answers."""
        return self.alive and self._grew_at > moment

    def paints(self) -> list[tuple[float, float]]:
        """(UTC s, ms since the change) of each paint since the last call."""
        taken, self._paints = self._paints, []
        return taken
