"""The trial of teaching tells what corrections are worth on texts that were not taught."""

import pytest

from monitor.evaluation.labelled import ToneSet
from monitor.evaluation.teaching_trial import REST_LEAST, teaching_figures
from monitor.text.lexicon import Lexicon
from monitor.text.teaching import Lessons
from monitor.words import Sentiment

BASE = Lessons(("这路真烂", "这路真好", "开会"), tuple(Sentiment), (1.0, 1.0, 1.0))
# What an office knows of its own county: nobody else hears anything in these words.
BAD = ("又说垚垚", "垚垚到半夜", "天天垚垚", "谁想垚垚")
GOOD = ("又说森森", "森森到半夜", "天天森森", "谁想森森")


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return Lexicon.shipped()


def made(count: int) -> ToneSet:
    texts = tuple(f"{(BAD, GOOD)[n % 2][n // 2 % 4]}第{n}回" for n in range(count))
    labels = tuple((Sentiment.NEGATIVE, Sentiment.POSITIVE)[n % 2] for n in range(count))
    return ToneSet("样本", texts, labels)


def test_words_that_only_corrections_know_are_told_apart_afterwards(lexicon: Lexicon) -> None:
    found = teaching_figures(made(REST_LEAST + 120), BASE, lexicon)
    assert (found.name, found.taught, found.rest) == ("样本", 120, REST_LEAST)
    assert found.after.auc > 0.99 > found.before.auc
    assert found.after.calibration < found.before.calibration


def test_a_set_that_leaves_too_little_to_read_is_refused(lexicon: Lexicon) -> None:
    with pytest.raises(ValueError, match="至少要 601 条"):
        teaching_figures(made(REST_LEAST), BASE, lexicon)
