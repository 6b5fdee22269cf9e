"""What becomes of links, in the log: an engine without a screen says why it has no values, too."""

from __future__ import annotations

import logging

from hmi.engine.outage import MOST, Outage
from hmi.model.samples import LinkEvent, LinkState

_log = logging.getLogger(__name__)


class LinkLog:
    """Logs the link of one endpoint, ``name`` as ``machine.endpoint``: of each outage every kind of cause."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._outage = Outage()

    def note(self, event: LinkEvent) -> None:
        """Log one event of the link, if it is news."""
        if self._outage.is_news(event):
            # In one line: a part of it may come from the device.
            _log.warning("%s: no link: %s", self._name, " ".join(event.cause.split()))
            if self._outage.told == MOST:
                _log.warning("%s: further causes are not logged until the link has been up", self._name)
        elif event.state is LinkState.UP:
            _log.info("%s: link up%s", self._name, f" ({event.secured})" if event.secured else "")
