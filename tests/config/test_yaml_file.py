from __future__ import annotations

import copy
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from hmi.config.geometry import Geometry
from hmi.config.machine import MachineType
from hmi.config.site import Site
from hmi.config.tags import TagsFile
from hmi.config.yaml_file import Loaded, load

KINDS: dict[str, type[BaseModel]] = {
    "tags": TagsFile,
    "site": Site,
    "geometry": Geometry,
    "machine": MachineType,
}


def loaded(folder: Path, kind: str, text: str) -> Loaded[Any]:
    file = folder / f"{kind}.yaml"
    file.write_text(text, encoding="utf-8")
    return load(file, KINDS[kind], kind)


def told(folder: Path, kind: str, body: str) -> list[str]:
    """The problems as ``line: text``; the body begins in line 2."""
    found = loaded(folder, kind, f"schema: twinpane.{kind}/1\n" + textwrap.dedent(body))
    assert (found.model is None) == bool(found.problems)
    return [f"{problem.line}: {problem.text}" for problem in found.problems]


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ("", "the key `schema` is missing, expected `schema: twinpane.machine/1` as the first key"),
        ("shema: twinpane.machine/1", "the key `schema` is missing (found `shema`), expected"),
        ("schema: 1", "schema: found 1, expected `schema: twinpane.machine/1`"),
        ("schema: twinpane.machine", "schema: found the text 'twinpane.machine', expected"),
        ("schema: twinpane.tags/1", "schema: this is a file of kind tags, expected"),
        (
            "schema: twinpane.machine/2",
            "this Twinpane reads up to 1: expected `schema: twinpane.machine/1`, or a newer",
        ),
        ("schema: twinpane.machine/0", "schema: there is no version 0, expected"),
    ],
)
def test_header(tmp_path: Path, first: str, text: str) -> None:
    body = "id: a\napi_version: 1\nprotocols: [opcua]\nheadline: [b]\n"
    found = loaded(tmp_path, "machine", f"{first}\n{body}")
    assert found.model is None
    assert text in found.problems[0].text
    assert found.problems[0].line == (1 if first.startswith("schema") else found.document.line())


def test_the_header_stands_first(tmp_path: Path) -> None:
    found = loaded(
        tmp_path,
        "machine",
        "id: a\nschema: twinpane.machine/1\napi_version: 1\nprotocols: [opcua]\nheadline: [b]\n",
    )
    (problem,) = found.problems
    assert (problem.line, "first key" in problem.text) == (2, True)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "just text\n", "- a\n- b\n", "3\n"])
def test_files_without_keys(tmp_path: Path, text: str) -> None:
    (problem,) = loaded(tmp_path, "machine", text).problems
    assert "expected `schema: twinpane.machine/1` and its keys" in problem.text


def test_ints_are_floats_and_lists_are_tuples(tmp_path: Path) -> None:
    tags = loaded(
        tmp_path,
        "tags",
        "schema: twinpane.tags/1\n"
        "tags:\n"
        "  a: {max_age: 1, range: {low: 0, high: 10}, aliases: [x, y], type: float}\n"
        "  b: {type: enum, labels: {0: IDLE, 1: BUSY}}\n",
    ).model.tags
    assert tags["a"].max_age == 1.0
    assert isinstance(tags["a"].max_age, float)
    assert tags["a"].aliases == ("x", "y")
    assert tags["b"].labels == {0: "IDLE", 1: "BUSY"}


def test_every_mistake_at_once_with_its_line(tmp_path: Path) -> None:
    assert told(
        tmp_path,
        "tags",
        """\
        tags:
          spindle_speed:
            unit: rpm
            rnage: {low: 0, high: 12000}
            max_age: 0
            type: flaot
            limits:
              high: 10
              high_high: 5
            aliases: raw
          Load: {}
          state:
            decimals: 1.5
            labels: {0: IDLE, one: BUSY, 2: lower}
            access: rw
            derived: true
            semantic:
            address:
              modbus:
                table: coils
                adress: 3
              opcua: {}
        """,
    ) == [
        "5: tags.spindle_speed.rnage: unknown key `rnage`, did you mean `range`?",
        "6: tags.spindle_speed.max_age: found 0, expected a number > 0",
        (
            "7: tags.spindle_speed.type: found the text 'flaot', expected one of float, int, uint, bool, "
            "enum, string, float[] or int[], did you mean `float`?"
        ),
        "8: tags.spindle_speed.limits: expected low_low ≤ low ≤ high ≤ high_high",
        "11: tags.spindle_speed.aliases: found the text 'raw', expected a list",
        (
            "12: tags.Load: found the text 'Load', expected a name of lower-case letters, digits and _, "
            "starting with a letter"
        ),
        "14: tags.state.decimals: found 1.5, expected an integer",
        "15: tags.state.labels.2: found the text 'lower', expected a text that matches ^[A-Z][A-Z0-9_]*$",
        "15: tags.state.labels.one: found the text 'one', expected an integer",
        "16: tags.state.access: found the text 'rw', expected one of read or write",
        "17: tags.state.derived: found true, expected a text (put it in quotes)",
        "18: tags.state.semantic: found nothing, expected a text",
        "20: tags.state.address.modbus: the key `address` is missing, expected an integer",
        (
            "21: tags.state.address.modbus.table: found the text 'coils', expected one of coil, "
            "discrete_input, input_register or holding_register, did you mean `coil`?"
        ),
        "22: tags.state.address.modbus.adress: unknown key `adress`, did you mean `address`?",
        "23: tags.state.address.opcua: expected exactly one of `node` and `path`",
    ]


def test_unions_are_told_as_one_thing(tmp_path: Path) -> None:
    assert told(
        tmp_path,
        "geometry",
        """\
        frames:
          table: {at: [0, 1e2, x]}
        shapes:
          - kind: box
            low: [0, x, {tg: a}]
            high: [0, 0]
          - kind: bx
          - low: [0, 0, 0]
          - {kind: grid, low: [0, 0], high: [1, 1], pitch: 0, style: gird}
          - {kind: cylinder, radius: true, length: {tag: a, scale: b}}
        views: []
        """,
    ) == [
        "3: frames.table.at.2: found the text 'x', expected a number",
        "6: shapes.0.low.1: found the text 'x', expected a number or a mapping with `tag`",
        "6: shapes.0.low.2.tg: unknown key `tg`, did you mean `tag`?",
        "6: shapes.0.low.2: the key `tag` is missing, expected a text",
        "7: shapes.0.high: found 2 entries, expected a list of 3",
        "8: shapes.1: found `kind: bx`, expected one of box, cylinder, polyline, grid, did you mean `box`?",
        "9: shapes.2: the key `kind` is missing, expected one of the kinds box, cylinder, polyline, grid",
        "10: shapes.3.pitch: found 0, expected a number > 0",
        (
            "10: shapes.3.style: found the text 'gird', expected one of structure, fixture, workpiece, tool, "
            "moving, fluid, jet, glass, envelope, rail, grid or marker, did you mean `grid`?"
        ),
        "11: shapes.4.length.scale: found the text 'b', expected a number",
        "11: shapes.4.radius: found true, expected a number or a mapping with `tag`",
        "12: views: found 0 entries, expected at least 1",
    ]


def test_endpoints_by_protocol(tmp_path: Path) -> None:
    assert told(
        tmp_path,
        "site",
        """\
        id: works
        machines:
          - id: a
            plugin: p
            name: n
            endpoints:
              main: {protocol: modbus, host: h, port: 70000, url: x}
              other: {protocol: opcua, url: http://h}
              third: {protocol: s7, host: h}
        """,
    ) == [
        "8: machines.0.endpoints.main.port: found 70000, expected a number ≤ 65535",
        (
            "8: machines.0.endpoints.main.url: unknown key `url`, expected one of protocol, host, port, "
            "framing, serial, unit, pipeline, paces, timeout, gap, max_registers"
        ),
        (
            "9: machines.0.endpoints.other.url: found 'http://h', expected opc.tcp://host:port/ "
            "with a port from 1 to 65535 (4840 is the usual one)"
        ),
        (
            "10: machines.0.endpoints.third: found `protocol: s7`, expected one of opcua, modbus, mtconnect, "
            "simulated"
        ),
    ]


SECRET = "hunter2"  # noqa: S105 nobody's


@pytest.mark.parametrize(
    "line",
    [
        f"main: {{protocol: opcua, url: 'opc.tcp://me:{SECRET}@host:4840'}}",
        f"main: {{protocol: modbus, host: 'me:{SECRET}@host'}}",
        f"main: {{protocol: opcua, url: 'opc.tcp://host:4840', credentials: 'me:{SECRET}'}}",
        f"main: {{protocol: opcua, url: 'opc.tcp://host:4840', credentials: {{environment: '{SECRET}'}}}}",
        f"main: {{protocol: opcua, url: 'opc.tcp://host:4840', credentials: {{password: {SECRET}}}}}",
        f"main: {{protocol: opcua, url: 'opc.tcp://host:4840', password: {SECRET}}}",
    ],
)
def test_a_secret_in_a_site_is_refused_and_not_repeated(tmp_path: Path, line: str) -> None:
    head = "id: a\nmachines:\n  - id: a\n    plugin: p\n    name: n\n    endpoints:\n      "
    problems = told(tmp_path, "site", f"{head}{line}\n")
    assert problems
    assert all(problem.startswith("8: machines.0.endpoints.main") for problem in problems)
    assert SECRET not in "".join(problems)


def test_who_writes_a_secret_learns_where_it_belongs(tmp_path: Path) -> None:
    head = "id: a\nmachines:\n  - id: a\n    plugin: p\n    name: n\n    endpoints:\n      "
    main = "main: {protocol: opcua, url: 'opc.tcp://host:4840', credentials: {%s}}\n"
    (problem,) = told(tmp_path, "site", head + main % f"environment: MILL07, Password: {SECRET}")
    assert problem.startswith(
        "8: machines.0.endpoints.main.credentials: found `Password`, but secrets never stand in YAML"
    )
    assert problem.endswith("known to others: change it")
    (problem,) = told(tmp_path, "site", head + main % "environment: mill07")
    assert problem.endswith(
        "expected capital letters, digits and _, as MILL07 for MILL07_USER and MILL07_PASSWORD"
    )


@pytest.mark.parametrize(
    "url",
    [
        "opc.tcp://h:99999",
        "opc.tcp://h:0",
        "opc.tcp://h",
        "opc.tcp://:4840",
        "opc.tcp://[h:1",
        "h:1",
        "opc.tcp://h :1",
    ],
)
def test_an_address_that_nobody_can_have(tmp_path: Path, url: str) -> None:
    head = "id: a\nmachines:\n  - id: a\n    plugin: p\n    name: n\n    endpoints:\n      "
    (problem,) = told(tmp_path, "site", f"{head}main: {{protocol: opcua, url: '{url}'}}\n")
    assert problem.startswith(
        f"8: machines.0.endpoints.main.url: found '{url}', expected opc.tcp://host:port/"
    )


def test_a_list_whose_items_are_wrong_is_not_called_too_short(tmp_path: Path) -> None:
    problems = told(tmp_path, "machine", "id: a\napi_version: 1\nprotocols: [s7]\nheadline: [A]\n")
    assert [problem.split(" ")[1] for problem in problems] == ["protocols.0:", "headline.0:"]


def test_what_follows_from_a_refused_value_is_not_told_again(tmp_path: Path) -> None:
    problems = told(tmp_path, "machine", "id: *a\napi_version: !int 1\nprotocols: [opcua]\nheadline: [b]\n")
    assert [problem.split(":")[0] for problem in problems] == ["2", "3"]


def test_the_wrong_file_altogether_is_told_in_bounds(tmp_path: Path) -> None:
    problems = told(tmp_path, "tags", "tags:\n" + "".join(f"  t{i}: {{unot: mm}}\n" for i in range(3000)))
    assert len(problems) == 501
    assert problems[0] == "1: 2500 further mistakes are not listed"
    assert problems[-1] == "502: tags.t499.unot: unknown key `unot`, did you mean `unit`?"


SOUND: dict[str, Any] = {
    "schema": "twinpane.geometry/1",
    "unit": "mm",
    "frames": {
        "column": {"at": [0, 1.5, 2]},
        "table": {
            "parent": "column",
            "joint": {
                "kind": "prismatic",
                "axis": "x",
                "value": {"tag": "x", "scale": 0.1},
                "travel": {"low": 0, "high": 5},
            },
        },
    },
    "shapes": [
        {"kind": "box", "low": [0, 0, 0], "high": [1, {"tag": "y"}, 2], "views": ["front"]},
        {"kind": "polyline", "points": [[0, 0, 0], [1, 1, 1]]},
    ],
    "labels": [{"at": [0, 0, 0], "tag": "x"}],
    "views": [
        {
            "name": "front",
            "title": "t",
            "right": "x",
            "up": "-z",
            "span_right": {"low": 0, "high": 1},
            "span_up": {"low": 0, "high": 1},
        }
    ],
}


def _places(node: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    return [path, *(place for key, child in children for place in _places(child, (*path, key)))]


@settings(max_examples=200, deadline=None)
@given(
    place=st.sampled_from([place for place in _places(SOUND) if place and place != ("schema",)]),
    value=st.sampled_from([None, True, 7, -1.5, "zzz", [], {}, [1, 2], {"zzz": 1}, "A B"]),
    extra=st.booleans(),
)
def test_a_mistake_is_told_where_it_was_made(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str | int, ...], value: Any, extra: bool
) -> None:
    """Whatever is put anywhere: no exception, and every problem stands in, under or just above the place."""
    tree = copy.deepcopy(SOUND)
    parent = tree
    for step in place[:-1]:
        parent = parent[step]
    if extra and isinstance(parent, dict):
        place = (*place[:-1], "zzz")
    parent[place[-1]] = value
    text = yaml.safe_dump(tree, sort_keys=False)
    found = loaded(tmp_path_factory.mktemp("mutation"), "geometry", text)
    inside = {line for path, line in found.document.lines.items() if path[: len(place)] == place}
    above = {found.document.line(*place[:length]) for length in range(len(place) + 1)}
    assert {problem.line for problem in found.problems} <= inside | above
    if place[-1] == "zzz" and place[:-1] != ("frames",):
        assert found.problems
