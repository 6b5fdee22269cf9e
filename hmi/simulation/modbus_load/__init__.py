"""A Modbus TCP device that benches poll: an encoder that holds its moment, among many registers."""

from hmi.simulation.modbus_load.server import ENCODER_REGISTERS, Counts, LoadDevice

__all__ = ["ENCODER_REGISTERS", "Counts", "LoadDevice"]
