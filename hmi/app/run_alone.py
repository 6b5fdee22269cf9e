"""Running an engine that makes room for the one of the site's service."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path
from typing import Final

from hmi.app.one_engine import user_name, why_not
from hmi.engine.process import AlreadyRunning, EngineOptions, run_engine
from hmi.link.directory import run_directory
from hmi.link.listening import Listening, elsewhere, listening, of_service
from hmi.model.clock import Clock

_LOOK_EVERY: Final = 2.0
"""Seconds in which an engine that a person started notices that the site's service has come up."""

_log = logging.getLogger(__name__)


async def run_alone(options: EngineOptions, folder: Path, clock: Clock) -> None:
    """`run_engine`, until the service of the site comes up, where this engine is not that.

    Raises:
        AlreadyRunning: another engine holds the lock, or the service's engine has come up.
        Exception: what `run_engine` raises.
    """
    if options.directory != run_directory(options.site, {}):
        if of_service(options.directory) and (
            other := elsewhere(listening(options.site, folder), options.directory)
        ):
            _log.warning(
                "beside this engine there is one of the user %s; it is to end now", user_name(other.user)
            )
        await run_engine(options, clock)
        return
    engine = asyncio.create_task(run_engine(options, clock), name="engine")
    watch = asyncio.create_task(_service(options.site, folder), name="service")
    try:
        await asyncio.wait((engine, watch), return_when=asyncio.FIRST_COMPLETED)
        if not engine.done():
            raise AlreadyRunning(why_not(options.site, watch.result()))
        engine.result()
    finally:
        for task in (engine, watch):
            task.cancel()
        await asyncio.wait((engine, watch))


async def _service(site: str, folder: Path) -> Listening:
    while True:
        await asyncio.sleep(_LOOK_EVERY)
        for each in await asyncio.to_thread(listening, site, folder):
            if each.of_service:
                return each
