"""From a device model to the engine: the plugin that discovery proposes, on an agent of that model."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hmi.engine.runtime import EpochRuntime
from hmi.engine.sources import load_drivers
from hmi.machines.resolve import resolve_site
from hmi.model import status
from hmi.model.clock import SystemClock
from hmi.model.status import Severity, severity
from hmi.model.values import from_lane
from hmi.simulation.mtconnect_agent import MtconnectAgent
from hmi.sources.mtconnect.decoding import BAD_UNAVAILABLE
from tests.sources.mtconnect.recorded import DATA, write_site

HAAS = (DATA / "sample_haas.xml").read_bytes()


async def test_a_proposed_machine_runs_in_the_engine(tmp_path: Path) -> None:
    async with MtconnectAgent(HAAS) as agent:
        site = tmp_path / "site"
        write_site(site, HAAS, agent.port, by_component=True)
        epoch = resolve_site(site).epoch
        assert not epoch.quarantined
        load_drivers(epoch)
        index = {tag.name: i for i, tag in enumerate(epoch.tags)}
        ended: list[asyncio.Task[None]] = []
        runtime = EpochRuntime(
            epoch, tmp_path, 1, SystemClock(), lambda _: None, lambda: None, ended.append, 1000
        )
        runtime.start()
        columns = runtime.table.columns

        async def until(name: str, code: int, value: float | None = None) -> None:
            tag = epoch.tags[index[name]]
            async with asyncio.timeout(30):
                while int(columns.status[index[name]]) != code or (
                    value is not None and from_lane(int(columns.value[index[name]]), tag.type) != value
                ):
                    await asyncio.sleep(0.02)

        try:
            await until("x_position_actual", BAD_UNAVAILABLE)
            agent.observe("x1", "-12.125")
            agent.observe("c3", "FEED_HOLD")
            agent.observe("system", "way lube low", level="Warning", code="119")
            await until("x_position_actual", status.GOOD, -12.125)
            await until("path_execution", status.GOOD, 3)
            await until("system_condition", status.GOOD, 1)
            agent.observe("c3", "SOMETHING_NEW")
            await until("path_execution", status.BAD_OUT_OF_RANGE)
            agent.lose_adapter()
            for name in index:
                await until(name, BAD_UNAVAILABLE)
            assert all(severity(int(code)) is Severity.BAD for code in columns.status[: len(index)])
        finally:
            await runtime.close()
