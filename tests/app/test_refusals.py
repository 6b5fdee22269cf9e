"""What a person can get wrong on the command line: a sentence that helps, exit code 1 or 2, nothing left."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from hmi.app import logs
from hmi.app.cli import main
from hmi.app.display import require_display

WRONG = {
    "panel --machine nope": (2, "no machine 'nope', expected one of mill07, anodizing1"),
    "demo --machine mill7": (2, "no machine 'mill7', did you mean `mill07`?"),
    "panel --language fr": (2, "found 'fr', expected one of de, en"),
    "demo --screenshot picture.bmp": (2, "expected a file name that ends in .png"),
    "demo --screenshot /no/such/picture.png": (2, "/no/such is none"),
    "demo --size 1920*1080": (2, "found '1920*1080', expected WIDTHxHEIGHT in pixels, as 1920x1080"),
    "panel --size 1920": (2, "found '1920', expected WIDTHxHEIGHT in pixels, as 1920x1080"),
    "panel --size 800x600": (2, "found '800x600', expected from 1024x600 to 8192x8192 pixels"),
    "demo --size 99999x1080": (2, "found '99999x1080', expected from 1024x600 to 8192x8192 pixels"),
    "demo --size 1920x1080 --fullscreen": (2, "either --size or --fullscreen, not both"),
    "panel --fullscreen --size 1920x1080": (2, "either --size or --fullscreen, not both"),
    "panel --endpoint mill07.mian=host:1": (2, "no such endpoint, did you mean `mill07.main`?"),
    "panel --endpoint mill07.main=opc.tcp://host:99999": (2, "expected opc.tcp://host:port/"),
    "panel --endpoint anodizing1.main=host:99999": (2, "expected host:port with a port from 1 to 65535"),
    "engine --endpoint anodizing1.main=host": (2, "expected host:port"),
    "engine --log /no/such/engine.log": (2, "/no/such/engine.log cannot be written"),
    "simulate anodizing_line --port foo=1": (2, "no endpoint 'foo', expected one of main"),
    "simulate anodizing_line --port main=70000": (2, "found the port 70000, expected 1 to 65535"),
    "simulate anodizing_line --port main=x": (2, "expected ENDPOINT=PORT"),
    "simulate anodizing_lin": (1, "no machine type 'anodizing_lin'; installed: anodizing_line, haas_vf6ss"),
    "lint /no/such": (2, "does not exist"),
    f"demo --screenshot {300 * 'a'}.png": (2, "File name too long"),
    f"panel --site {300 * 'a'}": (1, "expected a folder with site.yaml"),
    "nonsense": (2, "No such command"),
} | {
    f"{command} --site /no/such": (1, "--site names /no/such, expected a folder with site.yaml")
    for command in ("panel", "demo", "engine", "lint", "machines", "bench panel")
}


@pytest.fixture(autouse=True)
def own_logging(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_begin", lambda _handler: None)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.parametrize("line", WRONG)
def test_what_is_wrong_is_said(line: str) -> None:
    code, said = run(*line.split())
    assert (code, WRONG[line][1] in said) == (WRONG[line][0], True), said


def test_a_password_in_an_address_is_not_shown() -> None:
    for address in ("mill07.main=opc.tcp://me:hunter2@host:4840", "opc.tcp://me:hunter2@host:4840"):
        code, said = run("engine", "--endpoint", address)
        assert code == 2
        assert "hunter2" not in said


@pytest.fixture
def busy_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        yield other.getsockname()[1]


@pytest.mark.parametrize("plugin", ["anodizing_line", "haas_vf6ss"])
def test_a_port_in_use_is_named(plugin: str, busy_port: int) -> None:
    code, said = run("simulate", plugin, "--port", f"main={busy_port}")
    assert code == 1
    assert f"main: cannot listen on 127.0.0.1:{busy_port} (Address already in use)" in said
    assert "--port main=PORT" in said


@pytest.mark.parametrize("command", ["engine", "panel", "demo"])
def test_a_run_directory_that_cannot_be_made(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWINPANE_RUN", "/proc/no/run")
    monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")
    code, said = run(command)
    assert code == 1
    assert "Error: /proc/no" in said
    assert "be made (No such file or directory)" in said


@pytest.mark.parametrize(
    "command", ["panel", "demo", "bench panel", "bench glass", "bench modbus", "bench frame"]
)
def test_without_a_display_nothing_is_started(command: str, tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in _DISPLAYS}
    done = subprocess.run(
        [sys.executable, "-m", "hmi.app", *command.split()],
        env={**environment, "TWINPANE_RUN": str(tmp_path / "run")},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 1
    assert done.stderr.startswith("Error: there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set); ")
    assert len(done.stderr.splitlines()) == 1
    assert "the same command behind `xvfb-run -a`" in done.stderr, "and not another one, of another site"
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


_DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")


@pytest.mark.parametrize(
    "environment", [{"DISPLAY": ":4711"}, {"WAYLAND_DISPLAY": "wayland-0", "XDG_RUNTIME_DIR": "/no/such"}]
)
def test_a_display_that_does_not_answer(environment: dict[str, str]) -> None:
    with pytest.raises(click.ClickException, match=r"the display (:4711|wayland-0) does not answer"):
        require_display(environment)


def test_no_display_is_needed_where_qt_needs_none() -> None:
    require_display({"QT_QPA_PLATFORM": "offscreen:size=800x600"})


@pytest.mark.gui
def test_the_display_of_the_tests_answers() -> None:
    require_display()
