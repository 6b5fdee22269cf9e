"""What a real agent answers, read: headers, observations, errors, the device model."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.sources.mtconnect.data_sets import DataSet
from hmi.sources.mtconnect.devices import read_devices
from hmi.sources.mtconnect.errors import AgentError, DocumentError
from hmi.sources.mtconnect.streams import Streams
from hmi.sources.mtconnect.xml import DEEPEST, MOST_BYTES, Document
from tests.sources.mtconnect.recorded import DATA, body, model, streams


def test_current() -> None:
    read = streams(body("current_running.http"))
    header = read.header
    assert (header.instance, header.first, header.last, header.next) == (1795228608, 23, 16406, 16407)
    assert header.created == "2026-11-21T02:36:57Z"
    raw = body("current_running.http")
    assert len(read.observations) == raw.count(b"dataItemId=") == read.counted
    by_item = {each.item: each for each in read.observations}
    load = by_item["LYS1load"]
    assert (load.sequence, load.text, load.level) == (16404, "0", "")
    assert load.timestamp == "2022-08-08T14:21:19.5831625Z"
    assert by_item["LBarFeederSystem1_cond"].level == "Normal"


def test_observations_from_a_number_on_are_counted() -> None:
    read = streams(body("current_running.http"), since=16340)
    assert read.counted == sum(each.sequence >= 16340 for each in read.observations) > 0


def test_only_what_is_wanted_is_kept() -> None:
    reader = Streams({"LYS1load"})
    document = Document(reader)
    document.feed(body("sample_500.http"))
    document.close()
    assert {each.item for each in reader.observations} == {"LYS1load"}
    assert reader.counted == 500


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("error_bad_path.http", "INVALID_XPATH"),
        ("error_no_device.http", "INVALID_XPATH"),
        ("error_out_of_range.http", "OUT_OF_RANGE"),
    ],
)
def test_errors_come_out_with_their_code_and_the_agents_words(name: str, code: str) -> None:
    read = streams(body(name))
    with pytest.raises(AgentError, match=code) as caught:
        read.header  # noqa: B018
    assert caught.value.codes == (code,)
    assert len(str(caught.value)) > len(code) + 10
    assert read.any_header.instance == 1795228608
    with pytest.raises(AgentError, match=code):
        read_devices(body(name))


def test_errors_of_later_agents_have_their_reason_in_a_child() -> None:
    text = (
        b"<MTConnectError><Header instanceId='7' creationTime='2026-01-01T00:00:00Z'/><Errors>"
        b"<OutOfRange errorCode='OUT_OF_RANGE' URI='/x'><ErrorMessage>too old</ErrorMessage>"
        b"</OutOfRange></Errors></MTConnectError>"
    )
    with pytest.raises(AgentError, match="OUT_OF_RANGE: too old"):
        streams(text).header  # noqa: B018


def test_the_device_model() -> None:
    items = {item.id: item for item in model().items}
    assert len(items) == body("probe.http").count(b"<DataItem ") == 220
    position = items["LX1actm"]
    assert (position.type, position.subtype, position.units) == ("POSITION", "ACTUAL", "MILLIMETER")
    assert [(step.element, step.name) for step in position.path] == [("Axes", "Axes"), ("Linear", "X")]
    assert (position.device, position.device_uuid) == ("OKUMA", "OKUMA.123456")
    assert items["LB1Mode"].values == ("INDEX",)
    assert items["servotemp1"].composition == "MOTOR"
    assert items["Xabs"].device == "Mazak"


def test_any_namespace_and_version() -> None:
    text = (
        b"<m:MTConnectStreams xmlns:m='urn:mtconnect.org:MTConnectStreams:2.7'>"
        b"<m:Header instanceId='1' nextSequence='5' firstSequence='1' lastSequence='4' creationTime='x'/>"
        b"<m:Streams><m:DeviceStream><m:ComponentStream><m:Events><m:Variables dataItemId='a' sequence='4' "
        b"timestamp='t' count='2'><m:Entry key='one'>1</m:Entry><m:Entry key='two'>2</m:Entry></m:Variables>"
        b"<m:Message dataItemId='b' sequence='3' nativeCode='77'><![CDATA[<low>]]></m:Message>"
        b"</m:Events></m:ComponentStream></m:DeviceStream></m:Streams></m:MTConnectStreams>"
    )
    read = streams(text, pieces=7)
    assert [(each.item, each.text, each.code) for each in read.observations] == [
        ("a", "", ""),
        ("b", "<low>", "77"),
    ]
    assert [each.written for each in read.observations[0].entries] == ["one=1", "two=2"]
    assert read.header.next == 5


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "no XML"),
        (b"<html><body>Not found</body></html>", "found a document <html>"),
        (b"<MTConnectStreams/>", "without a Header"),
        (b"<MTConnectStreams><Header instanceId='1'/></MTConnectStreams>", "without `nextSequence`"),
        (b"<MTConnectStreams><Header instanceId='-1'/></MTConnectStreams>", "instanceId='-1'"),
        (b"<MTConnectStreams><Header instanceId='" + b"9" * 5000 + b"'/></MTConnectStreams>", "number"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><MTConnectStreams/>", "DTD"),
        (b"<MTConnectStreams><Header instanceId='1' nextSequence='2'/><a dataItemId='x'/>", "sequence=''"),
        (b"<MTConnectStreams><Header instanceId='1' nextSequence='2'/>", "no XML"),
        (b"<?xml version='1.0' encoding='klingon'?><MTConnectStreams/>", "document"),
        (b"<MTConnectStreams>" * 2 + b"<a>" * DEEPEST, "within each other"),
    ],
)
def test_what_is_no_document_is_an_error_with_a_cause(text: bytes, words: str) -> None:
    with pytest.raises(DocumentError, match=words):
        streams(text).header  # noqa: B018


def test_a_document_is_bounded() -> None:
    document = Document(Streams(()))
    document.feed(b"<MTConnectStreams>")
    for _ in range(MOST_BYTES // 65_536 - 1):
        document.feed(b" " * 65_536)
    with pytest.raises(DocumentError, match="more than"):
        document.feed(b" " * 65_536)


def test_entities_do_not_grow() -> None:
    laughs = b"<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;'>]><MTConnectStreams>&b;</MTConnectStreams>"
    with pytest.raises(DocumentError, match="DTD"):
        streams(laughs)


@given(st.data())
def test_a_mutated_document_is_read_or_refused(data: st.DataObject) -> None:
    text = bytearray(body("error_out_of_range.http") if data.draw(st.booleans()) else _SHORT)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text) - 1))
        match data.draw(st.sampled_from("xdi")):
            case "x":
                text[at] = data.draw(st.integers(0, 255))
            case "d":
                del text[at : at + data.draw(st.integers(1, 30))]
                text += b" "
            case _:
                text[at:at] = data.draw(st.binary(max_size=20))
    with contextlib.suppress(DocumentError, AgentError):  # any other error fails the test
        read = streams(bytes(text), pieces=data.draw(st.integers(1, 200)))
        assert read.header.next
        assert all(0 <= each.sequence < 10**18 for each in read.observations)
        for each in read.observations:
            kept = DataSet()
            kept.take(each)
            assert len(kept.text(20)) <= 21


@given(st.data())
def test_a_mutated_device_model_is_read_or_refused(data: st.DataObject) -> None:
    text = bytearray(body("probe.http")[:9000] if data.draw(st.booleans()) else _HAAS)
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(text) - 1))
        text[at : at + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))
    with contextlib.suppress(DocumentError, AgentError):
        found = read_devices(bytes(text))
        assert all(item.id and item.type for item in found.items)


_HAAS = (DATA / "sample_haas.xml").read_bytes()
_SHORT = (
    b"<MTConnectStreams><Header instanceId='1' creationTime='2026-11-21T02:36:51Z' nextSequence='9' "
    b"firstSequence='1' lastSequence='8'/><Streams><DeviceStream name='a'><ComponentStream><Condition>"
    b"<Fault dataItemId='c' sequence='7' timestamp='2022-08-08T14:21:07.6Z' nativeCode='1'>x</Fault>"
    b"</Condition><Events><WorkOffsetTable dataItemId='t' sequence='6' count='1' resetTriggered='DAY'>"
    b"<Entry key='a' removed='true'/><Entry key='b'><Cell key='X'>1</Cell></Entry></WorkOffsetTable></Events>"
    b"<Samples><Load dataItemId='l' sequence='8' sampleCount='2'>1 2</Load></Samples>"
    b"</ComponentStream></DeviceStream></Streams></MTConnectStreams>"
)
