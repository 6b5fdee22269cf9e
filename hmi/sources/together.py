"""Tasks that live and die together, and never take a cancellation for their own."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine


async def run_together(*coroutines: Coroutine[object, object, None]) -> None:
    """Run until one fails, or all have returned; then none of them goes on.

    Not `asyncio.TaskGroup`: before Python 3.13 a group that fails at the moment at which its task is
    cancelled swallows the cancellation, and a source that reconnects for ever would then never end.

    Raises:
        Exception: of the coroutine that failed (the first in order, if several did at once).
        asyncio.CancelledError: the running task was cancelled.
    """
    tasks = [asyncio.create_task(each) for each in coroutines]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in tasks:
        if task in done:
            task.result()
