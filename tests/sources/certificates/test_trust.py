"""Trust is what a person has said of one certificate, and of no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.sources.certificates.facts import facts, fingerprint, grouped
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.certificates.trust import MOST_REJECTED, TrustList, UnknownFingerprint
from hmi.testing.certificates import server_certificate

ONE, OTHER = server_certificate().certificate, server_certificate().certificate
URL = "opc.tcp://mill07:4840/"


@pytest.fixture
def folder(tmp_path: Path) -> CertificateFolder:
    made = CertificateFolder(tmp_path / "certificates", "works")
    made.prepare()
    return made


@pytest.fixture
def trust(folder: CertificateFolder) -> TrustList:
    return TrustList(folder)


def test_nothing_is_trusted_until_it_is_added_and_after_it_is_removed(trust: TrustList) -> None:
    assert not trust.trusts(ONE)
    trust.reject(ONE, URL)
    trust.reject(ONE, URL)
    assert not trust.trusts(ONE), "to be seen is not to be trusted"
    assert [(each.certificate.der, each.url) for each in trust.waiting()] == [(ONE, URL)]
    assert trust.add(fingerprint(ONE)).der == ONE
    assert trust.trusts(ONE)
    assert not trust.trusts(OTHER), "the same name and the same key are not the same certificate"
    assert trust.waiting() == []
    assert [each.der for each in trust.trusted()] == [ONE]
    assert trust.remove(fingerprint(ONE)).der == ONE
    assert not trust.trusts(ONE)


@pytest.mark.parametrize(
    "spelled",
    [
        lambda digits: digits,
        lambda digits: digits[:16].lower(),
        grouped,
        lambda digits: ":".join(digits[i : i + 2] for i in range(0, 64, 2)),
        lambda digits: f" {digits[:20]}\n",
    ],
)
def test_a_fingerprint_is_understood_as_it_is_written_elsewhere(trust: TrustList, spelled: object) -> None:
    trust.reject(ONE, URL)
    assert trust.add(spelled(fingerprint(ONE))).der == ONE  # type: ignore[operator]


@pytest.mark.parametrize(
    "digits",
    ["", "A", fingerprint(ONE)[:15], "0" * 64, fingerprint(ONE) + "0", "../../x" * 4],
    ids=["none", "one digit", "one too few", "another", "one too many", "a path"],
)
def test_what_names_no_waiting_certificate_adds_nothing(trust: TrustList, digits: str) -> None:
    trust.reject(ONE, URL)
    with pytest.raises(UnknownFingerprint):
        trust.add(digits)
    assert trust.trusted() == []


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("0" * 63 + "G", "found 'G' in '0{63}G', expected a fingerprint"),
        ("sha256 " + "0" * 64, "found 'S' in"),
        ("0" * 15, "at least 16 digits"),
        ("0" * 16, r"of the site works .* waits to be confirmed \(in .*/rejected\): .* --site names another"),
    ],
)
def test_why_a_fingerprint_names_nothing_is_said(trust: TrustList, digits: str, said: str) -> None:
    with pytest.raises(UnknownFingerprint, match=said):
        trust.add(digits)


def test_trusting_twice_is_told_from_trusting_nobody(trust: TrustList) -> None:
    trust.reject(ONE, URL)
    trust.add(fingerprint(ONE))
    with pytest.raises(UnknownFingerprint, match="is trusted already at the site works"):
        trust.add(fingerprint(ONE)[:16])
    with pytest.raises(UnknownFingerprint, match=r"is trusted \(in .*/trusted\)"):
        trust.remove("0" * 64)


def test_a_file_counts_as_what_is_in_it_and_not_as_its_name(
    folder: CertificateFolder, trust: TrustList
) -> None:
    (folder.trusted / f"{fingerprint(ONE)}.der").write_bytes(OTHER)
    (folder.trusted / "mill.der").write_bytes(ONE)
    (folder.trusted / "nonsense.der").write_bytes(b"nonsense")
    assert not trust.trusts(ONE)
    assert not trust.trusts(OTHER)
    assert trust.trusted() == []


def test_whoever_shows_many_certificates_fills_no_disk(folder: CertificateFolder, trust: TrustList) -> None:
    shown = [server_certificate(name=f"server {i}").certificate for i in range(MOST_REJECTED + 5)]
    for each in shown:
        trust.reject(each, URL)
    assert len(trust.waiting()) == MOST_REJECTED
    assert len(list(folder.rejected.iterdir())) == 2 * MOST_REJECTED
    assert shown[-1] in [each.certificate.der for each in trust.waiting()]
    trust.reject(bytes(1_000_000), URL)
    assert sum(path.stat().st_size for path in folder.rejected.iterdir()) < 1_000_000


@given(st.binary(max_size=100))
def test_no_other_bytes_are_trusted(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = CertificateFolder(tmp_path_factory.mktemp("c") / "certificates", "works")
    folder.prepare()
    trust = TrustList(folder)
    trust.add_certificate(facts(ONE))
    assert not trust.trusts(data)
    assert not trust.trusts(ONE + data[:1]) or not data
