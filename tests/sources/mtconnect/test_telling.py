"""Documents as batches and confirmations, on a real agent's answers and on what it might answer."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np

from hmi.config.mtconnect import MtconnectAddress
from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND, Instant
from hmi.model.samples import Batch, Confirmation, SourceMessage
from hmi.model.values import ValueType, from_lane, side_span, unpack_side
from hmi.sources.mtconnect.agent_clock import Bounds
from hmi.sources.mtconnect.decoding import BAD_UNAVAILABLE
from hmi.sources.mtconnect.resolving import Resolved, Target, resolve
from hmi.sources.mtconnect.streams import Observation
from hmi.sources.mtconnect.telling import Telling, created_at
from hmi.sources.mtconnect.timestamps import utc_ns
from tests.sources.mtconnect.recorded import body, model, streams, tags

NOW = Instant(1_800_000_000 * SECOND, 1000 * SECOND)
OFFSET = NOW.utc - NOW.monotonic
CLOCK = Bounds(OFFSET - 1000, OFFSET + 1000)
MODEL = model()
OKUMA = tags(MODEL, "OKUMA")
NAMES = {tag.name: index for index, tag in OKUMA}


def split(said: list[SourceMessage]) -> tuple[Batch, list[Confirmation]]:
    batches = [each for each in said if isinstance(each, Batch)]
    assert len(batches) == 1
    assert said[0] is batches[0]
    return batches[0], [each for each in said[1:] if isinstance(each, Confirmation)]


def last(batch: Batch, name: str) -> tuple[int, object]:
    row = (batch.index == NAMES[name]).nonzero()[0][-1]
    wire = OKUMA[NAMES[name]][1].wire
    lane, code = int(batch.raw[row]), int(batch.status[row])
    if wire.in_side_area:
        offset, length = side_span(lane)
        return code, unpack_side(batch.side[offset : offset + length], wire)
    return code, from_lane(lane, wire)


def current(name: str) -> tuple[Telling, Batch, list[Confirmation]]:
    telling = Telling(resolve(MODEL, "OKUMA", OKUMA))
    said = telling.current(streams(body(name)).observations, NOW.monotonic - 5, NOW, CLOCK)
    return telling, *split(said)


def test_a_running_machine_is_told_in_whole_and_no_value_is_of_the_wrong_type() -> None:
    _, batch, confirmations = current("current_running.http")
    assert set(batch.index.tolist()) == {index for index, _ in OKUMA}
    wrong = {
        OKUMA[i][1].name: hex(c) for i, c in zip(batch.index.tolist(), batch.status.tolist(), strict=True)
    }
    assert set(wrong.values()) == {hex(status.GOOD), hex(BAD_UNAVAILABLE)}, wrong
    assert last(batch, "y_position_actual_yi1actm") == (status.GOOD, 4773.5319)
    assert last(batch, "b_rotary_mode") == (status.GOOD, 1)
    assert last(batch, "coolant_system_condition") == (status.GOOD, 0)
    assert last(batch, "coolant_system_condition_message") == (status.GOOD, "")
    code, position = last(batch, "path_position_actual")
    assert code == status.GOOD
    assert isinstance(position, tuple)
    assert len(position) == 3
    assert (batch.not_before == NO_TIME).all()
    row = (batch.index == NAMES["y_load"]).nonzero()[0][0]
    assert batch.source_time[row] == 1_659_968_479_583_162_500
    assert len(confirmations) == 1
    good = set(batch.index[status.severities(batch.status) != status.Severity.BAD].tolist())
    assert set(confirmations[0].index.tolist()) == good
    assert confirmations[0].at.monotonic == NOW.monotonic - 5


def test_a_lost_adapter_is_bad_and_unconfirmed_in_every_tag() -> None:
    _, batch, confirmations = current("current_adapter_lost.http")
    # What the device model fixes, and what the agent itself knows of.
    constant = {NAMES[name] for name in NAMES if name.endswith("rotary_mode") or name.startswith("asset_")}
    for index, code in zip(batch.index.tolist(), batch.status.tolist(), strict=True):
        assert code == BAD_UNAVAILABLE or index in constant, OKUMA[index][1].name
    assert all(set(each.index.tolist()) <= constant for each in confirmations)


def test_changes_come_in_the_order_of_their_numbers() -> None:
    telling, _, _ = current("current_end.http")
    read = streams(body("sample_500.http")).observations
    later = [each._replace(sequence=each.sequence + 10**6) for each in read]
    batch, _ = split(telling.sample(later, NOW.monotonic, NOW, CLOCK, complete=True))
    for name in ("y_position_actual_yi1actm", "path_line_number", "path_block"):
        item = OKUMA[NAMES[name]][1].address
        assert isinstance(item, MtconnectAddress)
        wanted = [each for each in later if each.item == item.item]
        rows = (batch.index == NAMES[name]).nonzero()[0]
        assert len(rows) == len(wanted)
        assert [str(last_of) for last_of in batch.source_time[rows]] == [
            str(each) for each in _times(sorted(wanted, key=lambda each: each.sequence))
        ]


def _times(observations: list[Observation]) -> list[int]:
    return [utc_ns(each.timestamp) for each in observations]


# What it might answer, on two tags of a made-up model: a float `a` and a condition `c` with its message.
SMALL = Resolved(
    {
        "a": (Target(0, ValueType.FLOAT, "value", {}, condition=False, period=0),),
        "c": (
            Target(
                1, ValueType.ENUM, "value", {"NORMAL": 0, "WARNING": 1, "FAULT": 2}, condition=True, period=0
            ),
            Target(2, ValueType.STRING, "message", {}, condition=True, period=0),
        ),
    },
    {3: status.BAD_NODE_ID_UNKNOWN},
)


def at(seconds: float) -> str:
    return datetime.fromtimestamp(NOW.utc / SECOND + seconds, UTC).isoformat()


def a(sequence: int, text: str, seconds: float = -1.0) -> Observation:
    return Observation("a", sequence, at(seconds), text)


def c(sequence: int, level: str, code: str = "", text: str = "") -> Observation:
    return Observation("c", sequence, at(-1.0), text, level, code, code)


def begun(*observations: Observation) -> Telling:
    telling = Telling(SMALL)
    telling.current(observations or (a(1, "1"), c(2, "Normal")), NOW.monotonic - SECOND, NOW, CLOCK)
    return telling


def later(telling: Telling, *observations: Observation, complete: bool = True) -> list[SourceMessage]:
    return telling.sample(observations, NOW.monotonic - 10, NOW, CLOCK, complete=complete)


def lanes(batch: Batch, index: int) -> list[tuple[int, int]]:
    rows = (batch.index == index).nonzero()[0]
    return [(int(batch.raw[row]), int(batch.status[row])) for row in rows]


def test_what_the_agent_does_not_have_is_bad_from_the_first_batch_on() -> None:
    telling = Telling(SMALL)
    batch, confirmed = split(telling.current([a(1, "1")], NOW.monotonic, NOW, CLOCK))
    assert lanes(batch, 3) == [(0, status.BAD_NODE_ID_UNKNOWN)]
    assert lanes(batch, 1) == lanes(batch, 2) == [(0, status.BAD_WAITING_FOR_INITIAL_DATA)]
    assert [each.index.tolist() for each in confirmed] == [[0]]


def test_a_heartbeat_confirms_what_is_good_and_nothing_else() -> None:
    telling = begun()
    assert [m.index.tolist() for m in later(telling) if isinstance(m, Confirmation)] == [[0, 1, 2]]
    later(telling, a(5, "UNAVAILABLE"))
    (heartbeat,) = later(telling)
    assert isinstance(heartbeat, Confirmation)
    assert heartbeat.index.tolist() == [1, 2]
    assert heartbeat.at == Instant(NOW.utc - 10, NOW.monotonic - 10)


def test_a_document_with_more_to_come_vouches_for_nothing_newer() -> None:
    telling = begun()
    _, (confirmed,) = split(later(telling, a(5, "2"), complete=False))
    assert confirmed.at.monotonic == NOW.monotonic - SECOND
    _, (confirmed,) = split(later(telling, a(6, "3")))
    assert confirmed.at.monotonic == NOW.monotonic - 10


def test_what_was_told_before_is_not_told_again() -> None:
    telling = begun()
    later(telling, a(7, "7"))
    assert not [m for m in later(telling, a(6, "6"), a(7, "7")) if isinstance(m, Batch)]


def test_a_bound_is_the_agents_time_and_none_where_that_cannot_be() -> None:
    telling = begun()
    batch, _ = split(later(telling, a(5, "2", -0.5), a(6, "3", +60.0), a(7, "4")._replace(timestamp="?")))
    exact, future, none = batch.not_before.tolist()
    assert abs(exact - (NOW.monotonic - SECOND // 2)) <= 2001
    assert future == none == NOW.monotonic - SECOND  # when the document before was made
    assert batch.source_time[2] == NO_TIME


def test_times_that_go_backwards_are_kept_in_the_order_of_the_numbers() -> None:
    telling = begun()
    batch, _ = split(later(telling, a(6, "3", -5.0), a(5, "2", -1.0)))
    assert [lane for lane, _ in lanes(batch, 0)] == [np.float64(x).view(np.uint64) for x in (2, 3)]
    assert batch.source_time[0] > batch.source_time[1]


def test_conditions_that_are_active_at_once_are_one_state() -> None:
    telling = Telling(SMALL)
    batch, _ = split(
        telling.current([c(3, "Warning", "7", "low"), c(4, "Fault", "9", "open")], NOW.monotonic, NOW, CLOCK)
    )
    assert lanes(batch, 1) == [(2, status.GOOD)]
    batch, _ = split(later(telling, c(5, "Normal", "9")))
    assert lanes(batch, 1) == [(1, status.GOOD)]
    assert batch.side == b"low"
    batch, _ = split(later(telling, c(6, "Unavailable")))
    assert lanes(batch, 1) == lanes(batch, 2) == [(0, BAD_UNAVAILABLE)]


def test_a_state_read_anew_forgets_the_conditions_before() -> None:
    telling = begun(c(2, "Fault", "9"))
    batch, _ = split(telling.current([c(8, "Warning", "7", "low")], NOW.monotonic, NOW, CLOCK))
    assert lanes(batch, 1) == [(1, status.GOOD)]


def test_an_item_that_is_of_another_kind_than_the_model_says_is_bad() -> None:
    telling = begun()
    batch, _ = split(later(telling, Observation("c", 9, at(0), "1")))
    assert lanes(batch, 1) == [(0, status.BAD_TYPE_MISMATCH)]


def test_a_document_is_no_younger_than_its_stamp_and_no_older_than_its_request() -> None:
    asked, received = NOW.monotonic - SECOND, NOW.monotonic
    stamp = received - SECOND // 4 + OFFSET
    assert created_at(stamp, asked, received, CLOCK) == received - SECOND // 4 - 1000
    assert created_at(stamp - 3600 * SECOND, asked, received, CLOCK) == asked
    assert created_at(stamp + 3600 * SECOND, asked, received, CLOCK) == received
    assert created_at(NO_TIME, asked, received, CLOCK) == asked
    assert created_at(stamp, asked, received, None) == asked


def test_addresses_are_found_by_id_by_name_and_by_the_way_to_them() -> None:
    def found(device: str | None = None, **address: object) -> Resolved:
        tag = Tag(
            id="m/t",
            machine="m",
            name="t",
            wire=ValueType.FLOAT,
            address=MtconnectAddress.model_validate(address),
        )
        return resolve(MODEL, device, [(4, tag)])

    assert set(found(item="LX1actm").targets) == {"LX1actm"}
    assert set(found(item="X1actm").targets) == {"LX1actm"}
    assert found(item="nonsense").missing == {4: status.BAD_NODE_ID_UNKNOWN}
    way = ("Axes", "Linear[X]")
    assert set(found(component=way, type="LOAD", device="OKUMA").targets) == {"LX1load"}
    assert found(component=way, type="LOAD").missing == {4: status.BAD_CONFIGURATION_ERROR}
    two = found(component=way, type="POSITION", subtype="ACTUAL", device="OKUMA")
    assert two.missing == {4: status.BAD_CONFIGURATION_ERROR}
    motor = found(component=("Axes[base]", "Linear[X]"), type="TEMPERATURE", composition="MOTOR")
    assert set(motor.targets) == {"servotemp1"}
    assert found(component=("Linear[X]",), type="LOAD").missing == {4: status.BAD_NODE_ID_UNKNOWN}
    assert found(item="Lavail", device="Mazak").missing == {4: status.BAD_NODE_ID_UNKNOWN}
