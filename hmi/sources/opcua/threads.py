"""Work that takes longer than a loop may stand still: keys, and files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

_T = TypeVar("_T")


async def in_thread(work: Callable[[], _T]) -> _T:
    """What ``work`` gives, done in a thread that ends with it; that of the loop's own pool would stay.

    A cancellation does not wait for the thread, which ends when its work is done.
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix="certificates")
    try:
        return await asyncio.get_running_loop().run_in_executor(pool, work)
    finally:
        pool.shutdown(wait=False)
