from __future__ import annotations

import sys
from pathlib import Path

import pytest

import hmi
from hmi.config.lookup import NotFoundError, Places, find_site


def a_site(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "site.yaml").write_text("")
    return folder


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """An installation below ``tmp_path/lib`` with nothing in it, and two configuration folders."""
    (tmp_path / "lib" / "hmi").mkdir(parents=True)
    return Places({}, (tmp_path / "personal", tmp_path / "system"), tmp_path / "lib" / "hmi")


def test_order_of_preference(tmp_path: Path, places: Places) -> None:
    with pytest.raises(NotFoundError, match=r"--site or TWINPANE_SITE"):
        find_site(places=places)
    for folder in ("lib/tags/demo", "lib/hmi/_data/tags/demo", "system/site", "personal/site"):
        site = a_site(tmp_path / folder)
        assert find_site(places=places) == site
    named = a_site(tmp_path / "named")
    environment = Places({"TWINPANE_SITE": str(named)}, places.configuration, places.package)
    assert find_site(places=environment) == named
    given = a_site(tmp_path / "given")
    assert find_site(given, environment) == given


def test_what_was_named_is_not_replaced_by_another(tmp_path: Path, places: Places) -> None:
    a_site(tmp_path / "personal" / "site")
    with pytest.raises(NotFoundError, match=r"--site names .*none, expected a folder with site\.yaml"):
        find_site(tmp_path / "none", places)
    environment = Places({"TWINPANE_SITE": str(tmp_path)}, places.configuration, places.package)
    with pytest.raises(NotFoundError, match=r"TWINPANE_SITE names"):
        find_site(places=environment)


def test_packaged_copy_before_repository_root(tmp_path: Path, places: Places) -> None:
    root = a_site(tmp_path / "lib" / "tags" / "demo")
    assert find_site(places=places) == root
    packaged = a_site(tmp_path / "lib" / "hmi" / "_data" / "tags" / "demo")
    assert find_site(places=places) == packaged


def test_this_repository_has_the_demo_site() -> None:
    package = Path(hmi.__file__).parent
    nowhere = Places({}, (), package)
    assert find_site(places=nowhere) in (package.parent / "tags/demo", package / "_data/tags/demo")


@pytest.mark.parametrize(
    ("environment", "first"),
    [
        ({"HOME": "/home/x"}, "/home/x/.config/twinpane/site"),
        ({"HOME": "/home/x", "XDG_CONFIG_HOME": "/cfg"}, "/cfg/twinpane/site"),
        ({"HOME": "/home/x", "XDG_CONFIG_HOME": "relative"}, "/home/x/.config/twinpane/site"),
    ],
)
def test_xdg(environment: dict[str, str], first: str) -> None:
    assert sys.platform != "win32", "the folders of Windows are APPDATA and PROGRAMDATA"
    candidates = Places(environment).candidates()
    assert candidates[:2] == [Path(first), Path("/etc/twinpane/site")]
