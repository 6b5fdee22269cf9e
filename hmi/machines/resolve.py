"""A site folder and the machine plugins → the configuration epoch.

What is wrong in the site's own file is fatal, with every mistake told. What is wrong with a plugin's values
puts its machines into quarantine, by name, and the others go on; what is wrong with its pictures and texts
alone is left out, and its machines run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from hmi.config.epoch import Epoch, Machine, Quarantined
from hmi.config.problems import ConfigurationError, Problem, listing, suggestion
from hmi.config.salvage import without_echoes
from hmi.config.site import Site, SiteMachine
from hmi.config.tags import Tag
from hmi.config.yaml_file import Loaded, load
from hmi.machines.discovery import Discovery, discover, quarantine_cause
from hmi.machines.endpoints import override_endpoints
from hmi.machines.files import PluginFiles, load_plugin, load_texts, texts_of
from hmi.machines.lint import same_device, unsound
from hmi.machines.overrides import apply_overrides
from hmi.machines.plugin import MachinePlugin
from hmi.machines.simulators import PluginCodeError, load_code
from hmi.machines.site_machine import misfits, site_machine, site_tags

SITE: Final = "site.yaml"


@dataclass(frozen=True, slots=True)
class Resolution:
    """The epoch, the mistakes that did not keep it from being made, and each machine's plugin.

    ``folders`` are those whose files it was made of, or would be if they were right.
    """

    epoch: Epoch
    problems: tuple[Problem, ...] = ()
    plugins: Mapping[str, MachinePlugin] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()


def resolve_site(
    site: Path,
    *,
    endpoint_overrides: Mapping[str, str] | None = None,
    simulated: bool = False,
    plugins: Sequence[MachinePlugin] | None = None,
    import_code: bool = True,
) -> Resolution:
    """Resolve the site folder ``site``.

    ``endpoint_overrides``: ``machine.endpoint`` → address; ``simulated``: they lead to simulators; see
    `hmi.machines.endpoints`.
    ``plugins``: instead of those that `discover` finds. ``import_code``: whether the Python of the
    plugins that the site uses is imported, so that one that fails is quarantined now, not when used.

    Raises:
        ConfigurationError: mistakes in site.yaml, all of them, and with them those in other files.
        ValueError: an endpoint override that fits nothing.
    """
    whole = load(site / SITE, Site, "site")
    loaded = whole.left()
    if loaded.model is None:
        raise ConfigurationError(whole.problems)
    model = loaded.model
    if not whole.problems:
        model = override_endpoints(model, endpoint_overrides or {}, simulated=simulated)
    given = {each.id: each.folder for each in plugins or ()}
    found = discover(site) if plugins is None else Discovery(tuple(plugins), (), given)
    texts, misplaced = load_texts(site / "texts")
    work = _Work(loaded, found, import_code, list(found.quarantined))
    work.fatal += [*_duplicates(loaded), *same_device.check(loaded)]
    for position, machine in enumerate(model.machines):
        work.add(position, machine, model)
    flaws = {*work.flaws, *misplaced, *(each for file in texts.values() for each in file.problems)}
    problems = {*work.problems, *flaws}
    if work.fatal or whole.problems:
        missing = whole.remains.missing if whole.remains else ()
        told = without_echoes((*work.fatal, *problems), missing)
        raise ConfigurationError((*whole.problems, *told))
    epoch = Epoch(
        site=model.id,
        name=model.name,
        language=model.language,
        shifts=model.shifts,
        recording=model.recording,
        machines=tuple(work.machines),
        tags=tuple(work.tags),
        texts=texts_of({language: each.left() for language, each in texts.items()}),
        quarantined=tuple(work.quarantined),
        flaws=tuple(map(str, sorted(flaws))),
    )
    named = {found.folders[each.plugin] for each in model.machines if each.plugin in found.folders}
    return Resolution(epoch, tuple(sorted(problems)), work.used, (site, *sorted(named)))


def _duplicates(site: Loaded[Site]) -> list[Problem]:
    assert site.model is not None  # noqa: S101 - refused before
    ids = [machine.id for machine in site.model.machines]
    return [
        site.problem(f"machines.{i}.id: {name} stands twice, expected another id", "machines", i, "id")
        for i, name in enumerate(ids)
        if name in ids[:i]
    ]


@dataclass(slots=True)
class _Work:
    """What has been resolved so far."""

    site: Loaded[Site]
    found: Discovery
    import_code: bool
    quarantined: list[Quarantined]
    machines: list[Machine] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    fatal: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    flaws: list[Problem] = field(default_factory=list)
    used: dict[str, MachinePlugin] = field(default_factory=dict)
    _files: dict[str, PluginFiles | str] = field(default_factory=dict)

    def add(self, position: int, machine: SiteMachine, site: Site) -> None:
        """Resolve one machine, or put it into quarantine, or find the site file at fault."""
        plugin = next((each for each in self.found.plugins if each.id == machine.plugin), None)
        files = self._sound_files(plugin) if plugin else self._no_plugin(position, machine)
        if plugin is None or isinstance(files, str):
            self.quarantined.append(Quarantined(name=machine.id, cause=str(files)))
            return
        files, wrong = apply_overrides(files, self.site, position, machine)
        wrong += misfits(files, self.site, position, machine)
        if wrong:
            self.fatal += wrong
            return
        made = site_machine(machine, site, plugin, files)
        self.machines.append(made)
        self.tags += site_tags(made, files)
        self.used[machine.id] = plugin

    def _no_plugin(self, position: int, machine: SiteMachine) -> str:
        for each in self.found.quarantined:
            if each.name == machine.plugin:
                return f"its plugin {each.name} is quarantined: {each.cause}"
        ids = [each.id for each in self.found.plugins]
        hint = (
            suggestion(machine.plugin, ids) or f", expected one of {listing(ids) or 'those installed: none'}"
        )
        text = f"the plugin `{machine.plugin}` is not installed{hint}"
        place = ("machines", position, "plugin")
        self.problems.append(self.site.problem(f"{'.'.join(map(str, place))}: {text}", *place))
        return text

    def _sound_files(self, plugin: MachinePlugin) -> PluginFiles | str:
        """The plugin's files, or why it cannot run; looked at once for all its machines."""
        if plugin.id not in self._files:
            self._files[plugin.id] = self._examine(plugin)
            cause = self._files[plugin.id]
            if isinstance(cause, str):
                self.quarantined.append(Quarantined(name=plugin.id, cause=cause))
        files = self._files[plugin.id]
        return f"its plugin {plugin.id} is quarantined: {files}" if isinstance(files, str) else files

    def _examine(self, plugin: MachinePlugin) -> PluginFiles | str:
        files = load_plugin(plugin.folder)
        problems = sorted(set(unsound(files)))
        if vital := [each for each in problems if files.vital(each)]:
            self.problems += problems
            return quarantine_cause(vital)
        self.flaws += problems
        files = files.without(problems)
        if self.import_code:
            try:
                load_code(plugin)
            except PluginCodeError as error:
                return str(error)
        return files
