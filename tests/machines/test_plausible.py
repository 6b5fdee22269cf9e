"""What a site may say and hardly means: told by lint, with the place; what is only unusual is not."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from hmi.machines.lint.report import lint_site
from hmi.machines.resolve import resolve_site

OPCUA = "protocol: opcua\nurl: opc.tcp://plc:4840/\n"
LINE = "protocol: modbus\nserial: {{device: /dev/ttyS1, baud: {}}}\n"


def written(site: Path, *endpoints: str, more: str = "") -> Path:
    """The site with a press for each endpoint; ``more`` are keys of the last one."""
    text, texts = "schema: twinpane.site/1\nid: works\nmachines:\n", "site.name: Works"
    for i, endpoint in enumerate(endpoints):
        text += f"  - id: press{i}\n    plugin: press\n    name: machine.{i}\n    endpoints:\n      main:\n"
        text += textwrap.indent(endpoint, " " * 8)
        texts += f", machine.{i}: Press {i}"
    (site / "site.yaml").write_text(text + textwrap.indent(more, "    "))
    (site / "texts/en.yaml").write_text(f"schema: twinpane.texts/1\ntexts: {{{texts}}}\n")
    return site


def told(site: Path) -> list[str]:
    return [each.text for each in lint_site(site).problems]


@pytest.mark.parametrize(
    ("endpoint", "said"),
    [
        (
            OPCUA + "paces: {live: 50.0}\n",
            "paces.live: found 50 seconds, expected less than 10 (if milliseconds are meant: 0.05)",
        ),
        (OPCUA + "paces: {normal: 200}\n", "paces.normal: found 200 seconds, expected less than 60"),
        (OPCUA + "paces: {slow: 1000}\n", "paces.slow: found 1000 seconds, expected less than 900"),
        (OPCUA + "publishing: 10\n", "publishing: found 10 seconds, expected less than 10"),
        (OPCUA + "timeout: 2000\n", "timeout: found 2000 seconds, expected less than 60"),
        (LINE.format(19201), "serial.baud: found 19201, did you mean 19200?"),
        *((LINE.format(rate), "") for rate in (9000, 56_000, 57_600, 125_000, 128_000, 250_000, 256_000)),
        (LINE.format(187_500), ""),
        (OPCUA + "paces: {live: 5, normal: 30, slow: 600}\ntimeout: 30\n", ""),
    ],
)
def test_one_slip_is_told_at_its_place_and_keeps_nothing_from_running(
    site: Path, endpoint: str, said: str
) -> None:
    written(site, endpoint)
    expected = [f"machines.0.endpoints.main.{said}"] if said else []
    assert [text[: len(expected[0])] if expected else text for text in told(site)] == expected
    assert len(resolve_site(site).epoch.machines) == 1, "the engine does as the file says"


@pytest.mark.parametrize(
    ("one", "other", "more", "same"),
    [
        (LINE.format(9600), LINE.format(9600), "", True),
        (LINE.format(9600) + "unit: 3\n", LINE.format(9600) + "unit: 3\n", "", True),
        (LINE.format(9600), LINE.format(9600) + "unit: 1\n", "", True),
        (LINE.format(9600), LINE.format(9600) + "unit: 2\n", "", False),
        ("protocol: modbus\nhost: plc\n", "protocol: modbus\nhost: PLC\nport: 502\n", "", True),
        ("protocol: modbus\nhost: plc\n", "protocol: modbus\nhost: plc\nport: 503\n", "", False),
        (OPCUA, OPCUA, "", True),
        (OPCUA, OPCUA.replace("4840", "4841"), "", False),
        (OPCUA, OPCUA, "tags: {force: {address: {opcua: {node: 'nsu=urn:press;s=Force2'}}}}\n", False),
    ],
)
def test_two_machines_of_one_type_on_one_device(
    site: Path, one: str, other: str, more: str, same: bool
) -> None:
    problems = lint_site(written(site, one, other, more=more)).problems
    texts = [each.text for each in problems if "leads to the same device" in each.text]
    assert bool(texts) is same, problems
    if same:
        (text,) = texts
        assert text.startswith(
            "machines.1.endpoints.main: leads to the same device as machines.0.endpoints.main"
        )
        assert "(site.yaml:8)" in text
