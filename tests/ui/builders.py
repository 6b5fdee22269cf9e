"""Fake sessions: an epoch from a few lines, and a table that is filled at will."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from hmi.config.epoch import Epoch
from hmi.link import epoch_text
from hmi.link.messages import ContextNews, Counters, EndpointNews, GrantedNews, HistoryReply, Welcome
from hmi.model import status as codes
from hmi.model import values
from hmi.model.clock import NO_TIME, ManualClock
from hmi.model.columns import Columns
from hmi.model.context import ContextEvent, ContextKey
from hmi.model.samples import LinkState
from hmi.present.session import Frame, Session

SIDE = 4096
OPCUA = {"protocol": "opcua", "url": "opc.tcp://127.0.0.1:4840/"}
MODBUS = {"protocol": "modbus", "host": "127.0.0.1", "port": 5020}


def tag(machine: str, name: str, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": f"{machine}/{name}",
        "machine": machine,
        "name": name,
        "type": "float",
        "wire": more.get("type", "float"),
        "address": {"protocol": "opcua", "node": f"nsu=http://example.org/mill/;s={machine}.{name}"},
    }
    return made | more


def machine(name: str, **more: Any) -> dict[str, Any]:
    kind = {"id": "mill_type", "api_version": 1, "protocols": ["opcua"], "headline": ["load"]}
    made = {"id": name, "name": f"machine.{name}", "type": kind, "endpoints": {"main": OPCUA}}
    return made | more


def epoch(machines: list[dict[str, Any]], tags: list[dict[str, Any]], **more: Any) -> Epoch:
    data = {"site": "demo", "machines": machines, "tags": tags} | more
    return Epoch.model_validate_json(json.dumps(data))


class FakeTable:
    """The engine's table, in the test's hands."""

    def __init__(self, made: Epoch) -> None:
        self.columns = Columns.empty(len(made.tags), SIDE)
        self.epoch = made
        self.revision = 0
        self._side = 0

    moment = None

    def snapshot(self, into: Columns) -> int | None:
        self.columns.copy_to(into)
        return self.revision

    def put(
        self,
        tag_id: str,
        value: values.Value,
        clock: ManualClock,
        *,
        status: int = codes.GOOD,
        not_before: int | None = None,
        raw: values.Value | None = None,
    ) -> None:
        index = self.epoch.index[tag_id]
        described = self.epoch.tags[index]
        now = clock.now()
        self.revision += 1
        self.columns.status[index] = status
        self.columns.source_time[index] = now.utc
        self.columns.receive_time[index] = now.utc
        self.columns.not_before[index] = now.monotonic if not_before is None else not_before
        self.columns.changed[index] = self.revision
        if codes.severity(status) is codes.Severity.BAD:
            return  # as the store: a Bad sample brings no value, and nobody vouches for the one before
        self.columns.confirmed[index] = now.monotonic
        if isinstance(value, str | tuple):
            payload = values.pack_side(value)
            self.columns.side[self._side : self._side + len(payload)] = np.frombuffer(payload, np.uint8)
            lane = values.side_lane(self._side, len(payload))
            self._side += len(payload)
        else:
            lane = values.to_lane(value, described.type)
        self.columns.value[index] = lane
        if raw is not None and not isinstance(raw, str | tuple):
            self.columns.raw[index] = values.to_lane(raw, described.wire)
        else:
            self.columns.raw[index] = lane

    def confirm(self, clock: ManualClock, *, besides: tuple[str, ...] = ()) -> None:
        """The sources vouch for everything that was ever given, except some tags."""
        keep = [self.epoch.index[each] for each in besides]
        good = codes.severities(self.columns.status) != codes.Severity.BAD
        rows = np.flatnonzero((self.columns.receive_time != NO_TIME) & good)
        self.columns.confirmed[np.setdiff1d(rows, keep)] = clock.now().monotonic


class NoHistory:
    """A history source that never answers, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, int, int, int]] = []

    def request(self, index: int, begin_utc: int, end_utc: int, points: int, reply: Any) -> None:
        self.asked.append((index, begin_utc, end_utc, points))
        del reply


class Shop:
    """An epoch with its table, clock and session: what a test moves and looks at."""

    def __init__(self, made: Epoch) -> None:
        self.clock = ManualClock(utc=1_771_336_052_000_000_000)
        self.epoch = made
        self.table = FakeTable(made)
        self.session = Session.begin(welcome(made), SIDE)

    def put(self, tag_id: str, value: values.Value, **more: Any) -> None:
        self.table.put(tag_id, value, self.clock, **more)

    def frame(self, *, alive: bool = True) -> Frame:
        return self.session.refresh(self.table, self.clock.now(), alive)

    def link(self, machine_id: str, state: LinkState, *, cause: str = "", endpoint: str = "main") -> None:
        now = self.clock.now()
        news = EndpointNews(machine_id, endpoint, state, now.utc, now.monotonic, cause, 1_200_000, 400_000)
        self.session.take(news)

    def context(self, machine_id: str, **keys: str) -> None:
        for key, value in keys.items():
            event = ContextEvent(machine_id, ContextKey(key), value, self.clock.now().utc)
            self.session.take(ContextNews(event))

    def counters(self, machine_id: str, samples: int, lost: int, connects: int, unknown: int = 0) -> None:
        self.session.take(Counters(machine_id, "main", samples, lost, connects, unknown))

    def granted(self, tag_ids: list[str], sampling: float, publishing: float) -> None:
        rows = np.array([self.epoch.index[each] for each in tag_ids], "<u4")
        self.session.take(GrantedNews(rows.tobytes(), sampling, publishing))


def welcome(made: Epoch) -> Welcome:
    return Welcome(1, 4711, 0, epoch_text.packed(made), made.digest, "table")


def history_reply(number: int) -> HistoryReply:
    return HistoryReply(number, 0, b"", b"", b"", 0)
