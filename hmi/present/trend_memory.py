"""The panel's own memory of trends: it outlives screens, sessions and engines.

An engine's history dies with it, so after its restart this is all there is of the time before.
"""

from __future__ import annotations

from typing import Final

from hmi.config.epoch import Machine
from hmi.config.tags import Tag
from hmi.model.clock import NO_TIME, SECOND
from hmi.present.session import Frame, Session
from hmi.present.trend_record import TrendRecord
from hmi.present.trend_window import TrendWindow

MOST: Final = 48
"""Tags remembered; of each at most 2 MiB. The one that was wanted longest ago is forgotten first."""

_EVERY: Final = SECOND // 10
"""Between two looks at tags that did not change."""


class TrendMemory:
    """Records by tag, and how the person left each view of them.

    ``windows`` the stretch of time by view; ``chosen`` tag ids with their colour's number by machine.
    """

    def __init__(self) -> None:
        self._records: dict[str, tuple[Tag, TrendRecord]] = {}
        self._session: Session | None = None
        self._looked = NO_TIME
        self.windows: dict[str, TrendWindow] = {}
        self.chosen: dict[str, dict[str, int]] = {}

    def record(self, tag: Tag) -> TrendRecord:
        """The record of a tag; a new one where the tag now means something else than it did."""
        known = self._records.pop(tag.id, None)
        if known is not None and (known[0].type, known[0].unit) == (tag.type, tag.unit):
            record = known[1]
        else:
            record = TrendRecord()
        self._records[tag.id] = (tag, record)
        while len(self._records) > MOST:
            del self._records[next(iter(self._records))]
        return record

    def forget(self) -> None:
        """Forget all samples; how the person left each view stays."""
        self._records.clear()
        self._session, self._looked = None, NO_TIME

    def feed(self, session: Session, frame: Frame) -> None:
        """Go on with all records, whichever screen is in view; to be called for each frame."""
        if session is not self._session:
            self._session = session
            self._begin(session)
        all_of_them = not 0 <= frame.now.utc - self._looked < _EVERY
        if all_of_them:
            self._looked = frame.now.utc
        for tag_id, (_, record) in self._records.items():
            index = session.epoch.index.get(tag_id)
            if index is not None and (all_of_them or frame.news[index]):
                record.feed(session, frame, index, changed=bool(frame.news[index]))

    def _begin(self, session: Session) -> None:
        """Remember what the machines' own screens show from the first moment on."""
        for machine in session.epoch.machines:
            for index in trend_indexes(session, machine):
                tag = session.tag(index)
                if tag.id in self._records or len(self._records) < MOST:
                    self.record(tag)


def trend_indexes(session: Session, machine: Machine) -> list[int]:
    """The tags that a machine's own screen shows as trends; without such a screen its headline figures."""
    names = machine.type.headline if machine.screen is None else machine.screen.trends
    indexes = [session.index(machine.id, name) for name in names]
    return [index for index in indexes if session.tag(index).type.numeric]
