"""The recorder as the engine has it: what a recorder needs of a pipeline, and what screens are told of it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from hmi.config.epoch import Epoch
from hmi.engine.machine_state import state_of
from hmi.engine.pipeline import EndpointState, Pipeline
from hmi.link.messages import (
    ContextNews,
    LatencyShown,
    RecordingNews,
    RecordingRoom,
    ScreenShown,
    Seen,
    ToClient,
    Touched,
)
from hmi.model.clock import Instant
from hmi.model.samples import SourceMessage
from hmi.recorder import kinds
from hmi.recorder.chain import fingerprint, public_bytes
from hmi.recorder.errors import RecordingError
from hmi.recorder.keys import signing_key
from hmi.recorder.kinds import Latency, Screen, Touch
from hmi.recorder.recorder import Recorder, machine_texts
from hmi.recorder.room import Room
from hmi.recorder.writer import Standing

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RecordingFolders:
    """Where recordings go, a folder below for each machine, and where the key is that signs them."""

    recordings: Path
    key: Path


class Recording:
    """Records what pipelines are told. Without a usable key nothing is recorded, and every screen says so."""

    def __init__(self, folders: RecordingFolders, site: str) -> None:
        self._recorder: Recorder | None = None
        self._key = self._why = ""
        self._standing: dict[str, RecordingNews] = {}
        self._room: RecordingRoom | None = None
        try:
            key = signing_key(folders.key)
        except RecordingError as error:
            self._why = str(error)
            _log.error("nothing is recorded: %s", error)
        else:
            self._key = fingerprint(public_bytes(key))
            _log.info("recordings are signed with the key %s", self._key)
            self._recorder = Recorder(folders.recordings, site, key)

    def texts(self, epoch: Epoch) -> dict[str, bytes]:
        """What `begin` needs of an epoch; takes tenths of a second for ten thousand tags, in any thread."""
        return {} if self._recorder is None else machine_texts(epoch)

    def begin(self, epoch: Epoch, texts: Mapping[str, bytes], pipeline: Pipeline, now: Instant) -> None:
        """``pipeline`` works with ``epoch`` from now on; ``texts`` as that gives them."""
        ids = [machine.id for machine in epoch.machines]
        self._standing = {machine: each for machine, each in self._standing.items() if machine in ids}
        if self._recorder is None:
            self._standing = {each: RecordingNews(each, now.utc, why=self._why) for each in ids}
        else:
            self._recorder.begin(epoch, texts, partial(state_of, pipeline, epoch), now)

    def clock_set(self, by: int, now: Instant) -> None:
        """Our wall clock was found set; to be told before the pipeline."""
        if self._recorder is not None:
            self._recorder.clock_set(by, now)

    def take(self, endpoint: EndpointState, message: SourceMessage, now: Instant) -> None:
        """What a source said; to be told before the pipeline."""
        if self._recorder is not None:
            self._recorder.take(endpoint.machine, endpoint.name, message, now)

    def followed(self, news: ToClient, now: Instant) -> None:
        """What the pipeline made of it."""
        if self._recorder is not None and isinstance(news, ContextNews):
            self._recorder.context(news.event, now)

    def seen(self, panel: str, seen: Seen, now: Instant) -> None:
        """What a panel tells of its screen."""
        if self._recorder is None:
            return
        match seen:
            case ScreenShown(utc, screen, machine, width, height, theme, language):
                form = Screen(panel, utc, screen, machine, width, height, theme, language)
                self._recorder.seen(kinds.SCREEN, form, machine, now)
            case Touched(utc, screen, machine, x, y):
                self._recorder.seen(kinds.TOUCH, Touch(panel, utc, screen, machine, x, y), machine, now)
            case LatencyShown(utc, machine, shown, p50, p99, n):
                self._recorder.seen(kinds.LATENCY, Latency(panel, utc, shown, p50, p99, n), machine, now)

    def tick(self, now: Instant) -> list[ToClient]:
        """To be called about once a second; gives what screens must be told."""
        found = [] if self._recorder is None else self._recorder.tick(now)
        return [self._news(each) for each in found]

    def greeting(self) -> list[ToClient]:
        """How the recording of each machine stands."""
        return [*self._standing.values(), *([] if self._room is None else [self._room])]

    def close(self, now: Instant) -> None:
        """Close the files. It waits some seconds for a disk that does not answer."""
        if self._recorder is not None:
            self._recorder.close(now)

    def _news(self, standing: Standing | Room) -> ToClient:
        if isinstance(standing, Room):
            if standing.low and not (self._room is not None and self._room.low):
                _log.warning("there is little room for recordings: %.1f GB are free", standing.free / 1e9)
            self._room = RecordingRoom(standing.free, standing.hours, standing.low)
            return self._room
        if standing.why:
            _log.error("%s is not recorded: %s", standing.machine, standing.why)
        else:
            missing = f"; {standing.missing} samples before are missing" if standing.missing else ""
            _log.info("%s is recorded in %s%s", standing.machine, standing.file, missing)
        news = RecordingNews(
            standing.machine, standing.utc, standing.file, self._key, standing.why, standing.missing
        )
        self._standing[standing.machine] = news
        return news
