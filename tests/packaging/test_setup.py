"""The set-up's shell functions: what they choose, what they say, and when they stop."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGING = Path(__file__).parents[2] / "packaging"


def shell(script: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    parts = ["progress.sh", "system_packages.sh", "environment.sh"]
    sourced = "\n".join(f". {PACKAGING / part}" for part in parts)
    return subprocess.run(
        ["bash", "-c", f"{sourced}\n{script}", "set-up"],
        cwd=cwd,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def fake_python(folder: Path, name: str, version: str) -> Path:
    """A program that answers as a Python of that version would."""
    path = folder / name
    answer = f"[ $1 = - ] && echo {version}; exit 0" if version else "echo 'command not found' >&2; exit 127"
    path.write_text(f"#!/bin/sh\n{answer}\n")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("library", "package"),
    [
        ("libEGL.so.1", "libegl1"),
        ("libGL.so.1", "libgl1"),
        ("libdbus-1.so.3", "libdbus-1-3"),
        ("libfontconfig.so.1", "libfontconfig1"),
        ("libglib-2.0.so.0", "libglib2.0-0"),
        ("libwayland-client.so.0", "libwayland-client0"),
        ("libX11.so.6", "libx11-6"),
        ("libX11-xcb.so.1", "libx11-xcb1"),
        ("libxcb.so.1", "libxcb1"),
        ("libxcb-cursor.so.0", "libxcb-cursor0"),
        ("libxcb-icccm.so.4", "libxcb-icccm4"),
        ("libxcb-render-util.so.0", "libxcb-render-util0"),
        ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0"),
        ("libxkbcommon.so.0", "libxkbcommon0"),
    ],
)
def test_package_that_brings_a_library(library: str, package: str, tmp_path: Path) -> None:
    assert shell(f"package_of_library {library}", tmp_path).stdout.strip() == package


def test_running_python_is_recognised(tmp_path: Path) -> None:
    expected = "{}.{}".format(*sys.version_info)
    assert shell(f"python_version {sys.executable}", tmp_path).stdout.strip() == expected


def test_newest_python_that_works_is_chosen(tmp_path: Path) -> None:
    fake_python(tmp_path, "python3.13", "")  # a shim of a version that is not there
    newest = fake_python(tmp_path, "python3.12", "3.12")
    fake_python(tmp_path, "python3.11", "3.11")
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYENV_ROOT": str(tmp_path), "TWINPANE_PYTHON": ""}
    result = shell("choose_python; echo $python_chosen", tmp_path, **environment)
    assert result.stdout.strip() == f"3.12 {newest}", result.stderr


def pythons_told(folder: Path, pythons: list[str], chosen: str, *options: str) -> str:
    for version in ("3.11", "3.12", "3.13"):  # where one is not, a shim that fails, as on many a computer
        fake_python(folder, f"python{version}", version if version in pythons else "")
    fake_python(folder, "python3", "")
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "PYENV_ROOT": str(folder)}
    script = f"python_chosen='{chosen} /usr/bin/python'; pythons_told {' '.join(options)}"
    result = shell(script, folder, **environment)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_the_pythons_are_told_with_what_is_tested(tmp_path: Path) -> None:
    every = ["3.11", "3.12", "3.13"]
    assert pythons_told(tmp_path, every, "3.12") == (
        "Pythons found: 3.11 3.12 3.13; tested: 3.12; only with --full: 3.11 3.13"
    )
    assert pythons_told(tmp_path, every, "3.12", "--full") == "Pythons found and tested: 3.11 3.12 3.13"
    assert pythons_told(tmp_path, ["3.11"], "3.11") == (
        "Pythons found: 3.11; tested: 3.11; not found: 3.12 3.13"
    )
    # One that TWINPANE_PYTHON names need not be on the path.
    assert pythons_told(tmp_path, ["3.11"], "3.13", "--full") == (
        "Pythons found and tested: 3.11 3.13; not found: 3.12"
    )


def test_python_of_an_environment_stays(tmp_path: Path) -> None:
    (tmp_path / ".venv/bin").mkdir(parents=True)
    kept = fake_python(tmp_path / ".venv/bin", "python", "3.11")
    fake_python(tmp_path, "python3.13", "3.13")
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYENV_ROOT": str(tmp_path), "TWINPANE_PYTHON": ""}
    result = shell("choose_python; echo $python_chosen", tmp_path, **environment)
    assert result.stdout.strip() == f"3.11 {kept}", result.stderr


def test_python_named_by_a_person_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    broken = fake_python(tmp_path, "python", "")
    result = shell("choose_python", tmp_path, TWINPANE_PYTHON=str(broken))
    assert result.returncode == 3
    assert f"TWINPANE_PYTHON={broken}" in result.stderr


def test_environment_is_made_anew_for_other_locks_projects_and_plugins(tmp_path: Path) -> None:
    (tmp_path / "plugins/mill").mkdir(parents=True)
    for name in ("lock", "pyproject.toml", "plugins/mill/pyproject.toml"):
        (tmp_path / name).write_text(name)

    def key(version: str = "3.11") -> str:
        return shell(f"environment_key lock {version}", tmp_path).stdout

    keys = [key(), key("3.12")]
    for name in ("lock", "pyproject.toml", "plugins/mill/pyproject.toml"):
        (tmp_path / name).write_text(f"another {name}")
        keys.append(key())
    assert len(set(keys)) == len(keys)
    assert key() == keys[-1]


def test_failing_step_shows_the_end_of_its_log_and_what_to_do(tmp_path: Path) -> None:
    script = "step 'Baking' 'Look into the oven.' sh -c 'for i in $(seq 99); do echo line $i; done; exit 4'"
    result = shell(script, tmp_path)
    assert result.returncode == 1
    assert "| line 99\n" in result.stderr
    assert "line 3\n" not in result.stderr
    assert "Baking: failed (exit 4)" in result.stderr
    assert "Look into the oven." in result.stderr


def test_without_apt_the_packages_are_named(tmp_path: Path) -> None:
    # Only what the functions themselves need is on the path.
    for program in ("basename", "mktemp", "rm"):
        (tmp_path / program).symlink_to(f"/usr/bin/{program}")
    bash = "/bin/bash"
    sourced = f". {PACKAGING}/progress.sh; . {PACKAGING}/system_packages.sh"
    result = subprocess.run(
        [bash, "-c", f"{sourced}; install_packages 'No oven.' libegl1 xvfb", "set-up"],
        env={"PATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 3
    assert "No oven." in result.stderr
    assert "libegl1 xvfb" in result.stderr


def test_nothing_of_a_step_outlives_the_set_up(tmp_path: Path) -> None:
    script = f"""
        ( sleep 1; kill -TERM $$ ) &
        step 'Waiting' 'Wait.' sh -c 'echo $$ >{tmp_path}/pid; exec sleep 300'
    """
    result = shell(script, tmp_path)
    assert result.returncode == 143
    assert not Path("/proc", (tmp_path / "pid").read_text().strip()).exists()


def test_programs_and_headers_that_lack_are_installed_by_their_packages_and_those_here_are_not(
    tmp_path: Path,
) -> None:
    here = tmp_path / "here.h"
    here.touch()
    script = f"""
        qt_libraries_missing() {{ :; }}
        install_packages() {{ echo "$@"; }}
        ensure_system_packages .venv bash=b {here}=libhere-dev none-such=program {tmp_path}/lacks.h=lib-dev
    """
    said = shell(script, tmp_path).stdout.strip()
    assert said == f"This system lacks: none-such {tmp_path}/lacks.h lib-dev program"
