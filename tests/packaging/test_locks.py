"""The locks name versions and hashes, no place to get them from, and all that the project asks for."""

import json
import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCKS = ["requirements.txt", "requirements-dev.txt"]
PYTHONS = ["3.11", "3.12", "3.13"]

Locked = dict[str, list[tuple[str, Marker | None, int]]]


def read(name: str) -> Locked:
    """Distribution → (version, marker, number of hashes), one for each marker."""
    text = (ROOT / "packaging" / name).read_text()
    entries = re.sub(r"^ *#.*\n", "", text, flags=re.M).replace("\\\n", " ").splitlines()
    found: Locked = {}
    for entry in entries:
        requirement = Requirement(entry.split(" --hash=")[0])
        (version,) = requirement.specifier
        assert version.operator == "=="
        hashes = len(re.findall(r"--hash=sha256:[0-9a-f]{64}(?=\s|$)", entry))
        found.setdefault(canonicalize_name(requirement.name), []).append(
            (version.version, requirement.marker, hashes)
        )
    return found


def wanted(groups: list[str]) -> Iterator[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    yield from map(Requirement, project["project"]["dependencies"])
    for group in groups:
        yield from (
            Requirement(each) for each in project["dependency-groups"][group] if isinstance(each, str)
        )
    for path in ROOT.glob("plugins/*/pyproject.toml"):
        yield from map(Requirement, tomllib.loads(path.read_text())["project"].get("dependencies", []))


@pytest.mark.parametrize("name", LOCKS)
def test_lock_names_no_place(name: str) -> None:
    text = (ROOT / "packaging" / name).read_text()
    assert "://" not in text
    options = [line for line in text.splitlines() if re.match(r"\s*-", line) and "--hash=" not in line]
    assert options == []


@pytest.mark.parametrize("name", LOCKS)
def test_every_entry_has_hashes(name: str) -> None:
    without = [dist for dist, entries in read(name).items() for _, _, hashes in entries if hashes == 0]
    assert without == []


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize(("name", "groups"), [(LOCKS[0], ["build"]), (LOCKS[1], ["build", "dev"])])
def test_lock_meets_what_is_asked_for(name: str, groups: list[str], python: str) -> None:
    environment = {"python_version": python, "python_full_version": f"{python}.5", "sys_platform": "linux"}
    locked = read(name)
    for requirement in wanted(groups):
        if requirement.name == "twinpane" or (
            requirement.marker and not requirement.marker.evaluate(environment)
        ):
            continue
        versions = [
            version
            for version, marker, _ in locked.get(canonicalize_name(requirement.name), [])
            if marker is None or marker.evaluate(environment)
        ]
        assert len(versions) == 1, f"{requirement} on Python {python}: {versions}; run packaging/lock"
        assert requirement.specifier.contains(versions[0], prereleases=True), "run packaging/lock"


@pytest.mark.parametrize("name", LOCKS)
def test_one_version_serves_all_pythons(name: str) -> None:
    assert {dist: entries for dist, entries in read(name).items() if len(entries) > 1} == {}


def test_what_is_tested_is_what_is_run() -> None:
    run, tested = (read(name) for name in LOCKS)
    for dist, entries in run.items():
        assert {version for version, _, _ in entries} == {version for version, _, _ in tested[dist]}


def test_what_a_panel_must_install_is_imported() -> None:
    sources = "\n".join(file.read_text() for file in (ROOT / "hmi").rglob("*.py"))
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", sources, flags=re.M))
    used = {
        canonicalize_name(dist)
        for module, dists in packages_distributions().items()
        if module in imported
        for dist in dists
    }
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    asked = {canonicalize_name(Requirement(each).name) for each in project["dependencies"]}
    assert asked - used == {"tzdata"}, "that one is no code: zoneinfo reads it where the system has none"


def test_the_lock_of_foreign_servers_names_no_place_and_has_hashes() -> None:
    text = (ROOT / "packaging" / "foreign" / "package-lock.json").read_text(encoding="utf-8")
    assert "://" not in text
    packages = json.loads(text)["packages"]
    assert len(packages) > 100
    without = [name for name, each in packages.items() if name and "integrity" not in each]
    assert without == []
