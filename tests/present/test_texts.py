from hypothesis import given
from hypothesis import strategies as st

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
