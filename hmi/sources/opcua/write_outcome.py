"""What a server's answer says of a write: that it was not done, or no more than that something went wrong.

Many servers pass writes on to a device, and tell what went wrong on that way by the same StatusCodes. So a
write counts as refused only by a code that says why it was not begun; by any other one, also a vendor's own,
it may have been carried out.
"""

from __future__ import annotations

from typing import Final

from asyncua.ua import StatusCodes

from hmi.model import status
from hmi.model.samples import WriteOutcome

_NOT_BEGUN: Final = frozenset(
    {
        # Results of a write (OPC 10000-4, 5.11.4.4), without BadNoCommunication, which a gateway gives after
        # it has tried.
        StatusCodes.BadNodeIdInvalid,
        StatusCodes.BadNodeIdUnknown,
        StatusCodes.BadAttributeIdInvalid,
        StatusCodes.BadIndexRangeInvalid,
        StatusCodes.BadIndexRangeNoData,
        StatusCodes.BadIndexRangeDataMismatch,
        StatusCodes.BadWriteNotSupported,
        StatusCodes.BadNotWritable,
        StatusCodes.BadUserAccessDenied,
        StatusCodes.BadOutOfRange,
        StatusCodes.BadTypeMismatch,
        StatusCodes.BadDataEncodingInvalid,
        StatusCodes.BadDataEncodingUnsupported,
        StatusCodes.BadLocaleNotSupported,
        StatusCodes.BadLocked,
        StatusCodes.BadRequiresLock,
        # Others that say what is wrong with the request, or with its moment.
        StatusCodes.BadInvalidArgument,
        StatusCodes.BadInvalidState,
        StatusCodes.BadInvalidTimestamp,
        StatusCodes.BadNodeClassInvalid,
        StatusCodes.BadNotConnected,
        StatusCodes.BadNotImplemented,
        StatusCodes.BadNotSupported,
        StatusCodes.BadNumericOverflow,
        StatusCodes.BadRequestNotAllowed,
        StatusCodes.BadSecurityModeInsufficient,
        StatusCodes.BadServiceUnsupported,
        StatusCodes.BadTransactionPending,
    }
)
"""As the result of one item."""

_NOT_TAKEN: Final = _NOT_BEGUN | {
    StatusCodes.BadDecodingError,
    StatusCodes.BadIdentityTokenRejected,
    StatusCodes.BadLicenseExpired,
    StatusCodes.BadLicenseLimitsExceeded,
    StatusCodes.BadLicenseNotAvailable,
    StatusCodes.BadNothingToDo,
    StatusCodes.BadRequestHeaderInvalid,
    StatusCodes.BadRequestTooLarge,
    StatusCodes.BadSecureChannelIdInvalid,
    StatusCodes.BadServerHalted,
    StatusCodes.BadServerTooBusy,
    StatusCodes.BadSessionIdInvalid,
    StatusCodes.BadSessionNotActivated,
    StatusCodes.BadTcpServerTooBusy,
    StatusCodes.BadTooManyOperations,
}
"""As the fault of the service: the server has not looked at what was to be written (OPC 10000-4, 7.38.2)."""

_CODE: Final = 0xFFFF_0000
"""The bits of a StatusCode that say what it is; the others are flags."""


def of_item(code: int) -> WriteOutcome:
    """What the result of the one item of a write comes to."""
    if code >> 30 < status.Severity.BAD:
        return WriteOutcome.ACCEPTED
    return WriteOutcome.REFUSED if code & _CODE in _NOT_BEGUN else WriteOutcome.UNKNOWN


def of_fault(code: int) -> WriteOutcome:
    """What a ServiceFault in answer to a write comes to."""
    return WriteOutcome.REFUSED if code & _CODE in _NOT_TAKEN else WriteOutcome.UNKNOWN
