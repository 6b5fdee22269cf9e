"""A Modbus endpoint: a host or a serial port, and what only one of them can do."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from hmi.config.modbus import ModbusEndpoint
from hmi.config.modbus_lines import SerialLine, TcpLine
from hmi.machines.endpoints import moved

SERIAL = {"device": "/dev/ttyS1", "baud": 9600}


def endpoint(**given: object) -> ModbusEndpoint:
    return ModbusEndpoint.model_validate({"protocol": "modbus"} | given)


@pytest.mark.parametrize(
    "given",
    [
        {"host": "plc", "port": 1502},
        {"host": "plc", "framing": "rtu", "unit": 17},
        {"serial": SERIAL, "unit": 3},
        {"host": "plc", "pipeline": 4},
    ],
)
def test_an_endpoint_survives_an_epoch_s_json(given: dict[str, object]) -> None:
    before = endpoint(**given)
    assert ModbusEndpoint.model_validate_json(before.model_dump_json()) == before


def test_where_it_leads() -> None:
    assert endpoint(host="plc").line == TcpLine(host="plc")
    assert str(endpoint(host="plc", port=1502).line) == "plc:1502"
    assert endpoint(serial=SERIAL).line == SerialLine(device="/dev/ttyS1", baud=9600)
    assert str(endpoint(serial=SERIAL).line) == "/dev/ttyS1"
    assert [endpoint(host="plc").numbered, endpoint(host="plc", framing="rtu").numbered] == [True, False]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({}, "exactly one of `host` and `serial`"),
        ({"host": "plc", "serial": SERIAL}, "exactly one of `host` and `serial`"),
        ({"serial": SERIAL, "port": 1502}, "`port` or `framing` beside `serial`"),
        ({"serial": SERIAL, "framing": "rtu"}, "`port` or `framing` beside `serial`"),
        ({"serial": SERIAL, "framing": "tcp"}, "`port` or `framing` beside `serial`"),
        ({"serial": SERIAL, "port": 502}, "`port` or `framing` beside `serial`"),
        ({"serial": SERIAL | {"device": "ttyUSB0"}}, "the path of the port, as /dev/ttyUSB0"),
        ({"serial": SERIAL | {"device": ""}}, "the path of the port, as /dev/ttyUSB0"),
        ({"serial": SERIAL, "pipeline": 2}, "no transaction id"),
        ({"host": "plc", "framing": "rtu", "pipeline": 2}, "no transaction id"),
        ({"host": "plc", "pipeline": 17}, "less than or equal to 16"),
        ({"serial": SERIAL | {"parity": "mark"}}, "'even', 'odd' or 'none'"),
        ({"serial": SERIAL | {"baud": 110}}, "greater than or equal to 300"),
        ({"serial": SERIAL | {"device": "//user@host/port"}}, "user name or password"),
    ],
)
def test_what_cannot_be_is_refused(given: dict[str, object], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        endpoint(**given)


def test_a_port_of_windows_is_a_port() -> None:
    assert endpoint(serial={"device": "COM7"}).line == SerialLine(device="COM7")


def test_an_endpoint_can_be_moved_from_one_kind_of_line_to_the_other() -> None:
    there = moved(endpoint(host="plc", port=1502, unit=4), "/dev/ttyUSB0")
    assert isinstance(there, ModbusEndpoint)
    assert (there.line, there.unit) == (SerialLine(device="/dev/ttyUSB0"), 4)
    kept = moved(endpoint(serial=SERIAL), "/dev/ttyUSB0")
    assert isinstance(kept, ModbusEndpoint)
    assert kept.line == SerialLine(device="/dev/ttyUSB0", baud=9600)
    back = moved(there, "10.0.0.7:502")
    assert isinstance(back, ModbusEndpoint)
    assert back.line == TcpLine(host="10.0.0.7")
