"""Which endpoint and which log-in are taken of what a server offers: never one worse than asked for."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from asyncua import ua
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.credentials import Credentials, UserCertificate
from hmi.config.opcua import OpcUaSecurity
from hmi.sources.opcua.errors import LinkLostError
from hmi.sources.opcua.login import read_user, token_policy
from hmi.sources.opcua.security import MODES, POLICIES, Choice, choose, confirm
from hmi.testing.certificates import URI, server_certificate

URL = "opc.tcp://mill07:4840/"
BASE = "http://opcfoundation.org/UA/SecurityPolicy#"
NAMES = [*POLICIES, "None", "Basic256", "Basic128Rsa15", "ECC_nistP256", ""]
PAIR = server_certificate()
Mode = ua.MessageSecurityMode


def endpoint(policy: str, mode: ua.MessageSecurityMode, level: int = 0) -> ua.EndpointDescription:
    return ua.EndpointDescription(
        EndpointUrl=URL,
        Server=ua.ApplicationDescription(ApplicationUri=URI),
        ServerCertificate=PAIR.certificate,
        SecurityMode=mode,
        SecurityPolicyUri=BASE + policy if policy else None,
        SecurityLevel=level,
    )


offers = st.lists(
    st.builds(endpoint, st.sampled_from(NAMES), st.sampled_from(list(Mode)), st.integers(0, 255)), max_size=8
)
wishes = st.builds(
    OpcUaSecurity, policy=st.sampled_from(["auto", *POLICIES]), mode=st.sampled_from(list(MODES))
)


@given(offers, wishes)
def test_the_best_of_what_was_asked_for_or_nothing(
    offered: Sequence[ua.EndpointDescription], wish: OpcUaSecurity
) -> None:
    wanted = list(POLICIES) if wish.policy == "auto" else [wish.policy]
    there = {
        each.SecurityPolicyUri.removeprefix(BASE)
        for each in offered
        if each.SecurityPolicyUri and each.SecurityMode == MODES[wish.mode]
    }
    best = next((name for name in wanted if name in there), None)
    if best is None:
        with pytest.raises(LinkLostError, match="offers no endpoint"):
            choose(URL, offered, wish)
        return
    found = choose(URL, offered, wish)
    assert found == Choice(best, MODES[wish.mode], PAIR.certificate, URI)
    confirm(URL, found, offered, wish)


@given(offers, st.sampled_from(["Aes256_Sha256_RsaPss", "Aes128_Sha256_RsaOaep"]))
def test_whoever_takes_the_best_out_of_the_first_answer_is_found_out(
    others: Sequence[ua.EndpointDescription], best: str
) -> None:
    wish, weak = OpcUaSecurity(), endpoint("Basic256Sha256", Mode.SignAndEncrypt)
    told = choose(URL, [weak], wish)
    with pytest.raises(LinkLostError, match="may have changed its first answer"):
        confirm(URL, told, [weak, *others, endpoint(best, Mode.SignAndEncrypt)], wish)
    with pytest.raises(LinkLostError, match="may have changed its first answer"):
        confirm(URL, told, [], wish)


def test_a_server_need_not_repeat_its_certificate() -> None:
    offered = endpoint("Basic256Sha256", Mode.SignAndEncrypt)
    told = choose(URL, [offered], OpcUaSecurity())
    offered.ServerCertificate = None
    confirm(URL, told, [offered], OpcUaSecurity())


@pytest.mark.parametrize("certificate", [None, b"", b"nonsense"])
def test_an_endpoint_without_a_certificate(certificate: bytes | None) -> None:
    offered = endpoint("Basic256Sha256", Mode.SignAndEncrypt)
    offered.ServerCertificate = certificate
    with pytest.raises(LinkLostError, match="certificate"):
        choose(URL, [offered], OpcUaSecurity())


def token(kind: ua.UserTokenType, policy: str | None, number: int = 0) -> ua.UserTokenPolicy:
    uri = None if policy is None else BASE + policy
    return ua.UserTokenPolicy(PolicyId=str(number), TokenType=kind, SecurityPolicyUri=uri)


NAMED, BY_CERTIFICATE = ua.UserTokenType.UserName, ua.UserTokenType.Certificate
PASSWORD, USER = Credentials("panel", "secret"), UserCertificate(b"", b"")
STRONG = set(POLICIES)


@given(
    st.lists(st.sampled_from([None, *NAMES[:-1]]), max_size=6),
    st.sampled_from([Mode.None_, Mode.Sign, Mode.SignAndEncrypt]),
)
def test_a_password_is_encrypted_by_the_token_or_by_the_channel(
    policies: list[str | None], mode: ua.MessageSecurityMode
) -> None:
    channel = "None" if mode == Mode.None_ else "Basic256Sha256"
    offered = [token(NAMED, policy, i) for i, policy in enumerate(policies)]
    effective = [channel if policy is None else policy for policy in policies]
    sound = bool(STRONG & set(effective)) or (mode == Mode.SignAndEncrypt and bool(policies))
    if not sound:
        with pytest.raises(LinkLostError, match=r"not logged in|has no log-in"):
            token_policy(URL, offered, PASSWORD, mode, BASE + channel)
        return
    found = token_policy(URL, offered, PASSWORD, mode, BASE + channel)
    taken = found.SecurityPolicyUri.removeprefix(BASE)
    assert effective[int(found.PolicyId)] == taken
    assert taken in STRONG or mode == Mode.SignAndEncrypt
    assert taken in STRONG or not STRONG & set(effective)


@given(
    st.lists(st.sampled_from([None, *NAMES[:-1]]), max_size=6),
    st.sampled_from([Mode.None_, Mode.Sign, Mode.SignAndEncrypt]),
)
def test_a_certificate_is_shown_with_a_sound_signature_alone(
    policies: list[str | None], mode: ua.MessageSecurityMode
) -> None:
    channel = "None" if mode == Mode.None_ else "Basic256Sha256"
    offered = [token(BY_CERTIFICATE, policy, i) for i, policy in enumerate(policies)]
    effective = [channel if policy is None else policy for policy in policies]
    if not STRONG & set(effective):
        with pytest.raises(LinkLostError, match=r"not logged in|has no log-in"):
            token_policy(URL, offered, USER, mode, BASE + channel)
        return
    found = token_policy(URL, offered, USER, mode, BASE + channel)
    assert found.SecurityPolicyUri.removeprefix(BASE) in STRONG


def test_tokens_of_another_kind_do_not_count() -> None:
    with pytest.raises(LinkLostError, match="no log-in by user name and password"):
        token_policy(URL, [token(BY_CERTIFICATE, "Basic256Sha256")], PASSWORD, Mode.SignAndEncrypt, BASE)


@pytest.mark.parametrize(
    ("secret", "said"),
    [
        (UserCertificate(b"nonsense", PAIR.key), "credentials.certificate` is no certificate"),
        (UserCertificate(PAIR.certificate, b"nonsense"), "credentials.key` is no RSA key"),
        (UserCertificate(PAIR.certificate, b"-----BEGIN x"), "credentials.key` is no RSA key"),
        (UserCertificate(PAIR.certificate, server_certificate(key=1).key), "is not the key of"),
    ],
)
def test_files_that_do_not_make_a_user(secret: UserCertificate, said: str) -> None:
    with pytest.raises(LinkLostError, match=said):
        read_user(URL, secret)


def test_a_user_is_read() -> None:
    found = read_user(URL, UserCertificate(PAIR.certificate, PAIR.key))
    assert found.key.public_key() == found.certificate.public_key()
