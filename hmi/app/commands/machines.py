"""``twinpane machines``: which machine types there are, and which machines the site has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from hmi.config.endpoints import Endpoint
from hmi.config.epoch import Epoch, Quarantined
from hmi.config.lookup import NotFoundError, find_site
from hmi.config.modbus import ModbusEndpoint
from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.opcua import OpcUaEndpoint
from hmi.config.problems import ConfigurationError
from hmi.machines.discovery import discover
from hmi.machines.files import load_plugin, texts_of
from hmi.machines.lint.texts import TYPE_NAME
from hmi.machines.plugin import MachinePlugin
from hmi.machines.resolve import resolve_site
from hmi.machines.simulators import PluginCodeError, load_code


@click.command("machines")
@click.option("--site", type=click.Path(path_type=Path), help="Site folder; else the one that is found.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(site: Path | None, as_json: bool) -> None:
    """List machine types (installed plugins and the site's own) and the machines of the site.

    Plugins that cannot be used are listed with the reason; that is no failure of this command.
    """
    try:
        folder = find_site(site)
        resolution = resolve_site(folder)
    except (NotFoundError, ConfigurationError) as error:
        raise click.ClickException(str(error)) from None
    epoch, found = resolution.epoch, discover(folder)
    quarantined = {each.name: each for each in (*epoch.quarantined, *_failing(found.plugins))}
    types = [_type(plugin) for plugin in found.plugins if plugin.id not in quarantined]
    machines = [_machine(epoch, each.id) for each in epoch.machines]
    if as_json:
        shown = {
            "types": types,
            "site": {"id": epoch.site, "folder": str(folder), "machines": machines},
            "quarantined": [each.model_dump() for each in quarantined.values()],
        }
        click.echo(json.dumps(shown, indent=2, ensure_ascii=False))
        return
    _print(
        "Machine types", [[str(each[key]) for key in ("id", "name", "speaks", "origin")] for each in types]
    )
    _print(f"Machines of site {epoch.site} ({folder})", [_line(each) for each in machines])
    if quarantined:
        _print("In quarantine", [[each.name, each.cause] for each in quarantined.values()])


def _failing(plugins: tuple[MachinePlugin, ...]) -> list[Quarantined]:
    failing = []
    for plugin in plugins:
        try:
            load_code(plugin)
        except PluginCodeError as error:
            failing.append(Quarantined(name=plugin.id, cause=str(error)))
    return failing


def _type(plugin: MachinePlugin) -> dict[str, Any]:
    files = load_plugin(plugin.folder)
    protocols = files.type.model.protocols if files.type.model else ()
    return {
        "id": plugin.id,
        "name": texts_of(files.texts).get("en", {}).get(TYPE_NAME, plugin.id),
        "version": plugin.version,
        "protocols": list(protocols),
        "speaks": ", ".join(protocols),
        "origin": plugin.origin,
        "folder": str(plugin.folder),
        "hash": plugin.hash,
        "problems": len(files.problems),
    }


def _machine(epoch: Epoch, machine_id: str) -> dict[str, Any]:
    machine = next(each for each in epoch.machines if each.id == machine_id)
    return {
        "id": machine.id,
        "name": epoch.texts.get(epoch.language, {}).get(machine.name, machine.id),
        "plugin": machine.type.id,
        "area": machine.area,
        "line": machine.line,
        "tags": len(epoch.tags_of(machine.id)),
        "endpoints": {name: _address(endpoint) for name, endpoint in machine.endpoints.items()},
    }


def _address(endpoint: Endpoint) -> str:
    match endpoint:
        case OpcUaEndpoint(url=url) | MtconnectEndpoint(url=url):
            return url
        case ModbusEndpoint(line=line):
            return f"modbus://{line}"
        case _:
            return endpoint.protocol


def _line(machine: dict[str, Any]) -> list[str]:
    endpoints = ", ".join(f"{name} {address}" for name, address in machine["endpoints"].items())
    return [machine["id"], machine["name"], machine["plugin"], f"{machine['tags']} tags", endpoints]


def _print(title: str, rows: list[list[str]]) -> None:
    click.echo(f"{title}: {'' if rows else 'none'}".rstrip())
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row[:-1], widths, strict=False)]
        click.echo("  " + "  ".join([*cells, row[-1]]))


if __name__ == "__main__":
    command()
