"""The guard against leaks catches each kind of leak: tests that leak are run in a pytest of their own."""

import os
import re
import shutil
import subprocess
import sys
import textwrap
import threading
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hmi.testing import leftovers

CLEAN = {
    "ended things": """
        import asyncio, socket, subprocess, sys, threading

        def test_threads_processes_ports():
            thread = threading.Thread(target=lambda: None)
            thread.start()
            thread.join()
            with socket.create_server(("127.0.0.1", 0)):
                pass
            subprocess.run([sys.executable, "-c", ""], check=True)

        async def test_tasks():
            await asyncio.gather(asyncio.sleep(0), asyncio.to_thread(str))
            server = await asyncio.start_server(lambda r, w: w.close(), "127.0.0.1", 0)
            server.close()
            await server.wait_closed()
        """,
    "what ends on its own": """
        import subprocess, sys, threading, time

        keep = []

        def test_ending():
            threading.Thread(target=time.sleep, args=(0.1,)).start()
            keep.append(subprocess.Popen([sys.executable, "-c", ""]))
        """,
    "a wider fixture": """
        import socket
        import pytest

        @pytest.fixture(scope="module")
        def server():
            with socket.create_server(("127.0.0.1", 0)) as made:
                yield made

        def test_first(server): pass
        def test_second(server): pass
        """,
}

LEAKS = {
    "thread": (
        """
        import threading

        def test_leak():
            threading.Thread(target=threading.Event().wait, args=(20,), name="forgotten", daemon=True).start()
        """,
        r"thread 'forgotten' \(daemon\), now at .*threading\.py:\d+",
    ),
    "process": (
        """
        import subprocess, sys

        keep = []

        def test_leak():
            keep.append(subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]))
        """,
        r"process \d+: .* import time; time\.sleep\(60\)",
    ),
    "process whose parent is gone": (
        """
        import subprocess, sys

        def test_leak():
            inner = "import time; time.sleep(61)"
            outer = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {inner!r}])"
            subprocess.run([sys.executable, "-c", outer], check=True, start_new_session=True)
        """,
        r"process \d+: .* import time; time\.sleep\(61\)",
    ),
    "port": (
        """
        import socket

        keep = []

        def test_leak():
            keep.append(socket.create_server(("127.0.0.1", 0)))
        """,
        r"listening port 127\.0\.0\.1:\d+",
    ),
    "unix socket": (
        """
        import socket

        keep = []

        def test_leak(tmp_path):
            keep.append(socket.socket(socket.AF_UNIX))
            keep[0].bind(str(tmp_path / "s"))
            keep[0].listen()
        """,
        r"unix socket /.*/s ",
    ),
    "shared memory": (
        """
        import os
        from pathlib import Path

        def test_leak():
            (Path(os.environ["XDG_RUNTIME_DIR"]) / "table").write_bytes(bytes(8))
        """,
        r"shared memory /dev/shm/twinpane-test-[^/]+/table",
    ),
    "task": (
        """
        import asyncio

        keep = []

        async def test_leak():
            keep.append(asyncio.create_task(asyncio.sleep(60), name="forgotten"))
        """,
        r"asyncio task 'forgotten': <coroutine object sleep",
    ),
    "task of a property": (
        """
        import asyncio
        from hypothesis import given, settings, strategies

        keep = []

        @settings(max_examples=1)
        @given(strategies.integers())
        async def test_leak(n):
            keep.append(asyncio.create_task(asyncio.sleep(60), name="forgotten"))
        """,
        r"asyncio task 'forgotten': <coroutine object sleep",
    ),
    "timer": (
        """
        from PyQt6.QtCore import QTimer

        keep = []

        def test_leak(qapp):
            keep.append(QTimer())
            keep[0].start(50)
        """,
        r"QTimer every 50 ms, started at .*:\d+ in test_leak",
    ),
}


Outcomes = dict[str, str]
"""Test module → "" or what the guard said."""


def run_inner(folder: Path, sources: dict[str, str]) -> Outcomes:
    for name, source in sources.items():
        (folder / f"test_{name.replace(' ', '_')}.py").write_text(textwrap.dedent(source))
    options = ["-p", "hmi.testing.leaks", "-p", "no:cacheprovider", "-o", "asyncio_mode=auto"]
    options += ["-o", "leak_grace=0.4", "--junit-xml=report.xml", f"--rootdir={folder}"]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(folder)],
        cwd=folder,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert result.returncode in {0, 1}, result.stdout + result.stderr
    outcomes: Outcomes = {}
    for case in ET.parse(folder / "report.xml").iter("testcase"):  # noqa: S314 written by us
        said = "".join(problem.text or "" for problem in case)
        outcomes.setdefault(case.attrib["classname"].removeprefix("test_").replace("_", " "), "")
        outcomes[case.attrib["classname"].removeprefix("test_").replace("_", " ")] += said
    return outcomes


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    return run_inner(
        tmp_path_factory.mktemp("leaks"), CLEAN | {name: source for name, (source, _) in LEAKS.items()}
    )


@pytest.mark.parametrize("kind", LEAKS)
def test_leak_is_named(kind: str, outcomes: Outcomes) -> None:
    said = outcomes[kind]
    assert said.startswith("the test left behind:")
    assert re.search(LEAKS[kind][1], said), said
    assert said.count("\n") == 1, f"one leak, one line: {said}"


@pytest.mark.parametrize("kind", CLEAN)
def test_what_ends_in_time_is_no_leak(kind: str, outcomes: Outcomes) -> None:
    assert outcomes[kind] == ""


def test_processes_left_behind_are_ended(outcomes: Outcomes) -> None:
    for kind in ("process", "process whose parent is gone"):
        found = re.search(r"process (\d+):", outcomes[kind])
        assert found, outcomes[kind]
        command = Path("/proc", found[1], "cmdline")
        assert not command.exists() or "time.sleep(6" not in command.read_text()


def test_what_others_share_is_not_blamed_on_a_test(tmp_path: Path) -> None:
    """Another test run or a panel on the same computer, whose files nobody maps at the moment."""
    source = """
        import os, time

        def test_meanwhile():
            before = set(os.listdir("/dev/shm"))
            end = time.monotonic() + 60
            while not any(name.startswith("twinpane-") for name in set(os.listdir("/dev/shm")) - before):
                assert time.monotonic() < end
        """
    ended = threading.Event()
    folders = [Path("/dev/shm") / f"twinpane-elsewhere-{os.getpid()}-{i}" for i in range(1000)]

    def share() -> None:
        for folder in folders:
            folder.mkdir()
            (folder / "table").write_bytes(bytes(8))
            if ended.wait(0.1):
                return

    other = threading.Thread(target=share)
    other.start()
    try:
        assert run_inner(tmp_path, {"meanwhile": source}) == {"meanwhile": ""}
    finally:
        ended.set()
        other.join()
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)


def test_the_folder_of_a_run_that_was_killed_is_removed_by_the_next() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, running = (
        Path("/dev/shm") / f"twinpane-test-{pid}-{os.getpid()}" for pid in (gone.pid, os.getppid())
    )
    for folder in (left, running):
        folder.mkdir()
    made = leftovers.new_folder()
    try:
        assert not left.exists()
        assert running.exists()
        assert made.is_dir()
    finally:
        for folder in (left, running, made):
            shutil.rmtree(folder, ignore_errors=True)
