"""The demo site with one load machine more, as files of its own that a soak may save again and again."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click
import yaml

from hmi.app.bench.load_site import MACHINE, write_site
from hmi.config.lookup import find_site
from hmi.simulation.opcua_load import NAMESPACE

_ENDPOINT: Final = "main"


@dataclass(frozen=True, slots=True)
class Soaked:
    """``simulated``: machine → type of those with a simulator; ``shown`` the load tags on its screen."""

    folder: Path
    tags: int
    simulated: dict[str, str]
    protocols: dict[str, str]
    endpoint: str = _ENDPOINT

    def address(self, machine: str, port: int) -> str:
        """Its endpoint at another port of this computer, as ``--endpoint`` has it."""
        at = f"127.0.0.1:{port}"
        return f"opc.tcp://{at}/" if self.protocols[machine] == "opcua" else at

    def save_screen(self, turn: int) -> None:
        """Save the load machine's screen with its tiles in another order."""
        file = self.folder / "machines" / "load" / "screens" / "machine.yaml"
        screen = _read(file)
        screen["tiles"] = screen["tiles"][1:] + screen["tiles"][:1]
        _save(file, screen, turn)

    def save_tag(self, turn: int) -> None:
        """Save the load machine's tags with another age at which its last one is stale."""
        file = self.folder / "machines" / "load" / "tags.yaml"
        tags = _read(file)
        tags["tags"][f"t{self.tags - 1}"]["max_age"] = 2.0 + turn % 7
        _save(file, tags, turn)


def write_soaked(folder: Path, tags: int, publish_ms: float) -> Soaked:
    """Write the site; its addresses are given when it is run.

    Raises:
        click.ClickException: the demo site has a machine with other endpoints than one called main.
    """
    write_site(folder, "opc.tcp://127.0.0.1:4840/", NAMESPACE, tags, publish_ms)
    load = _read(folder / "site.yaml")["machines"]
    words = _read(folder / "texts" / "en.yaml")["texts"]
    demo = find_site(None)
    shutil.copytree(demo, folder, dirs_exist_ok=True)
    site = _read(folder / "site.yaml")
    if any(list(each["endpoints"]) != [_ENDPOINT] for each in site["machines"]):
        raise click.ClickException(f"{demo}: the soak knows machines with one endpoint, main, alone")
    simulated = {each["id"]: each["plugin"] for each in site["machines"]}
    site["machines"] += load
    _save(folder / "site.yaml", site)
    for file in (folder / "texts").glob("*.yaml"):
        texts = _read(file)
        texts["texts"].update({key: text for key, text in words.items() if key == f"machine.{MACHINE}"})
        _save(file, texts)
    protocols = {each["id"]: each["endpoints"][_ENDPOINT]["protocol"] for each in site["machines"]}
    return Soaked(folder, tags, simulated, protocols)


def _read(file: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return content


def _save(file: Path, content: dict[str, Any], turn: int = 0) -> None:
    """Put a whole file in place, as editors do, so that nobody reads half of it."""
    text = yaml.dump(
        content, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, default_flow_style=True
    )
    new = file.with_name(f".{file.name}.{turn}")
    new.write_text(text, encoding="utf-8")
    new.replace(file)
