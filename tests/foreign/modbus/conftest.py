"""Builds the devices over libmodbus, once for a test run."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

SOURCE = Path(__file__).with_name("slave.c")


@pytest.fixture(scope="session")
def slave(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program ``slave.c``; fails where it cannot be built: a test left out proves nothing."""
    program = tmp_path_factory.mktemp("libmodbus") / "slave"
    needed = "apt-get install gcc libc6-dev libmodbus-dev"
    try:
        built = subprocess.run(
            ["cc", "-O1", "-o", str(program), str(SOURCE), "-lmodbus"],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        pytest.fail(f"no C compiler: {needed}")
    if built.returncode:
        pytest.fail(f"{SOURCE.name} cannot be built; it needs: {needed}\n{built.stderr}")
    return program
