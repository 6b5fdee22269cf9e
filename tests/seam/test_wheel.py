"""What is in the wheel, and that an installation of it finds its own data."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

from tests.seam.conftest import ROOT
from tests.seam.installation import Installation


def test_everything_that_is_shipped_is_in_it(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    shipped = {
        each.relative_to(ROOT)
        for pattern in ("hmi/docs/**/*.md", "hmi/present/texts/*.yaml", "hmi/ui/fonts/*")
        for each in ROOT.glob(pattern)
    }
    assert {each.suffix for each in shipped} >= {".md", ".yaml", ".otf"}
    assert not {str(each) for each in shipped} - names
    assert "hmi/py.typed" in names
    for folder in ("tags", "screens"):
        data = {
            f"hmi/_data/{each.relative_to(ROOT)}" for each in (ROOT / folder).rglob("*") if each.is_file()
        }
        assert data
        assert not data - names


def test_nothing_else_is_in_it(wheel: Path) -> None:
    tops = {name.split("/")[0] for name in zipfile.ZipFile(wheel).namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"hmi"}


def test_it_is_the_installed_one_that_runs_and_it_finds_its_demo_site(installation: Installation) -> None:
    code = (
        "import hmi, json; from hmi.config.lookup import find_site;"
        "print(json.dumps([hmi.__file__, str(find_site())]))"
    )
    places = [Path(each) for each in json.loads(installation.run("python", "-c", code))]
    assert all(each.is_relative_to(installation.folder / "venv") for each in places), places
    assert places[1].parts[-4:] == ("hmi", "_data", "tags", "demo")
    assert (places[1] / "site.yaml").is_file()


def test_its_commands_can_be_followed(installation: Installation) -> None:
    assert "twinpane" in installation.run("twinpane", "--version")
    shown = installation.run("twinpane", "--help")
    for command in ("demo", "engine", "panel", "lint", "machines", "simulate", "bench"):
        assert command in shown
