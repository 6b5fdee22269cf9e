"""Twinpane as a shop has it: an environment of its own, outside the repository, and a plugin's project."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Installation:
    """A virtual environment with the wheel in it, and a working directory outside the repository."""

    folder: Path
    python: Path
    work: Path
    paths: tuple[Path, ...] = ()
    """Further folders with installed distributions."""

    def environment(self, **more: str) -> dict[str, str]:
        """What a user's shell would have: nothing of this checkout."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name == "TWINPANE_TEST_PROCESS"
            or not name.startswith(("PYTHON", "TWINPANE_", "QT_", "VIRTUAL"))
        }
        kept |= {
            "HOME": str(self.work),
            "PATH": f"{self.python.parent}:{os.environ['PATH']}",
            "PYTHONPATH": ":".join(map(str, self.paths)),
            "QT_QPA_PLATFORM": "offscreen",
        }
        return kept | more

    def run(
        self,
        *command: str | Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> str:
        """Run a program of this environment; its standard output. It must end well."""
        words = [str(self.python.parent / command[0]), *map(str, command[1:])]
        environment = self.environment(**(env or {}))
        done = subprocess.run(
            words,
            cwd=cwd or self.work,
            env=environment,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
        assert done.returncode == 0, f"{words}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def start(self, *command: str | Path, env: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """Start a program of this environment; the caller ends it."""
        words = [str(self.python.parent / command[0]), *map(str, command[1:])]
        return subprocess.Popen(
            words, cwd=self.work, env=self.environment(**(env or {})), stdout=subprocess.PIPE, text=True
        )

    def install(self, *what: Path, into: Path | None = None) -> None:
        """Build and install, from no index and without dependencies."""
        where = ["--target", str(into)] if into else []
        options = ["--no-deps", "--no-index", "--ignore-installed", "--no-build-isolation", "--quiet"]
        self.run("python", "-m", "pip", "--disable-pip-version-check", "install", *options, *where, *what)


def author_copy(folder: Path, plugin: str = "coolant_tank") -> Path:
    """The plugin's project in a folder of its author's, under another id where one is given."""
    project = folder / plugin
    shutil.copytree(HERE / "plugin", project, ignore=shutil.ignore_patterns("__pycache__"))
    if plugin != "coolant_tank":
        (project / "src/twinpane_coolant_tank").rename(project / f"src/twinpane_{plugin}")
        for file in (project / "pyproject.toml", project / f"src/twinpane_{plugin}/machine.yaml"):
            text = file.read_text().replace("coolant_tank", plugin)
            file.write_text(text.replace("coolant-tank", plugin.replace("_", "-")))
    return project


def write_site(folder: Path, machines: Sequence[tuple[str, str, int]]) -> Path:
    """A site of (machine id, plugin, Modbus port)."""
    lines = ["schema: twinpane.site/1", "id: seam", "machines:"]
    texts = ["schema: twinpane.texts/1", "texts:", "  site.name: Seam"]
    for name, plugin, port in machines:
        lines += [f"  - id: {name}", f"    plugin: {plugin}", f"    name: machine.{name}", "    endpoints:"]
        lines += [f"      main: {{protocol: modbus, host: 127.0.0.1, port: {port}}}"]
        texts += [f"  machine.{name}: Machine {name}"]
    (folder / "texts").mkdir(parents=True)
    (folder / "site.yaml").write_text("\n".join(lines) + "\n")
    (folder / "texts" / "en.yaml").write_text("\n".join(texts) + "\n")
    return folder
