"""What an operator and an auditor read about a machine's calibrations, in one line under its twin."""

from __future__ import annotations

from dataclasses import dataclass

from hmi.config.geometry import Geometry
from hmi.present import format as formats
from hmi.present.scene_calibration import CalibratedAxes, Doubt, FittedCalibration
from hmi.present.texts import Texts


@dataclass(frozen=True, slots=True)
class CalibrationText:
    """The line; ``doubtful``: it says why positions are uncertain."""

    text: str
    doubtful: bool = False


def calibration_text(
    geometry: Geometry, axes: CalibratedAxes, utc: int, texts: Texts
) -> CalibrationText | None:
    """What holds at a moment (UTC ns): the first calibration that does not hold, else the one due next.

    None where nothing moves; a machine that moves and has no calibration is drawn by its nominal geometry,
    and that is said.
    """
    if not axes.calibrations:
        moves = any(frame.joint is not None for frame in geometry.frames.values())
        return CalibrationText(texts.text("calibration.none")) if moves else None
    for each in axes.calibrations:
        doubt = each.doubt(utc)
        if doubt is not None:
            text_id = {Doubt.OVERDUE: "calibration.overdue", Doubt.RESIDUAL: "calibration.residual"}[doubt]
            return CalibrationText(_said(text_id, each, geometry, texts), doubtful=True)
    return CalibrationText(
        _said("calibration.holds", min(axes.calibrations, key=lambda one: one.due), geometry, texts)
    )


def _said(text_id: str, calibration: FittedCalibration, geometry: Geometry, texts: Texts) -> str:
    described, point = calibration.described, texts.text("format.point")
    return texts.text(
        text_id,
        date=described.date.isoformat(),
        due=described.due.isoformat(),
        residual=_length(calibration.fitted.largest, geometry, point),
        tolerance=_length(described.tolerance, geometry, point),
    )


def _length(length: float, geometry: Geometry, point: str) -> str:
    decimals = {"mm": 3, "in": 4, "m": 6}[geometry.unit]
    return f"{formats.number(length, decimals, point)} {geometry.unit}"
