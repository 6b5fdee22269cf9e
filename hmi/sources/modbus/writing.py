"""One write to a Modbus device: encoded, sent once, and its outcome told."""

from __future__ import annotations

from hmi.config.modbus import ModbusAddress, ModbusFormat
from hmi.model import status
from hmi.model.samples import WriteOutcome, WriteResult
from hmi.model.values import Scalar
from hmi.sources.modbus import codec
from hmi.sources.modbus.connection import Connection
from hmi.sources.modbus.errors import DeviceRefused, Garbled, LinkLost, Malformed, NoAnswer, NotSent
from hmi.sources.modbus.refusals import refusal

_ILLEGAL_FUNCTION = 1


async def write(connection: Connection, address: ModbusAddress, value: Scalar, timeout: float) -> WriteResult:
    """Write a value once; never in a sequence of reading and writing back.

    What does not fit the address is refused without being sent. Bits inside a register take function
    code 22; a device that does not know it refuses, since reading the register, changing it and writing
    it back could undo what the device itself changed meanwhile.
    """
    if not address.table.writable:
        return WriteResult(
            WriteOutcome.REFUSED, status.BAD_NOT_WRITABLE, f"no master can write an {address.table}"
        )
    try:
        await _send(connection, address, value, timeout)
    except TypeError as error:
        return WriteResult(WriteOutcome.REFUSED, status.BAD_TYPE_MISMATCH, str(error))
    except OverflowError as error:
        return WriteResult(WriteOutcome.REFUSED, status.BAD_OUT_OF_RANGE, str(error))
    except NotSent as late:
        return WriteResult(WriteOutcome.NOT_SENT, status.BAD_TIMEOUT, str(late))
    except DeviceRefused as refused:
        return _refused(refused.code, address)
    except NoAnswer as silent:
        return WriteResult(WriteOutcome.UNKNOWN, status.BAD_TIMEOUT, str(silent))
    except (LinkLost, Malformed, Garbled) as broken:
        return WriteResult(WriteOutcome.UNKNOWN, status.BAD_COMMUNICATION_ERROR, str(broken))
    return WriteResult(WriteOutcome.ACCEPTED, status.GOOD)


async def _send(connection: Connection, address: ModbusAddress, value: Scalar, timeout: float) -> None:
    match address.format:
        case ModbusFormat.BOOL:
            await connection.write_coil(address.unit, address.address, codec.to_bit(value), timeout)
        case ModbusFormat.BITS:
            mask, bits = codec.to_masked(value, address)
            await connection.write_masked(address.unit, address.address, mask, bits, timeout)
        case _:
            registers = codec.to_registers(value, address)
            await connection.write_registers(address.unit, address.address, registers, timeout)


def _refused(code: int, address: ModbusAddress) -> WriteResult:
    """A gateway's *no answer* (11) came after it had passed the write on: nobody knows what happened."""
    reason = refusal(code)
    cause = f"exception {code}: {reason.name}"
    if address.format is ModbusFormat.BITS and code == _ILLEGAL_FUNCTION:
        cause += "; the device has no mask write (function code 22), the only safe way to write bits"
    if code in (5, 11):
        return WriteResult(WriteOutcome.UNKNOWN, reason.status, cause)
    return WriteResult(WriteOutcome.REFUSED, reason.status, cause)
