"""Two endpoints of one device that say different things of it are told by file and line, both places."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from hmi.config.problems import ConfigurationError
from hmi.machines.lint.report import lint_site
from hmi.machines.resolve import resolve_site

HEADER = "schema: twinpane.site/1\nid: works\nmachines:\n"
NAMES = (("press1", "one"), ("press2", "two"))


def two(site: Path, one: str, other: str) -> Path:
    """The site with two presses, each with its endpoint ``main``."""
    text = HEADER
    for (machine, name), endpoint in zip(NAMES, (one, other), strict=True):
        text += (
            f"  - id: {machine}\n    plugin: press\n    name: machine.{name}\n    endpoints:\n      main:\n"
        )
        text += textwrap.indent(endpoint, " " * 8)
    (site / "site.yaml").write_text(text, encoding="utf-8")
    (site / "texts/en.yaml").write_text(
        "schema: twinpane.texts/1\ntexts: {site.name: Works, machine.one: One, machine.two: Two}\n"
    )
    return site


def modbus(where: str) -> str:
    return f"protocol: modbus\n{where}\n"


def opcua(security: str = "{}", url: str = "opc.tcp://plc:4840/") -> str:
    return f"protocol: opcua\nurl: {url}\nsecurity: {security}\n"


SERIAL = "serial: {{device: {}, baud: {}, parity: even}}"
OPEN = "{{unsecured_because: The control is from {} and cannot.}}"


@pytest.mark.parametrize(
    ("one", "other", "key", "found", "device"),
    [
        (
            modbus(SERIAL.format("/dev/ttyS1", 9600)),
            modbus(SERIAL.format("/dev/ttyS1", 19200)),
            "serial.baud",
            ("9600", "19200"),
            "the line /dev/ttyS1",
        ),
        (
            modbus(SERIAL.format("/dev/ttyS1", 9600)),
            modbus(SERIAL.format("/dev//ttyS1", 9600)),
            "serial.device",
            ("/dev/ttyS1", "/dev//ttyS1"),
            "the line /dev/ttyS1",
        ),
        (
            modbus("host: gateway\nframing: rtu"),
            modbus("host: gateway\nframing: tcp"),
            "framing",
            ("rtu", "tcp"),
            "the line gateway:502",
        ),
        (
            opcua("{mode: sign_and_encrypt}"),
            opcua(OPEN.format(2009), "opc.tcp://PLC:4840"),
            "security",
            ("auto, sign_and_encrypt", "no security (`unsecured_because`)"),
            "the server opc.tcp://plc:4840",
        ),
        (
            opcua("{mode: sign}"),
            opcua("{check_host: false}"),
            "security",
            ("auto, sign", "auto, sign_and_encrypt, the host not checked"),
            "the server opc.tcp://plc:4840",
        ),
    ],
)
def test_one_device_described_in_two_ways(
    site: Path, one: str, other: str, key: str, found: tuple[str, str], device: str
) -> None:
    two(site, one, other)
    written = (site / "site.yaml").read_text().splitlines()
    first, second = (i for i, line in enumerate(written, 1) if f"{key.partition('.')[0]}:" in line)
    with pytest.raises(ConfigurationError) as caught:
        resolve_site(site)
    said = (
        f"machines.1.endpoints.main.{key}: found {found[1]}, but machines.0.endpoints.main has {found[0]} "
        f"(site.yaml:{first}), expected {device} described alike"
    )
    assert [(each.line, each.text) for each in caught.value.problems] == [(second, said)]
    assert set(caught.value.problems) <= set(lint_site(site).problems)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (modbus("host: gateway\nunit: 3"), modbus("host: gateway\nunit: 4\npipeline: 2")),
        (modbus("host: gateway"), modbus("host: gateway\nport: 503\nframing: rtu")),
        (modbus(SERIAL.format("/dev/ttyS1", 9600)), modbus(SERIAL.format("/dev/ttyS2", 19200))),
        (opcua(OPEN.format(2009)), opcua(OPEN.format(2010))),
        (opcua(), opcua("{mode: sign}", "opc.tcp://plc:4841/")),
        (opcua(), opcua() + "credentials: {environment: MILL}\ntimeout: 9.0\n"),
        (modbus("host: plc\nport: 4840"), opcua()),
    ],
)
def test_what_may_differ(site: Path, one: str, other: str) -> None:
    assert len(resolve_site(two(site, one, other)).epoch.machines) == 2
