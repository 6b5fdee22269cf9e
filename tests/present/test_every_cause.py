"""Every reason that a source can give for a link that is down is said in the panel's language.

The reasons are read from the sources' code: whoever words a new one gets a test that fails until
`hmi/present/texts` has it in every language, or until it is declared here as one for engineers alone.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

import hmi.config
import hmi.engine
import hmi.sources
from hmi.present import causes
from hmi.present.texts import Texts

SOURCES: Final = Path(hmi.sources.__file__).parent
OTHERS: Final = [
    *(Path(hmi.config.__file__).with_name(name) for name in ("credentials.py", "private_file.py")),
    Path(hmi.engine.__file__).with_name("runtime.py"),
]
"""Why a log-in is not found is why a link is down, too, and so is a defect of ours."""

GERMAN, ENGLISH = Texts.own("de"), Texts.own("en")

NO_CAUSE: Final = {
    "certificates/folder.py": "files of this computer: told where the engine starts",
    "certificates/own.py": "the same",
    "certificates/trust.py": "the command `twinpane trust`",
    "modbus/codec.py": "why a write was not sent",
    "modbus/decoding.py": "the status of a tag",
    "modbus/irregular.py": "counted",
    "modbus/plan.py": "which registers: as the device's manual has it",
    "modbus/refusals.py": "the standard's names of exceptions",
    "modbus/writing.py": "what became of a write",
    "opcua/addresses.py": "the status of a tag",
    "opcua/writing.py": "what became of a write",
    "simulated/pace.py": "never down",
    "simulated/source.py": "never down",
}
"""Files whose texts are not why a link is down, and what they are instead."""

TECHNICAL: Final = {
    "certificates/facts.py": "what is wrong with a certificate's bytes",
    "mtconnect/devices.py": "what is wrong with a document",
    "mtconnect/envelope.py": "the same",
    "mtconnect/multipart.py": "the same",
    "mtconnect/streams.py": "the same",
    "mtconnect/xml.py": "the same",
    "opcua/data_change.py": "what is wrong with a message's bytes",
    "opcua/wire_layout.py": "the same",
}
"""Files whose texts are details after the cause, for who looks into the bytes; they stay English."""

SINGLE: Final = frozenset(
    {
        "certificates/check.py: twinpane trust",
        "credentials.py: credentials are not serialised",
        "credentials.py: keys are not serialised",
        "runtime.py: there is no tag of index {} in this epoch",
        "runtime.py: the source of %s failed",
        "modbus/exchange_tcp.py: it answers out of order",
        "modbus/exchange_tcp.py: it closed the connection while several requests were under way",
        "modbus/exchange_tcp.py: its answers have no transaction ids",
        "modbus/exchange_tcp.py: a request among several was not answered",
        "modbus/exchange_tcp.py: unit {} in the answer to unit {}",
        "modbus/framing_rtu.py: echo of the request",
        "modbus/framing_rtu.py: wrong checksum",
        "modbus/framing_rtu.py: answer of another unit",
        "modbus/framing_rtu.py: answer to another function",
        "modbus/framing_rtu.py: answer of another length than asked",
        "modbus/framing_rtu.py: late answer to a request that was given up",
        "modbus/framing_rtu.py: answers out of order",
        "modbus/line.py: %s: %s, %d so far",
        "modbus/line.py: %s: one request at a time from now on: %s",
        "modbus/line.py: function code {} in answer to {}",
        "modbus/line.py: the answer's length is not the one that it announces",
        "modbus/line.py: {} bytes of data in the answer, expected {}",
        "modbus/line.py: the answer does not repeat what was to be written, as that to a write does",
        "modbus/line.py: unit {} gave no answer; it is asked again in {} s",
        "modbus/exchange_rtu.py: {} was not silent in time",
        "modbus/line.py: the answer to an earlier write may still come: {}",
        "modbus/line.py: {} was busy with other requests",
        "modbus/lines.py: network and serial",
        "modbus/lines.py: {} {} and {}",
        "modbus/poller.py: modbus {}",
        "modbus/source.py: to {}",
        "modbus/source.py: the tag is read-only",
        "modbus/source.py: no link to {}",
        "modbus/source.py: {} has no Modbus address",
        "modbus/source.py: {} has no tags: nothing would be asked that tells whether it answers",
        "mtconnect/resolving.py: {} has no MTConnect address",
        "mtconnect/source.py: {}: MTConnect is read-only",
        "opcua/channel.py: our certificate ends on %s; have its successor %s trusted at %s before that",
        "opcua/connection.py: %s: %d missing nodes have appeared",
        "opcua/login.py: user name and password",
        "opcua/source.py: {}: no link",
        "opcua/source.py: {} is read-only",
        "opcua/source.py: the server has no variable for {}",
    }
)
"""Texts that are no causes (logs, answers to writes, names of tasks), or details that stay English."""

LEFT_IN_ENGLISH: Final = re.compile(
    r"\b(the|of|is|no|not|with|and|expected|found|its|it|cannot|that|answer|server|agent|than|while|from)\b"
)
FILLERS: Final = (
    "7",
    "plc:502",
    "1A2B 3C4D",
    "2026-11-21 10:00 UTC",
    "reading the state",
    "certificate",
    "user name and password",
)


def _text(node: ast.expr) -> str | None:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(str(v.value) if isinstance(v, ast.Constant) else "{}" for v in values)
    return None


def _wordings(file: Path) -> Iterator[str]:
    """The texts of several words in a file, its docstrings aside."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    aside = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}
    for each in ast.walk(tree):
        if isinstance(each, ast.JoinedStr):
            aside |= {id(part) for part in ast.walk(each) if part is not each}
    for each in ast.walk(tree):
        if isinstance(each, ast.Constant | ast.JoinedStr) and id(each) not in aside:
            text = _text(each)
            if text and re.search(r"[a-zA-Z]{2,} +[a-zA-Z`]+|[a-z]{2,}\} [a-z]|\} [a-z]+ |[a-z] \{", text):
                yield text


ALL: Final = sorted(
    {
        f"{file.relative_to(SOURCES).as_posix()}: {text}"
        for file in SOURCES.rglob("*.py")
        for text in _wordings(file)
    }
    | {f"{file.name}: {text}" for file in OTHERS for text in _wordings(file)}
)
CAUSES: Final = [
    each for each in ALL if each.partition(": ")[0] not in NO_CAUSE | TECHNICAL and each not in SINGLE
]


def _cases(text: str) -> Iterator[str]:
    """The wording with all kinds of parts in it."""
    holes = text.count("{}")
    for parts in itertools.product(FILLERS, repeat=min(holes, 2)):
        filled = iter((*parts, *["7"] * holes))
        yield re.sub(r"\{\}", lambda _, filled=filled: next(filled), text)  # type: ignore[misc]


@pytest.mark.parametrize("where", CAUSES)
def test_it_is_said_in_german_and_left_as_it_is_in_english(where: str) -> None:
    text = where.partition(": ")[2]
    said = [(case, causes.in_words(case, GERMAN)) for case in _cases(text)]
    assert any(german != case and not LEFT_IN_ENGLISH.search(german) for case, german in said), said[0]
    for case, _ in said:
        assert causes.in_words(case, ENGLISH) == case


def test_what_is_declared_is_there() -> None:
    assert set(ALL) >= SINGLE
    files = {each.partition(": ")[0] for each in ALL}
    assert files >= set(TECHNICAL)
    assert all((SOURCES / file).is_file() for file in NO_CAUSE)


def test_every_text_stands_for_a_wording_that_a_source_has() -> None:
    """What no source says any more is no longer carried along; the operating system's are not ours."""
    own = {each for _, each in causes._known() if each.startswith("cause.")}
    texts = {each for each in own if not each.startswith("cause.system_")}
    cases = [case for each in ALL for case in _cases(each.partition(": ")[2])]
    met = {text_id for pattern, text_id in causes._known() if any(map(pattern.search, cases))}
    looked_for = ((case, each) for case in cases for each in causes._candidates(case))
    assert {text_id for case, (pattern, text_id) in looked_for if pattern.search(case)} == met
    system = {"cause.unreachable", "cause.refused_short", "cause.no_route", "cause.no_network"}
    one_word_or_inside_of_another = {"cause.while_connecting", "cause.unknown_hash"}
    made_of_two = {"cause.environment_lacks_both"}
    assert texts - met == system | one_word_or_inside_of_another | made_of_two
