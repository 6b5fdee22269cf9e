"""The contract fails on plugins that are wrong, each by the sentence that says so."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from hmi.config.tags import TagDescription
from hmi.machines.files import load_plugin
from hmi.machines.plugin import MachinePlugin, hash_of
from hmi.model import status
from hmi.testing.epochs import epoch_of
from hmi.testing.plugin_contract import PluginFilesContract, RunningMachineContract, SimulatorContract
from hmi.testing.plugin_run import Seen, TagSeen
from tests.seam.installation import author_copy

Ready = Callable[[Mapping[str, int]], None]
FILES = PluginFilesContract()
RUNNING = RunningMachineContract()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return author_copy(tmp_path) / "src" / "twinpane_coolant_tank"


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("machine.yaml", "api_version: 1", "api_version: 2", FILES.test_it_is_written_for_this_api),
        ("texts/de.yaml", "  tag.flow: Förderstrom\n", "", FILES.test_every_language_has_every_text),
        (
            "texts/de.yaml",
            "texts:\n",
            "texts:\n  spare: x\n",
            FILES.test_no_text_stands_in_one_language_alone,
        ),
        ("screens/machine.yaml", "flow,", "flood,", FILES.test_every_tag_that_is_shown_exists),
        ("geometry.yaml", "visible: pump", "visible: pomp", FILES.test_every_tag_that_is_shown_exists),
        (
            "tags.yaml",
            "    pace: live\n",
            "    pace: live\n    max_age: 0.05\n",
            FILES.test_a_live_link_is_never_stale_between_two_updates,
        ),
    ],
)
def test_wrong_files(folder: Path, file: str, old: str, new: str, sentence: Callable[[object], None]) -> None:
    sentence(load_plugin(folder))
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(AssertionError):
        sentence(load_plugin(folder))


@pytest.mark.parametrize("reach", ["from hmi.engine import runtime", "import hmi.ui", "from hmi import link"])
def test_an_import_past_the_facades(folder: Path, reach: str) -> None:
    def plugin() -> MachinePlugin:
        return MachinePlugin("coolant_tank", folder, "", hash_of(folder), None, "")

    FILES.test_it_imports_the_facades_alone(plugin())
    (folder / "more.py").write_text(f"{reach}\n")
    with pytest.raises(AssertionError, match=r"more\.py:1"):
        FILES.test_it_imports_the_facades_alone(plugin())


class Wrong:
    """A simulator with one fault."""

    endpoints: Mapping[str, str] = {"main": "modbus"}

    def __init__(self, *, host: str = "127.0.0.1", says: int = 1, deaf: bool = False, forgets: bool = False):
        self._host, self._says, self._deaf, self._forgets = host, says, deaf, forgets
        self.forgotten: list[asyncio.Task[None]] = []

    async def serve(self, ports: Mapping[str, int], ready: Ready) -> None:
        server = await asyncio.start_server(lambda _, writer: writer.close(), self._host, ports["main"])
        async with server:
            if self._forgets:
                self.forgotten.append(asyncio.create_task(asyncio.sleep(60)))
            for _ in range(self._says):
                ready({"main": server.sockets[0].getsockname()[1]})
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                if not self._deaf:
                    raise
                await asyncio.Event().wait()


async def test_a_sound_simulator_passes() -> None:
    await SimulatorContract().test_it_serves_on_loopback_alone_and_says_so_once(Wrong())
    await SimulatorContract().test_it_serves_on_the_port_that_it_is_given(Wrong())
    await SimulatorContract().test_cancelling_leaves_nothing(Wrong())


@pytest.mark.parametrize("wrong", [Wrong(host="0.0.0.0"), Wrong(says=2)], ids=["abroad", "twice"])  # noqa: S104
async def test_a_simulator_that_serves_wrongly(wrong: Wrong) -> None:
    with pytest.raises(AssertionError):
        await SimulatorContract().test_it_serves_on_loopback_alone_and_says_so_once(wrong)


async def test_a_simulator_that_swallows_its_cancellation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hmi.testing.simulator_contract._END", 0.5)
    with pytest.raises(AssertionError, match="CancelledError"):
        await SimulatorContract().test_cancelling_leaves_nothing(Wrong(deaf=True))


async def test_a_simulator_that_forgets_a_task() -> None:
    wrong = Wrong(forgets=True)
    with pytest.raises(AssertionError, match="left behind"):
        await SimulatorContract().test_cancelling_leaves_nothing(wrong)
    for task in wrong.forgotten:
        task.cancel()


@pytest.mark.parametrize(
    ("level", "sentence"),
    [
        (TagSeen(), RUNNING.test_every_tag_gets_a_value),
        (TagSeen({status.BAD_NO_COMMUNICATION}), RUNNING.test_every_tag_gets_a_value),
        (TagSeen({status.GOOD, status.BAD_TYPE_MISMATCH}), RUNNING.test_every_tag_fits_what_is_on_the_wire),
        (TagSeen({status.BAD_NODE_ID_UNKNOWN}), RUNNING.test_every_tag_fits_what_is_on_the_wire),
        (TagSeen({status.UNCERTAIN}, cut=True), RUNNING.test_every_tag_fits_what_is_on_the_wire),
    ],
)
def test_a_tag_that_does_not_fit(level: TagSeen, sentence: Callable[[Seen], None]) -> None:
    with pytest.raises(AssertionError, match="level"):
        sentence(Seen(epoch_of({"level": TagDescription()}), {"level": level}))


def test_a_value_outside_its_range_or_labels(folder: Path) -> None:
    files = load_plugin(folder)
    tags = {name: TagSeen({status.GOOD}) for name in files.entries}
    tags["level"] = TagSeen({status.GOOD}, low=0.0, high=600.0)
    tags["state"] = TagSeen({status.GOOD}, low=0, high=2)
    seen = Seen(epoch_of({"level": TagDescription()}), tags)
    RUNNING.test_every_value_is_within_its_range(seen, files)
    RUNNING.test_every_state_that_is_seen_has_a_label(seen, files)
    tags["level"].high = 601.0
    tags["state"].high = 3
    with pytest.raises(AssertionError, match="level"):
        RUNNING.test_every_value_is_within_its_range(seen, files)
    with pytest.raises(AssertionError, match="state"):
        RUNNING.test_every_state_that_is_seen_has_a_label(seen, files)
