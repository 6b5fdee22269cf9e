"""What is recorded gives, replayed, the identical states and news: with losses, a set clock, a new shift."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from hmi.engine import sources
from hmi.link.messages import EndpointNews
from hmi.machines.resolve import resolve_site
from hmi.model.clock import SECOND
from hmi.model.samples import LinkState
from hmi.recorder import kinds, recorder
from hmi.recorder.reading import RecordingReader
from hmi.recorder.series import series
from hmi.recorder.state import Keyframe
from hmi.recorder.verify import INTACT, verify_file, verify_series
from hmi.replay.playback import playback
from hmi.simulation.tcp_proxy import TcpProxy
from hmi.testing.harness import ChildDevice
from tests.replay.live import RecordedRun, SetClock, Trace, digest, normal, said_of

DEMO = Path(__file__).parents[2] / "tags" / "demo"
SOURCES_SAY = frozenset(
    (
        kinds.SAMPLES,
        kinds.CONFIRMATION,
        kinds.LINK,
        kinds.GRANTED,
        kinds.OFFSET,
        kinds.LOST,
        kinds.IRREGULARITY,
    )
)
BEFORE_TWO = 1_795_265_998 * SECOND
"""2026-11-21 13:59:58 in Berlin: two seconds before the late shift begins at the demo site."""
HOUR = 3600 * SECOND


def replayed(paths: list[Path]) -> Trace:
    trace = Trace()
    for path in paths:
        with RecordingReader(path) as reader:
            for step in playback(reader):
                if step.stage is None:
                    continue
                pipeline, epoch, machine = step.stage.pipeline, step.stage.epoch, step.stage.machine
                trace.news += said_of(step.news, epoch, machine)
                if step.record.kind == kinds.KEYFRAME:
                    kept = kinds.unpacked(step.record.payload, Keyframe)
                    assert normal(kept.state) == digest(pipeline, epoch, machine)
                    trace.keyframes += 1
                if step.record.kind in SOURCES_SAY:
                    trace.states.append(digest(pipeline, epoch, machine))
    return trace


async def test_a_recorded_run_with_losses_replays_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorder, "BETWEEN_KEYFRAMES", 1)  # else there is none in so short a run
    async with AsyncExitStack() as running:
        proxies: dict[str, TcpProxy] = {}
        for machine, plugin in (("mill07", "haas_vf6ss"), ("anodizing1", "anodizing_line")):
            device = ChildDevice(lambda plugin=plugin: ("-m", "hmi.app", "simulate", plugin, "--with-parent"))
            running.push_async_callback(device.stop)
            await device.start()
            proxy = TcpProxy("127.0.0.1", device.greeting["ports"]["main"])
            proxies[machine] = await running.enter_async_context(proxy)
        overrides = {
            "mill07.main": f"opc.tcp://127.0.0.1:{proxies['mill07'].port}/",
            "anodizing1.main": f"127.0.0.1:{proxies['anodizing1'].port}",
        }
        epoch = resolve_site(DEMO, endpoint_overrides=overrides, simulated=True).epoch
        assert [each.id for each in epoch.machines] == ["mill07", "anodizing1"]
        sources.load_drivers(epoch)
        clock = SetClock(BEFORE_TWO)
        async with RecordedRun(epoch, tmp_path, clock) as run:
            await run.until(60)
            for proxy in proxies.values():
                await proxy.cut()
            await run.until(60)
            clock.ahead -= HOUR  # back into the early shift
            await run.until(40)
            for proxy in proxies.values():
                proxy.frozen = True
            await run.until_down()
            for proxy in proxies.values():
                proxy.frozen = False
            await run.until(60)
    for machine in proxies:
        live = run.traces[machine]
        links = [each.state for each in live.news if isinstance(each, EndpointNews)]
        assert links.count(LinkState.DOWN) >= 2, "the losses are in it"
        paths = series(tmp_path / "recordings" / machine)
        found = [verify_file(path) for path in paths]
        assert [each.code for each in found] == [INTACT] * len(paths)
        assert verify_series(found) == []
        assert len(paths) >= 3, "two shifts, and the first one again, as the clock was set back"
        again = replayed(paths)
        assert len(again.states) == len(live.states)
        wrong = [
            n for n, pair in enumerate(zip(again.states, live.states, strict=True)) if pair[0] != pair[1]
        ]
        assert wrong == []
        assert again.news == live.news
        assert again.keyframes >= 2, "in the middle of stretches the state was as it is replayed, too"
