"""When files are read again, and when what they say may take the place of what runs."""

from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hmi.config.epoch import Quarantined
from hmi.config.problems import Problem
from hmi.config.tags import TagDescription
from hmi.engine.reload import refusal
from hmi.engine.watch import Files, Watch, look
from hmi.machines.resolve import Resolution
from hmi.testing.epochs import epoch_of

SOUND = Resolution(epoch_of({"load": TagDescription()}))
MACHINE = SOUND.epoch.machines[0].id
WRONG = Problem(Path("screens/machine.yaml"), 7, "unknown key `tile`")
LATER = Problem(Path("texts/en.yaml"), 2, "found 7, expected a text")


def left_out(name: str) -> Resolution:
    lost = (Quarantined(name=name, cause="import of plugin raised"),)
    return Resolution(SOUND.epoch.model_copy(update={"machines": (), "quarantined": lost}))


def test_what_is_sound_is_taken() -> None:
    assert refusal(SOUND, SOUND) == ""
    assert refusal(Resolution(SOUND.epoch, (WRONG,)), SOUND) == "", "a repair"


def test_the_first_new_mistake_is_said_with_file_and_line_and_the_number_of_the_others() -> None:
    said = refusal(SOUND, Resolution(SOUND.epoch, (WRONG, LATER)))
    assert said.startswith("screens/machine.yaml:7: unknown key `tile` (and 1 more")


def test_a_file_that_was_wrong_before_is_not_in_the_way_of_other_changes() -> None:
    moved = Problem(WRONG.file, 9, WRONG.text)
    running = Resolution(SOUND.epoch, (WRONG,))
    assert refusal(running, Resolution(SOUND.epoch, (moved,))) == ""
    assert refusal(running, Resolution(SOUND.epoch, (LATER, moved))) == str(LATER)


def test_no_machine_that_runs_is_lost_to_a_quarantine() -> None:
    assert refusal(SOUND, left_out(MACHINE)) == f"{MACHINE}: import of plugin raised"
    assert refusal(SOUND, left_out("another")) == "", "one that the site no longer has is no loss"
    assert refusal(left_out(MACHINE), left_out(MACHINE)) == ""


def test_the_engine_of_a_site_does_not_become_another_sites() -> None:
    other = Resolution(SOUND.epoch.model_copy(update={"site": "elsewhere"}))
    assert "the id is elsewhere" in refusal(SOUND, other)


STATES: st.SearchStrategy[Files] = st.sampled_from([{}, {"a": (1, 1, 1)}, {"a": (2, 1, 1)}])


@given(STATES, st.lists(STATES, max_size=12))
def test_every_state_that_rests_is_read_once_and_none_while_it_moves(
    first: Files, looks: list[Files]
) -> None:
    watch, read, before = Watch(first), first, first
    for files in looks:
        due = files == before and files != read
        assert watch.changed(files) == due
        read, before = (files if due else read), files


def test_whatever_happens_to_a_file_is_seen(tmp_path: Path) -> None:
    folder = tmp_path / "machines" / "press" / "screens"
    folder.mkdir(parents=True)
    file = folder / "machine.yaml"
    seen = [look([tmp_path])]

    def differs() -> bool:
        seen.append(look([tmp_path]))
        return seen[-1] != seen[-2]

    assert not differs()
    file.write_text("a: 1\n")
    assert differs(), "it appears"
    state = file.stat()
    file.write_text("a: 11\n")
    os.utime(file, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert differs(), "another size, of the same time"
    swap = folder / ".machine.yaml.swp"
    swap.write_text("a: 22\n")
    assert not differs(), "an editor's own file"
    os.utime(swap, ns=(state.st_atime_ns, state.st_mtime_ns))
    swap.rename(file)
    assert differs(), "another file in its place, as editors do, of the same time and size"
    file.unlink()
    assert differs(), "it vanishes"
    (folder / "notes.txt").write_text("x")
    assert not differs()
    assert look([tmp_path / "not there"]) == {}
