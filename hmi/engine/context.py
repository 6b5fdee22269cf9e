"""What each machine is working on, followed from the tags that its plugin bound. Pure."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from hmi.config.epoch import Epoch
from hmi.model import values
from hmi.model.context import ContextEvent, ContextKey
from hmi.model.status import Severity, severity
from hmi.twin.store import Samples


class ContextTracker:
    """Turns changes of bound tags into context events."""

    def __init__(self, epoch: Epoch) -> None:
        self._epoch = epoch
        self._bound: dict[int, tuple[str, ContextKey]] = {}
        for machine in epoch.machines:
            for key, name in machine.type.context.items():
                self._bound[epoch.index[f"{machine.id}/{name}"]] = (machine.id, key)
        self._is_bound = np.zeros(len(epoch.tags), np.bool_)
        self._is_bound[list(self._bound)] = True
        self._current: dict[tuple[str, ContextKey], ContextEvent] = {}

    @property
    def current(self) -> tuple[ContextEvent, ...]:
        """The last event of every machine and key."""
        return tuple(self._current.values())

    def restore(self, events: Iterable[ContextEvent]) -> None:
        """Go on from where these events were the last ones."""
        self._current = {(event.machine, event.key): event for event in events}

    def events(self, samples: Samples) -> list[ContextEvent]:
        """The changes of context in these samples; a Bad value means that the machine no longer says."""
        events = []
        for row in np.flatnonzero(self._is_bound[samples.index]).tolist():
            index = int(samples.index[row])
            machine, key = self._bound[index]
            event = ContextEvent(machine, key, self._text(samples, row, index), int(samples.time[row]))
            known = self._current.get((machine, key))
            if event.value != (known.value if known else ""):
                self._current[machine, key] = event
                events.append(event)
        return events

    def _text(self, samples: Samples, row: int, index: int) -> str:
        tag = self._epoch.tags[index]
        if severity(int(samples.status[row])) is Severity.BAD:
            return ""
        lane = int(samples.value[row])
        if tag.type.in_side_area:
            offset, length = values.side_span(lane)
            return str(values.unpack_side(samples.side[offset : offset + length], tag.type))
        value = values.from_lane(lane, tag.type)
        if isinstance(value, float):
            return f"{value:.{tag.decimals}f}"
        return tag.labels.get(value, str(value))
