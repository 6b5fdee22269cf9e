"""One engine for a site, where a service, several users and several sessions have a place of their own."""

from __future__ import annotations

import asyncio
import gc
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import click
import pytest
from click.testing import CliRunner

from hmi.app import logs, run_alone, run_folder
from hmi.app.cli import main
from hmi.app.one_engine import starter
from hmi.config.tags import TagDescription
from hmi.engine.process import AlreadyRunning, EngineOptions
from hmi.link import directory as directories
from hmi.link import listening
from hmi.link.directory import run_directory
from hmi.link.errors import LinkUnavailable
from hmi.link.lock import is_held
from hmi.machines.resolve import Resolution
from hmi.model.clock import SystemClock
from hmi.testing.epochs import epoch_of

SITE = Path(__file__).parents[2] / "tags/demo"
STRANGER = 4_000_000_000
"""A user who is nobody here."""


@pytest.fixture(autouse=True)
def places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Places of the test's own: nobody else's engine is met, and nobody meets ours."""
    (tmp_path / "shm").mkdir(mode=0o700)
    (tmp_path / "run").mkdir(mode=0o755)
    monkeypatch.delenv("TWINPANE_RUN")
    monkeypatch.setattr(directories, "_SHARED_MEMORY", tmp_path / "shm")
    monkeypatch.setattr(listening, "SERVICES", tmp_path / "run")
    monkeypatch.setattr(run_alone, "_LOOK_EVERY", 0.05)
    monkeypatch.setattr(logs, "_begin", lambda _handler: None)
    return tmp_path


@pytest.fixture
def service(places: Path) -> Iterator[Path]:
    """The run directory of the demo site's service, where an engine listens."""
    yield from listens(places / "run/demo")


def listens(directory: Path) -> Iterator[Path]:
    directory.mkdir(mode=0o700, parents=True)
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(directory / "engine.sock"))
        engine.listen()
        yield directory


@pytest.fixture
def of_stranger(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "_owner", lambda _directory: STRANGER)


def nothing() -> NoReturn:
    raise AssertionError("an engine was started")


def test_alone_each_user_has_a_place() -> None:
    assert run_folder.of_site("demo", SITE) == run_directory("demo", {})


def test_the_service_s_own_user_joins_it(service: Path) -> None:
    assert run_folder.of_site("demo", SITE) == service


@pytest.mark.usefixtures("service", "of_stranger")
@pytest.mark.parametrize("command", ["panel", "engine"])
def test_beside_another_user_s_service_nothing_is_started(
    command: str, places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    done = CliRunner().invoke(main, [command, "--site", str(SITE)])
    assert done.exit_code == 1
    assert f"the site demo has an engine already, of the user #{STRANGER} ({places}/run/demo)" in done.output
    assert list((places / "shm").iterdir()) == []


def test_nor_beside_another_user_s_panel(places: Path) -> None:
    for _ in listens(run_directory("demo", {}, user=STRANGER)):
        with pytest.raises(click.ClickException, match=f"of the user #{STRANGER}"):
            run_folder.of_site("demo", SITE)
        assert run_folder.of_site("other", places) == run_directory("other", {}), "another site"


@pytest.mark.usefixtures("service", "of_stranger")
def test_who_names_a_run_directory_decides(places: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINPANE_RUN", str(places / "own"))
    assert run_folder.of_site("demo", SITE) == places / "own"
    assert starter("demo", SITE, places / "own", lambda: "an engine")() == "an engine"  # type: ignore[arg-type,return-value]


def test_a_panel_waits_for_a_service_that_is_yet_to_come(
    places: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = places / "run/demo"
    monkeypatch.setenv("TWINPANE_RUN", str(there))
    assert run_folder.of_site("demo", SITE) == there
    assert not there.exists(), "the service manager makes it, with its own rights"
    with pytest.raises(LinkUnavailable, match=r"is a service .* systemctl status twinpane-engine@demo"):
        starter("demo", SITE, there, nothing)()


def test_an_engine_that_ended_is_not_started_anew_beside_the_service(service: Path) -> None:
    own = run_directory("demo", {})
    with pytest.raises(LinkUnavailable, match=f"of the user .* \\({service}\\)"):
        starter("demo", SITE, own, nothing)()


@pytest.fixture
def collector_as_before() -> Iterator[None]:
    yield
    gc.unfreeze()


def options(directory: Path) -> EngineOptions:
    resolution = Resolution(epoch_of({"load": TagDescription()}))
    return EngineOptions("demo", directory, lambda: resolution, watch=None)


@pytest.mark.usefixtures("collector_as_before")
async def test_an_engine_makes_room_for_the_service_s(places: Path) -> None:
    own = run_directory("demo", {})
    running = asyncio.create_task(run_alone.run_alone(options(own), SITE, SystemClock()))
    async with asyncio.timeout(30):
        while not (own / "engine.sock").exists():
            await asyncio.sleep(0.01)
        for _ in listens(places / "run/demo"):
            with pytest.raises(AlreadyRunning, match="two must not talk to the same machines"):
                await running
    assert not is_held(own)


@pytest.mark.usefixtures("collector_as_before")
async def test_the_service_s_own_engine_says_whom_it_met(
    places: Path, caplog: pytest.LogCaptureFixture
) -> None:
    there = places / "run/demo"
    for _ in listens(run_directory("demo", {}, user=STRANGER)):
        running = asyncio.create_task(run_alone.run_alone(options(there), SITE, SystemClock()))
        async with asyncio.timeout(30):
            while not (there / "engine.sock").exists():
                await asyncio.sleep(0.01)
        running.cancel()
        await asyncio.wait((running,))
    assert f"beside this engine there is one of the user #{STRANGER}" in caplog.text


async def test_what_ends_an_engine_is_told_as_it_is(places: Path) -> None:
    own = run_directory("demo", {})
    (own / "engine.lock").mkdir(parents=True)
    own.chmod(0o700)
    with pytest.raises(LinkUnavailable, match=r"engine\.lock"):
        await run_alone.run_alone(options(own), SITE, SystemClock())
