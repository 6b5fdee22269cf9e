"""View model of all that is known of one tag, written out."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.config.endpoints import Endpoint
from hmi.config.modbus import ModbusEndpoint
from hmi.config.modbus_lines import SerialLine
from hmi.config.mtconnect import MtconnectEndpoint
from hmi.config.opcua import OpcUaEndpoint
from hmi.config.tags import Tag
from hmi.link.messages import EndpointNews
from hmi.model.clock import MILLISECOND, NO_TIME
from hmi.model.samples import LinkState
from hmi.present import causes, diagnostics, status_text
from hmi.present import format as formats
from hmi.present.pace import asked, granted
from hmi.present.quality import Quality
from hmi.present.session import Frame, Session
from hmi.present.texts import Texts


@dataclass(frozen=True, slots=True)
class Line:
    """What it is, and what it says; ``long`` where that may need several lines of its own, ``dead`` where
    it is a value that is not to be shown as live.
    """

    name: str
    said: str
    long: bool = False
    dead: bool = False


@dataclass(frozen=True, slots=True)
class TagDetail:
    """One tag, or one link; lines that have nothing to say are left out."""

    id: str
    label: str
    quality: Quality
    lines: tuple[Line, ...]


def detail(session: Session, frame: Frame, index: int, texts: Texts) -> TagDetail:
    """Everything about a tag in a frame; ``texts`` are the site's."""
    tag, row = session.tag(index), diagnostics.row(session, frame, index, texts)
    own = texts.for_machine(tag.machine)
    endpoint = session.machine(tag.machine).endpoints.get(tag.endpoint) if tag.address else None
    counters = session.counters.get((tag.machine, tag.endpoint)) if endpoint else None
    news = session.endpoints.get((tag.machine, tag.endpoint)) if endpoint else None
    code = int(session.columns.status[index])
    said = {
        "description": own.text(f"tag.{tag.name}.help") if own.has(f"tag.{tag.name}.help") else "",
        "value": f"{row.value} {row.unit}".strip() if row.value else "",
        "raw": row.raw,
        "status": f"{status_text.named(code, texts)} · 0x{code:08X}",
        "cause": _cause(news, texts) if frame.engine_alive else "",
        "quality": row.quality.badge or texts.text("trends.fresh"),
        "source_time": _moment(int(session.columns.source_time[index]), texts),
        "receive_time": _moment(int(session.columns.receive_time[index]), texts),
        "age": texts.text("diagnostics.age_of", age=row.age, most=_seconds(tag.max_age, texts)),
        "sampling": _granted(session, index, 0, texts),
        "publishing": _granted(session, index, 1, texts),
        "address": row.address,
        "endpoint": "" if endpoint is None else f"{tag.endpoint} · {where(endpoint)}",
        "security": security(endpoint, news, texts),
        "counters": "" if counters is None else diagnostics.traffic(counters, session, frame.now, texts),
        "semantic": tag.semantic,
        "type": _type(tag),
        "scaling": _scaling(tag, texts),
        "range": _ranges(tag, texts),
        "aliases": ", ".join(tag.aliases),
        "index": str(index),
    }
    long = {"cause", "address", "endpoint", "security", "semantic", "counters", "description", "aliases"}
    lines = (
        Line(
            texts.text(f"diagnostics.detail.{name}"),
            text,
            name in long,
            row.quality.look.hatched and name in ("value", "raw"),
        )
        for name, text in said.items()
        if text
    )
    return TagDetail(tag.id, row.label, row.quality, tuple(lines))


def _moment(utc: int, texts: Texts) -> str:
    if utc == NO_TIME:
        return texts.text("diagnostics.no_time")
    milliseconds = utc // MILLISECOND % 1000
    point = texts.text("format.point")
    return f"{formats.date(utc, texts)} {formats.clock(utc)}{point}{milliseconds:03d}"


def _seconds(seconds: float, texts: Texts) -> str:
    return formats.interval(seconds, texts.text("format.point"))


def _granted(session: Session, index: int, which: int, texts: Texts) -> str:
    """Asked for and granted; "" where there is no such interval."""
    wanted, given = asked(session, index), granted(session, index)
    if len(wanted) <= which:
        return ""
    said = _seconds(wanted[which], texts)
    if not given:
        return texts.text("diagnostics.asked_only", asked=said)
    text_id = "diagnostics.asked_polled" if given[which].polled else "diagnostics.asked_granted"
    return texts.text(text_id, asked=said, granted=_seconds(given[which].said, texts))


def where(endpoint: Endpoint) -> str:
    """The address of an endpoint, with how it is spoken to."""
    match endpoint:
        case OpcUaEndpoint():
            return endpoint.url
        case ModbusEndpoint(serial=SerialLine() as line):
            # As the notation of the field has it: 8 data bits, parity, stop bits.
            setting = f"{line.data_bits}{line.parity[0].upper()}{line.stop_bits}"
            return " · ".join((f"Modbus RTU {line}", f"{line.baud} {setting}", *["RS-485"] * line.rs485))
        case ModbusEndpoint():
            return f"Modbus {'TCP' if endpoint.numbered else 'RTU'} {endpoint.line}"
        case MtconnectEndpoint():
            return " ".join(filter(None, ("MTConnect", endpoint.url, endpoint.device)))
        case _:
            return endpoint.protocol


def security(endpoint: Endpoint | None, news: EndpointNews | None, texts: Texts) -> str:
    """Of OPC UA what the link came to, or why there is nothing of the kind."""
    if not isinstance(endpoint, OpcUaEndpoint):
        return ""
    if endpoint.security.open:
        return texts.text("diagnostics.not_secured", reason=endpoint.security.unsecured_because)
    return (news.secured if news else "") or texts.text("diagnostics.not_negotiated")


def _cause(news: EndpointNews | None, texts: Texts) -> str:
    """Why there is no link."""
    return causes.in_words(news.cause, texts) if news is not None and news.state is LinkState.DOWN else ""


def _type(tag: Tag) -> str:
    return str(tag.type) if tag.wire is tag.type else f"{tag.type} ← {tag.wire}"


def _scaling(tag: Tag, texts: Texts) -> str:
    if tag.scaling is None:
        return ""
    return f"× {tag.scaling.gain:g} + {tag.scaling.offset:g}".replace(".", texts.text("format.point"))


def _ranges(tag: Tag, texts: Texts) -> str:
    point = texts.text("format.point")

    def written(value: float | None) -> str:
        return "–" if value is None else formats.number(float(value), tag.decimals, point)

    parts = [] if tag.range is None else [f"{written(tag.range.low)} … {written(tag.range.high)}"]
    if tag.normal is not None:
        low, high = written(tag.normal.low), written(tag.normal.high)
        parts.append(texts.text("tile.normal", low=low, high=high))
    return " · ".join(parts)
