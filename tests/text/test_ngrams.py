"""N-grams as numbers: the same wherever a text stands, bounded, blind to which digit it is."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.model import tones
from monitor.text.ngrams import BUCKETS, READ_CHARACTERS, SILENT, grams

TEXTS = st.lists(st.text(max_size=60), max_size=6)


@settings(max_examples=200, deadline=None)
@given(TEXTS)
def test_a_text_has_the_same_n_grams_alone_and_in_a_batch(texts: list[str]) -> None:
    together = grams(texts)
    for number, text in enumerate(texts):
        alone = grams([text])
        part = slice(together.starts[number], together.starts[number + 1])
        for mine, ours in ((alone.one, together.one), (alone.two, together.two)):
            assert np.array_equal(mine, ours[part])
        assert np.array_equal(alone.three, together.three[part])


def test_a_run_of_one_character_says_no_more_than_three_of_them() -> None:
    short, long = grams(["停水三天啊啊啊没人管", "停水三天" + "啊" * 500 + "没人管"]).heard.tolist()
    assert short == long
    table = np.random.default_rng(1).integers(-99, 99, (BUCKETS, 4)).astype(np.int16)
    table[SILENT] = 0
    one, other = tones(table, grams(["停水啊啊啊没人管", "停水" + "啊" * 500 + "没人管"]))
    assert np.allclose(one, other, atol=0.02)


def test_every_bucket_is_one_of_the_table() -> None:
    found = grams(["停水三天没人管😀\ud83d", "", "a" * 5_000])
    for buckets in (found.one, found.two, found.three):
        assert buckets.min() >= 0
        assert buckets.max() < BUCKETS


def test_a_page_of_a_million_characters_costs_no_more_than_a_column() -> None:
    assert grams(["停" * 1_000_000]).lengths.tolist() == [READ_CHARACTERS + 2]


def test_one_number_is_like_another_and_one_word_is_not() -> None:
    one, other, third = (grams([text]).two for text in ("死3人", "死7人", "伤3人"))
    assert np.array_equal(one, other)
    assert not np.array_equal(one, third)


def test_the_order_of_characters_tells() -> None:
    assert set(grams(["人管没"]).two[:2]) != set(grams(["没人管"]).two[:2])
