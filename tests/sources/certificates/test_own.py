"""Our own certificate: made once, the same ever after, followed by another in time, nobody else's."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from hmi.config.private_file import PrivateFileError, read_private
from hmi.sources.certificates import own
from hmi.sources.certificates.folder import CertificateFolder, CertificateFolderError
from hmi.sources.certificates.making import LIFETIME
from hmi.sources.certificates.own import SUCCESSOR, own_identity

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path) -> CertificateFolder:
    return CertificateFolder(tmp_path / "works" / "certificates", "works")


def test_it_is_what_a_server_wants_to_see(folder: CertificateFolder) -> None:
    made = own_identity(folder, NOW, "panel3")
    assert made.uri == "urn:panel3:twinpane:works"
    assert made.facts.uris == (made.uri,)
    assert made.facts.hosts == ("panel3",)
    assert (made.facts.key_bits, made.facts.hash_name) == (2048, "sha256")
    assert made.facts.not_before <= NOW - DAY
    assert made.facts.not_after == NOW + LIFETIME
    made.certificate.verify_directly_issued_by(made.certificate)
    extensions = made.certificate.extensions
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    usage = extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.digital_signature
    assert usage.content_commitment
    assert usage.key_encipherment
    assert usage.data_encipherment
    assert made.key.public_key() == made.certificate.public_key()
    assert "key=" not in repr(made)


def test_the_key_is_this_users_alone(folder: CertificateFolder) -> None:
    before = os.umask(0)
    try:
        own_identity(folder, NOW)
    finally:
        os.umask(before)
    for path in (folder.root, folder.own, folder.trusted, folder.rejected):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700, path
    for path in folder.own.iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_it_is_made_once_however_many_ask(folder: CertificateFolder) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: own_identity(folder, NOW, "panel3"), range(4)))
    later = own_identity(folder, NOW + 100 * DAY, "renamed")
    assert len({each.facts.fingerprint for each in (*made, later)}) == 1
    assert later.uri == "urn:panel3:twinpane:works", "the name that servers have learnt"


def test_a_lock_that_another_program_keeps_is_not_waited_for_without_end(
    folder: CertificateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "LOCK_LIMIT", 0.2)
    folder.prepare()
    hold = (
        "import fcntl, sys; lock = open(sys.argv[1], 'w'); fcntl.flock(lock, fcntl.LOCK_EX); "
        "print(flush=True); input()"
    )
    command = [sys.executable, "-c", hold, str(folder.own / ".lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(CertificateFolderError, match=r"\.lock has been locked by another program.*fuser"):
            own_identity(folder, NOW)
        other.communicate(b"\n")
    assert own_identity(folder, NOW).facts.not_after == NOW + LIFETIME


def test_a_disk_that_does_not_do_what_it_should_is_told_with_the_file(
    folder: CertificateFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = own_identity(folder, NOW).facts.not_after
    own_identity(folder, end - DAY)

    def fail(code: int) -> Callable[..., None]:
        def failing(*_: object) -> None:
            raise OSError(code, os.strerror(code))

        return failing

    with monkeypatch.context() as patch:
        patch.setattr(own.fcntl, "flock", fail(errno.ENOLCK))
        with pytest.raises(CertificateFolderError, match=r"\.lock cannot be locked.*TWINPANE_STATE"):
            own_identity(folder, end + DAY)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", fail(errno.EROFS))
        with pytest.raises(
            CertificateFolderError, match=r"next\.der cannot become certificate\.der.*ead-only"
        ):
            own_identity(folder, end + DAY)
    assert own_identity(folder, end + DAY).facts.not_after > end + DAY


def test_the_next_one_is_there_in_time_and_takes_over_at_the_end(folder: CertificateFolder) -> None:
    first = own_identity(folder, NOW)
    end = first.facts.not_after
    assert own_identity(folder, end - SUCCESSOR - DAY).successor is None
    during = own_identity(folder, end - SUCCESSOR + DAY)
    assert during.facts == first.facts, "servers trust this one until its end"
    assert during.successor is not None
    assert during.successor.not_after > end + timedelta(days=365)
    assert own_identity(folder, end).successor == during.successor
    after = own_identity(folder, end + DAY)
    assert after.facts == during.successor
    assert after.successor is None
    assert after.key.public_key() == first.key.public_key()


def test_one_that_has_ended_unseen_is_replaced(folder: CertificateFolder) -> None:
    first = own_identity(folder, NOW)
    later = own_identity(folder, first.facts.not_after + 400 * DAY)
    assert later.facts.fingerprint != first.facts.fingerprint
    assert later.facts.not_after > first.facts.not_after + 400 * DAY


def test_a_certificate_that_was_lost_or_is_of_another_key_is_made_anew(folder: CertificateFolder) -> None:
    first = own_identity(folder, NOW)
    (folder.own / "certificate.der").write_bytes(b"nonsense")
    second = own_identity(folder, NOW)
    (folder.own / "key.pem").unlink()
    third = own_identity(folder, NOW)
    assert len({each.facts.fingerprint for each in (first, second, third)}) == 3
    assert third.key.public_key() == third.certificate.public_key()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_key_that_others_can_get_at_is_refused(folder: CertificateFolder, mode: int) -> None:
    own_identity(folder, NOW)
    (folder.own / "key.pem").chmod(mode)
    with pytest.raises(CertificateFolderError, match=f"mode {mode:04o}.*chmod 600"):
        own_identity(folder, NOW)


@pytest.mark.parametrize("which", ["root", "own", "trusted", "rejected"])
def test_a_folder_that_others_can_get_into_is_refused(folder: CertificateFolder, which: str) -> None:
    own_identity(folder, NOW)
    getattr(folder, which).chmod(0o750)
    with pytest.raises(CertificateFolderError, match=r"open to others.*chmod 700"):
        own_identity(folder, NOW)


def test_a_place_where_others_could_put_a_folder_of_theirs_is_refused(folder: CertificateFolder) -> None:
    folder.root.parent.mkdir()
    folder.root.parent.chmod(0o777)
    with pytest.raises(CertificateFolderError, match="others may write here"):
        own_identity(folder, NOW)
    assert not folder.root.exists()


@pytest.mark.parametrize("content", [b"", b"nonsense", b"-----BEGIN PRIVATE KEY-----\n"])
def test_what_is_no_key_is_not_replaced_by_itself(folder: CertificateFolder, content: bytes) -> None:
    own_identity(folder, NOW)
    (folder.own / "key.pem").write_bytes(content)
    with pytest.raises(CertificateFolderError, match="holds no RSA key: restore it, or remove it"):
        own_identity(folder, NOW)


def test_a_pipe_at_the_place_of_a_key_is_not_waited_for(tmp_path: Path) -> None:
    pipe = tmp_path / "key.pem"
    os.mkfifo(pipe, 0o600)
    with pytest.raises(PrivateFileError, match="is no file"):
        read_private(pipe)
    with pytest.raises(PrivateFileError, match="No such file"):
        read_private(tmp_path / "none")


def test_a_host_whose_name_no_certificate_can_have(folder: CertificateFolder) -> None:
    made = own_identity(folder, NOW, "größer als alles")
    assert made.uri == "urn:localhost:twinpane:works"
    assert made.facts.hosts == ()
