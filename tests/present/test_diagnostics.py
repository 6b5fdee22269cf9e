import msgspec
import pytest

from hmi.link.messages import Counters, EndpointNews
from hmi.model import status
from hmi.model.clock import SECOND
from hmi.model.columns import Columns
from hmi.model.samples import Irregular, LinkState
from hmi.present import diagnostics
from hmi.present import format as formats
from hmi.present.session import Session
from hmi.present.tag_detail import detail
from hmi.present.tag_search import TagSearch
from hmi.present.texts import Texts
from tests.ui.builders import MODBUS, SIDE, Shop, epoch, machine, tag, welcome
from tests.ui.demo_shop import demo_shop


@pytest.fixture
def shop() -> Shop:
    return demo_shop()


def row(shop: Shop, tag_id: str) -> diagnostics.TagRow:
    return diagnostics.row(shop.session, shop.frame(), shop.epoch.index[tag_id], Texts.of(shop.epoch))


def test_a_row_says_everything_about_a_tag(shop: Shop) -> None:
    found = row(shop, "mill_07/vibration")
    assert found == diagnostics.TagRow(
        id="mill_07/vibration",
        label="Vibration",
        address="nsu=http://example.org/mill/;s=mill_07.vibration",
        semantic="/Machine/Monitoring/Vibration",
        raw="1.9",
        value="1.9",
        unit="mm/s",
        status="Good",
        quality=found.quality,
        age="0.0 s",
        asked="200 ms + 200 ms",
        granted="50 ms + 100 ms",
        code="Good",
    )


def test_raw_and_scaled_stand_beside_each_other() -> None:
    address = {"protocol": "modbus", "table": "holding_register", "address": 7}
    bits = {"format": "bits", "bit": 4, "bits": 3}
    scaled = tag("mill", "level", wire="uint", scaling={"gain": 0.1}, address=address | bits)
    made = Shop(epoch([machine("mill")], [scaled]))
    made.put("mill/level", 12.3, raw=123)
    found = row(made, "mill/level")
    assert (found.raw, found.value) == ("123", "12.3")
    assert found.address == "holding register 7.4-6, unit 1"
    assert found.granted == "not granted yet"


def test_raw_shows_a_float32_exactly() -> None:
    made = Shop(epoch([machine("mill")], [tag("mill", "x", decimals=3)]))
    made.put("mill/x", -1067.751953125)
    found = row(made, "mill/x")
    assert (found.raw, found.value) == ("-1067.75195", "−1\N{THIN SPACE}067.752")


def test_modbus_addresses_name_format_and_order(shop: Shop) -> None:
    assert row(shop, "line_1/bath_acid").address == "input register 4 float32 ABCD, unit 1"


def test_a_derived_tag_has_neither_raw_nor_intervals() -> None:
    made = Shop(epoch([machine("mill")], [tag("mill", "ratio", address=None, derived="a / b")]))
    made.put("mill/ratio", 0.5)
    found = row(made, "mill/ratio")
    assert (found.address, found.raw, found.asked, found.granted) == ("derived: a / b", "", "–", "–")


def test_bad_status_is_named(shop: Shop) -> None:
    found = row(shop, "mill_07/b")
    assert (found.status, found.code) == ("Sensor failure", "BadSensorFailure")
    assert found.quality.badge == "bad 4 s"
    assert found.value == "12.000"


def test_what_never_came_shows_no_value(shop: Shop) -> None:
    found = row(shop, "press_04/force")
    assert (found.raw, found.value, found.age) == ("", "", "–")
    assert (found.status, found.code) == ("Waiting for the first value", "BadWaitingForInitialData")


def test_a_first_sample_that_is_bad_is_no_value() -> None:
    made = Shop(epoch([machine("mill")], [tag("mill", "x")]))
    made.put("mill/x", 0.0, status=status.BAD_SENSOR_FAILURE)
    found = row(made, "mill/x")
    assert (found.raw, found.value, found.quality.badge) == ("", "", "bad <1 s")


def test_german_rows_hold_no_english() -> None:
    address = {"protocol": "modbus", "table": "coil", "address": 7, "format": "bool"}
    flag = tag("mill", "on", type="bool", wire="bool", address=address)
    made = Shop(epoch([machine("mill")], [flag], language="de"))
    made.put("mill/on", True, status=status.UNCERTAIN)
    made.link("mill", LinkState.CONNECTING)
    found = row(made, "mill/on")
    assert (found.raw, found.value, found.status, found.code) == ("wahr", "ein", "Unsicher", "Uncertain")
    assert found.address == "Ausgangsbit 7, Gerät 1"
    (link,) = diagnostics.endpoints(made.session, made.clock.now(), Texts.of(made.epoch))
    assert link.since == f"Verbindungsaufbau seit {formats.clock(made.clock.now().utc)}"


def test_the_list_is_filtered_by_machine_and_by_what_is_not_good(shop: Shop) -> None:
    frame = shop.frame()
    ids = [each.id for each in shop.epoch.tags]

    def listed(name: str, *, not_good_only: bool) -> list[str]:
        found = diagnostics.select(shop.session, frame, name, not_good_only=not_good_only)
        return [ids[each] for each in found]

    assert listed("", not_good_only=False) == ids
    assert listed("line_1", not_good_only=False) == [each for each in ids if each.startswith("line_1/")]
    assert listed("", not_good_only=True) == [
        "mill_07/b",
        "line_1/rectifier_current",
        "line_1/bath_ph",
        "press_04/force",
    ]
    assert listed("line_1", not_good_only=True) == ["line_1/rectifier_current", "line_1/bath_ph"]


def test_endpoints_say_state_cause_clock_and_losses(shop: Shop) -> None:
    found = diagnostics.endpoints(shop.session, shop.clock.now(), Texts.of(shop.epoch))
    mill, line, press = found
    assert (mill.name, mill.since, mill.losing) == ("Mill 07 / main", "connected 2 min 10 s", False)
    assert mill.offset == "clock 1.2 ± 0.4 ms"
    assert line.losing
    began = formats.since(0, shop.clock.now().utc, Texts.of(shop.epoch))  # the engine's start
    assert line.traffic == (f"18\N{THIN SPACE}040 samples · 3 lost + 1 unknown since {began} · connected 2×")
    lost = formats.clock(shop.clock.now().utc - 130 * SECOND)
    assert (press.since, press.cause) == (f"no link since {lost}", "127.0.0.1:4840 refused the connection")
    only = diagnostics.endpoints(shop.session, shop.clock.now(), Texts.of(shop.epoch), "line_1")
    assert only == (line,)


def test_an_endpoint_never_heard_of_is_listed() -> None:
    made = Shop(epoch([machine("mill")], [tag("mill", "x")]))
    (found,) = diagnostics.endpoints(made.session, made.clock.now(), Texts.of(made.epoch))
    assert (found.state, found.traffic) == ("unheard", "no counters yet")


def test_uncertain_is_not_good(shop: Shop) -> None:
    assert row(shop, "line_1/rectifier_current").code == status.name(status.UNCERTAIN)
    frame = shop.frame()
    found = diagnostics.select(shop.session, frame, "line_1", not_good_only=True)
    assert shop.epoch.index["line_1/rectifier_current"] in found


def test_without_an_engine_nobody_knows_how_a_link_stands(shop: Shop) -> None:
    texts, now = Texts.of(shop.epoch), shop.clock.now()
    alive = diagnostics.endpoints(shop.session, now, texts)
    dead = diagnostics.endpoints(shop.session, now, texts, engine_alive=False)
    assert {each.state for each in dead} == {"unheard"}
    assert {each.since for each in dead} == {"not known"}
    assert dead[0].cause == "last heard: connected"
    assert [each.traffic for each in dead] == [each.traffic for each in alive]


def test_the_engine_says_process_start_heartbeat_and_restarts(shop: Shop) -> None:
    texts, session = Texts.of(shop.epoch), shop.session
    session.heartbeat = shop.clock.now().monotonic - SECOND // 2
    found = diagnostics.engine(session, shop.frame(), texts)
    assert (found.name, found.state) == ("Data service", LinkState.UP)
    assert "process 4711" in found.offset
    assert found.traffic == "heartbeat 0.5 s ago · 0 restarts"
    session.restarts = 1
    assert diagnostics.engine(session, shop.frame(), texts).traffic.endswith(" · 1 restart")
    session.restarts = 0
    shop.clock.advance(2 * SECOND)
    found = diagnostics.engine(session, shop.frame(alive=False), texts)
    assert (found.state, found.since) == (LinkState.DOWN, "does not answer")
    assert found.traffic == "heartbeat 2.5 s ago · 0 restarts"


def test_a_look_that_finds_the_engine_writing_is_told_only_when_it_never_ends() -> None:
    class Table:
        inside = False
        moment = None

        def snapshot(self, into: Columns) -> int | None:
            return None if self.inside else 1

    made, table = Shop(epoch([machine("mill")], [tag("mill", "x")])), Table()

    def said(after: float) -> str:
        now = made.clock.advance(round(after * SECOND))
        frame = made.session.refresh(table, now, True)
        return diagnostics.engine(made.session, frame, Texts.of(made.epoch)).traffic

    for table.inside in (True, False) * 50:
        assert "stuck" not in said(0.9)
    table.inside = True
    assert "stuck" not in said(0.1)
    assert said(3.0).startswith("stuck while writing for 3 s · ")
    table.inside = False
    assert "stuck" not in said(0.1)


def test_another_engine_is_a_restart_and_the_same_one_is_not() -> None:
    made = epoch([machine("mill")], [tag("mill", "x")])
    first = Session.begin(welcome(made), SIDE)
    again = Session.begin(welcome(made), SIDE, first)
    other = Session.begin(msgspec.structs.replace(welcome(made), started=5), SIDE, again)
    assert [each.restarts for each in (first, again, other)] == [0, 0, 1]


def test_a_search_looks_at_ids_labels_addresses_and_paths(shop: Shop) -> None:
    search = TagSearch(shop.session, Texts.of(shop.epoch))
    ids = [each.id for each in shop.epoch.tags]

    def found(text: str) -> list[str]:
        hits = search.find(text)
        assert hits is not None
        chosen = diagnostics.select(shop.session, shop.frame(), "", found=hits)
        return [ids[each] for each in chosen]

    assert found("COOLANT level") == ["mill_07/coolant_level"]
    assert found("mill_07 vibr") == ["mill_07/vibration"]
    assert found("Monitoring/Vib") == ["mill_07/vibration"]
    assert found("input acid") == ["line_1/bath_acid"]
    assert found("there is none") == []
    assert search.find("  ") is None


def test_a_tags_detail_says_everything(shop: Shop) -> None:
    frame = shop.frame()
    found = detail(shop.session, frame, shop.epoch.index["mill_07/b"], Texts.of(shop.epoch))
    said = {line.name: line.said for line in found.lines}
    assert found.id == "mill_07/b"
    assert said["Address"] == "nsu=http://example.org/mill/;s=mill_07.b"
    assert said["Status"] == "Sensor failure (BadSensorFailure) · 0x808C0000"
    assert said["Endpoint"] == "main · opc.tcp://127.0.0.1:4840/"
    assert said["Sampling"] == "50 ms asked, 50 ms granted"
    assert said["Value"] == "12.000 °"
    assert said["Source time"].count(":") == 2
    assert "stale from 2 s" in said["Age"]
    assert said["Counters of the endpoint"].endswith("connected 1×")
    modbus = detail(shop.session, frame, shop.epoch.index["line_1/bath_acid"], Texts.of(shop.epoch))
    said = {line.name: line.said for line in modbus.lines}
    assert "Publishing" not in said
    assert said["Address"] == "input register 4 float32 ABCD, unit 1"


def test_what_was_irregular_stands_beside_what_was_lost_in_either_language(shop: Shop) -> None:
    irregular = {"noise": 2, "late": 120, "of_a_newer_engine": 1}
    shop.session.take(Counters("mill_07", "main", 5, 0, 1, irregular=irregular))
    (found,) = diagnostics.endpoints(shop.session, shop.frame().now, Texts.of(shop.epoch), "mill_07")
    assert " · 0 lost · 120× late answer · 2× noise · 1× of_a_newer_engine since " in found.traffic
    assert not found.losing, "none of it made a value wrong"
    for language in ("en", "de"):
        texts = Texts.own(language)
        assert all(texts.has(f"irregular.{kind}") for kind in Irregular)


def said_of(endpoint: dict[str, object], address: dict[str, object], secured: str = "") -> dict[str, str]:
    """The lines of the detail of a tag that one endpoint serves."""
    made = Shop(epoch([machine("mill", endpoints={"main": endpoint})], [tag("mill", "x", address=address)]))
    made.session.take(EndpointNews("mill", "main", LinkState.UP, 0, 0, secured=secured))
    found = detail(made.session, made.frame(), 0, Texts.of(made.epoch))
    return {line.name: line.said for line in found.lines}


def test_asked_is_what_is_asked_for_of_sampling_and_of_publishing() -> None:
    tags = [tag("mill", "slow", pace="slow"), tag("mill", "brief", pace="slow", max_age=0.8)]
    made = Shop(epoch([machine("mill")], tags))
    texts = Texts.of(made.epoch)
    found = diagnostics.row(made.session, made.frame(), 0, texts)
    assert (found.asked, found.granted) == ("1 s + 200 ms", "not granted yet"), (
        "a quarter of the least max_age"
    )
    said = {line.name: line.said for line in detail(made.session, made.frame(), 0, texts).lines}
    assert said["Sampling"] == "1 s asked, not granted yet"
    made.granted(["mill/slow"], 0.5, 0.2)
    found = diagnostics.row(made.session, made.frame(), 0, texts)
    assert (found.asked, found.granted) == ("1 s + 200 ms", "500 ms + 200 ms")
    said = {line.name: line.said for line in detail(made.session, made.frame(), 0, texts).lines}
    assert said["Sampling"] == "1 s asked, 500 ms granted"
    assert said["Publishing"] == "200 ms asked, 200 ms granted"


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_is_polled_says_so_in_whole_milliseconds(language: str) -> None:
    tags = [
        tag("mill", "x", pace="live", address={"protocol": "modbus", "table": "input_register", "address": 1})
    ]
    made = Shop(epoch([machine("mill", endpoints={"main": MODBUS})], tags))
    texts = Texts.of(made.epoch, language)
    made.granted(["mill/x"], 0.1113, 0.0)
    found = diagnostics.row(made.session, made.frame(), 0, texts)
    assert (found.asked, found.granted) == ("50 ms", "111 ms")
    lines = [line.said for line in detail(made.session, made.frame(), 0, texts).lines]
    polled = {"en": "50 ms asked, polled every 111 ms", "de": "50 ms verlangt, alle 111 ms abgefragt"}
    assert polled[language] in lines


def test_a_detail_names_the_serial_line_and_the_unit_that_is_asked() -> None:
    line = {"device": "/dev/ttyS1", "baud": 9600, "parity": "none", "stop_bits": 2, "rs485": True}
    modbus = {"protocol": "modbus", "serial": line, "unit": 17}
    said = said_of(modbus, {"protocol": "modbus", "table": "input_register", "address": 4})
    assert said["Endpoint"] == "main · Modbus RTU /dev/ttyS1 · 9600 8N2 · RS-485"
    assert said["Address"] == "input register 4 uint16, unit 17", (
        "not the unit that the plugin was written for"
    )
    assert "Security" not in said


def test_a_detail_says_how_an_opcua_link_is_secured_or_why_not() -> None:
    opcua, node = {"protocol": "opcua", "url": "opc.tcp://mill:4840/"}, {"protocol": "opcua", "node": "i=1"}
    assert said_of(opcua, node)["Security"] == "not negotiated yet"
    came_to = "Aes256_Sha256_RsaPss, SignAndEncrypt, 00112233AABBCCDD…"
    assert said_of(opcua, node, came_to)["Security"] == came_to
    reason = {"security": {"unsecured_because": "The control is from 2009."}}
    assert said_of(opcua | reason, node)["Security"] == "none: The control is from 2009."
