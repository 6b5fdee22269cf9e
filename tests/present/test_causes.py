"""Causes as the sources word them are said in the panel's language: held to the sources' own code."""

from __future__ import annotations

import socket

import pytest

from hmi.config.modbus import ModbusEndpoint
from hmi.present import causes
from hmi.present.texts import Texts
from hmi.sources.modbus.connection import Connection
from hmi.sources.modbus.errors import LinkLost
from hmi.sources.modbus.lines import Lines
from hmi.sources.opcua.errors import LinkLostError, blaming

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
