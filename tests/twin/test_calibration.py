"""Fits are checked against transforms that made the points, and against every small change of the result."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.twin.calibration import CalibrationError, fit

F64 = npt.NDArray[np.float64]
Kind = Literal["shift", "rigid", "affine"]

CORNERS = {
    1: [[0.0], [1400.0], [5000.0], [13000.0]],
    2: [[0.0, 0.0], [1600.0, 0.0], [1600.0, 800.0], [0.0, 800.0], [700.0, 300.0]],
    3: [[0, 0, 0], [1600, 0, 0], [1600, 800, 0], [0, 800, 0], [800, 400, 700], [100, 700, 300]],
}
KINDS: tuple[Kind, ...] = ("shift", "rigid", "affine")


def rotation(d: int, angles: list[float]) -> F64:
    turn = np.eye(d)
    for (i, j), angle in zip([(0, 1), (1, 2), (0, 2)][: d * (d - 1) // 2], angles, strict=False):
        one = np.eye(d)
        one[i, i] = one[j, j] = math.cos(angle)
        one[i, j], one[j, i] = -math.sin(angle), math.sin(angle)
        turn = turn @ one
    return turn


@given(
    st.sampled_from([1, 2, 3]),
    st.lists(st.floats(-3, 3), min_size=3, max_size=3),
    st.lists(st.floats(-5000, 5000), min_size=3, max_size=3),
    st.lists(st.floats(-0.2, 0.2), min_size=9, max_size=9),
)
def test_a_fit_finds_the_relation_that_made_the_points(
    d: int, angles: list[float], offset: list[float], skew: list[float]
) -> None:
    machine = np.array(CORNERS[d], np.float64)
    turn, shear = rotation(d, angles), np.eye(d) + np.reshape(skew[: d * d], (d, d))
    made = {"shift": np.eye(d), "rigid": turn, "affine": turn @ shear}
    for kind in KINDS:
        drawing = machine @ made[kind].T + offset[:d]
        found = fit(kind, machine, drawing)
        assert found.largest < 1e-6
        np.testing.assert_allclose(found.matrix, made[kind], atol=1e-9)
        elsewhere = np.full((2, d), 321.0)
        np.testing.assert_allclose(found.place(elsewhere), elsewhere @ made[kind].T + offset[:d], atol=1e-6)


@given(st.integers(0, 2**32 - 1), st.sampled_from([1, 2, 3]), st.sampled_from(KINDS))
def test_no_neighbour_of_a_fit_lies_closer_to_the_points(seed: int, d: int, kind: Kind) -> None:
    random = np.random.default_rng(seed)
    machine = np.array(CORNERS[d], np.float64)
    drawing = machine + random.normal(0, 2.0, machine.shape) + 50.0
    found = fit(kind, machine, drawing)
    best = np.sum((found.place(machine) - drawing) ** 2)
    assert best == pytest.approx(np.sum(found.residuals**2))
    assert found.rms == pytest.approx(math.sqrt(best / len(machine)))
    assert found.rms <= found.largest
    for _ in range(20):
        matrix = found.matrix
        if kind == "rigid":
            matrix = rotation(d, random.normal(0, 1e-4, 3).tolist()) @ matrix
        elif kind == "affine":
            matrix = matrix + random.normal(0, 1e-4, matrix.shape)
        offset = found.offset + random.normal(0, 0.05, d)
        assert np.sum((machine @ matrix.T + offset - drawing) ** 2) >= best - 1e-9


@given(st.integers(0, 2**32 - 1))
def test_a_rigid_fit_keeps_distances_and_never_mirrors(seed: int) -> None:
    random = np.random.default_rng(seed)
    machine = np.array(CORNERS[3], np.float64)
    mirrored = machine * [1.0, 1.0, -1.0] + random.normal(0, 1.0, machine.shape)
    found = fit("rigid", machine, mirrored)
    np.testing.assert_allclose(found.matrix @ found.matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(found.matrix) == pytest.approx(1.0)


def test_the_residual_names_the_point_that_is_off() -> None:
    machine = np.array(CORNERS[2])
    drawing = machine.copy()
    drawing[3] += [0.0, 4.0]
    found = fit("rigid", machine, drawing)
    assert int(np.argmax(found.residuals)) == 3
    assert 1.0 < found.largest < 4.0


@pytest.mark.parametrize(
    ("kind", "points", "said"),
    [
        ("shift", [[1.0]], "1 points, expected at least 2 for the fit `shift` of 1 axes"),
        ("affine", CORNERS[2][:3], "expected at least 4 for the fit `affine` of 2 axes"),
        ("rigid", [[0.0, 0, 0], [1, 1, 1], [2, 2, 2], [5, 5, 5]], r"lie \(nearly\) on one line"),
        ("rigid", [[7.0, 7]] * 3, r"lie \(nearly\) in one place"),
        ("affine", [[0.0, 0, 5], [9, 0, 5], [0, 9, 5], [9, 9, 5], [3, 4, 5]], r"lie \(nearly\) in one plane"),
        ("affine", [[3.0], [3.0], [3.0]], r"lie \(nearly\) in one place"),
    ],
)
def test_points_that_cannot_carry_a_fit_are_refused(kind: Kind, points: list[list[float]], said: str) -> None:
    with pytest.raises(CalibrationError, match=said):
        fit(kind, points, points)
