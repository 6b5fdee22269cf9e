"""A screen's end of the link: non-blocking, driven by whoever watches its two file descriptors."""

from __future__ import annotations

import contextlib
import os
import socket
from pathlib import Path
from typing import Final

from hmi.link.directory import DOORBELL, SOCKET
from hmi.link.errors import FrameError, LinkClosed, LinkEnded, LinkRefused, LinkUnavailable
from hmi.link.frames import Decoder, encode
from hmi.link.messages import (
    PROTOCOL_VERSION,
    Hello,
    HistoryRequest,
    Message,
    Refusal,
    ReplayControl,
    Seen,
    ToClient,
    Welcome,
)
from hmi.link.table import TableReader

_CHUNK: Final = 256 * 1024


class LinkClient:
    """One connection to an engine. After the first `Welcome`, ``table`` reads its shared memory."""

    def __init__(self, directory: Path, stream: socket.socket, doorbell: socket.socket) -> None:
        """See `connect`."""
        self._directory = directory
        self._stream = stream
        self._doorbell = doorbell
        self._decoder: Decoder[ToClient] = Decoder(ToClient)
        self._requests = 0
        self.table: TableReader | None = None

    @classmethod
    def connect(cls, directory: Path, *, name: str = "panel") -> LinkClient:
        """Connect to the engine of a run directory and say hello; never waits.

        Raises:
            LinkUnavailable: nobody listens there, or an engine that hangs takes nobody in.
        """
        with contextlib.ExitStack() as opened:
            sockets = []
            for file in (SOCKET, DOORBELL):
                each = opened.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
                each.setblocking(False)
                try:
                    # A local connection is there at once, or not (EAGAIN: the listener's queue is full).
                    each.connect(str(directory / file))
                except OSError as error:
                    raise LinkUnavailable(f"{directory / file}: {error.strerror}") from error
                sockets.append(each)
            client = cls(directory, *sockets)
            try:
                client._send(Hello(PROTOCOL_VERSION, f"{name}:{os.getpid()}"))
            except LinkClosed as error:
                raise LinkUnavailable(str(error)) from error
            opened.pop_all()
        return client

    def fileno(self) -> int:
        """Readable when messages have arrived: call `receive`."""
        return self._stream.fileno()

    def doorbell_fileno(self) -> int:
        """Readable when the table has changed: call `clear_doorbell`."""
        return self._doorbell.fileno()

    def clear_doorbell(self) -> bool:
        """Take all rings; whether there was any.

        Raises:
            LinkClosed: the engine has closed.
        """
        rung = False
        while True:
            try:
                data = self._doorbell.recv(_CHUNK)
            except BlockingIOError:
                return rung
            except OSError as error:
                raise LinkClosed(f"the engine's doorbell broke: {error.strerror}") from error
            if not data:
                raise LinkEnded("the engine has closed the link")
            rung = True
            if len(data) < _CHUNK:
                return rung

    def receive(self) -> list[ToClient]:
        """All messages that have arrived; opens ``table`` anew at a Welcome.

        Where several have arrived, all before the last one is of configurations whose tables are gone, and
        it begins the news anew: they are left out.

        Raises:
            LinkClosed: the engine has closed, refused us, or sent what we cannot read; nothing more comes.
        """
        messages: list[ToClient] = []
        while True:
            try:
                data = self._stream.recv(_CHUNK)
            except BlockingIOError:
                return self._from_last_welcome(messages)
            except OSError as error:
                raise LinkClosed(f"the link to the engine broke: {error.strerror}") from error
            if not data:
                if messages:
                    return self._from_last_welcome(messages)  # the end is told at the next call
                raise LinkEnded("the engine has closed the link")
            try:
                arrived = self._decoder.feed(data)
            except FrameError as error:
                raise LinkRefused(str(error)) from error
            for message in arrived:
                if isinstance(message, Refusal) and message.request == 0:
                    raise LinkRefused(message.text)
                messages.append(message)

    def request_history(self, index: int, begin: int, end: int, points: int) -> int:
        """Ask for a tag's history (UTC ns); the number under which the reply will come.

        Raises:
            LinkClosed: the request could not be sent.
        """
        self._requests += 1
        self._send(HistoryRequest(self._requests, index, begin, end, points))
        return self._requests

    def tell(self, seen: Seen) -> None:
        """Tell what is to be seen on this screen, for the recording.

        Raises:
            LinkClosed: it could not be sent.
        """
        self._send(seen)

    def control(self, control: ReplayControl) -> None:
        """Move a replay's time.

        Raises:
            LinkClosed: it could not be sent.
        """
        self._send(control)

    def close(self) -> None:
        """Let go of everything."""
        self._stream.close()
        self._doorbell.close()
        if self.table is not None:
            self.table.close()
            self.table = None

    def _from_last_welcome(self, messages: list[ToClient]) -> list[ToClient]:
        for place in reversed(range(len(messages))):
            if isinstance(message := messages[place], Welcome):
                self._open_table(message)
                return messages[place:]
        return messages

    def _open_table(self, welcome: Welcome) -> None:
        if self.table is not None:
            self.table.close()
            self.table = None
        try:
            table = TableReader(self._directory / welcome.table)
        except LinkUnavailable as error:
            raise LinkClosed(str(error)) from error
        if table.digest != (welcome.acquisition or welcome.digest):
            table.close()
            raise LinkClosed("the table belongs to another configuration epoch than the welcome")
        self.table = table

    def _send(self, message: Message) -> None:
        # Requests are small and rare: a socket that cannot take one belongs to an engine that hangs.
        frame = encode(message)
        try:
            sent = self._stream.send(frame)
        except OSError as error:
            raise LinkClosed(f"the engine takes no requests: {error.strerror}") from error
        if sent != len(frame):
            raise LinkClosed("the engine takes no requests")
