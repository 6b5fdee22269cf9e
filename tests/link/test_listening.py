"""Engines that listen are found by what the kernel says of their sockets, whoever's they are."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.link import listening as module
from hmi.link.listening import Listening, elsewhere, listening, of_service

SITE = Path("/etc/twinpane/hall2")
HEAD = "Num       RefCount Protocol Flags    Type St Inode Path\n"


def line(path: str, flags: str = "00010000") -> str:
    return f"00000000ffbd5281: 00000002 00000000 {flags} 0001 01 1007884 {path}\n"


@pytest.fixture(autouse=True)
def services(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setattr(module, "SERVICES", tmp_path)
    return tmp_path


def found(*lines: str) -> list[Listening]:
    return listening("works", SITE, HEAD + "".join(lines))


def test_every_user_s_own_place_of_the_site() -> None:
    lines = [line(f"/dev/shm/twinpane-{user}/works/engine.sock") for user in (1001, 998)]
    first, second = found(*lines)
    assert first == Listening(Path("/dev/shm/twinpane-998/works"), 998)
    assert second.user == 1001
    assert not first.of_service
    assert elsewhere((first, second), first.directory) == second
    assert elsewhere((first,), first.directory) is None


@pytest.mark.parametrize("name", ["works", "hall2"])
def test_a_service_is_known_by_the_site_s_folder_or_id_and_comes_first(services: Path, name: str) -> None:
    (services / name).mkdir()
    lines = (line("/dev/shm/twinpane-998/works/engine.sock"), line(f"{services}/{name}/engine.sock"))
    assert found(*lines)[0] == Listening(services / name, os.getuid())
    assert of_service(services / name)
    assert not of_service(services)


def test_what_is_none(services: Path) -> None:
    (services / "other").mkdir()
    assert (
        found(
            line("/dev/shm/twinpane-998/other/engine.sock"),
            line("/dev/shm/twinpane-998/works/doorbell.sock"),
            line("/dev/shm/twinpane-998/works/engine.sock", flags="00000000"),  # a panel's end of it
            line("/tmp/twinpane-998/works/engine.sock"),
            line("/dev/shm/twinpane-998/works/x/engine.sock"),
            line("@/dev/shm/twinpane-998/works/engine.sock"),
            line("/dev/shm/twinpane-+998/works/engine.sock"),
            line(f"{services}/other/engine.sock"),
            line(f"{services}/works/engine.sock"),  # a folder that is gone already
            "00000000ffbd5281: 00000002 00000000 00010000 0001 01 1007884\n",
        )
        == []
    )


@given(st.text())
def test_whatever_somebody_has_called_a_socket_stops_nobody(name: str) -> None:
    listening("works", SITE, HEAD + line(f"/tmp/{name}") + line(name))


def test_the_kernel_tells_of_a_socket_and_no_longer_when_it_is_closed(services: Path) -> None:
    directory = services / "works"
    directory.mkdir()
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(directory / "engine.sock"))
        assert listening("works", SITE) == [], "it does not listen yet"
        engine.listen()
        assert listening("works", SITE) == [Listening(directory, os.getuid())]
    assert listening("works", SITE) == []
