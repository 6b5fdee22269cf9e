"""A trail's points against a plain list: what is kept, in which order, and what numbers they have."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hmi.model.clock import SECOND
from hmi.present.scene_trail import TrailPoints

CAPACITY = 7
KEEP = 10

steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.integers(-2, 4), st.integers(0, 3)),
        st.tuples(st.just("lift"), st.just(0), st.just(0)),
        st.tuples(st.just("expire"), st.integers(0, 6), st.just(0)),
    ),
    max_size=60,
)


@given(steps)
def test_the_ring_keeps_what_a_list_would(done: list[tuple[str, int, int]]) -> None:
    trail = TrailPoints(KEEP, CAPACITY)
    kept: list[tuple[int, float]] = []
    gone, now = 0, 100
    for what, seconds, place in done:
        if what == "add":
            now += seconds
            longer = not kept or (now >= kept[-1][0] and kept[-1][1] != place)
            assert trail.add(now * SECOND, (float(place), 0.0, 0.0)) == longer
            if longer:
                kept.append((now, float(place)))
        elif what == "lift":
            trail.lift()
            if kept and not np.isnan(kept[-1][1]):
                kept.append((kept[-1][0], np.nan))
        else:
            at = now + seconds
            old = sum(time < at - KEEP for time, _ in kept)
            assert trail.expire(at * SECOND) == (old > 0)
            kept, gone = kept[old:], gone + old
        over = max(0, len(kept) - CAPACITY)
        kept, gone = kept[over:], gone + over
        points, faded = trail.read(now * SECOND)
        assert len(trail) == len(kept)
        assert trail.first == gone
        np.testing.assert_array_equal(points[:, 0], [each for _, each in kept])
        expected = np.clip([(now - time) / KEEP for time, _ in kept], 0.0, 1.0)
        np.testing.assert_allclose(faded, expected)


def test_what_was_read_stays_as_it_was() -> None:
    trail = TrailPoints(KEEP, CAPACITY)
    trail.add(SECOND, (1.0, 2.0, 3.0))
    points, _ = trail.read(SECOND)
    for number in range(3 * CAPACITY):
        trail.add((2 + number) * SECOND, (float(number), 0.0, 0.0))
    assert points.tolist() == [[1.0, 2.0, 3.0]]
