"""The notice line asks whether a machine is on only where it may be off."""

from __future__ import annotations

import pytest

from hmi.config.endpoint_parts import CredentialReference
from hmi.model.samples import LinkState
from hmi.present import causes, link_advice, notices
from hmi.present import format as formats
from hmi.present.latency import LatencyBook
from hmi.present.texts import Texts
from hmi.sources.opcua.refusal import refused_in_words
from tests.ui.builders import Shop, epoch, machine, tag

ENGLISH, GERMAN = Texts.own("en"), Texts.own("de")
URL = "opc.tcp://127.0.0.1:4840: "


UNTRUSTED = (
    "the server's certificate is not trusted: compare its fingerprint 12AB 34CD with the one at the machine, "
    "then run: twinpane trust add 12AB"
)
EXPIRED = "the server's certificate has expired on 2026-01-02 10:00 UTC: renew it there"
NO_ENDPOINT = (
    "the server offers no endpoint with a sound security policy and SignAndEncrypt, only None, which is "
    "unsecured: set one up there, or say in the site what else will do (`security`)"
)
NOT_LET_IN = (
    "logging in: BadSecurityChecksFailed (x); it may not trust this client's certificate yet: "
    "`twinpane trust own` gives it (12AB…), to be trusted at the server"
)
WRONG_PASSWORD = refused_in_words(CredentialReference(environment="M"), "BadUserAccessDenied")


@pytest.mark.parametrize(
    ("cause", "kind"),
    [
        ("connecting: connection refused: no server listens there", "refused"),
        (UNTRUSTED, "trust"),
        (EXPIRED, "certificate"),
        (NOT_LET_IN, "own_certificate"),
        (WRONG_PASSWORD, "login"),
        (NO_ENDPOINT, "security"),
        ("the environment lacks M_USER, expected both M_USER and M_PASSWORD", "here"),
        ("/dev/ttyUSB0: [Errno 2] No such file or directory", "here"),
        ("the agent refuses: NO_DEVICE: Could not find the device 'x'", "sense"),
        ("no answer while connecting", None),
        ("the server closed the connection", None),
        ("something that nobody has met before", None),
        ("", None),
    ],
)
def test_the_advice_fits_the_cause(cause: str, kind: str | None) -> None:
    text_id = "notice.link_detail" if kind is None else f"notice.link_advice.{kind}"
    for texts in (ENGLISH, GERMAN):
        assert link_advice.advice(URL + cause, texts) == texts.text(text_id)
    assert ("Is the machine on" in ENGLISH.text(text_id)) == (kind is None)


def test_every_cause_that_has_advice_is_known_and_every_advice_is_worded() -> None:
    ids = {text_id for _, text_id in causes._known()}
    assert set(link_advice.KIND_OF) <= ids
    kinds = set(link_advice.KIND_OF.values())
    for texts in (ENGLISH, GERMAN):
        said = [texts.text(f"notice.link_advice.{kind}") for kind in kinds]
        assert len(set(said)) == len(kinds)
        assert all(texts.has(f"notice.link_advice.{kind}") for kind in kinds)


def test_the_line_says_it_of_a_machine_that_answers() -> None:
    made = Shop(epoch([machine("m")], [tag("m", "load")]))
    made.link("m", LinkState.CONNECTING)
    made.link("m", LinkState.DOWN, cause=URL + EXPIRED)
    view = notices.notice(made.session, made.frame(), LatencyBook(made.session), "", Texts.of(made.epoch))
    assert view.title == f"machine.m: no link since {formats.clock(made.clock.now().utc)}"
    assert view.detail == ENGLISH.text("notice.link_advice.certificate")
    assert (view.more, view.calm) == ("", False), "the event is the same thing, and not told twice"
