"""The documents hold what they promise: their commands print what they show, their links lead somewhere.

A fence ``console testable`` is run line by line (``$ `` marks a command, the rest is its output, ``…`` any
text); a fence ``diff FILE`` is applied to that file. Both happen in a fresh copy of the checkout's data.
"""

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from hmi.present.texts import own_catalogue

ROOT = Path(__file__).parents[2]
DOCUMENTS = [
    ROOT / "README.md",
    *sorted(ROOT.glob("hmi/docs/**/*.md")),
    *sorted(ROOT.glob("plugins/*/README.md")),
]

FENCE = re.compile(r"^```(?P<info>[^\n]*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^)\s]+)\)")


@dataclass(frozen=True)
class Fence:
    info: str
    body: str


def fences(document: Path) -> list[Fence]:
    found = [Fence(each["info"].strip(), each["body"]) for each in FENCE.finditer(document.read_text())]
    return [each for each in found if each.info == "console testable" or each.info.startswith("diff ")]


def name(document: Path) -> str:
    return str(document.relative_to(ROOT))


def apply_diff(path: Path, body: str) -> None:
    """Replace the block of kept and removed lines by that of kept and added ones."""
    lines = body.splitlines()
    old, new = ("".join(line[1:] + "\n" for line in lines if line[:1] != skip) for skip in "+-")
    text = path.read_text()
    assert text.count(old) == 1, f"{path.name} holds the lines of this change {text.count(old)} times:\n{old}"
    path.write_text(text.replace(old, new))


def run_console(folder: Path, body: str) -> None:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("TWINPANE_")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    for part in re.split(r"^\$ ", body, flags=re.MULTILINE)[1:]:
        command, _, expected = part.partition("\n")
        result = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=120,
        )
        pattern = ".*".join(re.escape(piece) for piece in expected.strip().split("…"))
        assert re.fullmatch(pattern, result.stdout.strip()), (
            f"$ {command}\n{result.stdout}\nexpected:\n{expected}"
        )


@pytest.mark.parametrize("document", [each for each in DOCUMENTS if fences(each)], ids=name)
def test_commands_print_what_is_shown(document: Path, tmp_path: Path) -> None:
    for data in ("tags", "screens", "plugins"):
        shutil.copytree(ROOT / data, tmp_path / data, ignore=shutil.ignore_patterns("__pycache__"))
    for fence in fences(document):
        if fence.info == "console testable":
            run_console(tmp_path, fence.body)
        else:
            apply_diff(tmp_path / fence.info.removeprefix("diff "), fence.body)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name)
def test_links_lead_somewhere(document: Path) -> None:
    text = FENCE.sub("", document.read_text())
    targets = [each["target"].partition("#")[0] for each in LINK.finditer(text)]
    local = [target for target in targets if target and "://" not in target]
    assert [target for target in local if not (document.parent / target).exists()] == []


def test_every_decision_has_a_number_of_its_own_and_a_status() -> None:
    pages = sorted((ROOT / "hmi/docs/decisions").glob("[0-9]*.md"))
    numbers = [page.name[:4] for page in pages]
    assert sorted(set(numbers)) == numbers
    for page in pages:
        title, *rest = page.read_text().splitlines()
        assert title.startswith(f"# {page.name[:4]}: ")
        assert any(line.startswith("Status: ") for line in rest), page.name


def test_the_words_of_the_panel_are_explained() -> None:
    """Whoever looks a mark up finds the words that stand on the panel."""
    page = (ROOT / "hmi/docs/how-to/read-the-panel.md").read_text()
    words = {
        text_id: re.sub(r"\s*\{\w+\}\s*", "", text)
        for text_id, text in own_catalogue()["en"].items()
        if text_id.startswith(("quality.", "latency."))
    }
    # A figure, plain sentences, and what stands around an age: *no link, 9 s old*.
    unexplained = {"latency.now", "latency.over", "quality.old"}
    assert {text_id for text_id, word in words.items() if word not in page} <= unexplained
