"""The replay's process as a screen meets it: real sockets, real shared memory, a real file."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hmi.link.client import LinkClient
from hmi.link.errors import LinkEnded, LinkUnavailable
from hmi.link.messages import (
    EndpointNews,
    HistoryReply,
    ReplayAbout,
    ReplayControl,
    ReplayLoop,
    ReplayRate,
    ReplaySeek,
    ReplayStanding,
    ReplayStep,
    ToClient,
    Welcome,
)
from hmi.model.clock import SECOND
from hmi.model.columns import Columns
from hmi.model.samples import LinkEvent, LinkState
from hmi.recorder import kinds
from tests.recorder.shop import NOON
from tests.replay.test_player import Machine

LENGTH = 400 * 90 * SECOND // 1000


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    machine = Machine(tmp_path_factory.mktemp("recorded") / "m")
    machine.begin()
    machine.work(400)
    path = machine.path
    machine.journal.end(kinds.STOPPED, machine.clock.now())
    return path


class Screen:
    """What a panel would know."""

    def __init__(self, directory: Path) -> None:
        self.client = LinkClient.connect(directory)
        self.welcomes = 0
        self.about: ReplayAbout | None = None
        self.standing: ReplayStanding | None = None
        self.replies: list[HistoryReply] = []
        self.link: LinkState | None = None
        self.until(lambda: self.about is not None and self.standing is not None)

    def take(self) -> None:
        for message in self.client.receive():
            self.note(message)

    def note(self, message: ToClient) -> None:
        match message:
            case Welcome(replay=replay):
                assert replay
                self.welcomes += 1
            case ReplayAbout():
                self.about = message
            case ReplayStanding():
                self.standing = message
            case EndpointNews(state=state):
                self.link = state
            case HistoryReply():
                self.replies.append(message)

    def until(self, condition: Callable[[], object], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, (self.standing, self.welcomes)
            time.sleep(0.01)
            self.take()

    def look(self) -> tuple[int, float]:
        """The moment that the table shows, and the value of ``count`` then."""
        table = self.client.table
        assert table is not None
        columns = Columns.empty(table.tags, table.side_bytes)
        assert table.snapshot(columns) is not None
        assert table.moment is not None
        return table.moment.utc, int(columns.value[1])

    def ask(self, control: ReplayControl) -> None:
        self.client.control(control)


@pytest.fixture
def run_directory(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def served(recording: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    with served_by(recording, tmp_path) as process:
        yield process


@contextmanager
def served_by(recording: Path, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    run_directory = tmp_path / "run"
    words = [sys.executable, "-m", "hmi.app", "replay", str(recording), "--serve", str(run_directory)]
    said = tmp_path / "said"
    with said.open("wb") as errors:
        process = subprocess.Popen(words, stderr=errors)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        code = process.wait(20)
    assert (code, said.read_text()) == (0, "")
    assert list(run_directory.glob("table-*")) == []


@pytest.fixture
def screen(served: subprocess.Popen[bytes], run_directory: Path) -> Iterator[Screen]:
    with screen_of(served, run_directory) as found:
        yield found


@contextmanager
def screen_of(served: subprocess.Popen[bytes], run_directory: Path) -> Iterator[Screen]:
    end = time.monotonic() + 20
    while True:
        try:
            found = Screen(run_directory)
            break
        except LinkUnavailable:
            assert time.monotonic() < end
            assert served.poll() is None
            time.sleep(0.05)
    yield found
    found.client.close()


def test_it_begins_at_the_begin_and_stands_still(screen: Screen) -> None:
    assert screen.about is not None
    assert (screen.about.begin, screen.about.machine) == (NOON, "m")
    assert screen.about.end == NOON + LENGTH
    assert screen.look()[0] == NOON
    time.sleep(0.3)
    screen.take()
    assert screen.look()[0] == NOON
    assert screen.standing == ReplayStanding(NOON, 0.0, 0.0, ended=False)


def test_a_jump_shows_the_values_of_then(screen: Screen) -> None:
    for share in (0.5, 0.1, 0.9):
        at = NOON + round(share * LENGTH)
        welcomes = screen.welcomes
        screen.ask(ReplaySeek(at))
        screen.until(lambda welcomes=welcomes: screen.welcomes > welcomes)
        utc, count = screen.look()
        assert utc == at
        assert 0 <= (at - NOON) // 1_000_000 - (count - 1000) < 30, "the last value before it"


def test_it_goes_on_as_fast_as_is_wanted_and_stops_at_the_end(screen: Screen) -> None:
    screen.ask(ReplayRate(10.0))
    screen.until(lambda: screen.standing is not None and screen.standing.reached > 8)
    first, _ = screen.look()
    began = time.monotonic()
    time.sleep(0.5)
    later, count = screen.look()
    assert 3 < (later - first) / SECOND / (time.monotonic() - began) < 15
    assert 0 <= (later - NOON) // 1_000_000 - (count - 1000) <= 60
    screen.ask(ReplayRate(1000.0))
    screen.until(lambda: screen.standing is not None and screen.standing.ended)
    assert screen.look()[0] == NOON + LENGTH


def test_a_loop_is_played_again_and_again(screen: Screen) -> None:
    begin, end = NOON + 5 * SECOND, NOON + 8 * SECOND
    screen.ask(ReplayLoop(begin, end))
    screen.ask(ReplaySeek(begin))
    screen.ask(ReplayRate(30.0))
    seen: list[int] = []

    def turned() -> int:
        seen.append(screen.look()[0])
        return sum(later < earlier for earlier, later in pairwise(seen))

    screen.until(lambda: turned() >= 3)
    assert begin <= min(seen[seen.index(begin) :])
    assert max(seen) <= end + SECOND
    screen.ask(ReplayLoop(0, 0))
    screen.until(lambda: screen.look()[0] > end + 2 * SECOND)


def test_where_a_stretch_begins_nothing_of_the_one_before_is_told_after_its_greeting(
    tmp_path: Path,
) -> None:
    machine = Machine(tmp_path / "m")
    machine.begin()
    machine.work(3)
    machine.say(LinkEvent(LinkState.UP, machine.clock.now()))
    machine.pipeline.endpoints[0].link = LinkEvent(LinkState.CONNECTING, machine.clock.now())
    machine.begin(kinds.RELOADED)
    machine.work(3)
    path = machine.path
    machine.journal.end(kinds.STOPPED, machine.clock.now())
    with served_by(path, tmp_path) as process, screen_of(process, tmp_path / "run") as screen:
        screen.ask(ReplayRate(1000.0))
        screen.until(lambda: screen.standing is not None and screen.standing.ended)
        screen.take()
        assert screen.link is LinkState.CONNECTING


def test_steps_and_marks(screen: Screen) -> None:
    screen.ask(ReplaySeek(NOON + 10 * SECOND))
    screen.until(lambda: screen.look()[0] == NOON + 10 * SECOND)
    screen.ask(ReplayStep("change", back=False))
    screen.until(lambda: screen.look()[0] > NOON + 10 * SECOND)
    first = screen.look()
    screen.ask(ReplayStep("change", back=True))
    screen.until(lambda: screen.look()[0] < first[0])
    assert first[1] - screen.look()[1] == 30
    screen.ask(ReplayStep("mark", back=False))
    time.sleep(0.2)
    assert screen.look()[0] < first[0], "there is none"


def test_trends_reach_back_to_the_begin_of_the_recording(screen: Screen) -> None:
    screen.ask(ReplaySeek(NOON + 30 * SECOND))
    screen.until(lambda: screen.look()[0] == NOON + 30 * SECOND)

    def whole() -> bool:
        screen.replies.clear()
        screen.client.request_history(1, NOON, NOON + 30 * SECOND, 5000)
        screen.until(lambda: screen.replies)
        return screen.replies[0].complete_from == NOON

    screen.until(whole)
    time_ = np.frombuffer(screen.replies[0].time, "<i8")
    assert len(time_) == 1000
    assert time_[-1] <= NOON + 30 * SECOND


def test_an_unwanted_replay_ends_by_itself(served: subprocess.Popen[bytes], run_directory: Path) -> None:
    end = time.monotonic() + 20
    while not (run_directory / "engine.sock").exists():
        assert time.monotonic() < end
        time.sleep(0.05)
    assert served.wait(20) == 0, "nobody came"


def test_the_recording_stays_as_it_is(
    screen: Screen, recording: Path, served: subprocess.Popen[bytes]
) -> None:
    before = recording.read_bytes()
    screen.ask(ReplayRate(1000.0))
    screen.until(lambda: screen.standing is not None and screen.standing.ended)
    served.send_signal(signal.SIGTERM)
    with pytest.raises(LinkEnded):
        screen.until(lambda: False)
    assert served.wait(20) == 0
    assert recording.read_bytes() == before
