"""Waiting for an answer, by a clock that goes on while this process stands still."""

from __future__ import annotations

import asyncio
from typing import Final

_TURNS: Final = 3
"""Of the loop: one to find what has arrived, one to take it, and one to spare."""


async def awaited(answer: asyncio.Future[bytes], timeout: float) -> bytes:
    """What ``answer`` is set to within ``timeout`` seconds.

    After a stop of this process (SIGSTOP, a suspended computer, a loop that was busy) the timer has run
    out while the answer lies in the socket. What has arrived counts: the device was not late, we were.

    Raises:
        TimeoutError: nothing has arrived. Whatever ``answer`` is set to fail with is raised as it is.
    """
    try:
        await asyncio.wait((answer,), timeout=timeout)
        for _ in range(_TURNS):
            if answer.done():
                break
            await asyncio.sleep(0)
        if not answer.done():
            raise TimeoutError
        return answer.result()
    finally:
        if not answer.cancel() and not answer.cancelled():
            answer.exception()  # where the caller was cancelled nobody else looks at it
