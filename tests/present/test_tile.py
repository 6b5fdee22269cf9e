import pytest

from hmi.model import status
from hmi.model.clock import SECOND
from hmi.present import tile
from hmi.present.quality import Look
from hmi.present.texts import Texts
from tests.ui.builders import Shop, epoch, machine, tag

TEXTS = Texts.own("en")


def shop(**more: object) -> Shop:
    return Shop(epoch([machine("mill")], [tag("mill", "load", unit="%", decimals=0, **more)]))


FULL = {
    "range": {"low": 0, "high": 200},
    "normal": {"low": 20, "high": 120},
    "limits": {"low": 10, "high": 150},
}


def test_pointer_band_and_limits_stand_on_one_scale() -> None:
    made = shop(**FULL)
    made.put("mill/load", 50.0)
    view = tile.tile(made.session, made.frame(), 0, TEXTS)
    assert view.pointer == 0.25
    assert view.scale is not None
    assert view.scale.band == (0.1, 0.6)
    assert view.scale.limits == (0.05, 0.75)
    assert view.scale.normal == "normal 20 to 120 %"
    assert (view.readout.value, view.readout.unit, view.beyond) == ("50", "%", False)


@pytest.mark.parametrize(
    ("value", "pointer", "beyond"),
    [
        (-9.0, 0.0, True),
        (10.0, 0.05, False),
        (150.0, 0.75, False),
        (151.0, 0.755, True),
        (999.0, 1.0, True),
    ],
)
def test_beyond_is_past_a_limit_and_the_pointer_stays_on_the_scale(
    value: float, pointer: float, beyond: bool
) -> None:
    made = shop(**FULL)
    made.put("mill/load", value)
    view = tile.tile(made.session, made.frame(), 0, TEXTS)
    assert (view.pointer, view.beyond) == (pointer, beyond)


def test_a_tag_without_range_is_shown_on_the_scale_that_its_limits_need() -> None:
    made = shop(limits={"low": 10, "high": 20})
    span = tile.display_span(made.session.tag(0))
    assert span is not None
    assert span.low < 10 < 20 < span.high
    assert tile.display_span(shop().session.tag(0)) is None
    assert tile.display_span(shop(limits={"high": 20}).session.tag(0)) is None


def test_no_sample_no_figure_no_pointer() -> None:
    made = shop(**FULL)
    view = tile.tile(made.session, made.frame(), 0, TEXTS)
    assert (view.readout.value, view.pointer, view.beyond) == ("", None, False)
    assert view.readout.quality.look is Look.EMPTY


def test_a_stale_value_keeps_its_figure_and_says_its_age() -> None:
    made = shop(**FULL)
    made.put("mill/load", 50.0)
    made.frame()
    made.clock.advance(14 * SECOND)
    view = tile.tile(made.session, made.frame(), 0, TEXTS)
    assert (view.readout.value, view.readout.quality.badge) == ("50", "stale 14 s")


def test_nan_points_nowhere() -> None:
    made = shop(**FULL)
    made.put("mill/load", float("nan"), status=status.UNCERTAIN)
    view = tile.tile(made.session, made.frame(), 0, TEXTS)
    assert (view.readout.value, view.pointer, view.beyond) == ("–", None, False)


def test_a_change_too_small_to_see_is_no_change_of_the_view() -> None:
    made = shop(**FULL)
    made.put("mill/load", 50.0)
    before = tile.tile(made.session, made.frame(), 0, TEXTS)
    made.put("mill/load", 50.001)
    assert tile.tile(made.session, made.frame(), 0, TEXTS) == before
