"""Finding machine plugins: distributions with an entry point, and folders of YAML in the site.

No plugin's Python is imported here, and no plugin can keep another from being found: what is wrong with
one is said as its quarantine. (pluggy's own entry-point loading imports, stops at the first failure,
and takes two plugins of one name.)
"""

from __future__ import annotations

import importlib.util
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from hmi.config.epoch import Quarantined
from hmi.config.machine import MachineType
from hmi.config.problems import Problem
from hmi.config.yaml_file import load
from hmi.machines.files import MACHINE
from hmi.machines.hookspecs import API_VERSION
from hmi.machines.plugin import MachinePlugin, hash_of

GROUP: Final = "twinpane"


@dataclass(frozen=True, slots=True)
class Discovery:
    """The plugins that can be used, and those that cannot with the reason.

    ``folders`` (plugin id → folder) are of all that have one, sound or not: where a repair may come.
    """

    plugins: tuple[MachinePlugin, ...]
    quarantined: tuple[Quarantined, ...] = ()
    folders: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Candidate:
    id: str
    folder: Path | None
    version: str
    module: str | None
    origin: str
    cause: str = ""


def discover(site: Path | None = None) -> Discovery:
    """All machine plugins of this Python and, where given, of a site folder (``machines/<id>/``)."""
    candidates = [*_installed(), *(_in_site(site) if site else ())]
    times = Counter(each.id for each in candidates)
    plugins, quarantined = [], []
    for each in candidates:
        cause = each.cause
        if times[each.id] > 1:
            origins = " and ".join(other.origin for other in candidates if other.id == each.id)
            cause = f"the id {each.id} is used more than once, by {origins}: expected one of them installed"
        elif not cause:
            cause = _unfit(each)
        if cause or each.folder is None:
            quarantined.append(Quarantined(name=each.id, cause=cause))
        else:
            try:
                digest = hash_of(each.folder)
            except OSError as error:
                quarantined.append(Quarantined(name=each.id, cause=f"its files cannot be read: {error}"))
                continue
            plugins.append(
                MachinePlugin(each.id, each.folder, each.version, digest, each.module, each.origin)
            )
    folders = {each.id: each.folder for each in candidates if each.folder is not None}
    return Discovery(tuple(plugins), tuple(dict.fromkeys(quarantined)), folders)


def quarantine_cause(problems: tuple[Problem, ...] | list[Problem]) -> str:
    """The first problem in full and the number of the others, for a line on a screen."""
    more = f" (and {len(problems) - 1} more; see `twinpane lint`)" if len(problems) > 1 else ""
    return f"{problems[0]}{more}"


def _installed() -> Iterator[_Candidate]:
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        origin = f"{point.dist.name} {point.dist.version}" if point.dist else point.value
        version = point.dist.version if point.dist else ""
        folder, cause = _folder_of(point)
        yield _Candidate(point.name, folder, version, point.module, origin, cause)


def _folder_of(point: EntryPoint) -> tuple[Path | None, str]:
    """The folder of an entry point's package and "", or None and why there is none."""
    if point.attr:
        return None, f"the entry point names {point.value}, expected a package alone"
    top, *below = point.module.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError) as error:
        return None, f"the package {top} cannot be located: {error}"
    for location in (spec.submodule_search_locations or ()) if spec else ():
        folder = Path(location, *below)
        if (folder / MACHINE).is_file():
            return folder, ""
    return None, f"the package {point.module} has no {MACHINE}, expected one in its folder"


def _in_site(site: Path) -> Iterator[_Candidate]:
    for file in sorted((site / "machines").glob(f"*/{MACHINE}")):
        yield _Candidate(file.parent.name, file.parent, "", None, str(file.parent))


def _unfit(candidate: _Candidate) -> str:
    """Why a plugin's machine.yaml rules it out, or ""."""
    assert candidate.folder is not None  # noqa: S101 - a candidate without a cause has a folder
    loaded = load(candidate.folder / MACHINE, MachineType, "machine")
    if loaded.model is None:
        return quarantine_cause(loaded.problems)
    if loaded.model.id != candidate.id:
        text = f"id: found {loaded.model.id}, expected {candidate.id}, the name by which it was found"
        return str(loaded.problem(text, "id"))
    if loaded.model.api_version != API_VERSION:
        text = f"api_version: found {loaded.model.api_version}, this Twinpane has {API_VERSION}"
        return str(
            loaded.problem(f"{text}: expected a plugin or a Twinpane of the same version", "api_version")
        )
    return ""
