"""From a device model to the engine: the plugin that discovery proposes, on an agent of that model."""

from __future__ import annotations

import asyncio
from pathlib import Path

import yaml

from hmi.engine.runtime import EpochRuntime
from hmi.engine.sources import load_drivers
from hmi.machines.resolve import resolve_site
from hmi.model import status
from hmi.model.clock import SystemClock
from hmi.model.status import Severity, severity
from hmi.model.values import from_lane
from hmi.simulation.mtconnect_agent import MtconnectAgent
from hmi.sources.mtconnect.decoding import BAD_UNAVAILABLE
from hmi.sources.mtconnect.devices import read_devices
from hmi.sources.mtconnect.discovery import propose
from tests.sources.mtconnect.recorded import DATA, write_plugin

HAAS = (DATA / "sample_haas.xml").read_bytes()


async def test_a_proposed_machine_runs_in_the_engine(tmp_path: Path) -> None:
    async with MtconnectAgent(HAAS) as agent:
        site = tmp_path / "site"
        write_plugin(site / "machines" / "mill", propose(read_devices(HAAS), by_component=True))
        (site / "texts").mkdir()
        endpoint = {"protocol": "mtconnect", "url": f"http://127.0.0.1:{agent.port}/", "device": "Haas_1"}
        machine = {"id": "mill7", "plugin": "mill", "name": "machine.mill7", "endpoints": {"main": endpoint}}
        content = {"schema": "twinpane.site/1", "id": "works", "machines": [machine]}
        (site / "site.yaml").write_text(yaml.safe_dump(content, sort_keys=False))
        texts = {"schema": "twinpane.texts/1", "texts": {"site.name": "Works", "machine.mill7": "Mill 7"}}
        (site / "texts" / "en.yaml").write_text(yaml.safe_dump(texts, sort_keys=False))
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
