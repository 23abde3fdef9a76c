"""Normalisation: one spelling for one character, and the way back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text.normalise import normalise
from tests.query.worlds import texts


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("ＡＢＣ１２３", "abc123"),
        ("（青溪縣）", "(青溪县)"),
        ("供電局發布停電通知", "供电局发布停电通知"),
        ("頭髮和發展", "头发和发展"),
        ("5㎡㈱", "5m2(株)"),
        ("Straße", "strasse"),
        ("停\u200b水\ufeff", "停水"),
        ("❤\ufe0f", "❤"),
        ("葛\U000e0100城", "葛城"),
        ("ﾊﾟ", "ハ\u309a"),
    ],
)
def test_spellings_that_readers_hold_to_be_the_same_become_the_same(typed: str, plain: str) -> None:
    assert normalise(typed).text == plain


@pytest.mark.parametrize("kept", ["著名", "瞭望", "乾", "慰藉", "……", "停水。", "𠮷野家"])
def test_characters_with_more_than_one_simplified_form_follow_the_table_or_stay(kept: str) -> None:
    # 著 and 瞭 are simplified characters too and stay; 乾 has one usual form.
    assert normalise(kept).text == {"乾": "干"}.get(kept, kept)


def test_an_ordinary_text_needs_no_offset_map() -> None:
    assert normalise("城關鎮（ＡＢＣ）停水…").jumps is None


@given(texts())
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text).text
    assert normalise(once).text == once


@given(texts(), texts())
def test_the_spelling_of_a_sum_is_the_sum_of_the_spellings(a: str, b: str) -> None:
    assert normalise(a + b).text == normalise(a).text + normalise(b).text


@given(texts(), st.data())
def test_the_origin_of_a_span_spells_the_span(text: str, data: st.DataObject) -> None:
    found = normalise(text)
    if not found.text:
        return
    start = data.draw(st.integers(0, len(found.text) - 1))
    end = data.draw(st.integers(start + 1, len(found.text)))
    origin = found.origin(start, end)
    assert 0 <= origin.start < origin.end <= len(text)
    spelled = normalise(text[origin.start : origin.end]).text
    assert found.text[start:end] in spelled
    # Nothing but the rest of a cut expansion (㎡ → m2) is added.
    whole = len(spelled) == end - start
    assert whole or any(len(normalise(c).text) > 1 for c in text[origin.start : origin.end])


def test_a_highlight_takes_the_variation_selector_of_its_emoji_along() -> None:
    origin = normalise("我❤\ufe0f青溪").origin(1, 2)
    assert (origin.start, origin.end) == (1, 3)
