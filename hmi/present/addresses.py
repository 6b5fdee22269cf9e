"""Where a tag lies, as an engineer would look it up in the device."""

from __future__ import annotations

from hmi.config.endpoints import Endpoint
from hmi.config.modbus import ModbusAddress, ModbusEndpoint, ModbusFormat
from hmi.config.mtconnect import MtconnectAddress
from hmi.config.opcua import OpcUaAddress
from hmi.config.simulated import SimulatedAddress
from hmi.config.tags import Tag
from hmi.present.texts import Texts


def address(tag: Tag, texts: Texts, endpoint: Endpoint | None = None) -> str:
    """The address of a tag, as its ``endpoint`` has it; of a derived one the expression."""
    match tag.address:
        case None:
            return f"{texts.text('diagnostics.derived')}: {tag.derived or ''}".rstrip(": ")
        case OpcUaAddress():
            return tag.address.node or "/".join(tag.address.path or ())
        case ModbusAddress():
            found_at = endpoint.of(tag.address) if isinstance(endpoint, ModbusEndpoint) else tag.address
            return _modbus(found_at, texts)
        case MtconnectAddress():
            return _mtconnect(tag.address)
        case SimulatedAddress():
            return f"{tag.address.kind} {tag.address.low:g} … {tag.address.high:g}"


def _mtconnect(at: MtconnectAddress) -> str:
    if at.item is not None:
        text = at.item
    else:
        text = "/".join(
            (*(at.component or ()), " ".join(filter(None, (at.type, at.subtype, at.composition))))
        )
    return text if at.part == "value" else f"{text} · {at.part}"


def _modbus(at: ModbusAddress, texts: Texts) -> str:
    text = f"{texts.text(f'modbus.{at.table}')} {at.address}"
    if at.format is ModbusFormat.BITS:
        text += f".{at.bit}" if at.bits == 1 else f".{at.bit}-{at.bit + at.bits - 1}"
    elif at.format is not ModbusFormat.BOOL:
        text += f" {at.format}"
    if at.registers > 1:
        text += f" {at.order}"
    return f"{text}, {texts.text('modbus.unit', unit=at.unit)}"
