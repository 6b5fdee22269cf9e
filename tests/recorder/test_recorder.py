"""The recorder beside a loop: nothing lost unnoticed, whatever shifts, clocks, disks and restarts do."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hmi.config.epoch import Epoch
from hmi.config.recording import RecordingRules
from hmi.config.shifts import Shift, ShiftCalendar
from hmi.config.tags import TagDescription
from hmi.engine.machine_state import state_of
from hmi.model.clock import SECOND, ManualClock
from hmi.model.samples import Confirmation
from hmi.recorder import feed as feeds
from hmi.recorder import kinds
from hmi.recorder.journal import MachineJournal
from hmi.recorder.payloads import samples_in
from hmi.recorder.reading import RecordingReader
from hmi.recorder.recorder import TRY_AGAIN, Recorder, machine_texts
from hmi.recorder.room import Room
from hmi.recorder.series import series
from hmi.recorder.state import Keyframe, check
from hmi.recorder.verify import INTACT, NOT_CLOSED, Verified, verify_file, verify_series
from hmi.recorder.writer import Standing
from hmi.testing.epochs import batch_of, epoch_of
from tests.recorder.shop import EPOCH, KEY, NOON, Shop, pipeline_of

THREE = ShiftCalendar(
    shifts=(
        Shift(name="early", begin="06:00"),
        Shift(name="late", begin="14:00"),
        Shift(name="night", begin="22:00"),
    ),
)
SITE = EPOCH.model_copy(update={"shifts": THREE})
HOUR = 3600 * SECOND


class Loop:
    """What the engine's loop does, at a time of the test's: ``m`` is recorded into a folder."""

    def __init__(self, folder: Path, key: Ed25519PrivateKey = KEY, utc: int = NOON) -> None:
        self.clock = ManualClock(utc=utc)
        self.folder = folder
        self.pipeline = pipeline_of(SITE, self.clock.now())
        self.recorder = Recorder(folder, "test", key)
        self.said = 0
        self.news: list[Standing] = []
        self.rooms: list[Room] = []
        self.epoch = SITE
        self.begin()

    def begin(self) -> None:
        state = partial(state_of, self.pipeline, self.epoch)
        self.recorder.begin(self.epoch, machine_texts(self.epoch), state, self.clock.now())

    def rules(self, rules: RecordingRules) -> None:
        """The site keeps its recordings by these rules from now on."""
        fields = {name: getattr(SITE, name) for name in Epoch.model_fields}
        self.epoch = Epoch(**fields | {"recording": rules})
        self.begin()

    def sample(self, count: int = 1, every: int = SECOND // 100) -> None:
        for _ in range(count):
            now = self.clock.advance(every)
            message = batch_of(SITE, [("load", float(self.said)), ("count", self.said)], now)
            self.recorder.take("m", "main", message, now)
            self.pipeline.take(self.pipeline.endpoints[0], message, now)
            self.said += 1

    def tick(self) -> None:
        for each in self.recorder.tick(self.clock.now()):
            if isinstance(each, Room):
                self.rooms.append(each)
            else:
                self.news.append(each)

    def until(self, condition: Callable[[list[Standing]], object], what: str) -> None:
        end = time.monotonic() + 20
        while not condition(self.news):
            assert time.monotonic() < end, f"{what}: {self.news}"
            time.sleep(0.01)
            self.tick()

    def files(self) -> list[Path]:
        return series(self.folder / "m")


@contextmanager
def loop(folder: Path, key: Ed25519PrivateKey = KEY, utc: int = NOON) -> Iterator[Loop]:
    made = Loop(folder, key, utc)
    try:
        yield made
    finally:
        made.recorder.close(made.clock.now())


def checked(paths: list[Path]) -> list[Verified]:
    found = [verify_file(path) for path in paths]
    assert [each.findings for each in found] == [[]] * len(found)
    assert verify_series(found) == []
    return found


def counted(path: Path) -> list[int]:
    """The value of ``count`` in every sample of it that a file has."""
    found = []
    with RecordingReader(path) as reader:
        for sequence in range(reader.last + 1):
            for record in reader.records(sequence).records:
                if record.kind == kinds.SAMPLES:
                    n = samples_in([record])
                    raw = record.payload[24 + 4 * n : 24 + 12 * n]
                    found.append(int.from_bytes(raw[8:16], "little"))
    return found


def test_shifts_follow_each_other_without_a_lost_sample(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        made.sample(2000, every=30 * SECOND)  # sixteen hours and forty minutes
        made.until(lambda news: len(news) >= 3, "three files")
    files = made.files()
    found = checked(files)
    names = [path.name for path in files]
    assert [each.code for each in found] == [INTACT] * len(files)
    assert [name[7:].removesuffix(".twinpane") for name in names] == [
        "2027-01-15_early",
        "2027-01-15_late",
        "2027-01-15_night",
    ]
    assert [value for path in files for value in counted(path)] == list(range(2000))
    causes = [[begin.cause for _, begin in each.stretches] for each in found]
    assert causes == [[kinds.STARTED], [kinds.SHIFT], [kinds.SHIFT]]
    for each in found:
        header = each.header
        assert header is not None
        assert header.begin <= (each.begin or 0)
        assert (each.end or 0) <= header.end + 31 * SECOND, "its end is told with what comes next"


def test_a_shift_ends_also_where_nothing_is_said(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        made.sample(3)
        made.clock.advance(5 * HOUR)
        made.tick()
        made.until(lambda news: len(news) >= 2, "two files")
    assert [each.samples for each in checked(made.files())] == [6, 0]


def test_a_clock_that_is_set_back_and_forth_leaves_files_in_their_order(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        for by in (0, 5 * HOUR, -5 * HOUR, 24 * HOUR):
            made.clock.set_wall(made.clock.now().utc + by)
            made.sample(5)
        made.until(lambda news: len(news) >= 4, "four files")
    files = made.files()
    assert [path.name[:6] for path in files] == ["000001", "000002", "000003", "000004"]
    assert [value for path in files for value in counted(path)] == list(range(20))
    checked(files)


def test_within_a_shift_a_recorder_goes_on_in_the_same_file(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        made.sample(3)
    with loop(tmp_path, utc=NOON + HOUR) as made:
        made.sample(3)
    (found,) = checked(made.files())
    assert (found.code, found.samples) == (INTACT, 12)
    (_, first), (utc, second) = found.stretches
    assert (first.cause, first.since, second.cause) == (kinds.STARTED, None, kinds.STARTED)
    assert second.since is not None
    assert HOUR - SECOND < utc - second.since <= HOUR, "the gap is told"


def test_after_a_crash_it_goes_on_and_tells_since_when_there_is_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path / "m", calendar=THREE)
    path = shop.shift(batches=7, end=None)
    assert verify_file(path).code == NOT_CLOSED
    last = shop.clock.now().utc
    with loop(tmp_path, utc=NOON + 60 * SECOND) as made:
        made.sample(3)
    (first, begin), *_ = checked(made.files())[0].stretches[1:]
    assert (begin.cause, begin.since) == (kinds.RESUMED, last)
    assert first == NOON + 60 * SECOND


def test_where_the_shift_is_another_the_file_of_a_crash_stays_as_it_is(tmp_path: Path) -> None:
    path = Shop(tmp_path / "m", calendar=THREE).shift(batches=7, end=None)
    before = path.read_bytes()
    with loop(tmp_path, utc=NOON + 30 * HOUR) as made:
        made.sample(3)
    assert path.read_bytes() == before
    found = checked(made.files())
    assert [each.code for each in found] == [NOT_CLOSED, INTACT]
    assert [begin.cause for _, begin in found[1].stretches] == [kinds.RESUMED]


def test_another_configuration_begins_in_the_same_file_and_nothing_is_missing(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        made.sample(5)
        made.begin()
        made.sample(5)
    (found,) = checked(made.files())
    assert [begin.cause for _, begin in found.stretches] == [kinds.STARTED, kinds.RELOADED]
    assert counted(made.files()[0]) == list(range(10))


def test_a_folder_that_cannot_be_written_is_told_and_what_is_missing_is_counted(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("a file where the folder belongs")
    with loop(tmp_path) as made:
        made.sample(5)
        made.until(lambda news: news, "trouble")
        (trouble,) = made.news
        assert "cannot be made" in trouble.why
        made.sample(7)
        (tmp_path / "m").unlink()
        made.clock.advance(TRY_AGAIN)
        made.tick()
        made.sample(4)
        made.until(lambda news: len(news) >= 2, "recorded again")
    assert (made.news[1].why, made.news[1].missing) == ("", 24)
    (found,) = checked(made.files())
    ((_, begin),) = found.stretches
    assert (begin.cause, begin.samples) == (kinds.AGAIN, 24)
    assert counted(made.files()[0]) == [12, 13, 14, 15]


def test_a_trouble_that_stays_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "m").write_text("")
    with loop(tmp_path) as made:
        for _ in range(4):
            made.clock.advance(TRY_AGAIN)
            made.tick()
            made.sample(2)
            time.sleep(0.25)
        made.tick()
    assert len(made.news) == 1


@pytest.mark.parametrize("replaced", [False, True])
def test_a_file_that_is_taken_away_is_followed_by_another(tmp_path: Path, replaced: bool) -> None:
    with loop(tmp_path) as made:
        made.sample(5)
        made.until(lambda news: news, "a file")
        time.sleep(0.3)
        (path,) = made.files()
        path.rename(tmp_path / "taken.twinpane")
        if replaced:
            path.write_bytes(b"not a recording")
        made.sample(3)
        made.until(lambda news: len(news) >= 2, "trouble")
        assert "taken away" in made.news[1].why
        made.clock.advance(TRY_AGAIN)
        made.tick()
        made.sample(3)
        made.until(lambda news: len(news) >= 3, "recorded again")
    assert made.news[2].missing == 6
    assert made.files()[-1].name.startswith("000002")
    assert verify_file(made.files()[-1]).code == INTACT
    assert counted(made.files()[-1])[-3:] == [8, 9, 10]


def test_a_disk_that_is_too_slow_is_told_and_holds_nobody_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, add = threading.Event(), MachineJournal.add
    stuck.set()

    def slowly(self: MachineJournal, records: object, now: object) -> None:
        assert stuck.wait(30)
        add(self, records, now)  # type: ignore[arg-type]

    monkeypatch.setattr(MachineJournal, "add", slowly)
    monkeypatch.setattr("hmi.recorder.recorder.MOST_WAITING", 20_000)
    with loop(tmp_path) as made:
        made.sample(5)
        made.until(lambda news: news, "a file")
        stuck.clear()
        made.sample(5000)
        made.until(lambda news: len(news) >= 2, "trouble")
        assert "takes less" in made.news[1].why
        feed = made.recorder._feeds["m"]
        assert feed.waiting < 30_000, "what waits is bounded"
        assert feed.lost > 9000
        stuck.set()
        made.until(lambda _: feed.waiting == 0, "caught up")
        made.clock.advance(TRY_AGAIN)
        made.tick()
        made.sample(5)
        made.until(lambda news: len(news) >= 3, "recorded again")
    (found,) = checked(made.files())
    assert found.stretches[1][1].samples == made.news[2].missing == feed.lost
    assert len(counted(made.files()[0])) * 2 + feed.lost == 2 * made.said


def test_another_key_signs_another_file(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        made.sample(3)
    other = Ed25519PrivateKey.from_private_bytes(bytes(reversed(range(32))))
    with loop(tmp_path, key=other) as made:
        made.sample(3)
    found = checked(made.files())
    assert len({each.header.key for each in found if each.header}) == 2


def test_a_size_is_reckoned_for_everything_that_waits() -> None:
    now = ManualClock().now()
    batch = batch_of(SITE, [("part", "x" * 1000)], now)
    assert feeds.size(feeds.Said(0, batch, now)) > 1000
    confirmation = Confirmation(np.zeros(1000, np.uint32), now)
    assert feeds.size(feeds.Said(0, confirmation, now)) > 4000, "not every source says the same array again"


def test_a_night_in_which_the_clocks_go_back_is_one_file_of_nine_hours(tmp_path: Path) -> None:
    evening = 1_792_872_000 * SECOND  # 2026-10-24 22:00 in Berlin; at 3:00 it is 2:00 again
    with loop(tmp_path, utc=evening - SECOND) as made:
        fields = {name: getattr(SITE, name) for name in Epoch.model_fields}
        berlin = ShiftCalendar(timezone="Europe/Berlin", shifts=THREE.shifts)
        made.epoch = Epoch(**fields | {"shifts": berlin})
        made.begin()
        made.sample(2 + 9 * 60, every=60 * SECOND)
        made.until(lambda news: len(news) >= 4, "late, night and early")
    found = checked(made.files())[1:]  # what was before the site had this calendar
    headers = [each.header for each in found if each.header is not None]
    assert [each.shift for each in headers] == ["late", "night", "early"]
    assert headers[1].end - headers[1].begin == 9 * HOUR
    assert headers[1].day == "2026-10-24"
    assert [each.samples for each in found] == [0, 2 * 9 * 60, 4], "of two tags, every minute"


def test_now_and_then_the_state_is_kept_so_that_a_replay_may_begin_there(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        for _ in range(4):
            made.sample(200)
            made.tick()
    (path,) = made.files()
    checked([path])
    with RecordingReader(path) as reader:
        kept = [each for each in reader.rare() if each.kind == kinds.KEYFRAME]
        assert len(kept) == 2, "not at every tick: of 320 bytes a sample, after 100 kB"
        records = [reader.records(each.sequence).records[each.place] for each in kept]
    counts = []
    for record in records:
        state = check(kinds.unpacked(record.payload, Keyframe).state)
        counts.append(np.frombuffer(state.columns["value"], "<u8")[SITE.index["m/count"]])
    assert counts == [399, 799]


def test_what_was_seen_is_in_the_recording_of_the_machine_that_it_is_about(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        now = made.clock.now()
        touch = kinds.Touch("panel:1", now.utc, "machine", "m", 0.25, 0.5)
        screen = kinds.Screen("panel:1", now.utc, "site", "", 1280, 800, "dark", "en")
        latency = kinds.Latency("panel:1", now.utc, 12, 11, None, 40)
        made.recorder.seen(kinds.TOUCH, touch, "m", now)
        made.recorder.seen(kinds.TOUCH, touch, "another", now)
        made.recorder.seen(kinds.SCREEN, screen, "", now)
        made.recorder.seen(kinds.LATENCY, latency, "m", now)
    (path,) = made.files()
    assert [each.code for each in checked([path])] == [INTACT]
    with RecordingReader(path) as reader:
        places = [(each.kind, each.sequence, each.place) for each in reader.rare()]
        found = {kind: reader.records(at).records[place].payload for kind, at, place in places}
        assert [kind for kind, _, _ in places].count(kinds.TOUCH) == 1
        assert kinds.unpacked(found[kinds.TOUCH], kinds.Touch) == touch
        assert kinds.unpacked(found[kinds.SCREEN], kinds.Screen) == screen
        assert kinds.unpacked(found[kinds.LATENCY], kinds.Latency) == latency


def test_a_machine_is_not_recorded_while_the_site_has_it_no_more(tmp_path: Path) -> None:
    with loop(tmp_path) as made:
        made.sample(3)
        other = epoch_of({"load": TagDescription()}, machine="other")
        fields = {name: getattr(other, name) for name in Epoch.model_fields} | {"shifts": THREE}
        without = Epoch(**fields)
        pipeline = pipeline_of(without, made.clock.now())
        state = partial(state_of, pipeline, without)
        for _ in range(2):
            made.recorder.begin(without, machine_texts(without), state, made.clock.now())
        made.clock.advance(9 * HOUR)
        made.recorder.clock_set(5 * HOUR, made.clock.now())
        made.tick()
        made.until(lambda news: sum(each.machine == "other" for each in news) >= 3, "the other goes on")
        made.until(lambda _: [verify_file(each).code for each in made.files()] == [INTACT], "it is closed")
        assert len(made.files()) == 1, "a new shift, and nobody to record"
        made.begin()
        made.sample(3)
    assert [each.samples for each in checked(made.files())] == [6, 6]
