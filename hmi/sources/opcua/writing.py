"""One write, once: from a value of the engine to the server's answer."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

from asyncua import ua

from hmi.config.tags import Tag
from hmi.model import status
from hmi.model.samples import WriteOutcome, WriteResult
from hmi.model.values import Scalar, ValueType
from hmi.sources.opcua import write_outcome
from hmi.sources.opcua.decode import ACCEPTED
from hmi.sources.opcua.errors import LinkLostError, ServiceFaultError
from hmi.sources.opcua.services import read, value_of
from hmi.sources.opcua.session import Session

_LAST_BUILT_IN: Final = 25

_USUAL: Final = {
    ValueType.FLOAT: ua.VariantType.Double,
    ValueType.INT: ua.VariantType.Int64,
    ValueType.UINT: ua.VariantType.UInt64,
    ValueType.ENUM: ua.VariantType.Int32,
    ValueType.BOOL: ua.VariantType.Boolean,
    ValueType.STRING: ua.VariantType.String,
    ValueType.INTS: ua.VariantType.Int64,
}

_RANGES: Final = {
    ua.VariantType.SByte: (-(2**7), 2**7 - 1),
    ua.VariantType.Byte: (0, 2**8 - 1),
    ua.VariantType.Int16: (-(2**15), 2**15 - 1),
    ua.VariantType.UInt16: (0, 2**16 - 1),
    ua.VariantType.Int32: (-(2**31), 2**31 - 1),
    ua.VariantType.UInt32: (0, 2**32 - 1),
    ua.VariantType.Int64: (-(2**63), 2**63 - 1),
    ua.VariantType.UInt64: (0, 2**64 - 1),
}


class UnwritableError(Exception):
    """The value cannot be one of the variable's; ``status`` says why."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.status = code


async def variant_types(session: Session, targets: Sequence[tuple[Tag, ua.NodeId]]) -> list[ua.VariantType]:
    """The built-in type that each variable takes: that of its value, else of its DataType, else ours."""
    questions = [
        value_of(node, attribute)
        for _, node in targets
        for attribute in (ua.AttributeIds.Value, ua.AttributeIds.DataType)
    ]
    answers = await read(session, questions)
    found = []
    for (tag, _), value, data_type in zip(targets, answers[::2], answers[1::2], strict=True):
        candidates = [value.Value.VariantType if value.Value is not None else ua.VariantType.Null]
        node = data_type.Value.Value if data_type.Value is not None else None
        if (
            isinstance(node, ua.NodeId)
            and node.NamespaceIndex == 0
            and node.Identifier in range(1, _LAST_BUILT_IN + 1)
        ):
            candidates.append(ua.VariantType(node.Identifier))
        candidates.append(_USUAL.get(tag.wire, ua.VariantType.Double))
        found.append(next(each for each in candidates if each in ACCEPTED[tag.wire]))
    return found


def to_variant(value: Scalar, wire: ValueType, variant_type: ua.VariantType) -> ua.Variant:
    """The value as the variable's type, exact.

    Raises:
        UnwritableError: it is of another type (BadTypeMismatch), or the type cannot hold it (BadOutOfRange).
    """
    if wire.in_side_area:
        fits = wire is ValueType.STRING and isinstance(value, str)
    elif wire is ValueType.BOOL:
        fits = isinstance(value, bool)
    else:
        fits = isinstance(value, int | float) and not isinstance(value, bool)
    if not fits:
        raise UnwritableError(status.BAD_TYPE_MISMATCH, f"{value!r} is no {wire}")
    if variant_type is ua.VariantType.LocalizedText:
        return ua.Variant(ua.LocalizedText(value), variant_type)
    if variant_type in _RANGES:
        low, high = _RANGES[variant_type]
        # Also refuses NaN and fractions, which no integer variable can take.
        if not (low <= value <= high and value == int(value)):  # type: ignore[operator]
            raise UnwritableError(status.BAD_OUT_OF_RANGE, f"{value!r} is no {variant_type.name}")
        return ua.Variant(int(value), variant_type)
    if variant_type is ua.VariantType.Float:
        try:
            struct.pack("<f", value)
        except OverflowError:
            raise UnwritableError(status.BAD_OUT_OF_RANGE, f"{value!r} is no Float") from None
    if variant_type in (ua.VariantType.Float, ua.VariantType.Double):
        return ua.Variant(float(value), variant_type)
    return ua.Variant(value, variant_type)


async def write(session: Session, node: ua.NodeId, variant: ua.Variant, timeout: float) -> WriteResult:
    """Send one WriteRequest and wait ``timeout`` seconds for its answer; never send it again."""
    # Without status and times: many servers refuse to have those set (BadWriteNotSupported).
    value = ua.WriteValue(
        NodeId=node, AttributeId=ua.AttributeIds.Value, Value=ua.DataValue(variant, StatusCode=None)
    )
    request = ua.WriteRequest(Parameters=ua.WriteParameters(NodesToWrite=[value]))
    try:
        answer, _ = await session.request(request, ua.WriteResponse, "writing", max(timeout, 0.001))
    except ServiceFaultError as error:
        return WriteResult(write_outcome.of_fault(error.status), error.status, str(error))
    except LinkLostError as error:
        code = (
            status.BAD_TIMEOUT
            if isinstance(error.__cause__, TimeoutError)
            else status.BAD_COMMUNICATION_ERROR
        )
        return WriteResult(WriteOutcome.UNKNOWN, code, str(error))
    if len(answer.Results) != 1:
        return WriteResult(WriteOutcome.UNKNOWN, status.BAD_DECODING_ERROR, "the server answered no result")
    result = answer.Results[0]
    outcome = write_outcome.of_item(result.value)
    cause = "" if outcome is WriteOutcome.ACCEPTED else f"{result.name} ({result.doc})"
    return WriteResult(outcome, result.value, cause)
