"""From the command line to a value: an engine that meets a stranger, and the person who says who it is."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
import yaml

from hmi.config.opcua import OpcUaEndpoint
from hmi.link import epoch_text
from hmi.link.client import LinkClient
from hmi.link.errors import LinkUnavailable
from hmi.link.messages import EndpointNews, ToClient, Welcome
from hmi.machines.endpoints import SIMULATED
from hmi.model.samples import LinkState
from hmi.sources.certificates.facts import fingerprint
from hmi.testing.certificates import server_certificate
from hmi.testing.fork_server import ForkServer
from hmi.testing.harness import ChildDevice
from hmi.testing.opcua_device import NAMESPACE
from hmi.testing.sites import write_small_site

WAIT = 60.0


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "TWINPANE_RUN": str(tmp_path / "run"), "TWINPANE_STATE": str(tmp_path / "state")}


@pytest.fixture
def forks() -> Iterator[ForkServer]:
    with ForkServer("hmi.testing.opcua_device") as server:
        yield server


def site(folder: Path, port: int) -> Path:
    """The small site, with its speed on the device instead of made up."""
    write_small_site(folder)
    plugin = folder / "machines/rig"
    for path, change in (
        (folder / "site.yaml", lambda it: it["machines"][0]["endpoints"].update(device=endpoint(port))),
        (plugin / "machine.yaml", lambda it: it["protocols"].append("opcua")),
        (plugin / "tags.yaml", lambda it: it["tags"]["speed"].update(endpoint="device", address=address())),
    ):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(content)
        path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return folder


def endpoint(port: int) -> dict[str, object]:
    return {"protocol": "opcua", "url": f"opc.tcp://127.0.0.1:{port}/", "timeout": 10.0}


def address() -> dict[str, object]:
    return {"opcua": {"node": f"nsu={NAMESPACE};s=Device.a_float"}}


def until(condition: Callable[[], object], what: str) -> None:
    end = time.monotonic() + WAIT
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def client(directory: Path) -> LinkClient:
    end = time.monotonic() + WAIT
    while True:
        try:
            return LinkClient.connect(directory)
        except LinkUnavailable:
            assert time.monotonic() < end
            time.sleep(0.02)


def twinpane(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-m", "hmi.app", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True, timeout=WAIT)
    return done.stdout


def started(environment: dict[str, str], folder: Path, *more: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "hmi.app", "engine", "--site", str(folder), *more]
    return subprocess.Popen(command, env=environment)


async def test_a_machine_is_live_once_a_person_has_said_who_it_is(
    tmp_path: Path, environment: dict[str, str], forks: ForkServer
) -> None:
    pair = server_certificate()
    certificate, key = tmp_path / "server.der", tmp_path / "server.pem"
    certificate.write_bytes(pair.certificate)
    key.write_bytes(pair.key)
    policy = "Aes256Sha256RsaPss_SignAndEncrypt"
    files = ["--certificate", str(certificate), "--key", str(key), "--policies", policy]
    device = ChildDevice(lambda: files, forks)
    await device.start()
    folder = site(tmp_path / "site", device.greeting["port"])
    engine = started(environment, folder)
    try:
        screen = client(tmp_path / "run")
        heard: list[ToClient] = []

        def links() -> list[EndpointNews]:
            heard.extend(screen.receive())
            return [m for m in heard if isinstance(m, EndpointNews) and m.endpoint == "device"]

        def is_(state: LinkState) -> bool:
            return bool(links()) and links()[-1].state is state

        until(lambda: is_(LinkState.DOWN), "the stranger is refused")
        cause = links()[-1].cause
        typed = cause.partition("then run: ")[2]
        assert fingerprint(pair.certificate).startswith(typed[-16:])
        trust = ["trust", "--site", str(folder)]
        listed = twinpane(environment, *trust)
        assert "Waiting to be confirmed: 1" in listed
        assert f"shown at     opc.tcp://127.0.0.1:{device.greeting['port']}/" in listed
        assert not is_(LinkState.UP)
        # Typed as it is shown, by somebody who stands elsewhere and has set nothing.
        home = {name: value for name, value in os.environ.items() if not name.startswith("TWINPANE_")}
        typing = partial(subprocess.run, env=home, cwd="/", check=True, timeout=WAIT)
        await asyncio.to_thread(typing, ["/bin/sh", "-c", typed])
        until(lambda: is_(LinkState.UP), "the machine is known")
        screen.close()
    finally:
        engine.terminate()
        engine.wait(WAIT)
        await device.stop()
    private = tmp_path / "state/small/certificates/own/key.pem"
    assert private.stat().st_mode & 0o077 == 0


async def test_a_simulator_of_a_secured_machine_is_reached_openly_and_gets_no_secret(
    tmp_path: Path, environment: dict[str, str], forks: ForkServer
) -> None:
    device = ChildDevice(list, forks)
    await device.start()
    port = device.greeting["port"]
    folder = site(tmp_path / "site", 4840)
    file = folder / "site.yaml"
    content = yaml.safe_load(file.read_text(encoding="utf-8"))
    content["machines"][0]["endpoints"]["device"]["credentials"] = {"environment": "NOBODY_SET_THIS"}
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    other = f"{content['machines'][0]['id']}.device=127.0.0.1:{port}"
    engine = started(environment, folder, "--simulated", "--endpoint", other)
    try:
        screen = client(tmp_path / "run")
        heard: list[ToClient] = []

        def up() -> bool:
            heard.extend(screen.receive())
            news = [m for m in heard if isinstance(m, EndpointNews) and m.endpoint == "device"]
            return bool(news) and news[-1].state is LinkState.UP

        until(up, "the simulator is heard")
        welcome = next(m for m in heard if isinstance(m, Welcome))
        epoch = epoch_text.unpacked(welcome.epoch)
        there = epoch.machines[0].endpoints["device"]
        assert isinstance(there, OpcUaEndpoint)
        assert there.security.unsecured_because == SIMULATED, "which is what the open lock stands for"
        assert there.credentials is None
        screen.close()
    finally:
        engine.terminate()
        engine.wait(WAIT)
        await device.stop()
