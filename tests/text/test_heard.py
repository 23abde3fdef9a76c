"""How corrected texts sound to models that never saw them."""

import numpy as np
import pytest

from monitor.text.lexicon import Lexicon
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Scorer
from monitor.text.teaching import Lessons, heard, shipped, taught
from monitor.words import Sentiment

BAD, CALM, GOOD = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE
BASE = Lessons(
    ("水管又爆了", "又停电了真烦", "路灯修好了", "新桥通车了", "周三上午开会", "几点开门") * 4,
    (BAD, BAD, GOOD, GOOD, CALM, CALM) * 4,
    (1.0,) * 24,
)
TOWNS = ["东坪", "西坳", "南塘", "北冲", "上湾", "下湾", "石滩", "竹林", "柳坝", "松岗"]
TEXTS = [f"{town}又在搞打卡" for town in TOWNS] + [f"周末去{town}踏青" for town in TOWNS]
LABELS = [BAD] * 10 + [GOOD] * 10
FOLDS = [n % 4 for n in range(20)]


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(Lexicon.shipped(), Segmenter(), shipped(BASE))


def test_a_text_is_heard_by_tables_that_know_nothing_of_its_fold(scorer: Scorer) -> None:
    plain = heard(BASE, TEXTS, LABELS, scorer, FOLDS)
    other = [
        GOOD if fold == 2 and label is BAD else label
        for fold, label in zip(FOLDS, LABELS, strict=True)
    ]
    changed = heard(BASE, TEXTS, other, scorer, FOLDS)
    held = np.array(FOLDS) == 2
    assert (plain.voices[held] == changed.voices[held]).all()
    assert (plain.voices[~held] != changed.voices[~held]).any()


def test_what_others_were_taught_is_what_a_held_out_text_is_read_by(scorer: Scorer) -> None:
    chances = heard(BASE, TEXTS, LABELS, scorer, FOLDS).chances()
    assert np.allclose(chances.sum(axis=1), 1)
    assert chances[:10, 0].min() > chances[10:, 0].max()


def test_what_was_heard_before_need_not_be_heard_again(scorer: Scorer) -> None:
    turns: list[int] = []
    known = heard(BASE, TEXTS, LABELS, scorer, fitted=lambda: turns.append(1))
    assert len(turns) == 5
    assert taught(BASE, TEXTS, LABELS, scorer, known).id == taught(BASE, TEXTS, LABELS, scorer).id
