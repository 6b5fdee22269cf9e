"""Why a secured link is down is said in the panel's language: held to the sources' own words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from asyncua import ua

from hmi.config.credentials import Credentials
from hmi.present import causes
from hmi.present.texts import Texts
from hmi.sources.certificates.check import refusal
from hmi.sources.certificates.facts import facts
from hmi.sources.opcua.errors import LinkLostError
from hmi.sources.opcua.login import token_policy
from hmi.testing.certificates import URI, server_certificate

GERMAN, ENGLISH = Texts.own("de"), Texts.own("en")
EACH = facts(server_certificate().certificate)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("trusted", "now", "german"),
    [
        (False, datetime.now(UTC), "dem Zertifikat des Servers wird nicht vertraut: Fingerabdruck "),
        (True, EACH.not_after + DAY, "das Zertifikat des Servers ist am "),
        (True, EACH.not_before - DAY, "das Zertifikat des Servers gilt erst ab "),
    ],
)
def test_what_is_wrong_with_a_certificate(trusted: bool, now: datetime, german: str) -> None:
    said = refusal(EACH, trusted=trusted, uri=URI, host=None, now=now)
    translated = causes.in_words(said, GERMAN)
    assert translated.startswith(german)
    assert not {"the", "with", "here"} & set(translated.split()), "nothing of it is left in English"
    assert causes.in_words(said, ENGLISH) == said
    if not trusted:
        assert translated.endswith(f"dann: twinpane trust add {EACH.fingerprint[:16]}")


def test_a_password_that_was_not_sent() -> None:
    offered = [ua.UserTokenPolicy(TokenType=ua.UserTokenType.UserName, SecurityPolicyUri="x")]
    with pytest.raises(LinkLostError) as told:
        token_policy("u", offered, Credentials("a", "b"), ua.MessageSecurityMode.None_, "x")
    assert causes.in_words(str(told.value), GERMAN).startswith("u: nicht angemeldet: der Server nähme")
    assert causes.in_words(str(told.value), ENGLISH) == str(told.value)
