"""One mistake of each kind in a sound plugin: told once, at its file and line, and nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hmi.machines.files import load_plugin
from hmi.machines.lint import all_problems, unsound

Change = Callable[[str, str, str], None]


def told(folder: Path) -> list[str]:
    problems = sorted(set(all_problems(load_plugin(folder))))
    return [f"{problem.file.relative_to(folder)}:{problem.line}: {problem.text}" for problem in problems]


def test_the_sound_plugin_is_sound(plugin_folder: Path) -> None:
    assert told(plugin_folder) == []


M, T, G, S, X = "machine.yaml", "tags.yaml", "geometry.yaml", "screens/machine.yaml", "texts/en.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (T, "unit: kN", "unit: kn", "tags.yaml:4: tags.force.unit: found the unit 'kn'"),
        (
            M,
            "tag: state",
            "tag: stat",
            "machine.yaml:6: state.tag: there is no tag `stat`, did you mean `state`?",
        ),
        (
            M,
            "tag: state",
            "tag: force",
            "machine.yaml:6: state.tag: the tag `force` is of type float, expected enum",
        ),
        (
            M,
            "RUN: running",
            "RUNS: running",
            "machine.yaml:7: state.tones.RUNS: `state` has no such label, did you",
        ),
        (
            M,
            ", RUN: running",
            "",
            "machine.yaml:7: state.tones: no tone for RUN, expected one for each label",
        ),
        (M, "part: part_name", "part: nothing", "machine.yaml:8: context.part: there is no tag `nothing`"),
        (M, "[force]", "[forces]", "machine.yaml:9: headline.0: there is no tag `forces`"),
        (
            M,
            "remaining: left",
            "remaining: part_name",
            "machine.yaml:10: progress.remaining: the tag `part_name` is",
        ),
        (
            S,
            "tiles: [{tag: force}]",
            "tiles: [{tag: part_name}]",
            "screens/machine.yaml:4: tiles.0.tag: the tag",
        ),
        (S, "trends: [force]", "trends: [gone]", "screens/machine.yaml:5: trends.0: there is no tag `gone`"),
        (
            S,
            "readouts: [force]",
            "readouts: [gone]",
            "screens/machine.yaml:3: readouts.0: there is no tag `gone`",
        ),
        (
            S,
            "[front]",
            "[frnt]",
            "screens/machine.yaml:2: views.0: there is no view `frnt`, did you mean `front`?",
        ),
        (
            G,
            "value: {tag: force",
            "value: {tag: gone",
            "geometry.yaml:3: frames.slide.joint.value.tag: there is",
        ),
        (G, "{tag: left}", "{tag: gone}", "geometry.yaml:5: shapes.0.high.2.tag: there is no tag `gone`"),
        (
            G,
            "visible: open",
            "visible: force",
            "geometry.yaml:5: shapes.0.visible: the tag `force` is of type float",
        ),
        (
            G,
            "frame: slide",
            "frame: slid",
            "geometry.yaml:5: shapes.0.frame: there is no frame `slid`, did you",
        ),
        (
            G,
            "slide: {",
            "slide: {parent: slid, ",
            "geometry.yaml:3: frames.slide.parent: there is no frame `slid`",
        ),
        (
            G,
            "slide: {",
            "slide: {parent: slide, ",
            "geometry.yaml:3: frames.slide.parent: the frame hangs on itself",
        ),
        (
            G,
            "[[place]]",
            "[[plac]]",
            "geometry.yaml:10: calibrations.0.axes.0.0: there is no tag `plac`",
        ),
        (G, "[[place]]", "[[force]]", "axes.0.0: the tag `force` is in kN, expected the geometry's unit mm"),
        (G, "[[place]]", "[[part_name]]", "axes.0.0: the tag `part_name` is of type string, expected a"),
        (
            G,
            "[[place]]",
            "[[place], [place]]",
            "axes.1.0: the tag `place` is calibrated twice, expected once",
        ),
        (G, "[[place]]", "[[place, place]]", "axes: expected 1 tags, one for each coordinate of the points"),
        (
            G,
            "fit: shift",
            "fit: affine",
            "points: found 2 points, expected at least 3 for the fit `affine` of 1 axes",
        ),
        (G, "due: 2027-09-14", "due: 2025-09-14", "due: expected a day after 2026-09-14, found 2025-09-14"),
        (G, "due: 2027-09-14", "due: soon", "due: expected a day like 2026-09-14, found 'soon'"),
        (
            G,
            "tag: force, low",
            "tag: part_name, low",
            "shapes.1.zone.tag: the tag `part_name` is of type string",
        ),
        (G, "visible: open", "views: [top]", "geometry.yaml:5: shapes.0.views.0: there is no view `top`"),
        (G, "tag: force, text", "tag: gone, text", "geometry.yaml:8: labels.0.tag: there is no tag `gone`"),
        (
            T,
            "labels: {0: IDLE, 1: RUN}",
            "labels: {0: IDLE, 1: RUN, 2: RUN}",
            "tags.yaml:12: tags.state.labels: the",
        ),
        (
            T,
            "type: bool",
            "type: bool\n    labels: {0: NO}",
            "tags.yaml:29: tags.open: `labels` on a tag of type bool",
        ),
        (T, "s=Left", "s=Force", "tags.yaml:25: tags.left.address.opcua: the address of `force` too"),
        (
            T,
            "unit: s",
            "unit: s\n    aliases: [force]",
            "tags.yaml:23: tags.left.aliases.0: `force` names another",
        ),
        (T, "type: bool", "type: string", "tags.yaml:31: tags.open: type string, but the address gives bool"),
        (T, "format: string, length: 8", "format: int16", "tags.yaml:20: tags.part_name: type string, but"),
        (
            T,
            "unit: s\n",
            "unit: s\n    type: int\n",
            "tags.yaml:26: tags.left: `scaling` on type int, expected",
        ),
        (
            T,
            "derived: pressure * 2",
            "scaling: {gain: 2}",
            "tags.yaml:35: tags.doubled: no address for opcua and",
        ),
        (
            T,
            "derived: pressure * 2",
            "derived: pressure * 2\n    access: write",
            "tags.yaml:37: tags.doubled: a der",
        ),
        (
            T,
            "normal: {low: 100, high: 800}",
            "normal: {low: 100, high: 1001}",
            "tags.yaml:6: tags.force.normal: fo",
        ),
        (
            T,
            "normal: {",
            "limits: {high: 2000}\n    normal: {",
            "tags.yaml:6: tags.force.limits.high: found 2000.0",
        ),
        (T, "    range: {low: 0, high: 1000}\n", "", "tags.yaml:3: tags.force: no `range`, expected one"),
        (
            T,
            "pressure * 2",
            "pressure * (2",
            "tags.yaml:37: tags.doubled.derived: column 14: found the end, exp",
        ),
        (
            T,
            "pressure * 2",
            "presure * 2",
            "tags.yaml:37: tags.doubled.derived: column 1: found `presure`, expec",
        ),
        (
            T,
            "state.RUN",
            "state.RAN",
            "tags.yaml:34: tags.pressure.derived: column 25: found `state.RAN`, exp",
        ),
        (
            T,
            "pressure * 2",
            "part_name * 2",
            "tags.yaml:37: tags.doubled.derived: the tag `part_name` is of type",
        ),
        (T, "pressure * 2", "1 + 1", "tags.yaml:37: tags.doubled.derived: the expression names no tag"),
        (
            T,
            "force / 0.5",
            "doubled / 0.5",
            "derived: the expressions need each other: expected no circle, found",
        ),
        (
            X,
            "  tag.left: Left\n",
            "",
            "texts/en.yaml:2: texts: no text for `tag.left`, expected one: the label",
        ),
        (X, "  tag.left: Left\n", "  tag.left: ' '\n", "texts/en.yaml:7: texts: no text for `tag.left`"),
        (X, "  state.RUN: running\n", "", "texts/en.yaml:2: texts: no text for `state.RUN`"),
        (X, "  view.front: Front\n", "", "texts/en.yaml:2: texts: no text for `view.front`"),
        (X, "  type.name: Press\n", "", "texts/en.yaml:2: texts: no text for `type.name`"),
        (X, "  label.force: Force\n", "", "texts/en.yaml:2: texts: no text for `label.force`"),
    ],
)
def test_each_mistake(
    plugin_folder: Path, change: Change, file: str, old: str, new: str, expected: str
) -> None:
    change(file, old, new)
    problems = told(plugin_folder)
    assert any(expected in problem for problem in problems), problems


GUID = "09087e75-8e5e-499b-954f-f2a9603db28a"


@pytest.mark.parametrize(
    "node", ["i=2258", "nsu=http://a/b;s=X.Y;Z", f"nsu=urn:a;g={GUID}", "nsu=urn:a;b=M/Rb=="]
)
def test_node_ids(plugin_folder: Path, change: Change, node: str) -> None:
    change(T, "nsu=urn:press;s=Force", node)
    assert told(plugin_folder) == []


@pytest.mark.parametrize(
    "node", ["", "X", "nsu=;s=X", "nsu=urn:a", "nsu=urn:a;x=1", "nsu=urn:a;i=a", "nsu=urn:a;g=1"]
)
def test_what_is_no_node_id(plugin_folder: Path, change: Change, node: str) -> None:
    change(T, "nsu=urn:press;s=Force", node)
    (problem,) = told(plugin_folder)
    assert problem.startswith(
        f"tags.yaml:8: tags.force: found the node '{node}', expected nsu=<namespace URI>"
    )


@pytest.mark.parametrize("file", [M, T, G, S, X])
def test_a_file_with_mistakes_makes_no_noise_elsewhere(
    plugin_folder: Path, change: Change, file: str
) -> None:
    change(file, "/1\n", "/1\nnonsense: 1\n")
    problems = [problem for problem in told(plugin_folder) if "unknown key `nonsense`" not in problem]
    assert problems == []


def test_missing_files_are_told(plugin_folder: Path) -> None:
    (plugin_folder / "tags.yaml").unlink()
    assert [line.partition(": ")[0] for line in told(plugin_folder)] == ["tags.yaml:1"]


def test_texts_of_every_language(plugin_folder: Path) -> None:
    (plugin_folder / "texts/de.yaml").write_text("schema: twinpane.texts/1\ntexts: {type.name: Presse}\n")
    assert any(
        line.startswith("texts/de.yaml:2: texts: no text for `tag.force`") for line in told(plugin_folder)
    )
    (plugin_folder / "texts/en.yaml").rename(plugin_folder / "texts/english.yaml")
    problems = told(plugin_folder)
    assert "texts/english.yaml:1: expected a file name such as en.yaml (language code)" in problems
    assert any("texts/en.yaml:1: the file is missing" in problem for problem in problems)


def test_texts_and_ranges_do_not_keep_a_machine_from_running(plugin_folder: Path, change: Change) -> None:
    change(X, "  tag.left: Left\n", "")
    change(T, "high: 800", "high: 8000")
    assert told(plugin_folder)
    assert not list(unsound(load_plugin(plugin_folder)))


def test_screens_that_nobody_reads_are_told(plugin_folder: Path) -> None:
    (plugin_folder / "screens/other.yaml").write_text("")
    assert told(plugin_folder) == ["screens/other.yaml:1: not read, expected screens/machine.yaml alone"]
