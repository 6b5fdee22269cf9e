"""What ``twinpane lint`` looks at: plugin folders, site folders, or all that is installed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hmi.config.problems import ConfigurationError, Problem, listing
from hmi.config.site import Site
from hmi.config.yaml_file import load
from hmi.machines.discovery import Discovery, discover
from hmi.machines.files import MACHINE, load_plugin, load_texts
from hmi.machines.lint import all_problems, plausible
from hmi.machines.lint.texts import check_texts
from hmi.machines.plugin import MachinePlugin
from hmi.machines.resolve import SITE, resolve_site
from hmi.machines.simulators import PluginCodeError, load_code

_NOT_SOURCES: Final = frozenset((".git", "build", "dist", "node_modules", "__pycache__"))


@dataclass(frozen=True, slots=True)
class Report:
    """All problems of some files, sorted, and the files."""

    problems: tuple[Problem, ...] = ()
    files: frozenset[Path] = frozenset()
    notes: tuple[str, ...] = ()
    """What is wrong without being in a file: plugins that cannot be used at all."""

    def __add__(self, other: Report) -> Report:
        problems = sorted({*self.problems, *other.problems})
        notes = dict.fromkeys((*self.notes, *other.notes))
        return Report(tuple(problems), self.files | other.files, tuple(notes))


def lint_path(path: Path) -> Report:
    """A site folder (site.yaml), a plugin folder (machine.yaml), or a tree that holds some."""
    if path.is_file():
        path = path.parent
    if (path / SITE).is_file():
        return lint_site(path)
    report = Report()
    for folder in _folders_with(MACHINE, path):
        report += lint_plugin(folder)
    for folder in _folders_with(SITE, path):
        report += lint_site(folder)
    if not report.files:
        text = f"neither {SITE} nor {MACHINE} in this folder or below, expected one of them"
        report += Report((Problem(path, 1, text),))
    return report


def lint_plugin(folder: Path) -> Report:
    """One plugin folder, and its Python where it is that of an installed plugin."""
    files = load_plugin(folder)
    report = Report(tuple(all_problems(files)), frozenset(each.document.file for each in files.all()))
    installed = (each for each in discover().plugins if each.folder.resolve() == folder.resolve())
    return report + Report(tuple(_in_code(installed)))


def _in_code(plugins: Iterable[MachinePlugin]) -> Iterator[Problem]:
    """Plugins whose Python cannot be loaded."""
    for plugin in plugins:
        try:
            load_code(plugin)
        except PluginCodeError as error:
            text = f"{error} (plugin {plugin.id} of {plugin.origin}), expected a package that can be imported"
            yield Problem(error.file, error.line, " ".join(text.split()))


def lint_site(site: Path) -> Report:
    """A site folder: its own files, its tag overrides, and the plugin folders that it holds."""
    loaded = load(site / SITE, Site, "site").left()
    texts, _ = load_texts(site / "texts")
    files = {loaded.document.file, *(each.document.file for each in texts.values())}
    report = Report((), frozenset(files))
    try:
        problems = resolve_site(site, import_code=False).problems
    except ConfigurationError as error:
        problems = error.problems
    report += Report(problems) + Report(tuple(plausible.check(loaded)))
    if loaded.model is not None:
        ids = {loaded.model.name: "the site's name"}
        ids |= {machine.name: f"the name of machine {machine.id}" for machine in loaded.model.machines}
        report += Report(tuple(check_texts(ids, texts)))
        if loaded.model.language not in texts:
            language = loaded.model.language
            wanted = (
                f"one of {listing(sorted(texts))}"
                if texts
                else f"the file texts/{language}.yaml with those for {listing(list(ids))}"
            )
            text = f"language: there are no texts in `{language}`, expected {wanted}"
            report += Report((loaded.problem(text, "language"),))
        used = {machine.plugin for machine in loaded.model.machines}
        report += Report(tuple(_in_code(each for each in discover(site).plugins if each.id in used)))
    for folder in sorted((site / "machines").glob(f"*/{MACHINE}")):
        report += lint_plugin(folder.parent)
    return report


def lint_found(site: Path) -> Report:
    """A site and every machine plugin of this Python and of the site."""
    found: Discovery = discover(site)
    report = lint_site(site)
    for plugin in found.plugins:
        report += lint_plugin(plugin.folder)
    return report + Report(notes=tuple(f"plugin {each.name}: {each.cause}" for each in found.quarantined))


def _folders_with(name: str, path: Path) -> Iterator[Path]:
    if (path / name).is_file():
        yield path
        return
    for file in sorted(path.rglob(name)):
        below = file.relative_to(path).parts[:-1]
        hidden = any(part in _NOT_SOURCES or part.startswith(".") for part in below)
        # screens/machine.yaml has the same name and is another kind of file.
        if not hidden and below[-1:] != ("screens",):
            yield file.parent
