"""Data sets and tables: the whole of each, told by changes of it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.clock import Instant, SystemClock
from hmi.model.samples import LinkState, SourceMessage
from hmi.model.values import ValueType
from hmi.simulation.mtconnect_agent import MtconnectAgent
from hmi.simulation.mtconnect_buffer import Buffer
from hmi.sources.mtconnect.data_sets import LARGEST, DataSet
from hmi.sources.mtconnect.decoding import BAD_UNAVAILABLE
from hmi.sources.mtconnect.devices import read_devices
from hmi.sources.mtconnect.entries import Entry
from hmi.sources.mtconnect.resolving import resolve
from hmi.sources.mtconnect.streams import Observation
from hmi.sources.mtconnect.telling import Telling
from hmi.testing.heard import Heard, check_confirmations
from tests.sources.mtconnect.recorded import DATA, streams
from tests.sources.mtconnect.running import listener, lost, tag

MODEL = b"""<MTConnectDevices xmlns="urn:mtconnect.org:MTConnectDevices:1.6">
<Header creationTime="2026-01-01T00:00:00Z" instanceId="1"/>
<Devices><Device id="d" name="mill" uuid="u"><DataItems>
<DataItem category="EVENT" id="vars" type="VARIABLE" representation="DATA_SET"/>
<DataItem category="EVENT" id="offsets" type="WORK_OFFSET" representation="TABLE"/>
<DataItem category="EVENT" id="plain" type="VARIABLE"/>
</DataItems></Device></Devices></MTConnectDevices>"""
TAGS = (
    tag("vars", ValueType.STRING, "vars"),
    tag("offsets", ValueType.STRING, "offsets"),
    tag("plain", ValueType.STRING, "plain"),
    tag("number", ValueType.FLOAT, "vars"),
)
AT = 'timestamp="2026-11-21T08:00:00.1Z"'


def document(*observations: str, after: int = 10) -> bytes:
    """As the reference agent prints it."""
    return (
        f'<MTConnectStreams><Header instanceId="1" creationTime="2026-11-21T08:00:01Z" firstSequence="1" '
        f'lastSequence="{after - 1}" nextSequence="{after}"/><Streams><DeviceStream name="mill" uuid="u">'
        f'<ComponentStream component="Device" name="mill" componentId="d"><Events>{"".join(observations)}'
        "</Events></ComponentStream></DeviceStream></Streams></MTConnectStreams>"
    ).encode()


def variables(sequence: int, inside: str, more: str = "") -> str:
    count = inside.count("<Entry")
    return (
        f'<VariableDataSet dataItemId="vars" sequence="{sequence}" {AT} count="{count}" {more}>{inside}'
        "</VariableDataSet>"
    )


class Told:
    """What a source says of documents, and its tags as they then stand."""

    def __init__(self, tags: tuple[Tag, ...] = TAGS) -> None:
        self._telling = Telling(resolve(read_devices(MODEL), None, list(enumerate(tags))))
        self._messages: list[SourceMessage] = []
        self.heard = Heard(tags, self._messages)
        self._now: Instant = SystemClock().now()

    def current(self, text: bytes) -> None:
        found = streams(text).observations
        self._messages += self._telling.current(found, self._now.monotonic, self._now, None)

    def sample(self, text: bytes) -> None:
        found = streams(text).observations
        self._messages += self._telling.sample(found, self._now.monotonic, self._now, None, complete=True)

    def all(self, name: str = "vars") -> list[object]:
        """Of each sample the text where it is Good, else the status."""
        return [code if code else value for code, value in self.heard.samples(name)]

    def last(self, name: str = "vars") -> object:
        return self.all(name)[-1]


A1_B2 = '<Entry key="a">1</Entry><Entry key="b">2</Entry>'


def test_what_a_sample_does_not_name_is_as_it_was() -> None:
    told = Told()
    told.current(document(variables(5, A1_B2)))
    told.sample(
        document(
            variables(6, '<Entry key="b">3</Entry>'),
            variables(7, '<Entry key="aa">x</Entry><Entry key="c" removed="true"/>'),
            variables(8, '<Entry key="b" removed="true"/>'),
            variables(9, ""),
        )
    )
    assert told.all() == ["a=1 b=2", "a=1 b=3", "a=1 aa=x b=3", "a=1 aa=x", "a=1 aa=x"]
    told.sample(document(variables(9, '<Entry key="a">9</Entry>'), after=12))
    assert told.last() == "a=1 aa=x", "number 9 was told before"


def test_a_reset_begins_another_set() -> None:
    told = Told()
    told.current(document(variables(5, A1_B2, 'resetTriggered="DAY"')))
    assert told.last() == "a=1 b=2"
    told.sample(document(variables(6, '<Entry key="c">3</Entry>', 'resetTriggered="MANUAL"')))
    assert told.last() == "c=3"
    told.sample(document(variables(7, "", 'resetTriggered="MANUAL"')))
    assert told.heard.has("vars", ""), "a set may be empty"
    told.sample(document(variables(8, '<Entry key="d">4</Entry>')))
    assert told.last() == "d=4"


def test_what_comes_after_unavailable_is_another_set() -> None:
    told = Told()
    told.current(document(variables(5, A1_B2)))
    told.sample(document(variables(6, "UNAVAILABLE")))
    assert told.last() == BAD_UNAVAILABLE
    told.sample(document(variables(7, '<Entry key="c">3</Entry>')))
    assert told.last() == "c=3"


def test_a_state_read_anew_is_whole_and_needs_nothing_of_before() -> None:
    told = Told()
    told.current(document(variables(5, A1_B2)))
    told.current(document(variables(9, '<Entry key="b">7</Entry>')))
    assert told.last() == "b=7"
    told.current(document(after=20))
    assert told.last() == status.BAD_WAITING_FOR_INITIAL_DATA


def test_a_row_of_a_table_is_replaced_with_all_its_cells() -> None:
    def table(sequence: int, inside: str) -> bytes:
        return document(
            f'<WorkOffsetTable dataItemId="offsets" sequence="{sequence}" {AT} count="1">{inside}'
            "</WorkOffsetTable>",
            after=sequence + 1,
        )

    told = Told()
    two = '<Cell key="X">1.5</Cell><Cell key="Y">2</Cell>'
    told.current(table(5, f'<Entry key="G55">{two}</Entry><Entry key="G54">{two}</Entry>'))
    assert told.last("offsets") == "G54={X=1.5 Y=2} G55={X=1.5 Y=2}"
    changed = '<Cell key="X">3</Cell><Cell key="Y" removed="true"/>'
    told.sample(table(6, f'<Entry key="G54">{changed}</Entry>'))
    assert told.last("offsets") == "G54={X=3} G55={X=1.5 Y=2}"
    told.sample(table(7, '<Entry key="G54" removed="true"/>'))
    assert told.last("offsets") == "G55={X=1.5 Y=2}"


def test_no_value_can_be_taken_for_two_entries() -> None:
    told = Told()
    inside = (
        '<Entry key="a">two words</Entry><Entry key="b">say "no"</Entry><Entry key="c">x=1</Entry>'
        '<Entry key="d"/><Entry key="e">  5 </Entry><Entry key="f">C:\\new</Entry>'
    )
    told.current(document(variables(5, inside)))
    assert told.last() == r'a="two words" b="say \"no\"" c="x=1" d= e=5 f="C:\\new"'


def test_a_set_is_no_number_and_a_text_is_no_set() -> None:
    told = Told()
    told.current(document(variables(5, '<Entry key="a">1</Entry>')))
    assert told.last("number") == status.BAD_TYPE_MISMATCH
    told.sample(document(variables(6, "12356")))
    assert told.last() == status.BAD_TYPE_MISMATCH
    told.sample(document(variables(7, '<Entry key="b">2</Entry>')))
    assert told.last() == status.BAD_TYPE_MISMATCH, "what that text changed is not known"
    told.sample(document(variables(8, '<Entry key="b">2</Entry>', 'resetTriggered="MANUAL"')))
    assert told.last() == "b=2"


def test_entries_are_merged_also_where_the_model_says_nothing_of_them() -> None:
    told = Told()

    def odd(sequence: int, inside: str) -> bytes:
        return document(f'<Variable dataItemId="plain" sequence="{sequence}" {AT}>{inside}</Variable>')

    told.current(odd(5, A1_B2))
    told.sample(odd(6, '<Entry key="b">3</Entry>'))
    told.sample(odd(7, "12356"))
    assert told.all("plain") == ["a=1 b=2", "a=1 b=3", "12356"]


def test_a_set_that_does_not_fit_its_tag_is_seen_not_to() -> None:
    small = TAGS[0].model_copy(update={"capacity": 8})
    told = Told((small,))
    told.current(document(variables(5, '<Entry key="a">12345678</Entry>')))
    told.sample(document(variables(6, '<Entry key="a">"      x</Entry>')))
    told.sample(document(variables(7, '<Entry key="a">123456</Entry>')))
    sent = [value for _, value in told.heard.samples("vars") if isinstance(value, str)]
    assert [len(value.encode()) > 8 for value in sent] == [True, True, False]
    assert sent[0].startswith("a=123456")


def test_a_set_that_grows_without_end_is_given_up_until_it_is_whole_again() -> None:
    kept = DataSet()

    def grow(sequence: int, key: str, *, reset: bool = False) -> int:
        entry = Entry(key, f"{key}={'x' * 1000}", removed=False)
        kept.take(Observation("v", sequence, "", "", entries=(entry,), reset=reset))
        return kept.status

    codes = [grow(n, str(n)) for n in range(LARGEST // 1000 + 2)]
    assert codes[0] == codes[LARGEST // 1000 - 10] == status.GOOD
    assert codes[-1] == status.BAD_ENCODING_LIMITS_EXCEEDED == grow(9999, "again")
    assert kept.text(100) == ""
    assert grow(10_000, "again", reset=True) == status.GOOD
    assert kept.text(9999) == f"again={'x' * 1000}"
    for n in range(LARGEST // 500):
        assert grow(20_000 + n, "again") == status.GOOD, "the same entry is no more"


def test_a_real_device_file_tells_its_data_sets() -> None:
    model = read_devices((DATA / "okuma_devices.xml").read_bytes())
    pair = [(0, tag("cvars", ValueType.STRING, "cvars")), (1, tag("x", ValueType.FLOAT, "LX1actm"))]
    found = resolve(model, None, pair).targets
    assert found["cvars"][0].keyed
    assert not found["LX1actm"][0].keyed


KEYS = st.sampled_from(["a", "b", "c d", "10", "9"])
VALUES = st.text("ab 1={}\"'\\<&", max_size=4)
CELLS = st.dictionaries(st.sampled_from("XYZ"), VALUES, min_size=1, max_size=3)
CHANGE = st.tuples(
    st.just("change"),
    st.sampled_from(["vars", "offsets"]),
    st.dictionaries(KEYS, st.one_of(st.none(), VALUES, CELLS), max_size=3),
    st.sampled_from(["", "", "", "MANUAL"]),
)
STEP = st.one_of(CHANGE, CHANGE, CHANGE, st.sampled_from([("lose",), ("read",), ("read",), ("anew",)]))


def parsed(text: str) -> dict[str, object]:
    """What stands in a set's text, read by its rules alone."""
    found: dict[str, object] = {}
    word = r'(?:"(?:[^"\\]|\\.)*"|[^\s"\'{}=\\]*)'

    def plain(quoted: str) -> str:
        return re.sub(r"\\(.)", r"\1", quoted[1:-1]) if quoted.startswith('"') else quoted

    cells = re.compile(rf"({word})=({word})(?: |$)")
    for match in re.finditer(rf"({word})=(?:\{{((?:{word}={word} ?)*)\}}|({word}))(?: |$)", text):
        key, row, value = match.groups()
        rows = {plain(k): plain(v) for k, v in cells.findall(row or "")}
        found[plain(key)] = plain(value) if row is None else rows
    return found


@given(st.lists(STEP, max_size=30))
def test_whatever_changes_and_wherever_documents_end_the_text_is_the_whole(
    steps: list[tuple[object, ...]],
) -> None:
    """Against a plain dictionary, over documents of our agent; `anew` is a gap, after which all is read."""
    buffer = Buffer(MODEL, 1, 1024, lambda: 1_790_000_000 * 10**9, whole_seconds=False)
    truth: dict[str, dict[str, object] | None] = {"vars": None, "offsets": None}
    told = Told()
    told.current(buffer.current().encode())
    after = buffer.next
    for step in [*steps, ("read",)]:
        match step:
            case ("change", str(item), dict(changes), str(reset)):
                buffer.change(item, changes, reset=reset)
                whole = {} if reset else dict(truth[item] or {})
                for key, value in changes.items():
                    whole.pop(key, None)
                    if value is not None:
                        stripped = {k: v.strip() for k, v in value.items()} if isinstance(value, dict) else 0
                        whole[key] = stripped or str(value).strip()
                truth[item] = whole
                continue
            case ("lose",):
                buffer.lose_adapter()
                truth = dict.fromkeys(truth)
                continue
            case ("read",):
                text, after = buffer.sample(after, 1024)
                told.sample(text.encode())
            case _:
                told.current(buffer.current().encode())
                after = buffer.next
        for item, whole_of in truth.items():
            last = told.last(item)
            if whole_of is None:
                assert last == BAD_UNAVAILABLE
            else:
                assert isinstance(last, str)
                assert parsed(last) == whole_of
                assert list(parsed(last)) == sorted(whole_of)


async def test_sets_over_the_wire_with_gaps_and_a_restart() -> None:
    def large(number: int) -> Mapping[str, str]:
        return {f"v{number % 3}": str(number)}

    async with MtconnectAgent(MODEL, buffer=32) as agent:
        agent.change("vars", {"a": "1", "b": "2"})
        agent.change("offsets", {"G54": {"X": "1.5"}})
        async with listener(agent.port, tuple(enumerate(TAGS)), count=5) as running:
            heard = Heard(TAGS, running.messages)
            await running.until(lambda: heard.has("vars", "a=1 b=2"), "the whole at first")
            assert heard.has("offsets", "G54={X=1.5}")
            agent.change("vars", {"b": "3"})
            agent.change("vars", {"a": None})
            await running.until(lambda: heard.has("vars", "b=3"), "what is left")
            assert (status.GOOD, "a=1 b=3") in heard.samples("vars"), "each change is told"
            for number in range(300):  # more than its buffer holds
                agent.change("vars", large(number))
            await running.until(lambda: heard.has("vars", "b=3 v0=297 v1=298 v2=299"), "after a gap")
            assert lost(running)
            agent.restart()
            agent.change("vars", {"z": "1"})
            await running.until(lambda: heard.has("vars", "z=1"), "another instance's set")
            assert LinkState.DOWN in heard.links()
            check_confirmations(running.messages)
