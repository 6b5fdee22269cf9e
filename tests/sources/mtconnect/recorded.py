"""The recorded answers of a real agent, and what most tests make of them."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

import yaml

from hmi.config.tags import Tag
from hmi.machines.wire import wire_type
from hmi.sources.mtconnect.devices import DeviceModel, read_devices
from hmi.sources.mtconnect.discovery import Proposal, propose
from hmi.sources.mtconnect.streams import Streams
from hmi.sources.mtconnect.xml import Document

DATA = Path(__file__).with_name("data")


class All(Container[str]):
    """Every item is wanted."""

    def __contains__(self, _item: object) -> bool:
        return True


def body(name: str) -> bytes:
    return (DATA / name).read_bytes().partition(b"\r\n\r\n")[2]


def streams(text: bytes, since: int = 0, pieces: int = 4096) -> Streams:
    reader = Streams(All(), since)
    document = Document(reader)
    for at in range(0, len(text), pieces):
        document.feed(text[at : at + pieces])
    document.close()
    return reader


def model() -> DeviceModel:
    return read_devices(body("probe.http"))


def tags(of: DeviceModel, device: str | None = None) -> list[tuple[int, Tag]]:
    """The proposed tags as an epoch would have them."""
    found = []
    for index, (name, entry) in enumerate(propose(of, device).tags.items()):
        address = entry.address.mtconnect
        fields = {key: value for key, value in dict(entry).items() if key != "address"}
        wire = wire_type(entry, address)
        found.append(
            (index, Tag(id=f"m/{name}", machine="m", name=name, wire=wire, address=address, **fields))
        )
    return found


def write_plugin(folder: Path, proposal: Proposal) -> Path:
    """A machine plugin of YAML alone with the proposed tags."""
    files = {
        "machine.yaml": {
            "schema": "twinpane.machine/1",
            "id": folder.name,
            "api_version": 1,
            "protocols": ["mtconnect"],
            "headline": [next(iter(proposal.tags))],
        },
        "tags.yaml": {
            "schema": "twinpane.tags/1",
            "tags": {
                name: tag.model_dump(mode="json", exclude_defaults=True)
                for name, tag in proposal.tags.items()
            },
        },
        "texts/en.yaml": {"schema": "twinpane.texts/1", "texts": {"type.name": "Made", **proposal.texts}},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(content, allow_unicode=True, sort_keys=False)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def write_site(site: Path, model: bytes, port: int, *, by_component: bool = False) -> None:
    """A site with one machine, ``mill7``, of the tags that are proposed for a device file of a Haas mill."""
    write_plugin(site / "machines" / "mill", propose(read_devices(model), by_component=by_component))
    (site / "texts").mkdir()
    endpoint = {"protocol": "mtconnect", "url": f"http://127.0.0.1:{port}/", "device": "Haas_1"}
    machine = {"id": "mill7", "plugin": "mill", "name": "machine.mill7", "endpoints": {"main": endpoint}}
    content = {"schema": "twinpane.site/1", "id": "works", "machines": [machine]}
    (site / "site.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
    texts = {"schema": "twinpane.texts/1", "texts": {"site.name": "Works", "machine.mill7": "Mill 7"}}
    (site / "texts" / "en.yaml").write_text(yaml.safe_dump(texts, sort_keys=False))
