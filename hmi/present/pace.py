"""What pace the devices granted: said beside every latency, most of which it often is.

A latency bound is of tags of pace *live*, so what counts is what was granted to these. Where several
endpoints feed a machine at several intervals, the slowest is said. Derived tags have none of their own: they
follow those that they are made of.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from hmi.config.epoch import Machine
from hmi.config.modbus import ModbusEndpoint
from hmi.config.opcua import OpcUaEndpoint
from hmi.present import format as formats
from hmi.present.session import Session
from hmi.present.texts import Texts

_MORE: Final = 1.001
"""What is granted counts as slower than asked from here on: revised intervals are rounded on their way."""


@dataclass(frozen=True, slots=True)
class GrantedPace:
    """An interval in seconds, as asked for and as granted.

    ``polled``   whether we ask for each value, so that the interval is ours, as far as the device keeps up
    ``slowest``  whether other live values of the machine come faster
    """

    asked: float
    granted: float
    polled: bool = False
    slowest: bool = False

    @property
    def slower(self) -> bool:
        """Whether the device granted less than was asked for."""
        return self.granted > self.asked * _MORE

    def words(self, texts: Texts) -> tuple[str, ...]:
        """``granted 10 ms``, ``slowest: polled every 50 ms``, ``asked 10 ms, granted 50 ms``.

        Then shorter ones for where there is less room; what was granted stands in all of them.
        """
        point = texts.text("format.point")
        asked, granted = (formats.interval(each, point) for each in (self.asked, self.granted))
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
        self._known: dict[tuple[str, str], GrantedPace | None] = {}
        self._grants = -1

    def of(self, machine: str, endpoint: str = "") -> GrantedPace | None:
        """The slowest that feeds the machine's live values (of one endpoint).

        None: nothing was granted yet, or no value is live.

        Raises:
            KeyError: there is no such machine in the epoch.
        """
        if self._grants != self._session.grants:
            self._grants = self._session.grants
            self._known.clear()
        key = (machine, endpoint)
        if key not in self._known:
            tags = self._tags[machine]
            if endpoint:
                tags = np.intersect1d(tags, self._session.tags_at(machine, endpoint))
            self._known[key] = slowest(self._session, machine, tags)
        return self._known[key]

    def words(self, machine: str, texts: Texts, endpoint: str = "") -> tuple[str, ...]:
        """`GrantedPace.words` of a machine (of one endpoint), () where there is nothing to say."""
        found = self.of(machine, endpoint)
        return () if found is None else found.words(texts)


def slowest(session: Session, machine: str, tags: npt.NDArray[np.intp]) -> GrantedPace | None:
    """The slowest interval of some tags of a machine, as far as anything was granted."""
    found = {each for index in tags for each in _of_tag(session, machine, int(index))}
    if not found:
        return None
    last = max(found, key=lambda each: (each.granted, each.slower))
    several = any(each.granted * _MORE < last.granted for each in found)
    return GrantedPace(last.asked, last.granted, last.polled, several)


def _of_tag(session: Session, machine: str, index: int) -> Iterator[GrantedPace]:
    """What one tag waits for: the slower of sampling and publishing, rather one that is slower than asked."""
    tag, given = session.tag(index), session.granted.get(index)
    endpoint = session.machine(machine).endpoints.get(tag.endpoint)
    if given is None or endpoint is None:
        return
    sampling, publishing = given
    asked = endpoint.paces.of(tag.pace)
    steps = [GrantedPace(asked, sampling, isinstance(endpoint, ModbusEndpoint))]
    if isinstance(endpoint, OpcUaEndpoint) and publishing > 0:
        steps.append(GrantedPace(endpoint.publishing or asked, publishing))
    steps = [each for each in steps if math.isfinite(each.granted) and each.granted > 0]
    if steps:
        yield max(steps, key=lambda each: (each.slower, each.granted))


def _live(session: Session, machine: Machine) -> npt.NDArray[np.intp]:
    """The tags of pace live that a device serves."""
    tags = ((int(index), session.tag(int(index))) for index in session.tags_of(machine.id))
    return np.array([index for index, tag in tags if tag.pace == "live" and tag.address is not None], np.intp)
