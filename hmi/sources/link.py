"""The link's state as told to the engine: every change once."""

from __future__ import annotations

from typing import Final

from hmi.model.clock import SECOND, Clock
from hmi.model.samples import LinkEvent, LinkState
from hmi.sources.protocol import Emit

_SETTLED: Final = 10 * SECOND


class Link:
    """Emits a `LinkEvent` when the state changes, and only then: a link that is down goes down once."""

    def __init__(self, emit: Emit, clock: Clock) -> None:
        self._emit = emit
        self._clock = clock
        self._state: LinkState | None = None
        self._since = clock.now()

    @property
    def is_up(self) -> bool:
        """Whether the last state told is UP."""
        return self._state is LinkState.UP

    @property
    def has_settled(self) -> bool:
        """Whether it has been up for so long that what ends it is no fault of its beginning."""
        return self.is_up and self._clock.now().monotonic - self._since.monotonic >= _SETTLED

    def connecting(self) -> None:
        """The first attempt begins."""
        self._change(LinkState.CONNECTING)

    def up(self) -> None:
        """The link carries values."""
        self._change(LinkState.UP)

    def down(self, cause: str) -> None:
        """The link, or the attempt to make one, has failed."""
        self._change(LinkState.DOWN, cause)

    def _change(self, state: LinkState, cause: str = "") -> None:
        if state is not self._state:
            self._state = state
            self._since = self._clock.now()
            self._emit(LinkEvent(state, self._since, cause))
