"""Views stand beside one another, inside the surface, to scale."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.base import Span
from hmi.config.geometry import View
from hmi.present.scene_layout import Surround, place, round_ticks


def view(width: float, height: float) -> View:
    span_right, span_up = Span(low=-width / 3, high=width * 2 / 3), Span(low=0.0, high=height)
    return View(name="v", title="t", right="x", up="y", span_right=span_right, span_up=span_up)


sizes = st.floats(10, 5000)
edges = st.builds(Surround, *[st.floats(0, 40)] * 4)


@given(
    st.lists(st.tuples(sizes, sizes, edges), min_size=1, max_size=3),
    st.floats(400, 2000),
    st.floats(300, 1200),
)
def test_views_keep_their_proportions_and_their_distance(
    given_views: list[tuple[float, float, Surround]], width: float, height: float
):
    views = [view(w, h) for w, h, _ in given_views]
    around = [edge for _, _, edge in given_views]
    placed = place(views, around, width, height)
    x = 0.0
    for (w, h, edge), one in zip(given_views, placed, strict=True):
        assert one.left >= x + edge.left - 1e-6
        assert one.top >= edge.above - 1e-6
        assert one.top + one.height <= height - edge.below + 1e-6
        np.testing.assert_allclose([one.width, one.height], [w * one.scale, h * one.scale])
        x = one.left + one.width + edge.right
    assert x <= width + 1e-6


def test_views_of_like_size_share_their_scale():
    plan, front = place([view(1700, 860), view(900, 1200)], [Surround()] * 2, 800, 400)
    assert plan.scale == front.scale


def test_a_small_view_is_not_left_tiny_beside_a_large_one():
    large, small = place([view(10_000, 5000), view(100, 100)], [Surround()] * 2, 800, 400)
    assert small.scale > 10 * large.scale
    assert abs(small.height - large.height) < 1e-6


def test_up_is_up():
    (one,) = place([view(300, 100)], [Surround()], 300, 100)
    np.testing.assert_allclose(one.to_pixels(np.array([[-100.0, 0.0], [200.0, 100.0]])), [[0, 100], [300, 0]])
    assert one.point(-100.0, 100.0) == (0, 0)


@given(st.floats(-1e4, 1e4), st.floats(1, 1e4), st.floats(50, 2000), st.floats(20, 100))
def test_ticks_are_round_inside_and_apart(low: float, width: float, pixels: float, apart: float):
    high = low + width
    ticks = round_ticks(low, high, pixels, apart)
    for tick in ticks:
        assert low - width * 1e-6 <= tick <= high + width * 1e-6
    gaps = np.diff(ticks)
    if len(gaps):
        assert gaps.min() * pixels / width >= apart * (1 - 1e-6)
        step = float(gaps[0])
        mantissa = step / 10 ** np.floor(np.log10(step) + 1e-9)
        assert min(abs(mantissa - m) for m in (1, 2, 5)) < 1e-6


def test_nothing_to_measure_has_no_ticks():
    assert round_ticks(1.0, 1.0, 100, 10) == []
