"""Whether what a source says of time is true: of values that *are* the moment at which they were made."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from hmi.model import status
from hmi.model.clock import NO_TIME, monotonic_ns
from hmi.model.samples import Batch, ClockOffset, Confirmation, SourceMessage
from hmi.sources.opcua import OpcUaSource
from hmi.testing.harness import Listener


class TimedListener(Listener):
    """Notes when each message came (monotonic ns), in ``at``."""

    def __init__(self, source: OpcUaSource) -> None:
        super().__init__(source)
        self.at: list[int] = []

    def _take(self, message: SourceMessage) -> None:
        self.at.append(monotonic_ns())
        super()._take(message)

    def changes(self, index: int, since: int = 0) -> Iterator[tuple[int, int, int]]:
        """Of each observed change: (true moment, the bound ``not_before``, when it came), monotonic ns."""
        for message, came in zip(self.messages[since:], self.at[since:], strict=True):
            if isinstance(message, Batch):
                rows = (message.index == index) & (message.status == status.GOOD)
                rows &= message.not_before != NO_TIME
                stamps = message.raw.view(np.int64)
                for row in rows.nonzero()[0]:
                    yield int(stamps[row]), int(message.not_before[row]), came

    def confirmations(self, since: int = 0) -> Iterator[tuple[int, int]]:
        """Of each confirmation: (when the device is said to have vouched, when it came), monotonic ns."""
        for message, came in zip(self.messages[since:], self.at[since:], strict=True):
            if isinstance(message, Confirmation):
                yield message.at.monotonic, came

    def offsets(self, since: int = 0) -> list[ClockOffset]:
        """What was told of the device's clock."""
        return [each for each in self.messages[since:] if isinstance(each, ClockOffset)]
