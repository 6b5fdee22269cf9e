"""The register map of README.md, made from tags.yaml. Run as a script it writes the table anew."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent.parent
TAGS = FOLDER / "src" / "twinpane_anodizing_line" / "tags.yaml"
TEXTS = FOLDER / "src" / "twinpane_anodizing_line" / "texts" / "en.yaml"
README = FOLDER / "README.md"
BEGIN, END = "<!-- registers -->\n", "<!-- /registers -->"
TABLES = ("coil", "discrete_input", "holding_register", "input_register")


def table() -> str:
    """The Markdown table, by Modbus table and address."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    tags = yaml.safe_load(TAGS.read_text())["tags"]
    texts = yaml.safe_load(TEXTS.read_text())["texts"]
    addressed = [(name, tag, tag["address"]["modbus"]) for name, tag in tags.items() if "address" in tag]
    addressed.sort(
        key=lambda each: (TABLES.index(each[2]["table"]), each[2]["address"], each[2].get("bit", 0))
    )
    yield "| table | address | format | gain | unit | tag | meaning |"
    yield "|---|---|---|---|---|---|---|"
    for name, tag, address in addressed:
        kind = address["format"]
        place = str(address["address"])
        match kind:
            case "string":
                kind += f", {address['length']} registers"
            case "bits":
                last = address["bit"] + address.get("bits", 1) - 1
                place += f".{address['bit']}" + (f"–{last}" if last > address["bit"] else "")
        if "order" in address:
            kind += f" {address['order']}"
        gain = tag.get("scaling", {}).get("gain", 1)
        write = ", writable" if tag.get("access") == "write" else ""
        yield (
            f"| {address['table']} | {place} | {kind} | {gain:g} | {tag.get('unit', '')} | `{name}` "
            f"| {texts[f'tag.{name}']}{write} |"
        )


def in_readme() -> str:
    """The table as it stands in README.md."""
    return README.read_text().split(BEGIN)[1].split(END)[0]


if __name__ == "__main__":
    before, rest = README.read_text().split(BEGIN)
    if "--check" in sys.argv:
        sys.exit(in_readme() != table() and f"{README} is not of this tags.yaml: run {__file__}")
    README.write_text(before + BEGIN + table() + END + rest.split(END)[1])
