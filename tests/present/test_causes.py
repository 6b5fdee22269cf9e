"""Causes as the sources word them are said in the panel's language: held to the sources' own code."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from hmi.config.credentials import CredentialError, resolve
from hmi.config.endpoint_parts import CredentialReference
from hmi.config.modbus import ModbusEndpoint
from hmi.present import causes
from hmi.present.texts import Texts
from hmi.sources.modbus.connection import Connection
from hmi.sources.modbus.errors import LinkLost
from hmi.sources.modbus.lines import Lines
from hmi.sources.modbus.plan import Block
from hmi.sources.opcua.errors import LinkLostError, blaming
from hmi.sources.opcua.refusal import refused_in_words

GERMAN, ENGLISH = Texts.own("de"), Texts.own("en")


@pytest.mark.parametrize(
    ("error", "german"),
    [
        (ConnectionRefusedError(), "u: beim Verbinden: Verbindung abgelehnt: dort antwortet kein Server"),
        (socket.gaierror(), "u: beim Verbinden: der Rechnername ist nicht bekannt"),
        (ConnectionResetError(), "u: beim Verbinden: die Verbindung wurde unterbrochen"),
        (
            ConnectionError(),
            "u: beim Verbinden: der Server hat die Verbindung geschlossen",
        ),
        (TimeoutError(), "u: keine Antwort beim Verbinden"),
    ],
)
def test_how_an_opcua_link_ends(error: Exception, german: str) -> None:
    with pytest.raises(LinkLostError) as told, blaming("u", "connecting"):
        raise error
    assert causes.in_words(str(told.value), GERMAN) == german
    assert causes.in_words(str(told.value), ENGLISH) == str(told.value)


async def test_a_modbus_device_that_is_not_there() -> None:
    with socket.socket() as bound:  # bound and not listening: it refuses
        bound.bind(("127.0.0.1", 0))
        port = bound.getsockname()[1]
        line = Lines().of(ModbusEndpoint(protocol="modbus", host="127.0.0.1", port=port))
        with pytest.raises(LinkLost) as told:
            async with Connection.connected(line, timeout=5.0):
                pass
    said = causes.in_words(str(told.value), GERMAN)
    assert said == f"keine Verbindung zu 127.0.0.1:{port}: dort nimmt nichts eine Verbindung an"


@pytest.mark.parametrize(
    ("cause", "german"),
    [
        ("127.0.0.1:502 closed the connection", "127.0.0.1:502 hat die Verbindung geschlossen"),
        (
            "no answer of 127.0.0.1:502 within 1.5 s, last asked coils 0-7",
            "keine Antwort von 127.0.0.1:502 innerhalb 1.5 s, zuletzt gefragt coils 0-7",
        ),
        ("something that nobody has met before", "something that nobody has met before"),
        ("", ""),
    ],
)
def test_figures_stay_and_the_unknown_is_shown_as_it_came(cause: str, german: str) -> None:
    assert causes.in_words(cause, GERMAN) == german
    assert causes.in_words(cause, ENGLISH) == cause


@pytest.mark.parametrize(
    ("cause", "german"),
    [
        (
            "u: the agent was started anew: its instance is 8, it was 7",
            "u: der Agent wurde neu gestartet: seine Instanz ist 8, sie war 7",
        ),
        (
            "u: reading the state: the agent refuses: NO_DEVICE: Could not find the device 'x'",
            "u: beim Lesen des Zustands: der Agent lehnt ab: NO_DEVICE: Could not find the device 'x'",
        ),
        (
            "u: the agent no longer has what came from 5 on (OUT_OF_RANGE: x); everything is read anew",
            "u: der Agent hat nicht mehr, was ab 5 kam (OUT_OF_RANGE: x); alles wird neu gelesen",
        ),
        ("u: no whole document for 6.1 s, only pieces", "u: seit 6.1 s kein ganzes Dokument, nur Stücke"),
    ],
)
def test_how_an_mtconnect_link_ends(cause: str, german: str) -> None:
    assert causes.in_words(cause, ENGLISH) == cause
    assert causes.in_words(cause, GERMAN) == german


BY_NAME = CredentialReference(environment="MILL07")
IN_KEYRING = CredentialReference(keyring="mill", user="panel")
BY_FILE = CredentialReference(certificate="/etc/panel.der", key="/etc/panel.pem")


@pytest.mark.parametrize(
    ("reference", "names", "german"),
    [
        (
            BY_NAME,
            ["MILL07_USER", "MILL07_PASSWORD"],
            "der Server lehnt diesen Benutzernamen oder dieses Passwort",
        ),
        (
            IN_KEYRING,
            ["Dienst mill", "Benutzer panel"],
            "der Server lehnt diesen Benutzernamen oder dieses Passwort",
        ),
        (
            BY_FILE,
            ["/etc/panel.der", "`credentials`"],
            "der Server lehnt das Benutzerzertifikat /etc/panel.der ab",
        ),
        (None, ["`credentials`"], "der Server lässt niemanden ohne Anmeldung ein"),
    ],
)
def test_a_refused_log_in_names_where_it_stands_and_what_to_do(
    reference: CredentialReference | None, names: list[str], german: str
) -> None:
    cause = f"opc.tcp://mill:4840: {refused_in_words(reference, 'BadUserAccessDenied')}"
    said = causes.in_words(cause, GERMAN)
    assert said.startswith(f"opc.tcp://mill:4840: {german}")
    assert "(BadUserAccessDenied)" in said
    assert not [each for each in names if each not in said]
    assert not {"the", "them", "or", "of", "and", "entry"} & set(said.split())
    assert causes.in_words(cause, ENGLISH) == cause


@pytest.mark.parametrize(
    ("there", "german"),
    [
        ({}, "in der Umgebung fehlen MILL07_USER und MILL07_PASSWORD, erwartet werden"),
        ({"MILL07_USER": "x"}, "in der Umgebung fehlt MILL07_PASSWORD, erwartet werden"),
    ],
)
def test_a_log_in_that_is_not_set_up(there: dict[str, str], german: str) -> None:
    with pytest.raises(CredentialError) as told:
        resolve(BY_NAME, there)
    assert causes.in_words(str(told.value), GERMAN) == f"{german} MILL07_USER und MILL07_PASSWORD"
    assert causes.in_words(str(told.value), ENGLISH) == str(told.value)


@pytest.mark.parametrize(
    ("table", "german", "english"),
    [
        ("coil", "Ausgangsbit", "coil"),
        ("discrete_input", "Eingangsbit", "discrete input"),
        ("input_register", "Eingangsregister", "input register"),
        ("holding_register", "Halteregister", "holding register"),
    ],
)
def test_what_was_asked_of_a_modbus_device_last(table: Any, german: str, english: str) -> None:
    asked = Block(unit=1, table=table, start=200, count=4, items=())
    cause = f"no answer of 127.0.0.1:502 within 1.5 s, last asked {asked}"
    said = causes.in_words(cause, GERMAN)
    assert said.endswith(f", zuletzt gefragt Gerät 1, {german} 200–203")
    assert causes.in_words(cause, ENGLISH).endswith(f", last asked unit 1, {english} 200–203")
