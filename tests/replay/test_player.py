"""A recording that is played: the machine as it was at any moment, however one came there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hmi.engine.machine_state import state_of
from hmi.link.messages import Notice, ToClient
from hmi.model.clock import SECOND
from hmi.model.samples import Confirmation, LinkEvent, LinkState
from hmi.recorder import kinds
from hmi.recorder.kinds import ClockSet
from hmi.recorder.reading import RecordingReader
from hmi.recorder.records import Record
from hmi.recorder.state import Keyframe
from hmi.replay.index import RecordingIndex
from hmi.replay.keyframes import Keyframes
from hmi.replay.playback import Playback
from hmi.replay.player import DAMAGED, GAP, Player
from hmi.replay.scan import Scan
from hmi.testing.epochs import batch_of
from tests.recorder.shop import EPOCH, NOON, Shop
from tests.recorder.test_verify import change
from tests.replay.live import digest

MS = SECOND // 1000
HOUR = 3600 * SECOND
BATCHES = 120


class Machine(Shop):
    """A machine of which each batch of the journal has several moments."""

    def work(self, batches: int) -> None:
        local = np.arange(len(EPOCH.tags), dtype=np.uint32)
        for _ in range(batches):
            records: list[Record] = []
            for _ in range(3):
                now = self.clock.advance(30 * MS)
                count = now.monotonic // MS
                samples = batch_of(EPOCH, [("load", count * 0.1), ("count", count)], now)
                confirmed = Confirmation(np.array([0, 1], np.uint32), now)
                for message in (samples, confirmed):
                    records += self._payloads.records(0, message, local, now)
                    self.pipeline.take(self.pipeline.endpoints[0], message, now)
            self.journal.add(records, now)

    def set_clock(self, by: int) -> None:
        self.clock.advance(10 * MS)
        self.clock.set_wall(self.clock.now().utc + by)
        now = self.clock.now()
        self.journal.add([Record(kinds.CLOCK, now, kinds.packed(ClockSet(by)))], now)
        self.pipeline.clock_set(by, now)

    def keep(self) -> None:
        now = self.clock.advance(MS)
        keyframe = Keyframe(state_of(self.pipeline, EPOCH, "m"), self._payloads.sets)
        self.journal.add([Record(kinds.KEYFRAME, now, kinds.packed(keyframe))], now)

    def lose_link(self) -> None:
        self.say(LinkEvent(LinkState.UP, self.clock.now()))
        self.say(LinkEvent(LinkState.DOWN, self.clock.now(), "pulled"))


def recorded(folder: Path, tell: Callable[[Machine], None]) -> Path:
    machine = Machine(folder)
    machine.begin()
    tell(machine)
    path = machine.path
    machine.journal.end(kinds.STOPPED, machine.clock.advance(30 * MS))
    return path


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded(tmp_path_factory.mktemp("plain"), lambda machine: machine.work(BATCHES))


@pytest.fixture
def reader(plain: Path) -> Iterator[RecordingReader]:
    with RecordingReader(plain) as opened:
        yield opened


def player_of(reader: RecordingReader, apart: int = 50) -> Player:
    return Player(reader, RecordingIndex(reader), Keyframes(apart))


def state(player: Player | Playback) -> bytes:
    assert player.stage is not None
    return digest(player.stage.pipeline, EPOCH, "m")


def played_until(reader: RecordingReader, utc: int) -> bytes:
    """What was known when everything until ``utc`` had been taken, by way of every record of the file."""
    played = Playback()
    for sequence in range(reader.last + 1):
        for record in reader.records(sequence).records:
            if record.now.utc > utc and played.stage is not None:
                return state(played)
            played.take(record)
    return state(played)


@given(moments=st.lists(st.integers(-SECOND, BATCHES * 90 * MS + SECOND), min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_a_jump_shows_what_was_known_then_wherever_it_comes_from(plain: Path, moments: list[int]) -> None:
    with RecordingReader(plain) as reader:
        player = player_of(reader)
        for each in moments:
            player.seek(NOON + each)
            assert state(player) == played_until(reader, NOON + each)
            begin, end = RecordingIndex(reader).begin_utc, RecordingIndex(reader).end_utc
            assert player.now.utc == min(max(NOON + each, begin), end)


@given(steps=st.lists(st.integers(1, 700 * MS), min_size=1, max_size=30))
@settings(max_examples=20, deadline=None)
def test_time_goes_by_in_whatever_steps(plain: Path, steps: list[int]) -> None:
    with RecordingReader(plain) as reader:
        player = player_of(reader)
        begin = player.now
        for each in steps:
            player.advance(each)
        at_end = player.ended
        assert at_end or player.now.monotonic == begin.monotonic + sum(steps)
        assert state(player) == played_until(reader, player.now.utc)


def test_a_moment_between_two_changes_has_older_values(reader: RecordingReader) -> None:
    player = player_of(reader)
    player.seek(NOON + 3 * SECOND)
    assert player.stage is not None
    confirmed = player.stage.pipeline.columns.confirmed[0]
    for late in (1, 7, 19):
        player.seek(int(confirmed) - player.now.monotonic + player.now.utc + late * MS)
        assert player.now.monotonic - player.stage.pipeline.columns.confirmed[0] == late * MS


def test_after_a_scan_a_jump_begins_near_by(plain: Path) -> None:
    with RecordingReader(plain) as reader:
        index, keyframes = RecordingIndex(reader), Keyframes(50)
        scan = Scan(reader, index, keyframes)
        while not scan.ended:
            scan.go_on(lambda: False)
        assert len(keyframes) > 5
        asked = []
        player = Player(reader, index, keyframes)
        records = reader.records
        reader.records = lambda sequence: asked.append(sequence) or records(sequence)  # type: ignore[method-assign, func-returns-value]
        player.seek(index.end_utc - SECOND)
        assert 0 < len(asked) < 20
        assert min(asked) > BATCHES * 0.7


@given(moments=st.lists(st.integers(0, 8 * SECOND), min_size=1, max_size=6))
@settings(max_examples=15, deadline=None)
def test_a_jump_begins_at_what_was_kept_in_the_file(kept: Path, moments: list[int]) -> None:
    with RecordingReader(kept) as reader:
        index = RecordingIndex(reader)
        assert [each.kind for each in index.marks] == ["clock"], "what is kept is no event"
        player = Player(reader, index, Keyframes(most_bytes=0))
        asked: list[int] = []
        records = reader.records
        reader.records = lambda at: asked.append(at) or records(at)  # type: ignore[method-assign, func-returns-value]
        for each in moments:
            asked.clear()
            player.seek(NOON + each)
            assert len(asked) < 30, "of more than ninety"
            found = state(player)
            place = index.place(NOON + each)
            whole = Playback()
            for sequence in range(place.sequence):
                for record in records(sequence).records:
                    whole.take(record)
            if place.sequence <= reader.last:
                last = records(place.sequence).records
                turns = [n for n, one in enumerate(last) if one.kind in (kinds.CLOCK, kinds.STATE)]
                for n, record in enumerate(last):
                    if (turns and n <= turns[-1]) or record.now.utc <= place.utc:
                        whole.take(record)
            assert found == state(whole)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    def day(machine: Machine) -> None:
        for _ in range(3):
            machine.work(15)
            machine.keep()
        machine.set_clock(SECOND)
        for _ in range(3):
            machine.work(15)
            machine.keep()

    return recorded(tmp_path_factory.mktemp("kept"), day)


@pytest.mark.parametrize("wrong", ["nothing", "another tag", "another machine"])
def test_what_was_kept_and_makes_no_sense_is_passed_over(tmp_path: Path, wrong: str) -> None:
    def day(machine: Machine) -> None:
        machine.work(15)
        now = machine.clock.advance(MS)
        known = state_of(machine.pipeline, EPOCH, "m")
        if wrong == "another machine":
            known = msgspec.structs.replace(known, endpoints=())
        sets = (b"\xff\xff\xff\xff",) if wrong == "another tag" else ()
        payload = b"none" if wrong == "nothing" else kinds.packed(Keyframe(known, sets))
        machine.journal.add([Record(kinds.KEYFRAME, now, payload)], now)
        machine.work(15)

    with RecordingReader(recorded(tmp_path, day)) as reader:
        player = player_of(reader)
        player.seek(NOON + 2 * SECOND)
        assert state(player) == played_until(reader, NOON + 2 * SECOND)


def test_keyframes_take_no_more_room_than_they_may(reader: RecordingReader) -> None:
    keyframes = Keyframes(10, most_bytes=20_000)
    scan = Scan(reader, RecordingIndex(reader), keyframes)
    while not scan.ended:
        scan.go_on(lambda: False)
    assert 2 < len(keyframes) <= 8


def test_the_trends_of_a_scan_are_what_the_engines_history_was(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.begin()
    machine.work(200)
    machine.journal.end(kinds.STOPPED, machine.clock.now())
    with RecordingReader(next(iter(tmp_path.glob("*.twinpane")))) as reader:
        scan = Scan(reader, RecordingIndex(reader), Keyframes())
        while not scan.ended:
            scan.go_on(lambda: False)
        for index, tag in enumerate(EPOCH.tags):
            if tag.type.numeric:
                live = machine.pipeline.history.series(index, NOON, NOON + HOUR)
                found = scan.trends.series(tag.id, NOON, NOON + HOUR)
                assert found.time.tolist() == live.time.tolist()
                assert found.value.tolist() == live.value.tolist()
                assert len(found.time) == 600


def test_steps_go_from_change_to_change_and_back(reader: RecordingReader) -> None:
    player = player_of(reader)
    moments = []
    for _ in range(6):
        player.step()
        moments.append(player.now.utc)
    assert np.diff(moments).tolist() == [30 * MS] * 5
    back = []
    for _ in range(4):
        player.step_back()
        back.append(player.now.utc)
    assert back == moments[-2:-6:-1]


def notices(news: list[ToClient]) -> list[str]:
    return [each.text_id for each in news if isinstance(each, Notice)]


def everything(player: Player) -> list[ToClient]:
    news: list[ToClient] = []
    while not player.ended:
        news += player.advance(HOUR)
    return news


def test_where_the_clock_was_set_back_the_second_of_two_same_moments_is_shown(tmp_path: Path) -> None:
    def day(machine: Machine) -> None:
        machine.work(40)
        machine.set_clock(-2 * SECOND)
        machine.work(40)

    path = recorded(tmp_path, day)
    with RecordingReader(path) as reader:
        player = player_of(reader)
        player.seek(NOON + 3 * SECOND)
        twice = player.now.monotonic
        assert twice > NOON * 0 + SECOND + 4 * SECOND, "after the clock was set"
        player.seek(NOON + SECOND)
        first = player.now.monotonic
        assert first < twice
        assert [each.kind for each in RecordingIndex(reader).marks] == ["clock"]
        everything(player)
        assert player.now.utc == RecordingIndex(reader).end_utc


def test_what_came_before_the_clock_was_set_back_in_the_same_batch_is_taken(tmp_path: Path) -> None:
    def day(machine: Machine) -> None:
        machine.work(10)
        before = machine.clock.advance(10 * MS)
        local = np.arange(len(EPOCH.tags), dtype=np.uint32)
        samples = batch_of(EPOCH, [("count", 7)], before)
        records = machine._payloads.records(0, samples, local, before)
        machine.clock.set_wall(before.utc - HOUR)
        now = machine.clock.now()
        records.append(Record(kinds.CLOCK, now, kinds.packed(ClockSet(-HOUR))))
        later = machine.clock.advance(50 * MS)
        records += machine._payloads.records(0, batch_of(EPOCH, [("count", 8)], later), local, later)
        machine.journal.add(records, later)

    path = recorded(tmp_path, day)
    with RecordingReader(path) as reader:
        player = player_of(reader)
        at = NOON - HOUR + 930 * MS
        player.seek(at)
        assert player.stage is not None
        assert int(player.stage.pipeline.columns.value[1]) == 7
        assert player.now.utc == at


def test_a_gap_is_told_and_takes_no_time(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.begin()
    machine.work(20)
    path = machine.path
    machine.journal.abandon()
    machine.clock.advance(HOUR)
    again = Machine(tmp_path, utc=machine.clock.now().utc)
    again.begin()
    again.work(20)
    assert again.path == path
    again.journal.end(kinds.STOPPED, again.clock.now())
    with RecordingReader(path) as reader:
        index = RecordingIndex(reader)
        assert len(index.spans) == 2
        assert index.spans[1][0] - index.spans[0][1] >= HOUR - SECOND
        assert [each.kind for each in index.marks] == ["begin"]
        player = Player(reader, index)
        assert notices(player.advance(3 * SECOND)) == [GAP]
        assert player.now.utc >= again.clock.now().utc - 3 * SECOND
        player.seek(index.spans[0][1] + HOUR // 2)
        assert player.now.utc == index.spans[1][0], "within the gap it is where recording went on"


def test_what_cannot_be_read_is_told_and_the_next_stretch_is_played(tmp_path: Path) -> None:
    machine = Machine(tmp_path)
    machine.begin()
    machine.work(30)
    machine.begin(kinds.RELOADED)
    machine.work(30)
    path = machine.path
    machine.journal.end(kinds.STOPPED, machine.clock.now())
    change(path, "UPDATE batch SET content = x'00' WHERE sequence = 10")
    with RecordingReader(path) as reader:
        player = player_of(reader)
        assert notices(everything(player)) == [DAMAGED]
        assert player.now.utc == RecordingIndex(reader).end_utc
        assert state(player) == digest(machine.pipeline, EPOCH, "m")


def test_a_link_that_makes_no_sense_is_a_mark_and_no_event(tmp_path: Path) -> None:
    def day(machine: Machine) -> None:
        machine.work(2)
        machine.journal.add([Record(kinds.LINK, machine.clock.now(), b"none", 0)], machine.clock.now())
        machine.lose_link()

    with RecordingReader(recorded(tmp_path, day)) as reader:
        index = RecordingIndex(reader)
        assert [each.kind for each in index.marks] == ["link", "link"]
        told = index.links_before(index.place(index.end_utc))
        assert [(number, link.state) for number, link in told] == [(0, LinkState.UP), (0, LinkState.DOWN)]


def test_marks_are_what_a_person_looks_for(tmp_path: Path) -> None:
    def day(machine: Machine) -> None:
        machine.work(5)
        machine.lose_link()
        machine.sample(("part", "Bracket 7"))

    path = recorded(tmp_path, day)
    with RecordingReader(path) as reader:
        index = RecordingIndex(reader)
        assert [each.kind for each in index.marks] == ["link"], "a link that comes up is none"
        (mark,) = index.marks
        assert index.next_mark(NOON, back=False) == mark
        assert index.next_mark(mark.utc, back=False) is None
        assert index.next_mark(mark.utc + 1, back=True) == mark
        player = Player(reader, index)
        player.seek(mark.utc)
        assert player.stage is not None
        assert player.stage.pipeline.endpoints[0].link.state is LinkState.DOWN
