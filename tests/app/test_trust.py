"""``twinpane trust``: what a person reads, compares and says."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from hmi.app.cli import main
from hmi.app.state_folder import certificates
from hmi.sources.certificates.facts import fingerprint, grouped
from hmi.sources.certificates.folder import CertificateFolder
from hmi.sources.certificates.trust import TrustList
from hmi.testing.certificates import server_certificate

SITE = str(Path(__file__).parents[2] / "tags/demo")
DER = server_certificate(name="VF6SS 07", hosts=("mill07",)).certificate
DIGITS = fingerprint(DER)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CertificateFolder:
    monkeypatch.setenv("TWINPANE_STATE", str(tmp_path))
    return CertificateFolder(certificates("demo"), "demo")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["trust", "--site", SITE, *arguments], catch_exceptions=False)


def test_nobody_is_trusted_at_first(folder: CertificateFolder) -> None:
    said = run()
    assert said.exit_code == 0
    assert f"Certificates of site demo in {folder.root}" in said.output
    assert "Waiting to be confirmed: none" in said.output
    assert "Trusted: none" in said.output
    assert not list(folder.own.iterdir()), "to look makes no key"


def test_from_waiting_to_trusted_and_back(folder: CertificateFolder) -> None:
    folder.prepare()
    TrustList(folder).reject(DER, "opc.tcp://10.0.7.7:4840/")
    listed = run("list").output
    assert listed == run().output
    waiting = listed.partition("Trusted")[0]
    words = " ".join(waiting.split())
    assert grouped(DIGITS) in words, "in groups, in lines that can be read aloud"
    assert max(map(len, waiting.splitlines()[2:])) < 80
    for said in ("CN=VF6SS 07", "issuer itself", "hosts mill07", "shown at opc.tcp://10.0.7.7:4840/"):
        assert said in words
    added = run("add", DIGITS[:16])
    assert added.exit_code == 0
    assert "Trusted at site demo from now on:" in added.output
    assert "WILL NOT DO" not in listed + added.output
    assert grouped(DIGITS) in " ".join(added.output.split())
    assert TrustList(folder).trusts(DER)
    assert "CN=VF6SS 07" in run().output.partition("Trusted: 1")[2]
    assert run("remove", DIGITS).exit_code == 0
    assert not TrustList(folder).trusts(DER)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["add", "1234"], 1, "at least 16 digits"),
        (["add", "0" * 64], 1, "no certificate of the site demo"),
        (["add", *["0000"] * 5], 1, "fingerprint '0000 0000 0000 0000 0000' waits to be confirmed"),
        (["add", "00" * 16, "--site", "/no/such"], 1, "--site names /no/such"),
        (["add", "--file", "/etc/passwd"], 1, "/etc/passwd is no certificate that can be understood"),
        (["add", "0" * 64, "--file", "/etc/passwd"], 2, "expected either a FINGERPRINT or --file"),
        (["add"], 2, "expected either a FINGERPRINT or --file"),
        (["remove", DIGITS], 1, "is trusted"),
        (["own", "--export", "/nowhere/at/all.der"], 1, "/nowhere/at/all.der cannot be written"),
    ],
)
def test_a_mistake_is_a_sentence(
    folder: CertificateFolder, arguments: list[str], code: int, said: str
) -> None:
    folder.prepare()
    result = run(*arguments)
    assert result.exit_code == code
    assert said in result.output
    assert TrustList(folder).trusted() == []


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_a_certificate_that_was_brought_along(
    folder: CertificateFolder, tmp_path: Path, encoding: Encoding
) -> None:
    file = tmp_path / "mill07.crt"
    file.write_bytes(x509.load_der_x509_certificate(DER).public_bytes(encoding))
    assert run("add", "--file", str(file)).exit_code == 0
    assert TrustList(folder).trusts(DER)
    file.write_bytes(b"nonsense")
    refused = run("add", "--file", str(file))
    assert refused.exit_code == 1
    assert f"{file} is no certificate" in refused.output


def test_the_site_may_stand_behind_the_word_and_groups_are_taken_as_they_are_shown(
    folder: CertificateFolder,
) -> None:
    folder.prepare()
    TrustList(folder).reject(DER, "opc.tcp://10.0.7.7:4840/")
    typed = ["trust", "--site", "/no/such", "add", "--site", SITE, *grouped(DIGITS).split()[:5]]
    assert CliRunner().invoke(main, typed).exit_code == 0
    assert TrustList(folder).trusts(DER)
    removed = CliRunner().invoke(main, ["trust", "remove", *grouped(DIGITS).split(), "--site", SITE])
    assert removed.exit_code == 0, removed.output
    assert not TrustList(folder).trusts(DER)


def test_what_will_not_do_is_marked_before_and_after_it_is_trusted(
    folder: CertificateFolder, tmp_path: Path
) -> None:
    site = tmp_path / "site"
    site.mkdir()
    endpoints = "{main: {protocol: opcua, url: 'opc.tcp://10.0.7.7:4840/'}}"
    (site / "site.yaml").write_text(
        "schema: twinpane.site/1\nid: demo\nmachines:\n"
        f"  - {{id: mill07, plugin: haas_vf6ss, name: m, endpoints: {endpoints}}}\n"
    )
    expired = server_certificate(begins=timedelta(days=-9), lasts=timedelta(days=8), key=1).certificate
    folder.prepare()
    for each in (expired, DER):
        TrustList(folder).reject(each, "opc.tcp://10.0.7.7:4840/")

    def asked(*words: str) -> str:
        return CliRunner().invoke(main, ["trust", *words, "--site", str(site)]).output

    listed = asked("list")
    assert listed.count("WILL NOT DO") == 2
    assert "does not name the host 10.0.7.7 (it names mill07)" in listed
    for each, said in ((expired, "has expired on"), (DER, "does not name the host 10.0.7.7")):
        added = asked("add", fingerprint(each))
        assert "Trusted at site demo" in added
        assert said in added.partition("WILL NOT DO")[2]
    assert "has expired on" in asked("list").partition("Trusted: 2")[2]


def test_our_own_is_shown_and_given_away_without_its_key(folder: CertificateFolder, tmp_path: Path) -> None:
    file = tmp_path / "panel.der"
    said = run("own", "--export", str(file))
    assert said.exit_code == 0
    der = file.read_bytes()
    assert x509.load_der_x509_certificate(der).public_bytes(Encoding.DER) == der
    assert grouped(fingerprint(der)) in " ".join(said.output.split())
    assert re.search(r"application  urn:[^ ]+:twinpane:demo", said.output)
    assert grouped(fingerprint(der)) in " ".join(run("own").output.split()), "the same again"
    assert run("own", "--export", "-").stdout_bytes == der, "and nothing else"


def test_a_key_that_others_can_read_is_told_with_the_cure(folder: CertificateFolder) -> None:
    run("own")
    (folder.own / "key.pem").chmod(0o644)
    said = run("own")
    assert said.exit_code == 1
    assert "can be read by others (mode 0644)" in said.output
    assert "chmod 600" in said.output


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TWINPANE_STATE": "/var/lib/twinpane", "HOME": "/root"}, "/var/lib/twinpane"),
        ({"XDG_STATE_HOME": "/s", "HOME": "/home/me"}, "/s/twinpane"),
        ({"XDG_STATE_HOME": "relative", "HOME": "/home/me"}, "/home/me/.local/state/twinpane"),
        ({"HOME": "/home/me"}, "/home/me/.local/state/twinpane"),
    ],
)
def test_where_they_lie(environment: dict[str, str], expected: str) -> None:
    assert certificates("works", environment) == Path(expected) / "works/certificates"
