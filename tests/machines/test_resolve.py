from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hmi.config.epoch import Epoch
from hmi.config.modbus import ModbusAddress, ModbusEndpoint
from hmi.config.opcua import OpcUaAddress, OpcUaEndpoint
from hmi.config.problems import ConfigurationError
from hmi.link import epoch_text
from hmi.machines.discovery import discover
from hmi.machines.resolve import resolve_site
from hmi.model.values import ValueType

Change = Callable[[str, str, str], None]
MODBUS = "      main: {protocol: modbus, host: 127.0.0.1, port: 5020}\n"


def edit(site: Path, old: str, new: str) -> None:
    file = site / "site.yaml"
    text = file.read_text()
    assert text.count(old) == 1
    file.write_text(text.replace(old, new))


def over_modbus(site: Path) -> None:
    edit(site, '      main: {protocol: opcua, url: "opc.tcp://127.0.0.1:4840"}\n', MODBUS)


def fatal(site: Path) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        resolve_site(site)
    assert all(problem.file == site / "site.yaml" for problem in caught.value.problems)
    return [f"{problem.line}: {problem.text}" for problem in caught.value.problems]


def test_epoch_of_a_sound_site(site: Path) -> None:
    resolution = resolve_site(site)
    epoch = resolution.epoch
    assert resolution.problems == ()
    assert [tag.id for tag in epoch.tags] == [
        f"press1/{name}"
        for name in ("force", "state", "part_name", "left", "open", "pressure", "doubled", "place")
    ]
    (machine,) = epoch.machines
    assert (machine.id, machine.site, machine.type.id) == ("press1", "works", "press")
    assert machine.plugin_hash == resolution.plugins["press1"].hash
    assert machine.texts["en"]["type.name"] == "Press"
    assert epoch.texts["en"]["machine.press1"] == "Press 1"
    assert machine.geometry is not None
    assert machine.screen is not None
    assert all(isinstance(tag.address, OpcUaAddress) for tag in epoch.tags if tag.derived is None)
    assert [tag.address for tag in epoch.tags if tag.derived is not None] == [None] * 3


def test_a_derived_tag_goes_stale_no_later_than_any_tag_that_it_comes_from(
    site: Path, change: Change
) -> None:
    change("tags.yaml", "labels: {0: IDLE, 1: RUN}", "labels: {0: IDLE, 1: RUN}\n    max_age: 0.5")
    change("tags.yaml", "derived: force * 0.1", "derived: force * 0.1\n    max_age: 0.75")
    ages = {tag.name: tag.max_age for tag in resolve_site(site).epoch.tags}
    assert ages == {
        "force": 2.0,
        "state": 0.5,
        "part_name": 2.0,
        "left": 2.0,
        "open": 2.0,
        "pressure": 0.5,
        "doubled": 0.5,
        "place": 0.75,
    }


def test_the_epoch_crosses_the_link_unchanged(site: Path) -> None:
    epoch = resolve_site(site).epoch
    again = Epoch.model_validate_json(epoch.model_dump_json())
    assert again == epoch
    assert again.digest == epoch.digest


def test_wire_types(site: Path) -> None:
    assert {tag.name: tag.wire for tag in resolve_site(site).epoch.tags} == {
        "force": ValueType.FLOAT,
        "state": ValueType.ENUM,
        "part_name": ValueType.STRING,
        "left": ValueType.FLOAT,
        "open": ValueType.BOOL,
        "pressure": ValueType.FLOAT,
        "doubled": ValueType.FLOAT,
        "place": ValueType.FLOAT,
    }
    over_modbus(site)
    tags = {tag.name: tag for tag in resolve_site(site).epoch.tags}
    assert {name: tag.wire for name, tag in tags.items()} == {
        "force": ValueType.UINT,
        "state": ValueType.UINT,
        "part_name": ValueType.STRING,
        "left": ValueType.INT,
        "open": ValueType.BOOL,
        "pressure": ValueType.FLOAT,
        "doubled": ValueType.FLOAT,
        "place": ValueType.FLOAT,
    }
    assert isinstance(tags["force"].address, ModbusAddress)
    assert tags["force"].type is ValueType.FLOAT


def test_other_addresses_make_another_epoch(site: Path) -> None:
    plain = resolve_site(site).epoch
    moved = resolve_site(site, endpoint_overrides={"press1.main": "127.0.0.1:9999"}).epoch
    endpoint = moved.machines[0].endpoints["main"]
    assert isinstance(endpoint, OpcUaEndpoint)
    assert endpoint.url == "opc.tcp://127.0.0.1:9999"
    assert moved.digest != plain.digest
    assert moved.tags == plain.tags
    over_modbus(site)
    endpoint = (
        resolve_site(site, endpoint_overrides={"press1.main": "h:77"}).epoch.machines[0].endpoints["main"]
    )
    assert isinstance(endpoint, ModbusEndpoint)
    assert (endpoint.host, endpoint.port) == ("h", 77)


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        ({"press1.mian": "h:1"}, "did you mean `press1.main`"),
        ({"press1.main": "http://h:1"}, "expected opc.tcp://host:port/"),
    ],
)
def test_overrides_that_fit_nothing(site: Path, overrides: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        resolve_site(site, endpoint_overrides=overrides)


@pytest.mark.parametrize("address", ["h", "h:", ":1", "h:x", "h:99999", "opc.tcp://h:1/"])
def test_modbus_addresses_are_host_and_port(site: Path, address: str) -> None:
    over_modbus(site)
    with pytest.raises(ValueError, match=r"expected host:port"):
        resolve_site(site, endpoint_overrides={"press1.main": address})


def test_tag_overrides_replace_single_keys(site: Path) -> None:
    before = {tag.name: tag for tag in resolve_site(site).epoch.tags}
    edit(
        site,
        "    endpoints:",
        "    tags:\n      force: {max_age: 9, range: {low: -1, high: 1}}\n    endpoints:",
    )
    after = {tag.name: tag for tag in resolve_site(site).epoch.tags}
    assert after["force"].max_age == 9.0
    assert after["force"].range is not None
    assert after["force"].range.low == -1.0
    changed = {"max_age", "range"}
    assert after["force"].model_dump(exclude=changed) == before["force"].model_dump(exclude=changed)
    assert {name for name in after if after[name] != before[name]} == {"force"}


def test_mistakes_in_tag_overrides_stand_in_the_site_file(site: Path) -> None:
    edit(
        site,
        "    endpoints:",
        "    tags:\n      force:\n        max_age: -1\n        unti: kN\n      forces: {}\n    endpoints:",
    )
    assert fatal(site) == [
        "9: machines.0.tags.force.max_age: found -1, expected a number > 0",
        "10: machines.0.tags.force.unti: unknown key `unti`, did you mean `unit`?",
        "11: machines.0.tags.forces: there is no such tag, did you mean `force`?",
    ]


@pytest.mark.parametrize(
    ("override", "line", "words"),
    [
        ("force: {unit: kn}", 8, "found the unit 'kn'"),
        ("state: {labels: {0: IDLE}}", 7, "`state` has no such label"),
        ("doubled: {derived: doubled + 1}", 8, "the expressions need each other"),
        ("force: {type: string}", 7, "is of type string, expected"),
        ('force: {address: {opcua: {node: "nsu=urn:press;s=Left"}}}', 7, "the address of `force` too"),
    ],
)
def test_overridden_tags_are_checked_like_the_plugins_own(
    site: Path, override: str, line: int, words: str
) -> None:
    edit(site, "    endpoints:", f"    tags:\n      {override}\n    endpoints:")
    problems = fatal(site)
    assert any(problem.startswith(f"{line}: ") and words in problem for problem in problems), problems


def test_every_mistake_of_the_site_at_once(site: Path) -> None:
    with (site / "site.yaml").open("a") as file:
        file.write(
            "      spare: {protocol: simulated}\n"
            "  - id: press1\n"
            "    plugin: press\n"
            "    name: machine.press1\n"
            "    endpoints:\n"
            "      other: {protocol: simulated}\n"
            "  - id: press3\n"
            "    plugin: press\n"
            "    name: machine.press3\n"
            "    endpoints:\n"
            "      main: {protocol: simulated}\n"
        )
    assert fatal(site) == [
        "9: machines.0.endpoints.spare: no tag uses this endpoint, expected one of main",
        "10: machines.1.id: press1 stands twice, expected another id",
        (
            "13: machines.1.endpoints: no endpoint `main`, expected one for the tags "
            "force, state, part_name, left, open"
        ),
        "14: machines.1.endpoints.other: no tag uses this endpoint, expected one of main",
        (
            "19: machines.2.endpoints.main.protocol: press has no simulated address for "
            "force, state, part_name, left, open, expected modbus or opcua"
        ),
    ]


def test_a_site_file_with_wrong_yaml_is_fatal(site: Path) -> None:
    edit(site, "id: works", "id: Works\nlanguage: english")
    assert [problem[:2] for problem in fatal(site)] == ["2:", "3:"]
    (site / "site.yaml").unlink()
    assert "cannot be read" in fatal(site)[0]


def test_a_plugin_with_wrong_yaml_quarantines_its_machines(site: Path, change: Change) -> None:
    change("tags.yaml", "unit: kN", "unit: kn")
    change("tags.yaml", "type: bool", "type: boolean")
    resolution = resolve_site(site)
    epoch = resolution.epoch
    assert (epoch.machines, epoch.tags) == ((), ())
    causes = {each.name: each.cause for each in epoch.quarantined}
    assert "tags.yaml:4: tags.force.unit: found the unit 'kn'" in causes["press"]
    assert "(and 1 more; see `twinpane lint`)" in causes["press"]
    assert causes["press"] in causes["press1"]
    texts = [problem.text for problem in resolution.problems]
    assert len(texts) == 2
    assert texts[1].startswith("tags.open.type: found the text 'boolean'")


def test_unknown_plugins_are_named_with_the_line(site: Path) -> None:
    edit(site, "plugin: press", "plugin: pres")
    resolution = resolve_site(site)
    assert resolution.epoch.machines == ()
    (problem,) = resolution.problems
    assert (problem.line, problem.file) == (5, site / "site.yaml")
    assert "the plugin `pres` is not installed, did you mean `press`?" in problem.text
    assert "press1" in {each.name for each in resolution.epoch.quarantined}


def test_plugins_can_be_given(site: Path) -> None:
    (press,) = [each for each in discover(site).plugins if each.id == "press"]
    assert [machine.id for machine in resolve_site(site, plugins=[press]).epoch.machines] == ["press1"]
    assert resolve_site(site, plugins=[]).epoch.machines == ()


def test_wrong_site_texts_are_told_and_not_fatal(site: Path) -> None:
    (site / "texts" / "de.yaml").write_text("schema: twinpane.texts/1\ntexts: {site.name: 3}\n")
    resolution = resolve_site(site)
    assert [machine.id for machine in resolution.epoch.machines] == ["press1"]
    assert [problem.text for problem in resolution.problems] == [
        "texts.site.name: found 3, expected a text (put it in quotes)"
    ]


CALIBRATED = """\
name: machine.press1
    calibrations:
      - axes: [[place]]
        fit: shift
        date: 2026-10-01
        due: 2027-10-01
        tolerance: 0.1
        reference: laser interferometer
        points: [{machine: [0], drawing: [3]}, {machine: [5], drawing: [8]}]
"""


def test_a_machines_own_calibrations_stand_in_for_its_types(site: Path) -> None:
    def calibrations() -> list[str]:
        geometry = resolve_site(site).epoch.machines[0].geometry
        assert geometry is not None
        return [each.reference for each in geometry.calibrations]

    assert calibrations() == ["steel rule"]
    edit(site, "name: machine.press1\n", CALIBRATED)
    assert calibrations() == ["laser interferometer"]
    edit(site, "[[place]]", "[[plac]]")
    assert fatal(site) == [
        "8: machines.0.calibrations.0.axes.0.0: there is no tag `plac`, did you mean `place`?"
    ]


@pytest.mark.parametrize("address", ["127.0.0.1:4841", "opc.tcp://[::1]:4841/"])
def test_a_demos_simulator_is_reached_openly_and_says_why(site: Path, address: str) -> None:
    other = {"press1.main": address}
    (machine,) = resolve_site(site, endpoint_overrides=other, simulated=True).epoch.machines
    endpoint = machine.endpoints["main"]
    assert isinstance(endpoint, OpcUaEndpoint)
    assert endpoint.security.open
    (machine,) = resolve_site(site, endpoint_overrides=other).epoch.machines
    endpoint = machine.endpoints["main"]
    assert isinstance(endpoint, OpcUaEndpoint)
    assert not endpoint.security.open, "another address alone secures a link no less"


@pytest.mark.parametrize("address", ["10.0.7.7:4840", "localhost:4840", "plc:4840"])
def test_nothing_but_this_computer_counts_as_simulated(site: Path, address: str) -> None:
    with pytest.raises(
        ValueError, match=r"press1.main: .* for a simulator, expected an address of this computer"
    ):
        resolve_site(site, endpoint_overrides={"press1.main": address}, simulated=True)


def test_endpoints_without_another_address_stay_secured_in_a_demo(site: Path) -> None:
    (machine,) = resolve_site(site, simulated=True).epoch.machines
    endpoint = machine.endpoints["main"]
    assert isinstance(endpoint, OpcUaEndpoint)
    assert not endpoint.security.open


def test_tags_share_the_set_of_the_names_that_they_were_given(site: Path) -> None:
    read = resolve_site(site).epoch
    crossed = epoch_text.unpacked(epoch_text.packed(read))
    sets = {id(tag.model_fields_set) for epoch in (read, crossed) for tag in epoch.tags}
    assert len(sets) == 1, "of ten thousand tags they are 10 MB in the engine, and 20 in a panel"
