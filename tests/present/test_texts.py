from hypothesis import given
from hypothesis import strategies as st

from hmi.model import status
from hmi.model.samples import LinkState
from hmi.present import status_text
from hmi.present.texts import Texts, fill, own_catalogue


def test_language_then_english_then_the_id() -> None:
    texts = Texts("de", ({"en": {"a": "one", "b": "two"}, "de": {"a": "eins"}},))
    assert [texts.text(each) for each in ("a", "b", "c")] == ["eins", "two", "c"]


def test_the_machine_comes_before_the_site_and_the_site_before_the_panel() -> None:
    panel, site, machine = ({"en": {"x": name}} for name in ("panel", "site", "machine"))
    texts = Texts("en", (site, panel), {"mill": machine})
    assert texts.text("x") == "site"
    assert texts.for_machine("mill").text("x") == "machine"
    assert texts.for_machine("mill").for_machine("nobody").text("x") == "site"


def test_a_text_in_the_language_is_worth_more_than_a_nearer_one_in_english() -> None:
    texts = Texts("de", ({"en": {"x": "near"}}, {"de": {"x": "fern"}}))
    assert texts.text("x") == "fern"


def test_placeholders_reach_nothing_but_the_values_given() -> None:
    for text in ("{a.__class__}", "{a[0]}", "{a!r}", "{a:>9}", "{0}", "{}", "{b}", "{A}"):
        assert fill(text, {"a": "seen"}) == text
    assert fill("{a} and {a}", {"a": 1}) == "1 and 1"


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert fill("{a}", {"a": "{b}", "b": "no"}) == "{b}"


@given(st.text(), st.dictionaries(st.from_regex(r"[a-z_]{1,5}", fullmatch=True), st.integers()))
def test_filling_never_fails(text: str, values: dict[str, int]) -> None:
    filled = fill(text, values)
    if "{" not in text:
        assert filled == text


def test_every_language_says_everything_with_the_same_placeholders() -> None:
    catalogue = own_catalogue()
    assert {"en", "de"} <= set(catalogue)
    english = catalogue["en"]
    for language, own in catalogue.items():
        assert set(own) == set(english), language
        for text_id, text in own.items():
            names = {part.split("}")[0] for part in text.split("{")[1:]}
            assert names == {part.split("}")[0] for part in english[text_id].split("{")[1:]}, text_id
            assert isinstance(text, str), text_id


def test_every_status_and_link_state_has_words_in_every_language() -> None:
    english, german = Texts.own("en"), Texts.own("de")
    codes = [code for name, code in vars(status).items() if name.isupper() and isinstance(code, int)]
    assert len(codes) > 20
    for code in codes:
        if code == status._OVERFLOW_BITS:
            continue
        assert english.has(f"status.{status.name(code)}"), status.name(code)
        assert status_text.words(code, german) not in (status.name(code), status_text.words(code, english))
    for state in LinkState:
        assert status_text.link(state, german) != status_text.link(state, english)
    assert [status_text.boolean(each, german) for each in (True, False)] == ["wahr", "falsch"]
    assert status_text.named(status.BAD_SENSOR_FAILURE, german) == "Sensor gestört (BadSensorFailure)"


def test_a_status_without_words_goes_by_its_name() -> None:
    assert status_text.named(0x80FF_0000, Texts.own("de")) == "0x80FF0000"
