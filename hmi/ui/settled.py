"""The screens of a session, once they are made, kept from the garbage collector."""

from __future__ import annotations

import gc

from hmi.present.session import Session
from hmi.ui.window import PanelWindow


class Settling:
    """Makes screens ahead, one at a call, and then keeps what there is from the collector.

    What a session consists of by then (some sixty thousand objects: configuration, screens, modules) lives
    as long as it does: a whole collection of it, in the midst of a frame, takes longer than a frame may. What
    the session before consisted of is let go of first, as that session's end has shaken the screen anyway.
    """

    def __init__(self, window: PanelWindow) -> None:
        self._window = window
        self._settled: Session | None = None

    def look(self) -> None:
        """To be called now and then, when no finger waits: takes as long as a screen to make."""
        session = self._window.session
        if self._window.prepare_next() or session is None or session is self._settled:
            return
        if self._settled is not None:
            gc.unfreeze()
            gc.collect()
        self._settled = session
        gc.freeze()

    @staticmethod
    def end() -> None:
        """The panel closes: what is left is the collector's."""
        gc.unfreeze()
