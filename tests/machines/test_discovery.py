from __future__ import annotations

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from hmi.machines.discovery import Discovery, discover
from hmi.machines.plugin import hash_of

Install = Callable[..., Path]
Change = Callable[[str, str, str], None]


def ids(found: Discovery) -> set[str]:
    return {plugin.id for plugin in found.plugins}


def cause(found: Discovery, name: str) -> str:
    (quarantined,) = {each for each in found.quarantined if each.name == name}
    return quarantined.cause


def test_installed_without_importing(install: Install) -> None:
    folder = install("lathe", "raise RuntimeError('imported')")
    (plugin,) = [each for each in discover().plugins if each.id == "lathe"]
    assert (plugin.folder, plugin.version, plugin.module) == (folder, "1.2", "twinpane_lathe")
    assert plugin.origin == "twinpane-lathe 1.2"
    assert "twinpane_lathe" not in sys.modules


def test_editable_install(tmp_path: Path, install: Install) -> None:
    """The package lies elsewhere, reached by a path entry; metadata and entry point stay."""
    folder = install("lathe")
    elsewhere = tmp_path / "checkout" / "src"
    elsewhere.mkdir(parents=True)
    shutil.move(folder, elsewhere / "twinpane_lathe")
    sys.path.insert(
        0, str(elsewhere)
    )  # what the .pth file of an editable install does; undone by the fixture
    (plugin,) = [each for each in discover().plugins if each.id == "lathe"]
    assert plugin.folder == elsewhere / "twinpane_lathe"


def test_folders_of_a_site(site: Path, plugin_folder: Path) -> None:
    (plugin,) = [each for each in discover(site).plugins if each.id == "press"]
    assert (plugin.folder, plugin.version, plugin.module) == (plugin_folder, "", None)


def test_what_is_wrong_with_one_is_said_and_the_others_are_found(site: Path, install: Install) -> None:
    install("good")
    install("newer", files={"machine.yaml": "schema: twinpane.machine/1\nid: newer\napi_version: 2\n"
                            "protocols: [opcua]\nheadline: [a]\n"})  # fmt: skip
    install("broken", files={"machine.yaml": "schema: twinpane.machine/1\nid: [\n"})
    install("empty", files={"readme.md": ""})
    install("other", files={"machine.yaml": "schema: twinpane.machine/1\nid: someone\napi_version: 1\n"
                            "protocols: [opcua]\nheadline: [a]\n"})  # fmt: skip
    shutil.rmtree(install("gone"))
    install("stdlib", package="twinpane_stdlib")
    found = discover(site)
    assert {"good", "press", "stdlib"} <= ids(found)
    assert not {"newer", "broken", "empty", "other", "gone"} & ids(found)
    assert "machine.yaml:3: api_version: found 2, this Twinpane has 1" in cause(found, "newer")
    assert "machine.yaml:3: not YAML" in cause(found, "broken")
    assert "no machine.yaml" in cause(found, "empty")
    assert "machine.yaml:2: id: found someone, expected other" in cause(found, "other")
    assert "no machine.yaml" in cause(found, "gone")


def test_an_entry_point_must_name_a_package(install: Install) -> None:
    folder = install("lathe")
    points = folder.parent / "twinpane_lathe-1.2.dist-info" / "entry_points.txt"
    points.write_text("[twinpane]\nlathe = twinpane_lathe:plugin\n")
    assert "expected a package alone" in cause(discover(), "lathe")


def test_one_id_twice_is_neither(site: Path, install: Install) -> None:
    install("lathe")
    install("lathe", package="twinpane_lathe_of_another")
    install("press")
    found = discover(site)
    assert not {"lathe", "press"} & ids(found)
    assert "twinpane-lathe 1.2 and twinpane-lathe-of-another 1.2" in cause(found, "lathe")
    assert str(site / "machines" / "press") in cause(found, "press")


def test_hash_is_of_names_and_contents(plugin_folder: Path) -> None:
    first = hash_of(plugin_folder)
    (plugin_folder / "__pycache__").mkdir()
    (plugin_folder / "__pycache__" / "a.pyc").write_bytes(b"x")
    assert hash_of(plugin_folder) == first
    (plugin_folder / "a").write_bytes(b"bc")
    second = hash_of(plugin_folder)
    (plugin_folder / "a").rename(plugin_folder / "ab")
    (plugin_folder / "ab").write_bytes(b"c")
    assert len({first, second, hash_of(plugin_folder)}) == 3
