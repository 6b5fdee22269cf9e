"""A command under the virtual screen has a display, keeps its exit code, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

SCRIPT = Path(__file__).parents[2] / "packaging" / "virtual-screen"

PATIENCE = 60


def wait_for(path: Path) -> str:
    deadline = time.monotonic() + PATIENCE
    while not path.exists() or not path.read_text().endswith("\n"):
        assert time.monotonic() < deadline, f"{path} never came"
        time.sleep(0.05)
    return path.read_text()


def test_command_sees_a_screen_of_the_size_asked_for() -> None:
    probe = (
        "from PyQt6.QtGui import QGuiApplication as App;"
        "app = App(['probe']); size = app.primaryScreen().size();"
        "print(app.platformName(), size.width(), size.height())"
    )
    result = subprocess.run(
        [SCRIPT, "--size", "1920x1080", sys.executable, "-c", probe],
        env={name: value for name, value in os.environ.items() if name not in {"DISPLAY", "QT_QPA_PLATFORM"}},
        capture_output=True,
        text=True,
        check=True,
        timeout=PATIENCE,
    )
    assert result.stdout.split() == ["xcb", "1920", "1080"]


def test_exit_code_is_the_commands() -> None:
    assert subprocess.run([SCRIPT, "sh", "-c", "exit 7"], check=False, timeout=PATIENCE).returncode == 7


def test_term_ends_the_command_its_descendants_and_the_screen(tmp_path: Path) -> None:
    # The grandchild has a session of its own and ignores TERM, as an engine that hangs might.
    told = tmp_path / "told"
    grandchild = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(told)!r}, 'w').write('ready\\n'); time.sleep(600)"
    )
    child = (
        "import subprocess, sys;"
        f"subprocess.Popen([sys.executable, '-c', {grandchild!r}], start_new_session=True).wait()"
    )
    hurried = {**os.environ, "TWINPANE_GRACE": "1"}
    script = subprocess.Popen([SCRIPT, sys.executable, "-c", child], env=hurried)
    try:
        wait_for(told)
        family = psutil.Process(script.pid).children(recursive=True)
        assert {"Xvfb"} < {process.name() for process in family}
        script.send_signal(signal.SIGTERM)
        assert script.wait(PATIENCE) == 128 + signal.SIGTERM
    finally:
        script.kill()
        script.wait()
    _, alive = psutil.wait_procs(family, timeout=PATIENCE)
    assert alive == []


def test_screen_does_not_outlive_a_script_that_is_killed_nor_does_a_file(tmp_path: Path) -> None:
    told, temporary = tmp_path / "told", tmp_path / "tmp"
    temporary.mkdir()
    command = f"import time; open({str(told)!r}, 'w').write('ready\\n'); time.sleep(600)"
    script = subprocess.Popen(
        [SCRIPT, sys.executable, "-c", command], env={**os.environ, "TMPDIR": str(temporary)}
    )
    family: list[psutil.Process] = []
    try:
        wait_for(told)
        family = psutil.Process(script.pid).children(recursive=True)
        (screen,) = (process for process in family if process.name() == "Xvfb")
        script.kill()
        screen.wait(PATIENCE)
    finally:
        script.kill()
        script.wait()
        for process in family:
            if process.is_running():
                process.kill()
    psutil.wait_procs(family, timeout=PATIENCE)
    assert list(temporary.iterdir()) == []
