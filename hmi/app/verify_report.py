"""What ``twinpane verify`` says: for a person, or as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from hmi.app.printable import printable
from hmi.model.clock import SECOND
from hmi.recorder import kinds
from hmi.recorder.chain import fingerprint
from hmi.recorder.verify import INTACT, NOT_CLOSED, TOUCHED, Finding, Verified

_PROVES = """\
What this proves: up to its last signature nobody without the private key of the fingerprint above has
changed, removed, added or moved anything in these files. What it does not: that the key is your site's
(compare the fingerprint with the engine's log, or give it with --key), that the owner of the key did not
make the file anew (compare with what was witnessed elsewhere), or that what the machine said was true."""

_CAUSES = {
    kinds.STARTED: "recording began",
    kinds.RESUMED: "recording went on after a crash or a power cut",
    kinds.RELOADED: "another configuration",
    kinds.SHIFT: "the shift began",
    kinds.AGAIN: "recording went on after it had failed",
}


def code_of(found: Sequence[Verified], wrong: Sequence[str], expected: frozenset[str]) -> int:
    """The exit code for all files together: the worst of them, where touched is worst."""
    codes = {each.code for each in found}
    if TOUCHED in codes or wrong or any(_foreign(each, expected) for each in found):
        return TOUCHED
    return NOT_CLOSED if NOT_CLOSED in codes else INTACT


def as_plain(found: Sequence[Verified], wrong: Sequence[str], expected: frozenset[str]) -> dict[str, object]:
    """All that was found, for programs."""
    return {
        "exit_code": code_of(found, wrong, expected),
        "files": [_plain(each, expected) for each in found],
        "series": list(wrong),
    }


def _plain(each: Verified, expected: frozenset[str]) -> dict[str, object]:
    header = each.header
    return {
        "file": str(each.path),
        "exit_code": TOUCHED if _foreign(each, expected) else each.code,
        "site": header and header.site,
        "machine": header and header.machine,
        "number": header and header.number,
        "shift": header and header.shift,
        "day": header and header.day,
        "key": header and fingerprint(header.key),
        "head": each.head.hex(),
        "batches": each.batches,
        "samples": each.samples,
        "begin": None if each.begin is None else _time(each.begin),
        "end": None if each.end is None else _time(each.end),
        "signed_batches": each.signed + 1,
        "closed": each.closed,
        "left_out_batches": each.left_out,
        "stretches": [
            {
                "utc": _time(utc),
                "cause": begin.cause,
                "since": None if begin.since is None else _time(begin.since),
                "samples_missing": begin.samples,
                "why": begin.why,
            }
            for utc, begin in each.stretches
        ],
        "findings": [{"first": f.first, "last": f.last, "what": f.what} for f in each.findings],
        "more_findings": each.more,
    }


def as_text(found: Sequence[Verified], wrong: Sequence[str], expected: frozenset[str]) -> str:
    """All that was found, for a person."""
    parts = ["\n".join(map(printable, _lines(each, expected))) for each in found]
    if len(found) > 1:
        series = [f"   TOUCHED: {each}" for each in wrong] or [
            "   each file goes on where the one before ended"
        ]
        parts.append("\n".join(["The files in their order", *map(printable, series)]))
    return "\n\n".join([*parts, _PROVES])


def _lines(each: Verified, expected: frozenset[str]) -> list[str]:
    words = {INTACT: "closed and intact", NOT_CLOSED: "intact, but not closed", TOUCHED: "TOUCHED"}
    if each.left_out:
        words[NOT_CLOSED] = "an excerpt, intact"
    code = TOUCHED if _foreign(each, expected) else each.code
    lines = [f"{each.path}: {words[code]}"]
    if (header := each.header) is not None:
        lines.append(
            f"   machine {header.machine} of the site {header.site}, file {header.number}: "
            f"shift {header.shift} of {header.day}"
        )
    checked = f"   checked: {each.batches:,} batches, {each.samples:,} samples"
    if each.begin is not None and each.end is not None:
        checked += f", {_time(each.begin)} to {_time(each.end)}"
    lines.append(checked)
    if each.left_out:
        lines.append(f"   {each.left_out:,} batches before and between them are left out")
    if header is not None:
        lines.append(f"   key: {fingerprint(header.key)}")
        if _foreign(each, expected):
            lines.append("   TOUCHED: that is not the key that was expected")
    if (unsigned := each.last - each.signed) > 0:
        lines.append(f"   signed up to batch {each.signed}; the last {unsigned:,} batches are chained only")
    lines += [_stretch(utc, each_) for utc, each_ in each.stretches]
    lines += [f"   TOUCHED: {_finding(finding)}" for finding in each.findings]
    if each.more:
        lines.append(f"   TOUCHED: and {each.more:,} more")
    return lines


def _stretch(utc: int, begin: kinds.Begin) -> str:
    line = f"   {_time(utc)}: {_CAUSES.get(begin.cause, begin.cause)}"
    if begin.since is not None and utc > begin.since and begin.cause not in (kinds.SHIFT, kinds.RELOADED):
        line += f"; a gap of {(utc - begin.since) / SECOND:.1f} s, since {_time(begin.since)}"
    if begin.samples:
        line += f"; {begin.samples:,} samples are missing"
    return line + (f" ({begin.why})" if begin.why else "")


def _finding(finding: Finding) -> str:
    if finding.first < 0:
        return finding.what
    if finding.first == finding.last:
        return f"batch {finding.first}: {finding.what}"
    return f"batches {finding.first} to {finding.last}: {finding.what}"


def _foreign(each: Verified, expected: frozenset[str]) -> bool:
    if not expected or each.header is None:
        return False
    return "".join(fingerprint(each.header.key).split()) not in expected


def _time(utc: int) -> str:
    try:
        at = datetime.fromtimestamp(utc // SECOND, UTC)
    except (ValueError, OverflowError, OSError):
        return f"{utc} ns"  # of a file that says what cannot be
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
