"""One thing wrong with a server's certificate is enough, and is named; with nothing wrong it is accepted."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from hmi.sources.certificates.check import flaw, refusal
from hmi.sources.certificates.facts import (
    LARGEST,
    Facts,
    NotACertificate,
    facts,
    fingerprint,
    first_of_chain,
    grouped,
    printable,
)
from hmi.testing.certificates import URI, server_certificate

SOUND = facts(server_certificate(hosts=("mill07", "10.0.7.7", "fe80::1")).certificate)
NOW = datetime.now(UTC)
DAY = timedelta(days=1)


def asked(
    each: Facts, *, trusted: bool = True, uri: str = URI, host: str | None = "mill07", now: datetime = NOW
) -> str:
    return refusal(each, trusted=trusted, uri=uri, host=host, now=now)


@pytest.mark.parametrize("host", ["mill07", "MILL07", "mill07.", "10.0.7.7", "fe80::1", "fe80:0::0:1", None])
def test_a_sound_one_is_accepted_under_each_of_its_names(host: str | None) -> None:
    assert asked(SOUND, host=host) == ""


@pytest.mark.parametrize(
    ("each", "more", "said"),
    [
        (SOUND, {"trusted": False}, "is not trusted"),
        (SOUND, {"now": SOUND.not_before - DAY}, "is not valid before"),
        (SOUND, {"now": SOUND.not_after + DAY}, "has expired on"),
        (SOUND, {"uri": URI + "x"}, "for another application"),
        (SOUND, {"uri": ""}, "for another application"),
        (SOUND, {"host": "mill08"}, "does not name the host mill08"),
        (SOUND, {"host": "10.0.7.8"}, "does not name the host 10.0.7.8"),
        (SOUND, {"host": "ill07"}, "does not name the host"),
        (replace(SOUND, hosts=()), {}, "it names none"),
        (replace(SOUND, uris=()), {}, "for another application (none)"),
        (replace(SOUND, key_bits=1024), {}, "RSA key of 1024 bits"),
        (replace(SOUND, key_bits=8192), {}, "RSA key of 8192 bits"),
        (replace(SOUND, key_bits=0), {}, "no RSA key"),
        (replace(SOUND, hash_name="sha1"), {}, "signed with sha1"),
        (replace(SOUND, hash_name=""), {}, "an unknown hash"),
        (replace(SOUND, for_servers=False), {}, "not meant for servers"),
    ],
)
def test_each_thing_that_is_wrong_is_named(each: Facts, more: dict[str, object], said: str) -> None:
    assert said in asked(each, **more)  # type: ignore[arg-type]


def test_nobody_is_sent_to_compare_what_will_not_do_anyhow() -> None:
    end = SOUND.not_after + DAY
    for more, said in (
        ({"now": end}, "has expired on"),
        ({"host": "10.0.7.8"}, "does not name the host 10.0.7.8"),
        ({"uri": "urn:x"}, "for another application"),
    ):
        assert said in asked(SOUND, trusted=False, **more)  # type: ignore[arg-type]
    told = refusal(SOUND, trusted=False, uri=URI, host=None, now=NOW, command="twinpane trust --site /w")
    assert told.endswith(f", then run: twinpane trust --site /w add {SOUND.fingerprint[:16]}")


def test_what_a_certificate_lacks_by_itself() -> None:
    assert flaw(SOUND, host="mill07", now=NOW) == ""
    assert flaw(SOUND, host=None, now=NOW) == ""
    assert "has expired on" in flaw(SOUND, host=None, now=SOUND.not_after + DAY)
    assert "does not name the host 10.0.7.8" in flaw(SOUND, host="10.0.7.8", now=NOW)


def test_the_last_second_counts() -> None:
    assert asked(SOUND, now=SOUND.not_before) == ""
    assert asked(SOUND, now=SOUND.not_after) == ""
    assert asked(SOUND, now=SOUND.not_after + timedelta(seconds=1)) != ""


def test_no_hosts_name_is_taken_for_a_pattern() -> None:
    assert "does not name" in asked(replace(SOUND, hosts=("*",)), host="mill07")
    assert "does not name" in asked(replace(SOUND, hosts=("*.plant",)), host="mill07.plant")


def test_what_a_certificate_says_is_read() -> None:
    pair = server_certificate(uri="urn:x", hosts=("a", "127.0.0.1"), bits=3072, name="Mill 07")
    found = facts(pair.certificate)
    assert (found.uris, found.hosts, found.key_bits) == (("urn:x",), ("a", "127.0.0.1"), 3072)
    assert (found.subject, found.issuer, found.hash_name) == ("CN=Mill 07", "CN=Mill 07", "sha256")
    parsed = x509.load_der_x509_certificate(pair.certificate)
    assert bytes.fromhex(found.fingerprint) == parsed.fingerprint(hashes.SHA256())
    assert (found.not_before, found.not_after) == (parsed.not_valid_before_utc, parsed.not_valid_after_utc)
    assert found.for_servers
    client = server_certificate(usage=(ExtendedKeyUsageOID.CLIENT_AUTH,))
    assert not facts(client.certificate).for_servers
    assert facts(server_certificate(usage=()).certificate).for_servers
    assert facts(server_certificate(uri="", hosts=()).certificate).uris == ()


def test_a_key_of_another_kind_has_no_rsa_bits() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ecc")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(NOW)
        .not_valid_after(NOW + DAY)
        .sign(key, hashes.SHA256())
    )
    found = facts(made.public_bytes(serialization.Encoding.DER))
    assert found.key_bits == 0


@given(st.binary(max_size=200))
def test_what_is_no_certificate_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(NotACertificate):
        facts(data)


@given(st.data())
def test_a_damaged_certificate_is_another_or_none(data: st.DataObject) -> None:
    der = bytearray(SOUND.der)
    place = data.draw(st.integers(0, len(der) - 1))
    der[place] ^= data.draw(st.integers(1, 255))
    try:
        found = facts(bytes(der))
    except NotACertificate:
        return
    assert found.fingerprint != SOUND.fingerprint
    assert refusal(found, trusted=False, uri=URI, host=None, now=NOW) != ""


@given(st.binary(max_size=300))
def test_the_first_of_a_chain_is_the_first_whatever_follows(tail: bytes) -> None:
    assert first_of_chain(SOUND.der + tail) == SOUND.der


@given(st.binary(max_size=40))
def test_bytes_that_are_no_chain(data: bytes) -> None:
    with contextlib.suppress(NotACertificate):
        assert data.startswith(first_of_chain(data))


def test_one_that_is_too_large_is_not_looked_at() -> None:
    with pytest.raises(NotACertificate, match=str(LARGEST)):
        facts(SOUND.der + bytes(LARGEST))


def test_fingerprints_are_read_in_groups() -> None:
    digits = fingerprint(b"")
    assert grouped(digits).split(" ") == [digits[i : i + 4] for i in range(0, 64, 4)]


@given(st.text())
def test_foreign_words_do_not_steer_a_terminal(text: str) -> None:
    assert printable(text).isprintable()
    assert len(printable(text)) <= 200
