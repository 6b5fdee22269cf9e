"""What the simulated gateway says: each OPC UA node, and where its value comes from in the model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import Final

from hmi.api import Value, ValueType
from twinpane_haas_vf6ss.machine.control import ControllerMode, Execution
from twinpane_haas_vf6ss.model import Mill

POWER_ON_HOURS_BEFORE: Final = 15_206.0


class Pace(Enum):
    """How often a signal is taken from the machine, in s."""

    LIVE = 0.02
    NORMAL = 0.2
    SLOW = 1.0


@dataclass(frozen=True, slots=True)
class Signal:
    """A node's string identifier, which is also its browse path, its type and its source."""

    node: str
    type: ValueType
    pace: Pace
    read: Callable[[Mill], Value]
    labels: Mapping[int, str] = field(default_factory=dict)


def _labels(of: type[IntEnum]) -> Mapping[int, str]:
    return {int(each): each.name for each in of}


def _axes() -> tuple[Signal, ...]:
    made: list[Signal] = []
    for axis, letter in enumerate("XYZ"):

        def machine(mill: Mill, axis: int = axis) -> float:
            return round(mill.control.position[axis], 4)

        def work(mill: Mill, axis: int = axis) -> float:
            return round(mill.work_position[axis], 4)

        def load(mill: Mill, axis: int = axis) -> float:
            return round(mill.servos[axis].load, 1)

        folder = f"Monitoring.Axes.{letter}"
        made += (
            Signal(f"{folder}.MachinePosition", ValueType.FLOAT, Pace.LIVE, machine),
            Signal(f"{folder}.WorkPosition", ValueType.FLOAT, Pace.LIVE, work),
            Signal(f"{folder}.Load", ValueType.FLOAT, Pace.NORMAL, load),
        )
    return tuple(made)


_F, _B, _S = ValueType.FLOAT, ValueType.BOOL, ValueType.STRING
_I, _U, _E, _A = ValueType.INT, ValueType.UINT, ValueType.ENUM, ValueType.FLOATS
_L, _N, _W = Pace.LIVE, Pace.NORMAL, Pace.SLOW

SIGNALS: Final[tuple[Signal, ...]] = (
    *_axes(),
    Signal("Monitoring.Axes.Loads", _A, _N, lambda m: tuple(round(s.load, 1) for s in m.servos)),
    Signal("Monitoring.Channel.PathFeedrate", _F, _L, lambda m: round(m.feed, 1)),
    Signal("Monitoring.Channel.ProgrammedFeedrate", _F, _L, lambda m: m.control.feed_command),
    Signal("Monitoring.Channel.FeedOverride", _F, _N, lambda m: m.control.feed_override),
    Signal("Monitoring.Channel.RapidOverride", _F, _N, lambda m: m.control.rapid_override),
    Signal(
        "Monitoring.Channel.ControllerMode", _E, _N, lambda m: int(m.control.mode), _labels(ControllerMode)
    ),
    Signal("Monitoring.Channel.ChannelModifiers.OptionalStop", _B, _W, lambda m: m.control.optional_stop),
    Signal("Monitoring.Spindle.ActualSpeed", _F, _L, lambda m: round(m.spindle.speed, 1)),
    Signal("Monitoring.Spindle.CommandedSpeed", _F, _N, lambda m: m.spindle.command),
    Signal("Monitoring.Spindle.IsRotating", _B, _N, lambda m: m.spindle.speed != 0.0),
    Signal("Monitoring.Spindle.Load", _F, _L, lambda m: round(m.spindle.load, 1)),
    Signal("Monitoring.Spindle.Temperature", _F, _N, lambda m: round(m.spindle.temperature, 2)),
    Signal("Monitoring.Spindle.Revolutions", _I, _W, lambda m: int(m.spindle_revolutions)),
    Signal("Monitoring.Spindle.Vibration", _F, _N, lambda m: round(m.vibration.velocity, 2)),
    Signal("Equipment.Tool.ControlIdentifier1", _U, _N, lambda m: m.tool.number),
    Signal("Equipment.Tool.Name", _S, _N, lambda m: m.tool.name),
    Signal("Equipment.Tool.Identifier", _S, _N, lambda m: f"{m.tool.number}, {m.tool.name}"),
    Signal("Equipment.Tool.Diameter", _F, _N, lambda m: m.tool.diameter),
    Signal("Equipment.Tool.Length", _F, _N, lambda m: m.tool.length),
    Signal("Equipment.Tool.Flutes", _U, _N, lambda m: m.tool.flutes),
    Signal("Equipment.Tool.ToolLife", _F, _N, lambda m: round(m.tool.remaining, 2)),
    Signal(
        "Equipment.Tools.ToolLife", _A, _W, lambda m: tuple(round(t.remaining, 2) for t in m.tools.values())
    ),
    Signal(
        "Production.ActiveProgram.Execution", _E, _N, lambda m: int(m.control.execution), _labels(Execution)
    ),
    Signal("Production.ActiveProgram.Name", _S, _N, lambda m: m.control.program.name),
    Signal("Production.ActiveProgram.LineNumber", _U, _N, lambda m: m.control.line),
    Signal("Production.ActiveProgram.Block", _S, _N, lambda m: m.control.program.text(m.control.line)),
    Signal("Production.ActiveProgram.RemainingTime", _F, _N, lambda m: round(m.control.remaining, 1)),
    Signal("Production.ActiveProgram.CycleTime", _F, _W, lambda m: round(m.control.total, 1)),
    Signal("Production.Job.OrderIdentifier", _S, _W, lambda m: m.order.number),
    Signal("Production.Job.PartName", _S, _W, lambda m: m.order.part_name),
    Signal("Production.Job.Operation", _S, _W, lambda m: m.order.operation),
    Signal("Production.Job.Lot", _S, _W, lambda m: m.order.lot),
    Signal("Production.Job.Material", _S, _W, lambda m: m.material.name),
    Signal("Production.Job.PartsCompleted", _I, _N, lambda m: m.order.done),
    Signal("Production.Job.PartInWork", _I, _N, lambda m: m.order.part_in_work),
    Signal("Production.Job.RunsPlanned", _I, _W, lambda m: m.order.planned),
    Signal("Production.Statistics.PartsProducedInLifetime", _U, _W, lambda m: m.parts_in_life),
    Signal("Monitoring.Workholding.PartPresent", _B, _N, lambda m: m.attendant.part_present),
    Signal("Monitoring.Coolant.Level", _F, _W, lambda m: round(m.coolant.level, 2)),
    Signal("Monitoring.Coolant.Concentration", _F, _W, lambda m: round(m.coolant.concentration, 3)),
    Signal("Monitoring.Coolant.PumpOn", _B, _N, lambda m: m.coolant.pump_on),
    Signal("Monitoring.Coolant.Flow", _F, _N, lambda m: round(m.coolant.flow, 1)),
    Signal("Monitoring.Air.Pressure", _F, _N, lambda m: round(m.air.pressure, 3)),
    Signal("Monitoring.ChipConveyor.On", _B, _N, lambda m: m.chips.conveyor_on),
    Signal("Monitoring.Door.Open", _B, _N, lambda m: m.attendant.door_open),
    Signal(
        "Monitoring.MachineTool.PowerOnDuration",
        _F,
        _W,
        lambda m: round(POWER_ON_HOURS_BEFORE + m.seconds / 3600, 2),
    ),
)
