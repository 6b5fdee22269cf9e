"""The commands as a person calls them: output and exit code."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from hmi.app.commands import lint, machines

Change = Callable[[str, str, str], None]
Install = Callable[..., Path]


def run_lint(*arguments: str | Path) -> tuple[int, list[str]]:
    result = CliRunner().invoke(lint.command, [str(each) for each in arguments])
    return result.exit_code, result.output.splitlines()


def test_lint_without_problems(site: Path, plugin_folder: Path) -> None:
    assert run_lint(plugin_folder) == (0, ["5 files, no problem"])
    assert run_lint(site) == (0, ["7 files, no problem"])
    assert run_lint(site, plugin_folder) == (0, ["7 files, no problem"])


def test_lint_tells_all_problems_as_file_and_line(site: Path, plugin_folder: Path, change: Change) -> None:
    change("tags.yaml", "unit: kN", "unit: kX")
    change("machine.yaml", "protocols", "protocol")
    code, lines = run_lint(site)
    assert code == 1
    assert lines[-1] == "7 files, 3 problems"
    assert [line.split(": ")[0] for line in lines[:-1]] == [
        f"{plugin_folder}/machine.yaml:1",
        f"{plugin_folder}/machine.yaml:4",
        f"{plugin_folder}/tags.yaml:4",
    ]


def test_lint_of_a_tree_finds_its_plugins(tmp_path: Path, site: Path, plugin_folder: Path) -> None:
    distribution = tmp_path / "twinpane-press" / "src" / "twinpane_press"
    distribution.parent.mkdir(parents=True)
    plugin_folder.rename(distribution)
    assert run_lint(tmp_path / "twinpane-press") == (0, ["5 files, no problem"])
    assert run_lint(distribution / "machine.yaml") == (0, ["5 files, no problem"])
    code, lines = run_lint(tmp_path)
    assert code == 1
    assert [line.split(": ")[0] for line in lines] == [f"{site}/site.yaml:5", "7 files, 1 problem"]


def test_lint_of_nothing_is_a_problem(tmp_path: Path) -> None:
    code, lines = run_lint(tmp_path)
    assert code == 1
    assert "neither site.yaml nor machine.yaml" in lines[0]


def test_lint_of_what_is_installed(site: Path, install: Install) -> None:
    broken = install("lathe")
    (broken / "texts/en.yaml").unlink()
    install("other", files={"machine.yaml": "schema: twinpane.machine/1\nid: [\n"})
    code, lines = run_lint("--site", site)
    assert code == 1
    assert any(line.startswith(f"{broken}/texts/en.yaml:1: the file is missing") for line in lines)
    assert any(line.startswith("plugin other: ") and "not YAML" in line for line in lines)


def test_lint_of_a_site_that_is_not_there(tmp_path: Path) -> None:
    code, lines = run_lint("--site", tmp_path / "none")
    assert code == 1
    assert "--site names" in lines[0]


def test_lint_checks_the_names_of_the_site(site: Path) -> None:
    (site / "texts/en.yaml").write_text("schema: twinpane.texts/1\ntexts: {site.name: Works}\n")
    code, lines = run_lint(site)
    assert code == 1
    assert lines[0].startswith(f"{site}/texts/en.yaml:2: texts: no text for `machine.press1`, expected one: ")


def test_lint_runs_as_a_module_and_names_files_as_seen_from_here(site: Path, change: Change) -> None:
    change("tags.yaml", "unit: kN", "unit: kX")
    command = [sys.executable, "-m", "hmi.app.commands.lint", "site"]
    done = subprocess.run(command, cwd=site.parent, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stdout.startswith("site/machines/press/tags.yaml:4: tags.force.unit: found the unit 'kX'")
    assert done.stderr == ""


def test_the_demo_site_has_no_mistakes_of_its_own() -> None:
    root = Path(__file__).parents[2]
    _, lines = run_lint(root / "tags" / "demo")
    own = [line for line in lines[:-1] if "/tags/demo/" in line or line.startswith("tags/demo/")]
    assert [line for line in own if "is not installed" not in line] == []


def run_machines(*arguments: str | Path) -> tuple[int, str]:
    result = CliRunner().invoke(machines.command, [str(each) for each in arguments])
    return result.exit_code, result.output


def test_machines_lists_types_machines_and_quarantine(site: Path, install: Install) -> None:
    install("lathe")
    install("saw", "import a_package_that_nobody_has")
    code, output = run_machines("--site", site, "--json")
    assert code == 0
    shown = json.loads(output)
    types = {each["id"]: each for each in shown["types"]}
    assert types["press"]["name"] == "Press"
    assert types["press"]["protocols"] == ["opcua", "modbus"]
    assert types["lathe"]["version"] == "1.2"
    assert types["lathe"]["origin"] == "twinpane-lathe 1.2"
    assert "saw" not in types
    assert (
        "a_package_that_nobody_has" in {each["name"]: each["cause"] for each in shown["quarantined"]}["saw"]
    )
    (machine,) = shown["site"]["machines"]
    assert (machine["id"], machine["name"], machine["tags"]) == ("press1", "Press 1", 8)
    assert machine["endpoints"] == {"main": "opc.tcp://127.0.0.1:4840"}
    code, output = run_machines("--site", site)
    assert code == 0
    for words in ("Press 1", "twinpane-lathe 1.2", "In quarantine", "a_package_that_nobody_has"):
        assert words in output


def test_machines_of_a_wrong_site_says_every_mistake(site: Path) -> None:
    (site / "site.yaml").write_text("schema: twinpane.site/1\nid: A\nmachines: []\n")
    code, output = run_machines("--site", site)
    assert code == 1
    assert "site.yaml:2: id: " in output
    assert "site.yaml:3: machines: " in output


@pytest.mark.parametrize("command", [lint.command, machines.command])
def test_help_says_what_it_does(command: object) -> None:
    assert command in (lint.command, machines.command)
    result = CliRunner().invoke(command, ["--help"])  # type: ignore[arg-type]
    assert result.exit_code == 0
    assert "site" in result.output.lower()


def test_lint_tells_mistakes_within_and_across_all_files_at_once(
    site: Path, plugin_folder: Path, change: Change
) -> None:
    """A mistake in a file hides neither others in it nor those in the files that build on it."""
    (site / "site.yaml").write_text(
        (site / "site.yaml").read_text()
        + "  - id: other\n    plugin: nobody_has_it\n    name: machine.press1\n    arae: Hall\n"
        + "    endpoints:\n      main: {protocol: opcua, url: 'http://h:1'}\n"
    )
    change("tags.yaml", "type: bool", "type: boolean")  # a tag that is left out of the other checks
    change("tags.yaml", "unit: kN", "unit: kX")
    change("tags.yaml", "derived: pressure * 2", "derived: pressure * tow")
    change("screens/machine.yaml", "tiles: [{tag: force}]", "tiles: [{tga: force}, {tag: forse}]")
    change("screens/machine.yaml", "trends: [force]", "trends: [nothing_like_it]")
    change("geometry.yaml", "frame: slide", "frame: slied")
    change("geometry.yaml", "{at: [0, 0, 0], tag", "{att: [0, 0, 0], tag")
    change("machine.yaml", "headline: [force]", "headline: [forec]\nnonsense: 1")
    change("texts/en.yaml", "tag.left: Left", "tag.left: 1")
    change("texts/en.yaml", "type.name: Press", "type.nmae: Press")
    geometry = (plugin_folder / "geometry.yaml").read_text().splitlines()
    labels = 1 + next(i for i, line in enumerate(geometry) if "att:" in line)
    _, lines = run_lint(site)
    told = [line.removeprefix(f"{site}/").removeprefix("machines/press/") for line in lines[:-1]]
    expected = [
        "geometry.yaml:5: shapes.0.frame: there is no frame `slied`",
        f"geometry.yaml:{labels}: labels.0.att: unknown key",
        f"geometry.yaml:{labels}: labels.0: the key `at` is missing",
        "machine.yaml:9: headline.0: there is no tag `forec`",
        "machine.yaml:10: nonsense: unknown key",
        "screens/machine.yaml:4: tiles.0: the key `tag` is missing",
        "screens/machine.yaml:4: tiles.0.tga: unknown key",
        "screens/machine.yaml:4: tiles.1.tag: there is no tag `forse`",
        "screens/machine.yaml:5: trends.0: there is no tag `nothing_like_it`",
        "tags.yaml:4: tags.force.unit: found the unit 'kX'",
        "tags.yaml:28: tags.open.type: found the text 'boolean'",
        "tags.yaml:37: tags.doubled.derived: ",
        "texts/en.yaml:2: texts: no text for `type.name`",
        "texts/en.yaml:7: texts.tag.left: found 1",
        "site.yaml:10: machines.1.plugin: the plugin `nobody_has_it` is not installed",
        "site.yaml:12: machines.1.arae: unknown key",
        "site.yaml:14: machines.1.endpoints.main.url: found 'http://h:1'",
    ]
    missed = [each for each in expected if not any(line.startswith(each) for line in told)]
    assert missed == [], "\n".join(told)
    more = [line for line in told if not any(line.startswith(each) for each in expected)]
    assert more == []


def test_lint_checks_the_language_of_the_site(site: Path) -> None:
    (site / "site.yaml").write_text(
        (site / "site.yaml").read_text().replace("id: works", "id: works\nlanguage: fr")
    )
    code, lines = run_lint(site)
    assert code == 1
    assert lines[0] == f"{site}/site.yaml:3: language: there are no texts in `fr`, expected one of en"


def test_lint_says_which_file_a_site_without_texts_wants(site: Path) -> None:
    (site / "texts/en.yaml").unlink()
    code, lines = run_lint(site)
    assert code == 1
    wanted = "expected the file texts/en.yaml with those for site.name, machine.press1"
    assert f"language: there are no texts in `en`, {wanted}" in lines[0]


CODE = {
    "saw": ("import a_package_that_nobody_has", "__init__.py:1: saw: import of twinpane_saw raised Module"),
    "drill": ("x = 1\ny = (\n", "__init__.py:2: drill: import of twinpane_drill raised SyntaxError"),
    "lathe": (
        "\n\nraise SystemExit(3)",
        "__init__.py:3: lathe: import of twinpane_lathe raised SystemExit: 3",
    ),
    "mill": (
        "from hmi.api import hookimpl\n@hookimpl\ndef twinpane_simlator(): ...\n",
        "__init__.py:1: mill: a hook does not fit: ",
    ),
}


@pytest.mark.parametrize("plugin", CODE)
def test_lint_tells_of_plugins_whose_python_fails(site: Path, install: Install, plugin: str) -> None:
    code, expected = CODE[plugin]
    folder = install(plugin, code)
    for arguments in ((folder,), ("--site", site)):
        status, lines = run_lint(*arguments)
        assert status == 1
        assert [line for line in lines if line.startswith(f"{folder}/{expected}")], lines
    (site / "site.yaml").write_text(
        (site / "site.yaml").read_text().replace("plugin: press", f"plugin: {plugin}")
    )
    status, lines = run_lint(site)
    assert status == 1
    assert [line for line in lines if line.startswith(f"{folder}/{expected}")], lines
