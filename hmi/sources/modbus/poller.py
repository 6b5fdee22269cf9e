"""Polls one connection: the paces side by side, each at its own fixed rate."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import numpy as np

from hmi.model import status
from hmi.model.clock import NO_TIME, SECOND, Clock
from hmi.model.samples import U32, Granted
from hmi.sources.modbus.changes import LastTold, Outbox
from hmi.sources.modbus.connection import Connection
from hmi.sources.modbus.errors import (
    DeviceRefused,
    Garbled,
    LinkLost,
    Malformed,
    NoAnswer,
    Resting,
)
from hmi.sources.modbus.irregular import Tally
from hmi.sources.modbus.plan import Block
from hmi.sources.modbus.reading import Piece, Reading
from hmi.sources.modbus.refusals import refusal
from hmi.sources.modbus.silence import Silence
from hmi.sources.protocol import Emit
from hmi.sources.schedule import FixedRate, Reached

_HOLD: Final = 20_000_000
"""Answers of a round are emitted together, but the first waits for the others no longer than this (ns)."""

_PROBE_SHARE: Final = 10
"""A silent block costs its time-out at most every this many time-outs."""

_MOST_GARBLED: Final = 5
"""Garbled answers in a row after which the line is not the one that was described."""


@dataclass(slots=True, eq=False)
class Pace:
    """The blocks that are polled at one interval (ns), and the tags in them."""

    interval: int
    index: U32
    readings: list[Reading]

    @classmethod
    def of(cls, interval: float, blocks: Sequence[Block], position: Mapping[int, int]) -> Pace:
        """A pace of ``interval`` seconds; ``position`` maps tag index → row of the source."""
        index = np.array([item.index for block in blocks for item in block.items], np.uint32)
        return cls(round(interval * SECOND), index, [Reading(block, position) for block in blocks])


@dataclass(slots=True)
class Poller:
    """One connection's polling. `run` ends by raising LinkLost.

    Each pace is a task; the connection's turn is first come, first served, so a pace waits for at most
    one request of each other pace, and a slow device slows all paces alike.
    """

    connection: Connection
    paces: Sequence[Pace]
    silence: Silence
    last: LastTold
    clock: Clock
    emit: Emit
    timeout: float
    up: Callable[[], None]
    """Called at the first answer of any kind, before anything of it is emitted."""
    _answered: bool = False
    _probe_at: int = NO_TIME
    _lasted: int = 0
    _garbled: int = 0

    async def run(self) -> None:
        """Poll until the link is lost.

        Raises:
            LinkLost: with the cause.
        """
        self.silence.reconnected()
        self.last.forget()
        irregular = Tally(self.connection.seen)
        # No task group: up to Python 3.12 one forgets that it was cancelled when a task fails meanwhile.
        tasks = [
            asyncio.create_task(self._poll(pace, irregular), name=f"modbus {self.connection.where}")
            for pace in self.paces
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self._tell(irregular)
        for task in done:
            task.result()

    def _tell(self, irregular: Tally) -> None:
        for message in irregular.news(self.clock.now()):
            self.emit(message)

    async def _poll(self, pace: Pace, irregular: Tally) -> None:
        interval = self._interval(pace)
        schedule, reached = FixedRate(interval, self._now()), Reached(interval)
        outbox = Outbox(self.last)
        told = False
        while True:
            await asyncio.sleep(max(schedule.due - self._now(), 0) / SECOND)
            news = reached.news(self._now())
            try:
                await self._round(pace, outbox)
            finally:  # what was read before the link was lost is not lost with it
                self._flush(outbox)
            self._tell(irregular)
            if news is not None or not told:
                told = True
                self.emit(Granted(pace.index, reached.told / SECOND, 0.0))
            schedule.advance(self._now())
            if (wanted := self._interval(pace)) != interval:  # an endpoint has come to the line, or gone
                interval, told = wanted, False
                schedule, reached = FixedRate(interval, self._now() + interval), Reached(interval)

    def _interval(self, pace: Pace) -> int:
        return round(pace.interval * self.connection.stretch)

    async def _round(self, pace: Pace, outbox: Outbox) -> None:
        silent = [each for each in pace.readings if self.silence.is_silent(each.block)]
        ordinary = [each for each in pace.readings if each not in silent]
        for reading in await self._read_side_by_side(ordinary, outbox):
            await self._read_block(reading, outbox)
        for reading in silent:
            if self._now() >= self._probe_at:
                self._probe_at = self._now() + round(_PROBE_SHARE * self.timeout * SECOND)
                self._flush(outbox)
                await self._probe(reading, outbox)
            else:
                outbox.unanswered(_all(reading), status.BAD_TIMEOUT, self._now())

    async def _read_side_by_side(self, readings: Sequence[Reading], outbox: Outbox) -> Sequence[Reading]:
        """Read as many blocks at once as the line allows; gives those that are left to be read in turn.

        These are all where one request at a time is allowed, those that are read in pieces, and when
        something was not answered that and what comes after it: only alone does silence tell anything.
        """
        whole = [each for each in readings if len(each.pieces) == 1]
        left = [each for each in readings if each not in whole]
        unanswered: list[Reading] = []
        while (width := self.connection.pipeline) > 1 and len(whole) > 1 and not unanswered:
            together, whole = whole[:width], whole[width:]
            reads = (self._read_unless_silent(each, outbox) for each in together)
            for reading, answered in zip(
                together, await asyncio.gather(*reads, return_exceptions=True), strict=True
            ):
                if isinstance(answered, BaseException):
                    raise answered
                if not answered:
                    unanswered.append(reading)
        return [*unanswered, *whole, *left]

    async def _read_unless_silent(self, reading: Reading, outbox: Outbox) -> bool:
        """Read a whole block; whether anything was answered."""
        try:
            for piece in reading.due(self._now()):
                await self._read_piece(reading, piece, outbox)
        except NoAnswer:
            return False
        except Resting:
            outbox.unanswered(_all(reading), status.BAD_TIMEOUT, self._now())
        return True

    async def _read_block(self, reading: Reading, outbox: Outbox) -> None:
        began, began_loop = self._now(), asyncio.get_running_loop().time()
        for piece in reading.due(began):
            try:
                await self._read_piece(reading, piece, outbox)
            except Resting:
                outbox.unanswered(_all(reading), status.BAD_TIMEOUT, self._now())
                return
            except NoAnswer:
                # What came before must not wait for the enquiry, nor may it vouch for what comes after.
                self._flush(outbox)
                await self._enquire(reading.block, began_loop)
                outbox.unanswered(_all(reading), status.BAD_TIMEOUT, self._now())
                return
            if outbox.since is not None and self._now() + self._lasted - outbox.since > _HOLD:
                self._flush(outbox)

    async def _probe(self, reading: Reading, outbox: Outbox) -> None:
        """Ask a silent block again. That it keeps silent says nothing about the link: others do."""
        try:
            await self._read_piece(reading, reading.pieces[0], outbox)
        except (NoAnswer, Resting):
            outbox.unanswered(_all(reading), status.BAD_TIMEOUT, self._now())
        else:
            self.silence.unit_answered(reading.block)
            self._probe_at = NO_TIME

    async def _read_piece(self, reading: Reading, piece: Piece, outbox: Outbox) -> None:
        block, asked = piece.block, self._now()
        try:
            with self._flushing_in_time(outbox):
                payload = await self.connection.read(block.unit, block.table, block.start, block.count)
            decoded = piece.decoder.decode(payload)
        except DeviceRefused as refused:
            self._heard(reading.block, asked)
            reason = refusal(refused.code)
            if reading.refused(piece, reason, self._now()):
                outbox.refused(piece.at, reason.status, asked, self._now())
        except (Malformed, ValueError):
            self._heard(reading.block, asked)
            outbox.unanswered(piece.at, status.BAD_DECODING_ERROR, self._now())
        except Garbled as garbage:
            self._note_garbled(garbage)
            outbox.unanswered(piece.at, status.BAD_COMMUNICATION_ERROR, self._now())
        else:
            self._heard(reading.block, asked)
            reading.answered(piece)
            outbox.answer(piece.at, decoded, asked, self._now())

    async def _enquire(self, block: Block, began: float) -> None:
        """After a time-out: find out by a witness whether it was the block, its unit, or the link.

        ``began``: when the block was asked, by the loop's clock.

        Raises:
            LinkLost: nobody answers.
        """
        timed_out = block
        while (witness := self.silence.timed_out(timed_out)) is not None:
            asked = self._now()
            try:
                await self.connection.read(witness.unit, witness.table, witness.start, 1)
            except (NoAnswer, Resting):
                timed_out = witness
                continue
            except Garbled as garbage:
                self._note_garbled(garbage)
                return
            except (DeviceRefused, Malformed):
                pass
            self._heard(witness, asked)
            return
        self.connection.given_up(began)
        raise LinkLost(f"no answer of {self.connection.where} within {self.timeout:g} s, last asked {block}")

    def _note_garbled(self, garbage: Garbled) -> None:
        """One garbled answer is a disturbance; many in a row, and nothing between, are another line."""
        self._garbled += 1
        if self._garbled >= _MOST_GARBLED:
            raise LinkLost(
                f"{garbage}, {self._garbled} times in a row: check baud rate, parity and wiring"
            ) from garbage

    def _heard(self, block: Block, asked: int) -> None:
        self._garbled = 0
        self._lasted = self._now() - asked
        self.silence.answered(block)
        if not self._answered:
            self._answered = True
            self.up()

    @contextmanager
    def _flushing_in_time(self, outbox: Outbox) -> Iterator[None]:
        """While a request is under way, which may take all its time: emit what has waited long enough."""
        if outbox.since is None:
            yield
            return
        left = max(outbox.since + _HOLD - self._now(), 0) / SECOND
        timer = asyncio.get_running_loop().call_later(left, self._flush, outbox)
        try:
            yield
        finally:
            timer.cancel()

    def _flush(self, outbox: Outbox) -> None:
        if not self._answered:
            return  # it is kept: nothing is said before UP
        for message in outbox.emptied(self.clock.now()):
            self.emit(message)

    def _now(self) -> int:
        return self.clock.now().monotonic


def _all(reading: Reading) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.concatenate([piece.at for piece in reading.pieces])
