"""The trained part of sentiment: what is shipped, and what training makes of examples."""

from pathlib import Path

import numpy as np
import pytest

from monitor.text import corpus
from monitor.text.fitting import fit_mix, fit_table, held_out_tones, minimise, named, softmax
from monitor.text.model import SentimentModel, tones
from monitor.text.ngrams import BUCKETS, grams
from monitor.text.normalise import normalise
from monitor.text.sentiment import SHIPPED_MIX
from monitor.words import Sentiment

CORPUS = Path(__file__).parents[2] / "training" / "corpus"
BAD, CALM, GOOD = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE

TEXTS = [
    "水管又爆了",
    "又停电了真烦",
    "路灯修好了",
    "新桥通车了",
    "周三上午开会",
    "窗口几点开门",
] * 4
LABELS = [BAD, BAD, GOOD, GOOD, CALM, CALM] * 4


def lean(table: np.ndarray, text: str) -> list[float]:
    return tones(table, grams([text]))[0].tolist()


def test_a_table_learns_from_examples_which_characters_tell() -> None:
    table = fit_table(TEXTS, LABELS)
    assert lean(table, "村口水管爆了")[0] > lean(table, "村口新桥通车")[0]
    assert lean(table, "村口新桥通车")[1] > lean(table, "村口水管爆了")[1]


def test_the_same_examples_give_the_same_model() -> None:
    one, other = (named(fit_table(TEXTS, LABELS), SHIPPED_MIX, "x") for _ in range(2))
    assert one.id == other.id
    assert one.to_bytes() == other.to_bytes()


def test_an_example_that_weighs_nothing_teaches_nothing() -> None:
    told = fit_table([*TEXTS, "锦旗送到了"], [*LABELS, GOOD], [1.0] * len(TEXTS) + [1.0])
    silent = fit_table([*TEXTS, "锦旗送到了"], [*LABELS, GOOD], [1.0] * len(TEXTS) + [0.0])
    assert lean(told, "锦旗")[1] > lean(silent, "锦旗")[1]


def test_a_held_out_tone_is_of_a_table_that_never_saw_the_text() -> None:
    texts, labels = [*TEXTS, "鹭鸶飞过湖面"], [*LABELS, BAD]
    seen = lean(fit_table(texts, labels), "鹭鸶飞过湖面")[0]
    unseen = held_out_tones(texts, labels, None, [len(TEXTS)])[0, 0]
    assert unseen < seen / 2


def test_a_few_examples_hardly_move_the_mix_and_many_do() -> None:
    chance = np.random.default_rng(0)
    voices = chance.normal(size=(2_000, 2, 4))
    voices[:, :, 0] = 1.0
    labels = [BAD if one[0, 3] > 0.5 else GOOD if one[1, 3] > 0.5 else CALM for one in voices]
    few = fit_mix(voices[:3], labels[:3], SHIPPED_MIX)
    many = fit_mix(voices, labels, SHIPPED_MIX)
    assert np.abs(few - SHIPPED_MIX).max() < 0.2
    assert many[0, 3] > 2.0, "the tone decides here, so it must weigh more"


def test_the_minimum_is_found() -> None:
    middle = np.array([3.0, -2.0, 0.5])
    stretch = np.array([1.0, 100.0, 0.01])
    found = minimise(
        lambda x: (float(((x - middle) ** 2 * stretch).sum()), 2 * (x - middle) * stretch),
        np.zeros(3),
    )
    assert np.abs(found - middle).max() < 0.05


def test_probabilities_add_up_to_one_also_at_the_ends() -> None:
    found = softmax(np.array([900.0, -900.0, 0.0]), np.array([0.0, -900.0, 900.0]))
    assert np.allclose(found.sum(axis=1), 1)
    assert found.argmax(axis=1).tolist() == [0, 1, 2]


def test_a_model_survives_being_written_and_read() -> None:
    model = named(fit_table(TEXTS, LABELS), SHIPPED_MIX, "county")
    again = SentimentModel.from_bytes(model.to_bytes())
    assert again.id == model.id
    assert np.array_equal(again.table, model.table)
    assert np.array_equal(again.mix, model.mix)


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 half a file", b"\x00" * 100])
def test_a_broken_file_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ValueError, match="重新训练"):
        SentimentModel.from_bytes(data)


def test_a_model_of_another_size_is_refused_in_words() -> None:
    small = SentimentModel("x", np.zeros((8, 4), np.int16), SHIPPED_MIX)
    with pytest.raises(ValueError, match="与本版软件不符"):
        SentimentModel.from_bytes(small.to_bytes())


def test_what_is_shipped_is_small_and_ranks_the_gold_texts() -> None:
    model = SentimentModel.shipped()
    assert len(model.to_bytes()) < 5_000_000
    assert model.table.shape == (BUCKETS, 4)
    gold = [example for example in corpus.read(CORPUS) if example.gold]
    tone = model.tones([normalise(one.text).text for one in gold])[0][:, 0]
    bad = np.array([one.label is BAD for one in gold])
    above = (tone[bad][:, None] > tone[~bad][None, :]).mean()
    assert above > 0.83, f"AUC of the n-grams alone on {len(gold)} texts: {above:.3f}"


def test_characters_lean_as_their_n_grams_do() -> None:
    model = named(fit_table(TEXTS, LABELS), SHIPPED_MIX, "x")
    found, share = model.tones(["村口水管爆了", "新桥通车了"])
    assert share.of(0).sum() > 0 > share.of(1).sum()
    assert found.shape == (2, 4)
