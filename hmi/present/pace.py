"""What pace the devices granted: said beside every latency, most of which it often is.

A latency bound is of tags of pace *live*, so what counts is what was granted to these. Where several
endpoints feed a machine at several intervals, the slowest is said; one without a link feeds nothing. Derived
tags have none of their own: they follow those that they are made of.

What an OPC UA server grants is a figure that it gives. Where we ask for each value it is what was measured of
our own asking, which is never exact: what is off by no more than a computer's scheduler is counts as asked.
"""

from __future__ import annotations

import math
from collections.abc import Set
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.endpoints import Endpoint
from hmi.config.epoch import Machine
from hmi.config.modbus import ModbusEndpoint
from hmi.config.opcua import OpcUaEndpoint
from hmi.present import format as formats
from hmi.present.session import Session
from hmi.present.texts import Texts

_MORE: Final = 1.001
"""What is granted counts as slower than asked from here on: revised intervals are rounded on their way."""

_MEASURED_MORE: Final = 1.1
_MEASURED_LATER: Final = 0.005
"""The same of what was measured: by a tenth and by so many seconds."""


@dataclass(frozen=True, slots=True)
class GrantedPace:
    """An interval in seconds, as asked for and as granted.

    ``polled``    whether we ask for each value, so that the interval is ours, as far as the device keeps up
    ``measured``  whether ``granted`` is what we found rather than what the device said
    ``slowest``   whether other live values of the machine come faster
    """

    asked: float
    granted: float
    polled: bool = False
    slowest: bool = False
    measured: bool = False

    @property
    def slower(self) -> bool:
        """Whether the values come more slowly than was asked for."""
        if self.measured:
            return self.granted > max(self.asked * _MEASURED_MORE, self.asked + _MEASURED_LATER)
        return self.granted > self.asked * _MORE

    @property
    def said(self) -> float:
        """The interval in seconds to show: as asked where what was measured is no slower, in whole ms."""
        if not self.measured:
            return self.granted
        as_asked = not self.slower and self.granted * _MEASURED_MORE > self.asked
        return self.asked if as_asked else max(round(self.granted, 3), 0.001)

    def words(self, texts: Texts) -> tuple[str, ...]:
        """``granted 10 ms``, ``slowest: polled every 50 ms``, ``asked 10 ms, granted 50 ms``.

        Then shorter ones for where there is less room; what was granted stands in all of them.
        """
        point = texts.text("format.point")
        asked, granted = (formats.interval(each, point) for each in (self.asked, self.said))
        how = "polled" if self.polled else "granted"
        said = [texts.text(f"pace.{how}", granted=granted)]
        if self.slower:
            said.insert(0, texts.text(f"pace.{how}_slower", asked=asked, granted=granted))
        if self.slowest:
            said.insert(0, texts.text("pace.slowest", pace=said[0]))
        return tuple(said)


class LivePaces:
    """What was granted to the live tags of each machine; worked out anew only after news of it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._tags = {each.id: _live(session, each) for each in session.epoch.machines}
        self._known: dict[tuple[str, str], frozenset[GrantedPace]] = {}
        self._grants = -1

    def of(self, machine: str, endpoint: str = "") -> GrantedPace | None:
        """The slowest that feeds the machine's live values (of one endpoint).

        None: nothing was granted yet, no value is live, or what should feed them has no link.

        Raises:
            KeyError: there is no such machine in the epoch.
        """
        session = self._session
        if self._grants != session.grants:
            self._grants = session.grants
            self._known.clear()
        wanted = (endpoint,) if endpoint else session.machine(machine).endpoints
        linked = (each for each in wanted if (machine, each) not in session.unlinked)
        return slowest({pace for each in linked for pace in self._of_endpoint(machine, each)})

    def words(self, machine: str, texts: Texts, endpoint: str = "") -> tuple[str, ...]:
        """`GrantedPace.words` of a machine (of one endpoint), () where there is nothing to say."""
        found = self.of(machine, endpoint)
        return () if found is None else found.words(texts)

    def _of_endpoint(self, machine: str, endpoint: str) -> frozenset[GrantedPace]:
        key = (machine, endpoint)
        if key not in self._known:
            tags = np.intersect1d(self._tags[machine], self._session.tags_at(machine, endpoint))
            found = (of_tag(self._session, int(each)) for each in tags)
            self._known[key] = frozenset(each for each in found if each is not None)
        return self._known[key]


def slowest(found: Set[GrantedPace]) -> GrantedPace | None:
    """The slowest of some intervals, as far as there are any."""
    if not found:
        return None
    last = max(found, key=lambda each: (each.said, each.slower))
    return replace(last, slowest=any(each.said * _MORE < last.said for each in found))


def of_tag(session: Session, index: int) -> GrantedPace | None:
    """What one tag waits for: the slower of sampling and publishing, rather one that is slower than asked.

    None: nothing was granted yet, or no device serves it.
    """
    steps = [each for each in granted(session, index) if math.isfinite(each.granted) and each.granted > 0]
    return max(steps, key=lambda each: (each.slower, each.granted), default=None)


def granted(session: Session, index: int) -> tuple[GrantedPace, ...]:
    """What was asked and granted of each step on a tag's way to us, as `asked`; () before that is known."""
    endpoint, given = _endpoint(session, index), session.granted.get(index)
    if endpoint is None or given is None:
        return ()
    polled, measured = isinstance(endpoint, ModbusEndpoint), not isinstance(endpoint, OpcUaEndpoint)
    pairs = zip(asked(session, index), given, strict=False)
    return tuple(GrantedPace(wanted, each, polled, measured=measured) for wanted, each in pairs)


def asked(session: Session, index: int) -> tuple[float, ...]:
    """Seconds: the sampling interval that was asked for, and of OPC UA that of publishing; () if derived."""
    tag, endpoint = session.tag(index), _endpoint(session, index)
    if endpoint is None:
        return ()
    sampling = endpoint.paces.of(tag.pace)
    if not isinstance(endpoint, OpcUaEndpoint):
        return (sampling,)
    return (sampling, endpoint.publishing_of(tag.pace, session.least_max_age(tag)))


def _endpoint(session: Session, index: int) -> Endpoint | None:
    """Where a tag comes from; None for a derived one."""
    tag = session.tag(index)
    return None if tag.address is None else session.machine(tag.machine).endpoints.get(tag.endpoint)


def _live(session: Session, machine: Machine) -> npt.NDArray[np.intp]:
    """The tags of pace live that a device serves."""
    tags = ((int(index), session.tag(int(index))) for index in session.tags_of(machine.id))
    return np.array([index for index, tag in tags if tag.pace == "live" and tag.address is not None], np.intp)
