"""The link's state as told to the engine: every change once, and why it is down as it is now."""

from __future__ import annotations

from typing import Final

from hmi.model.clock import SECOND, Clock
from hmi.model.samples import LinkEvent, LinkState
from hmi.sources.protocol import Emit

_SETTLED: Final = 10 * SECOND


class Link:
    """Emits a `LinkEvent` when the state changes, or the reason why the link is down.

    A link that is down went down once: another reason is told with the time of the loss.
    """

    def __init__(self, emit: Emit, clock: Clock) -> None:
        self._emit = emit
        self._clock = clock
        self._state: LinkState | None = None
        self._cause = ""
        self._since = clock.now()

    @property
    def is_up(self) -> bool:
        """Whether the last state told is UP."""
        return self._state is LinkState.UP

    @property
    def has_settled(self) -> bool:
        """Whether it has been up for so long that what ends it is no fault of its beginning."""
        return self.is_up and self._clock.now().monotonic - self._since.monotonic >= _SETTLED

    def connecting(self, to: str = "") -> None:
        """The first attempt begins, ``to`` whom in words."""
        self._change(LinkState.CONNECTING, to)

    def up(self, secured: str = "") -> None:
        """The link carries values; ``secured``: see `LinkEvent`."""
        self._change(LinkState.UP, secured=secured)

    def down(self, cause: str) -> None:
        """The link, or the attempt to make one, has failed."""
        self._change(LinkState.DOWN, cause)

    def _change(self, state: LinkState, cause: str = "", secured: str = "") -> None:
        if state is not self._state:
            self._since = self._clock.now()
        elif cause == self._cause:
            return
        self._state, self._cause = state, cause
        self._emit(LinkEvent(state, self._since, cause, secured))
