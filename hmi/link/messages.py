"""What engine and screen say to each other over the local transport: ordered, none lost.

Each message is one msgpack map tagged with its kind; frames are length-prefixed (`hmi.link.frames`).
Arrays travel as little-endian bytes. Unknown kinds are refused with an error that names both versions.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from hmi.model.context import ContextEvent
from hmi.model.samples import LinkState

PROTOCOL_VERSION: Final = 4

REFUSED: Final = "event.configuration_refused"
RIGHT_AGAIN: Final = "event.configuration_right"
"""Text ids of a `Notice`: files were found wrong and not taken; they are again what is in force."""

STILL_DOWN: Final = "event.link_cause"
"""Text id of a `Notice` that a link that was down already is down for another cause by now."""

Nanoseconds = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
"""What a time lane can hold."""

Count = Annotated[int, Meta(ge=0, le=2**32 - 1)]


class Message(msgspec.Struct, frozen=True, tag_field="kind"):
    """Base of all messages."""


class Hello(Message, frozen=True, tag="hello"):
    """First message of a client."""

    version: int
    client: str


class Welcome(Message, frozen=True, tag="welcome"):
    """First message of the engine, and again at every new epoch: everything a screen needs to begin.

    ``epoch`` as `hmi.link.epoch_text` packs it; ``table`` names the shared-memory segment of this epoch;
    ``started`` is the engine's start in UTC ns. ``acquisition`` is the digest that the table bears,
    "" where it is ``digest``: a table outlives an epoch that only shows its values in another way.
    ``replay``: nothing of it is live, it is a recording that is played; `ReplayAbout` follows.
    """

    version: int
    engine_pid: int
    started: int
    epoch: bytes
    digest: str
    table: str
    acquisition: str = ""
    replay: bool = False


class EndpointNews(Message, frozen=True, tag="endpoint"):
    """The state of one endpoint's link; sent on change and, for each endpoint, after Welcome.

    ``since`` UTC ns; ``since_monotonic`` the same on the monotonic scale; ``offset`` and
    ``offset_uncertainty`` of the device's clock in ns (None: not known); ``secured`` of a link that is up:
    how, and by whose key (see `hmi.model.samples.LinkEvent`).
    """

    machine: str
    endpoint: str
    state: LinkState
    since: int
    since_monotonic: int
    cause: str = ""
    offset: int | None = None
    offset_uncertainty: int | None = None
    secured: str = ""


class GrantedNews(Message, frozen=True, tag="granted"):
    """Granted intervals in seconds for tags (``index`` u4[n] bytes)."""

    index: bytes
    sampling: float
    publishing: float


class ContextNews(Message, frozen=True, tag="context"):
    """A change of context; after Welcome the present context of every machine."""

    event: ContextEvent


class Counters(Message, frozen=True, tag="counters"):
    """Drop and traffic counters of one endpoint since the engine's start; about once a second.

    ``irregular``: kind (`hmi.model.samples.Irregular`) → how often it was noticed.
    """

    machine: str
    endpoint: str
    samples: int
    lost: int
    connects: int
    unknown_losses: int = 0
    irregular: dict[str, int] = {}


class Notice(Message, frozen=True, tag="notice"):
    """Something a person should know that is no alarm: a quarantined plugin, a slow client, a full disk.

    ``text_id`` says what has happened where screens have their own words for it; ``text`` then says why.
    """

    utc: int
    subject: str
    text: str
    text_id: str = ""


class RecordingNews(Message, frozen=True, tag="recording"):
    """How a machine's recording stands since ``since`` (UTC ns); for each machine that is to be recorded.

    It goes into the file called ``file``, signed with the key of the fingerprint ``key``, and ``missing``
    samples of the time before could not be recorded; or it is not recorded, and ``why`` says why not.
    """

    machine: str
    since: int
    file: str = ""
    key: str = ""
    why: str = ""
    missing: int = 0


class RecordingRoom(Message, frozen=True, tag="recording_room"):
    """How much room there is for recordings: ``free`` bytes, which do for ``hours`` (None: not known yet).

    ``low``: somebody should act now. Sent about once a minute.
    """

    free: int
    hours: float | None
    low: bool


class HistoryRequest(Message, frozen=True, tag="history?"):
    """Ask for one tag's history in [begin, end] UTC ns, decimated to at most about ``points`` points.

    The engine gives at most `hmi.engine.history.MOST_POINTS` whatever is asked for.
    """

    request: Count
    index: Count
    begin: Nanoseconds
    end: Nanoseconds
    points: Count


Short = Annotated[str, Meta(max_length=100)]
Share = Annotated[float, Meta(ge=0, le=1)]


class ScreenShown(Message, frozen=True, tag="screen"):
    """A panel shows a screen from ``utc`` (ns) on; ``machine`` is "" where it is about none by itself.

    ``width`` and ``height`` of the window in pixels.
    """

    utc: Nanoseconds
    screen: Short
    machine: Short
    width: Count
    height: Count
    theme: Short
    language: Short


class Touched(Message, frozen=True, tag="touch"):
    """A finger or a mouse went down on a panel at ``utc`` (ns): where, as shares of the window's size."""

    utc: Nanoseconds
    screen: Short
    machine: Short
    x: Share
    y: Share


class LatencyShown(Message, frozen=True, tag="latency"):
    """The figures of a machine's latency that a panel shows at ``utc`` (ns), in ms; see `LatencyView`.

    None where it shows none.
    """

    utc: Nanoseconds
    machine: Short
    now: Count | None
    p50: Count | None
    p99: Count | None
    n: Count


Seen = ScreenShown | Touched | LatencyShown
"""What was to be seen on a panel, and done there: told to an engine for the recording, and by a replay."""


class HistoryReply(Message, frozen=True, tag="history"):
    """The answer to `HistoryRequest` with the same number.

    ``time``      i8[n] UTC ns (offset-corrected source time, else receive time), not falling; of points
                  with the same time the last one counts
    ``value``     f8[n]
    ``severity``  u1[n]: a Bad point begins a gap, which goes on until the next point that is not Bad. The
                  gap of a lost link begins directly after the last moment at which the value was vouched
                  for (or its last sample, if that is later), not when the loss was noticed; it ends when
                  the value was vouched for again: a change that was observed counts from its own time, any
                  other value from when it was received, whatever older time the device dates it by.

    Min/max decimation keeps every extreme and every gap. ``complete_from`` is the time (UTC ns) since when
    the engine holds every sample.
    """

    request: int
    index: int
    time: bytes
    value: bytes
    severity: bytes
    complete_from: int


class ReplayAbout(Message, frozen=True, tag="replay"):
    """Which recording is played. Times are UTC ns.

    ``spans``  i8[2n] bytes: begin and end of each stretch that was recorded without a gap, in order
    ``marks``  i8[m] bytes: when something happened; ``kinds`` what, see `hmi.replay.index.Mark`
    ``key``    fingerprint of the key that signs the file
    """

    file: str
    machine: str
    shift: str
    day: str
    begin: Nanoseconds
    end: Nanoseconds
    spans: bytes
    marks: bytes
    kinds: tuple[str, ...]
    key: str


class ReplayStanding(Message, frozen=True, tag="replay_standing"):
    """How the replay stands: at ``utc`` (ns), to go on ``rate`` times as fast as it was (0: it stands still).

    ``reached`` is how fast it has really gone on of late; ``ended``: there is no more.
    """

    utc: Nanoseconds
    rate: float
    reached: float
    ended: bool


Rate = Annotated[float, Meta(ge=0, le=1000)]


class ReplayRate(Message, frozen=True, tag="rate"):
    """Go on so many times as fast as it was; 0: stand still."""

    rate: Rate


class ReplaySeek(Message, frozen=True, tag="seek"):
    """Show the moment ``utc`` (ns), or the nearest to it that was recorded."""

    utc: Nanoseconds


class ReplayStep(Message, frozen=True, tag="step"):
    """Go to the next or last change of a value, or to the next or last mark, and stand still there."""

    to: Literal["change", "mark"]
    back: bool


class ReplayLoop(Message, frozen=True, tag="loop"):
    """Play what lies between two moments (UTC ns) again and again; once more where they are the same."""

    begin: Nanoseconds
    end: Nanoseconds


ReplayControl = ReplayRate | ReplaySeek | ReplayStep | ReplayLoop
"""What a person does with the time bar."""


class Refusal(Message, frozen=True, tag="refusal"):
    """Why the engine does not serve this client or request; ``request`` is 0 for the connection itself."""

    text: str
    request: int = 0


ToEngine = (
    Hello
    | HistoryRequest
    | ScreenShown
    | Touched
    | LatencyShown
    | ReplayRate
    | ReplaySeek
    | ReplayStep
    | ReplayLoop
)
ToClient = (
    Welcome
    | EndpointNews
    | GrantedNews
    | ContextNews
    | Counters
    | Notice
    | RecordingNews
    | RecordingRoom
    | HistoryReply
    | ReplayAbout
    | ReplayStanding
    | ScreenShown
    | Touched
    | LatencyShown
    | Refusal
)
