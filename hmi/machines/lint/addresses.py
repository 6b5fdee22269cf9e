"""Every tag has one way to its value, and no two tags the same."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from hmi.config.addresses import Address
from hmi.config.modbus import ModbusAddress, ModbusFormat
from hmi.config.mtconnect import MtconnectAddress
from hmi.config.opcua import OpcUaAddress
from hmi.config.problems import Problem
from hmi.config.tags import TagEntry
from hmi.machines.files import PluginFiles
from hmi.machines.wire import misfit

_NODE_ID: Final = re.compile(
    r"(nsu=[^;]+;)?(i=[0-9]{1,10}|s=.+|g=[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}|b=[A-Za-z0-9+/]+=*)"
)
"""The text form of an ExpandedNodeId (OPC 10000-6, 5.3.1.11), without a server index."""

_PROTOCOLS = ("opcua", "modbus", "mtconnect", "simulated")


def check(files: PluginFiles) -> Iterator[Problem]:
    """Derived or addressed, the type fits the address, addresses and aliases are unique."""
    seen: dict[str, str] = {}
    names: dict[str, str] = dict.fromkeys(files.entries, "tag")
    yield from _check_protocols(files)
    spoken: dict[str, set[str]] = {}
    for tag in files.entries.values():
        spoken.setdefault(tag.endpoint, set()).update(p for p in _PROTOCOLS if tag.address.of(p))
    for name, tag in files.entries.items():
        yield from _check_way(files, name, tag, spoken)
        for protocol in _PROTOCOLS:
            address = tag.address.of(protocol)
            if address is None or protocol == "simulated":
                continue
            key = f"{tag.endpoint} {_key(address)}"
            path = ("tags", name, "address", protocol)
            if key in seen:
                text = f"{'.'.join(path)}: the address of `{seen[key]}` too, expected one tag for each"
                yield files.tags.problem(text, *path)
            seen.setdefault(key, name)
        for i, alias in enumerate(tag.aliases):
            if alias in names:
                text = f"tags.{name}.aliases.{i}: `{alias}` names another tag, expected an unused name"
                yield files.tags.problem(text, "tags", name, "aliases", i)
            names.setdefault(alias, "alias")


def _check_protocols(files: PluginFiles) -> Iterator[Problem]:
    """The protocols that machine.yaml names are those for which there are addresses."""
    if files.type.model is None or not files.entries or files.tags.problems:
        return
    for i, protocol in enumerate(files.type.model.protocols):
        if not any(tag.address.of(protocol) for tag in files.entries.values()):
            text = f"protocols.{i}: no tag has an address for {protocol}, expected addresses in tags.yaml"
            yield files.type.problem(text, "protocols", i)


def _check_way(
    files: PluginFiles, name: str, tag: TagEntry, spoken: Mapping[str, set[str]]
) -> Iterator[Problem]:
    given = [protocol for protocol in _PROTOCOLS if tag.address.of(protocol) is not None]
    if tag.derived is not None:
        if given:
            text = f"tags.{name}: both `derived` and `address`, expected one of them"
            yield files.tags.problem(text, "tags", name, "address")
        if tag.scaling is not None or tag.access == "write":
            text = f"tags.{name}: a derived tag has neither `scaling` nor write access, expected none"
            yield files.tags.problem(text, "tags", name, "derived")
        return
    expected = [each for each in _PROTOCOLS if each in spoken.get(tag.endpoint, ())]
    if missing := [each for each in expected or ("any protocol",) if each not in given]:
        others = ", as other tags of its endpoint have" if expected else ""
        text = f"tags.{name}: no address for {' and '.join(missing)}, expected one{others}"
        yield files.tags.problem(text, "tags", name, "address")
    for protocol in given:
        address = tag.address.of(protocol)
        if address is not None and (
            text := misfit(tag, address) or _no_node(address) or _no_writing(tag, address)
        ):
            yield files.tags.problem(f"tags.{name}: {text}", "tags", name, "address", protocol)


def _no_node(address: Address) -> str:
    if not isinstance(address, OpcUaAddress) or address.node is None or _NODE_ID.fullmatch(address.node):
        return ""
    expected = "nsu=<namespace URI>; and one of i=<number>, s=<text>, g=<GUID>, b=<base64>"
    return f"found the node '{address.node}', expected {expected}"


def _no_writing(tag: TagEntry, address: Address) -> str:
    if tag.access == "write" and isinstance(address, MtconnectAddress):
        return "write access over MTConnect, expected `access: read`: an agent takes no writes"
    return ""


def _key(address: Address) -> str:
    """What makes two addresses the same item of the device, however it is read."""
    if isinstance(address, ModbusAddress):
        key = f"{address.unit} {address.table} {address.address}"
        bits = address.format is ModbusFormat.BITS
        return f"{key} bit {address.bit}" if bits else key
    return address.model_dump_json()
