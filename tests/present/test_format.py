import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hmi.config.tags import Tag
from hmi.model.values import ValueType
from hmi.present import format as formats
from hmi.present.texts import Texts

THIN = formats.THIN_SPACE
MINUS = formats.MINUS


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (8500.0, 0, f"8{THIN}500"),
        (-188.74, 3, f"{MINUS}188.740"),
        (-0.04, 1, "0.0"),
        (-0.06, 1, f"{MINUS}0.1"),
        (1234567.891, 2, f"1{THIN}234{THIN}567.89"),
        (2**63 + 1, 0, f"9{THIN}223{THIN}372{THIN}036{THIN}854{THIN}775{THIN}809"),
        (math.nan, 1, "–"),
        (-math.inf, 1, f"{MINUS}∞"),
        (-5, 0, f"{MINUS}5"),
    ],
)
def test_numbers(value: float, decimals: int, shown: str) -> None:
    assert formats.number(value, decimals) == shown


def test_the_decimal_mark_is_the_languages() -> None:
    assert formats.number(-1188.5, 1, ",") == f"{MINUS}1{THIN}188,5"


@given(st.floats(allow_nan=False, allow_infinity=False, width=32), st.integers(0, 9))
def test_a_number_reads_back_as_what_was_rounded(value: float, decimals: int) -> None:
    shown = formats.number(value, decimals)
    back = float(shown.replace(THIN, "").replace(MINUS, "-"))
    assert back == float(f"{value:.{decimals}f}")
    assert not shown.startswith(MINUS) or back < 0


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0:00"), (222, "3:42"), (130.9, "2:10"), (3822, "1:03:42"), (86_400 * 2 + 13_320, "2 d 03:42"),
     (-3, "0:00"), (math.nan, "–")],
)  # fmt: skip
def test_durations(seconds: float, shown: str) -> None:
    assert formats.duration(seconds) == shown


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (0.4, "<1 s"),
        (14.9, "14 s"),
        (59.9, "59 s"),
        (60, "1 min 0 s"),
        (130, "2 min 10 s"),
        (754, "12 min"),
        (3822, "1 h 3 min"),
        (86_400 * 2 + 13_320, "2 d 3 h"),
        (math.nan, "–"),
    ],
)
def test_ages(seconds: float, shown: str) -> None:
    assert formats.age(seconds) == shown


def test_a_rough_age_is_the_largest_unit() -> None:
    ages = (0.4, 14, 130, 3_900, 200_000, float("nan"))
    assert [formats.rough_age(each) for each in ages] == ["<1 s", "14 s", "2 min", "1 h", "2 d", "–"]


def test_an_exact_age_is_never_rounded_up() -> None:
    assert formats.exact_age(1.99) == "1.9 s"
    assert formats.exact_age(60.0) == "1 min 0 s"


@given(st.floats(0, 1e8))
def test_an_age_cannot_be_read_as_a_time_of_day_nor_is_it_rounded_up(seconds: float) -> None:
    shown = formats.age(seconds)
    assert ":" not in shown
    units = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
    parts = shown.removeprefix("<").split()
    told = sum(int(n) * units[unit] for n, unit in zip(parts[::2], parts[1::2], strict=True))
    assert told <= max(seconds, 1.0) < told + units[parts[-1]] + 1


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0.05, "50 ms"), (0.0125, "12.5 ms"), (1.0, "1 s"), (1.5, "1.5 s"), (0.0, "–"), (-1.0, "–")],
)
def test_intervals(seconds: float, shown: str) -> None:
    assert formats.interval(seconds) == shown


def described(**more: object) -> Tag:
    base: dict[str, object] = {"id": "m/state", "machine": "m", "name": "state", "wire": ValueType.FLOAT}
    return Tag.model_validate(base | more)


def test_values_of_every_type() -> None:
    texts = Texts.own("en")
    mine = Texts("en", ({"en": {"state.ON_HOLD": "Feed hold", "format.point": "."}},))
    enum = described(type=ValueType.ENUM, labels={1: "ON_HOLD", 2: "READY"})
    assert [formats.value(n, enum, mine) for n in (1, 2, 7)] == ["Feed hold", "READY", "7"]
    assert formats.value(True, described(type=ValueType.BOOL), texts) == "on"
    assert formats.value("", described(type=ValueType.STRING), texts) == "–"
    many = formats.value((1.0, 2.0, 3.0, 4.0, 5.0), described(type=ValueType.FLOATS, decimals=0), texts)
    assert many == "1; 2; 3; 4; …"
    integers = formats.value((2**53 + 1, -2), described(type=ValueType.INTS), texts)
    assert integers.replace(THIN, "") == f"{2**53 + 1}; −2"
    assert formats.value(2**53 + 1, described(type=ValueType.INT), texts).replace(THIN, "") == str(2**53 + 1)
    assert formats.value(1.25, described(decimals=2), Texts.own("de")) == "1,25"


def test_a_moment_of_another_day_is_told_with_its_day() -> None:
    texts, now = Texts.own("en"), 1_771_336_052_000_000_000
    assert formats.since(now, now, texts) == formats.clock(now)
    day = 86_400_000_000_000
    assert (
        formats.since(now - day, now, texts) == f"{formats.date(now - day, texts)} {formats.clock(now - day)}"
    )
