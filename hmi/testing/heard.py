"""Questions about what a source has said, and the rule of its confirmations; for the source contract."""

from __future__ import annotations

from collections.abc import Sequence

from hmi.config.tags import Tag
from hmi.model import status, values
from hmi.model.samples import Batch, Confirmation, LinkEvent, LinkState, SourceMessage
from hmi.model.values import Value
from hmi.testing.harness import Listener


class Heard:
    """Questions about what a source has said so far; ``messages`` may grow meanwhile."""

    def __init__(self, tags: Sequence[Tag], messages: Sequence[SourceMessage]) -> None:
        self.tags = tags
        self.messages = messages

    def index(self, name: str) -> int:
        """The index of a tag by its name."""
        return next(i for i, tag in enumerate(self.tags) if tag.name == name)

    def samples(self, name: str, since: int = 0) -> list[tuple[int, Value]]:
        """(status, value) of every sample of a tag from message number ``since`` on."""
        index, wire = self.index(name), self.tags[self.index(name)].wire
        found: list[tuple[int, Value]] = []
        for batch in self.messages[since:]:
            if isinstance(batch, Batch):
                for row in (batch.index == index).nonzero()[0]:
                    lane = int(batch.raw[row])
                    code = int(batch.status[row])
                    if wire.in_side_area:
                        offset, length = values.side_span(lane)
                        found.append((code, values.unpack_side(batch.side[offset : offset + length], wire)))
                    else:
                        found.append((code, values.from_lane(lane, wire)))
        return found

    def has(self, name: str, value: Value, since: int = 0) -> bool:
        """Whether the last sample of a tag is this value, and good."""
        found = self.samples(name, since)
        return bool(found) and found[-1] == (status.GOOD, value)

    def is_bad(self, name: str, since: int = 0) -> bool:
        """Whether the last sample of a tag is Bad."""
        found = self.samples(name, since)
        return bool(found) and status.severity(found[-1][0]) is status.Severity.BAD

    def links(self, since: int = 0) -> list[LinkState]:
        """The link states told, in order; another cause of the same state is no other state.

        Of one that stood before ``since`` neither: a link that was down then may be told another cause.
        """
        told = [(i, m.state) for i, m in enumerate(self.messages) if isinstance(m, LinkEvent)]
        before = [None, *(state for _, state in told)]
        return [
            state for was, (i, state) in zip(before, told, strict=False) if i >= since and state is not was
        ]

    def confirmed(self, name: str, since: int = 0) -> list[int]:
        """Monotonic ns of every confirmation of a tag."""
        index = self.index(name)
        return [
            m.at.monotonic for m in self.messages[since:] if isinstance(m, Confirmation) and index in m.index
        ]


def check_confirmations(messages: Sequence[SourceMessage]) -> None:
    """What was vouched for is confirmed directly after its batch, and nothing is that is not.

    Fails unless every Good or Uncertain row of a batch is in the confirmation that is the next message,
    no confirmation names a tag without a sample since the link came up or whose last one is Bad, and that
    of a batch is stamped no later than the batch's arrival.
    """
    usable: dict[int, bool] = {}
    for number, message in enumerate(messages):
        if isinstance(message, LinkEvent):
            usable.clear()
        elif isinstance(message, Batch):
            severities = status.severities(message.status)
            rows = dict(zip(message.index.tolist(), severities != status.Severity.BAD, strict=True))
            usable |= rows
            wanted = {index for index, good in rows.items() if good}
            if wanted:
                assert number + 1 < len(messages), "a batch without its confirmation"
                following = messages[number + 1]
                assert isinstance(following, Confirmation), f"a batch is followed by {following}"
                assert wanted <= set(following.index.tolist())
                assert following.at.monotonic <= message.received.monotonic, "vouched for after the arrival"
        elif isinstance(message, Confirmation):
            wrong = [index for index in message.index.tolist() if not usable.get(index, False)]
            assert not wrong, f"nobody vouched for the tags {wrong}"


async def heard_value(listener: Listener, heard: Heard, name: str, value: Value) -> None:
    """Wait until the last sample of a tag is this value, and good."""
    await listener.until(lambda: heard.has(name, value), f"{name} = {value!r}")


async def heard_confirmed(listener: Listener, heard: Heard, name: str, since: int) -> None:
    """Wait until a tag was confirmed three times from message number ``since`` on."""
    await listener.until(lambda: len(heard.confirmed(name, since)) >= 3, f"{name} confirmed again and again")
