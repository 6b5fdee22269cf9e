"""One machine of a site with its plugin's sound files → its part of the epoch."""

from __future__ import annotations

from typing import Final

from hmi.config.epoch import Machine
from hmi.config.problems import Problem, listing
from hmi.config.site import Site, SiteMachine
from hmi.config.tags import Tag, TagDescription
from hmi.config.yaml_file import Loaded
from hmi.machines.derived_age import max_ages
from hmi.machines.files import PluginFiles, texts_of
from hmi.machines.lint import calibration
from hmi.machines.plugin import MachinePlugin
from hmi.machines.wire import wire_type
from hmi.model.identity import tag_id

_DESCRIBED: Final = frozenset(TagDescription.model_fields)


def misfits(files: PluginFiles, site: Loaded[Site], position: int, machine: SiteMachine) -> list[Problem]:
    """Endpoints that the tags need and the site lacks, or reaches by a protocol that they have not;
    calibrations that do not fit the machine's geometry.
    """
    at = ("machines", position, "endpoints")
    place = ".".join(map(str, at))
    needed: dict[str, list[str]] = {}
    for name, tag in files.entries.items():
        if tag.derived is None:
            needed.setdefault(tag.endpoint, []).append(name)
    problems = []
    for endpoint, names in needed.items():
        if endpoint not in machine.endpoints:
            text = f"{place}: no endpoint `{endpoint}`, expected one for the tags {listing(names, 5)}"
            problems.append(site.problem(text, *at))
            continue
        protocol = machine.endpoints[endpoint].protocol
        if text := _unreachable(files, names, protocol):
            text = f"{place}.{endpoint}.protocol: {machine.plugin} has {text}"
            problems.append(site.problem(text, *at, endpoint, "protocol"))
    for endpoint in machine.endpoints:
        if endpoint not in needed:
            text = f"{place}.{endpoint}: no tag uses this endpoint, expected one of {listing(sorted(needed))}"
            problems.append(site.problem(text, *at, endpoint))
    return [*problems, *calibration.of_machine(files, site, position, machine)]


def _unreachable(files: PluginFiles, names: list[str], protocol: str) -> str:
    addresses = {name: files.entries[name].address for name in names}
    lacking = [name for name, each in addresses.items() if each.of(protocol) is None]
    if not lacking:
        return ""
    given = sorted({each for name in lacking for each, address in addresses[name] if address is not None})
    return f"no {protocol} address for {listing(lacking, 5)}, expected {' or '.join(given)}"


def site_machine(machine: SiteMachine, site: Site, plugin: MachinePlugin, files: PluginFiles) -> Machine:
    """The machine of an epoch: the site's part and the plugin's together."""
    assert files.type.model is not None  # noqa: S101 - the files were found sound
    geometry = files.geometry.model if files.geometry else None
    if geometry is not None and machine.calibrations is not None:
        geometry = geometry.model_copy(update={"calibrations": machine.calibrations})
    return Machine(
        id=machine.id,
        name=machine.name,
        type=files.type.model,
        plugin_version=plugin.version,
        plugin_hash=plugin.hash,
        enterprise=site.enterprise,
        site=site.id,
        area=machine.area,
        line=machine.line,
        endpoints=machine.endpoints,
        geometry=geometry,
        screen=files.screen.model if files.screen else None,
        texts=texts_of(files.texts),
    )


def site_tags(machine: Machine, files: PluginFiles) -> list[Tag]:
    """The machine's tags, each with the one address that its endpoint's protocol uses."""
    tags = []
    ages = max_ages(files)
    for name, entry in files.entries.items():
        address = None
        if entry.derived is None:
            address = entry.address.of(machine.endpoints[entry.endpoint].protocol)
        described = {each: getattr(entry, each) for each in _DESCRIBED}
        described["max_age"] = ages[name]
        tags.append(
            Tag(
                **described,
                id=tag_id(machine.id, name),
                machine=machine.id,
                name=name,
                wire=wire_type(entry, address),
                address=address,
            )
        )
    return tags
