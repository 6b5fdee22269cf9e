"""A screen's session fed by hand: values, qualities and time are the test's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hmi.config.epoch import Epoch
from hmi.config.geometry import Geometry
from hmi.config.screens import MachineScreen
from hmi.config.tags import TagDescription
from hmi.link import epoch_text
from hmi.link.messages import EndpointNews, Welcome
from hmi.model import values
from hmi.model.clock import NO_TIME, SECOND, Instant, ManualClock
from hmi.model.columns import Columns
from hmi.model.samples import LinkState
from hmi.model.status import GOOD, Severity, severity
from hmi.model.values import Scalar
from hmi.present.session import Frame, Session
from hmi.testing.epochs import epoch_of

MACHINE = "m"


class HandFed:
    """One machine ``m`` with the given tags, whose samples come when the test says so.

    Strings are kept in slots of 64 bytes. A value that was put stays confirmed as long as the test
    confirms it: `frame` confirms all tags that are not named as ``silent``. As in the engine's store, a
    Bad sample brings no value and is not confirmed.
    """

    def __init__(
        self,
        tags: Mapping[str, TagDescription],
        geometry: Geometry | None = None,
        screen: MachineScreen | None = None,
        texts: Mapping[str, str] | None = None,
        epoch: Epoch | None = None,
    ) -> None:
        made = epoch_of(tags, machine=MACHINE)
        known = {"geometry": geometry, "screen": screen, "texts": {"en": dict(texts or {})}}
        machine = made.machines[0].model_copy(update=known)
        self.epoch = epoch or made.model_copy(update={"machines": (machine,)})
        self.machine = self.epoch.machines[0]
        self.clock = ManualClock(utc=1_800_000_000 * SECOND, monotonic=1_000 * SECOND)
        self.silent: set[str] = set()
        self._revision = 0
        self._columns = Columns.empty(len(self.epoch.tags), 64 * len(self.epoch.tags))
        self.session = self.begin()

    def begin(self) -> Session:
        """A new session over the same table, as after a restart of the screen."""
        welcome = Welcome(1, 1, self.clock.now().utc, epoch_text.packed(self.epoch), "", "")
        self.session = Session.begin(welcome, len(self._columns.side))
        self.link(LinkState.UP)
        return self.session

    def put(self, *, status: int = GOOD, source_time: int | None = None, **samples: Scalar) -> None:
        """Samples at the present moment, by tag name; the source time is the present moment too."""
        self._revision += 1
        now = self.clock.now()
        for name, value in samples.items():
            index = self.session.index(self.machine.id, name)
            tag, columns = self.epoch.tags[index], self._columns
            observed = bool(columns.changed[index])  # the first sample is no observed change
            columns.not_before[index] = now.monotonic if observed else NO_TIME
            columns.status[index] = status
            columns.source_time[index] = now.utc if source_time is None else source_time
            columns.receive_time[index] = now.utc
            columns.changed[index] = self._revision
            if severity(status) is Severity.BAD:
                continue
            columns.confirmed[index] = now.monotonic
            if isinstance(value, str):
                payload = values.pack_side(value)[:64]
                columns.side[64 * index : 64 * index + len(payload)] = list(payload)
                columns.value[index] = values.side_lane(64 * index, len(payload))
            else:
                columns.value[index] = values.to_lane(value, tag.type)

    moment = None
    """What it shows is the present."""

    def snapshot(self, into: Columns) -> int | None:
        """The table's reading end."""
        self._columns.copy_to(into)
        return self._revision

    def link(self, state: LinkState, endpoints: Iterable[str] = ("main",)) -> None:
        """News of the machine's endpoints at the present moment."""
        now = self.clock.now()
        for endpoint in endpoints:
            self.session.take(EndpointNews(self.machine.id, endpoint, state, now.utc, now.monotonic))

    def frame(self, after: float = 0.0, *, engine_alive: bool = True) -> Frame:
        """The frame that the screen sees ``after`` seconds."""
        now: Instant = self.clock.advance(round(after * SECOND))
        for index, tag in enumerate(self.epoch.tags):
            sound = severity(int(self._columns.status[index])) is not Severity.BAD
            if tag.name not in self.silent and self._columns.changed[index] and sound:
                self._columns.confirmed[index] = now.monotonic
        return self.session.refresh(self, now, engine_alive)
