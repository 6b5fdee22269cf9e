"""The wheel of this checkout in a fresh environment, and plugins from other folders."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.seam.installation import HERE, Installation, author_copy

ROOT = HERE.parents[1]
collect_ignore = ["plugin"]  # a project of its own: its tests run where it is installed

_SOURCES = ("hmi", "tags", "screens", "pyproject.toml", "README.md", "LICENSE", "CHANGELOG.md")
_OURS = re.compile(r"(?i)(_*editable.*|twinpane.*|.*\.pth)")


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout, built from a copy so that no build files fall into it."""
    copy, out = tmp_path_factory.mktemp("export"), tmp_path_factory.mktemp("dist")
    for name in _SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=shutil.ignore_patterns("__pycache__", ".*_cache"))
        else:
            shutil.copy(source, copy / name)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(copy)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.glob("twinpane-*.whl")
    return made


@pytest.fixture(scope="session")
def installation(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel and the coolant tank's plugin, in an environment that reaches our libraries but not us."""
    folder = tmp_path_factory.mktemp("installed")
    libraries = folder / "libraries"
    libraries.mkdir()
    for entry in {Path(sysconfig.get_path(kind)) for kind in ("purelib", "platlib")}:
        for each in entry.iterdir():
            if not _OURS.fullmatch(each.name):
                (libraries / each.name).symlink_to(each)
    venv.create(folder / "venv", with_pip=False, symlinks=True)
    python = folder / "venv" / "bin" / "python"
    site_packages = sysconfig.get_path("purelib", "venv", {"base": str(folder / "venv")})
    (Path(site_packages) / "libraries.pth").write_text(f"{libraries}\n")
    work = tmp_path_factory.mktemp("work")
    made = Installation(folder, python, work)
    made.install(wheel, author_copy(tmp_path_factory.mktemp("author")))
    return made


@pytest.fixture(scope="session")
def with_bad_plugins(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """Two more plugins: one whose import raises, and one of an API that is not there yet."""
    dongle = author_copy(tmp_path_factory.mktemp("author"), "dongle_press")
    (dongle / "src/twinpane_dongle_press/__init__.py").write_text('raise RuntimeError("no dongle found")\n')
    newer = author_copy(tmp_path_factory.mktemp("author"), "newer_saw")
    described = newer / "src/twinpane_newer_saw/machine.yaml"
    described.write_text(described.read_text().replace("api_version: 1", "api_version: 99"))
    more = tmp_path_factory.mktemp("more")
    installation.install(dongle, newer, into=more)
    return Installation(installation.folder, installation.python, installation.work, (more,))


@pytest.fixture
def processes() -> Iterator[list[subprocess.Popen[str]]]:
    """Processes that a test has started; they are ended after it."""
    started: list[subprocess.Popen[str]] = []
    yield started
    for process in reversed(started):
        process.terminate()
    for process in reversed(started):
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
