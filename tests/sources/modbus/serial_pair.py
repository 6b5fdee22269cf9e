"""Two serial ports with a cable between them: pseudo-terminals joined by socat."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path


@asynccontextmanager
async def serial_pair(folder: Path) -> AsyncIterator[tuple[Path, Path]]:
    """The paths of the two ends. A pseudo-terminal knows neither parity nor a rate that slows it."""
    if shutil.which("socat") is None:
        raise AssertionError("these tests need socat: apt-get install socat")
    ends = folder / "master", folder / "slave"
    process = await asyncio.create_subprocess_exec(
        "socat", *(f"pty,raw,echo=0,link={end}" for end in ends), stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30.0):
            while not all(end.exists() for end in ends):
                if process.returncode is not None:
                    assert process.stderr is not None
                    raise AssertionError((await process.stderr.read()).decode())
                await asyncio.sleep(0.01)
        yield ends
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()
