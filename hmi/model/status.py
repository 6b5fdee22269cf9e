"""OPC UA StatusCodes (OPC 10000-4, 7.39), the quality half of every sample.

A status is a ``uint32``; the top two bits are the severity. Every source, also those that are not
OPC UA, speaks in these codes, so that quality has one vocabulary from the wire to the screen.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
import numpy.typing as npt


class Severity(IntEnum):
    """The top two bits of a StatusCode; larger is worse."""

    GOOD = 0
    UNCERTAIN = 1
    BAD = 2


GOOD: Final = 0x0000_0000
UNCERTAIN: Final = 0x4000_0000
UNCERTAIN_LAST_USABLE_VALUE: Final = 0x4090_0000
UNCERTAIN_ENGINEERING_UNITS_EXCEEDED: Final = 0x4094_0000
UNCERTAIN_CONFIGURATION_ERROR: Final = 0x420F_0000
BAD: Final = 0x8000_0000
BAD_COMMUNICATION_ERROR: Final = 0x8005_0000
BAD_TIMEOUT: Final = 0x800A_0000
BAD_NO_COMMUNICATION: Final = 0x8031_0000
BAD_WAITING_FOR_INITIAL_DATA: Final = 0x8032_0000
BAD_NODE_ID_INVALID: Final = 0x8033_0000
BAD_NODE_ID_UNKNOWN: Final = 0x8034_0000
BAD_OUT_OF_RANGE: Final = 0x803C_0000
BAD_NOT_WRITABLE: Final = 0x803B_0000
BAD_NOT_SUPPORTED: Final = 0x803D_0000
BAD_TYPE_MISMATCH: Final = 0x8074_0000
BAD_ENCODING_LIMITS_EXCEEDED: Final = 0x8008_0000
BAD_DECODING_ERROR: Final = 0x8007_0000
BAD_CONFIGURATION_ERROR: Final = 0x8089_0000
BAD_NOT_CONNECTED: Final = 0x808A_0000
BAD_DEVICE_FAILURE: Final = 0x808B_0000
BAD_SENSOR_FAILURE: Final = 0x808C_0000
BAD_OUT_OF_SERVICE: Final = 0x808D_0000
BAD_INTERNAL_ERROR: Final = 0x8002_0000
BAD_RESOURCE_UNAVAILABLE: Final = 0x8004_0000
BAD_USER_ACCESS_DENIED: Final = 0x801F_0000
BAD_ATTRIBUTE_ID_INVALID: Final = 0x8035_0000
BAD_NOT_READABLE: Final = 0x803A_0000
BAD_DATA_UNAVAILABLE: Final = 0x809E_0000
BAD_TOO_MANY_MONITORED_ITEMS: Final = 0x80DB_0000
BAD_SECURITY_MODE_INSUFFICIENT: Final = 0x80E6_0000

_OVERFLOW_BITS: Final = 0x0000_0480
"""InfoType = DataValue (0x400) with the Overflow bit (0x80) set: the server's queue lost changes."""

_NAMES: Final[dict[int, str]] = {
    GOOD: "Good",
    UNCERTAIN: "Uncertain",
    UNCERTAIN_LAST_USABLE_VALUE: "UncertainLastUsableValue",
    UNCERTAIN_ENGINEERING_UNITS_EXCEEDED: "UncertainEngineeringUnitsExceeded",
    UNCERTAIN_CONFIGURATION_ERROR: "UncertainConfigurationError",
    BAD: "Bad",
    BAD_COMMUNICATION_ERROR: "BadCommunicationError",
    BAD_TIMEOUT: "BadTimeout",
    BAD_NO_COMMUNICATION: "BadNoCommunication",
    BAD_WAITING_FOR_INITIAL_DATA: "BadWaitingForInitialData",
    BAD_NODE_ID_INVALID: "BadNodeIdInvalid",
    BAD_NODE_ID_UNKNOWN: "BadNodeIdUnknown",
    BAD_OUT_OF_RANGE: "BadOutOfRange",
    BAD_NOT_WRITABLE: "BadNotWritable",
    BAD_NOT_SUPPORTED: "BadNotSupported",
    BAD_TYPE_MISMATCH: "BadTypeMismatch",
    BAD_ENCODING_LIMITS_EXCEEDED: "BadEncodingLimitsExceeded",
    BAD_DECODING_ERROR: "BadDecodingError",
    BAD_CONFIGURATION_ERROR: "BadConfigurationError",
    BAD_NOT_CONNECTED: "BadNotConnected",
    BAD_DEVICE_FAILURE: "BadDeviceFailure",
    BAD_SENSOR_FAILURE: "BadSensorFailure",
    BAD_OUT_OF_SERVICE: "BadOutOfService",
    BAD_INTERNAL_ERROR: "BadInternalError",
    BAD_RESOURCE_UNAVAILABLE: "BadResourceUnavailable",
    BAD_USER_ACCESS_DENIED: "BadUserAccessDenied",
    BAD_ATTRIBUTE_ID_INVALID: "BadAttributeIdInvalid",
    BAD_NOT_READABLE: "BadNotReadable",
    BAD_DATA_UNAVAILABLE: "BadDataUnavailable",
    BAD_TOO_MANY_MONITORED_ITEMS: "BadTooManyMonitoredItems",
    BAD_SECURITY_MODE_INSUFFICIENT: "BadSecurityModeInsufficient",
}


def severity(status: int) -> Severity:
    """The severity of one status; the reserved pattern 0b11 counts as bad."""
    return Severity(min(status >> 30, Severity.BAD))


_TO_SEVERITY: Final = np.uint32(30)
_WORST: Final = np.uint32(Severity.BAD)
"""Made once: of some ten values at a time, making them takes longer than all the rest."""


def severities(status: npt.NDArray[np.uint32]) -> npt.NDArray[np.uint8]:
    """The severities of many statuses at once (same shape); see `severity`."""
    return np.asarray(np.minimum(status >> _TO_SEVERITY, _WORST), dtype=np.uint8)


def overflowed(status: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Where the server says that its queue overflowed, so that changes before this one are lost."""
    return np.asarray((status & np.uint32(_OVERFLOW_BITS)) == _OVERFLOW_BITS, dtype=np.bool_)


def name(status: int) -> str:
    """The symbolic name of a status, or its hexadecimal form where we have no name for it."""
    return _NAMES.get(status & 0xFFFF_0000, f"0x{status:08X}")
