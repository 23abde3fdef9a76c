"""Sentiment on labelled texts: ours beside what it has to beat."""

import pytest

from monitor.evaluation.labelled import ToneSet
from monitor.evaluation.report import shown, width
from monitor.evaluation.tone import ORDER, tone_figures, tone_mistakes
from monitor.evaluation.tone_baselines import Guess, Way, lexicon, majority, ours, snownlp
from monitor.evaluation.tone_report import mistake_lines, tone_report
from monitor.text.lexicon import Lexicon
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Scorer
from monitor.words import Sentiment

BAD, CALM, GOOD = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE
SET = ToneSet(
    "四条",
    ("垃圾堆了半个月臭得要命，没人管", "周三上午九点开会", "新修的步道真漂亮，点赞", "又停水了"),
    (BAD, CALM, GOOD, BAD),
    left_out=2,
)


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    return Scorer(Lexicon.shipped(), Segmenter())


def told(*guesses: Guess) -> Way:
    """A way that says this of the four texts."""
    return Way("预言", lambda texts: list(guesses[: len(texts)]))


def test_who_is_right_everywhere_has_perfect_figures() -> None:
    figures = tone_figures(
        SET, told(Guess(1.0, BAD), Guess(0.0, CALM), Guess(0.0, GOOD), Guess(1.0, BAD))
    )
    assert (figures.auc, figures.negative.f1, figures.calibration) == (1.0, 1.0, 0.0)
    assert figures.confusion == ((2, 0, 0), (0, 1, 0), (0, 0, 1))


def test_a_missed_and_a_false_one_stand_in_the_confusion() -> None:
    figures = tone_figures(
        SET, told(Guess(0.9, BAD), Guess(0.6, BAD), Guess(0.1, GOOD), Guess(0.2, CALM))
    )
    rows = dict(zip(ORDER, figures.confusion, strict=True))
    assert rows[BAD] == (1, 1, 0)
    assert rows[CALM] == (1, 0, 0)
    assert figures.negative.precision == figures.negative.recall == 0.5
    assert figures.auc == 0.75


def test_the_usual_class_knows_nothing_of_single_texts() -> None:
    figures = tone_figures(SET, majority(SET.labels))
    assert figures.auc == 0.5
    assert figures.negative.recall == 1.0
    assert figures.calibration == pytest.approx(0.0)


def test_the_lexicon_alone_turns_words_round_and_states_no_probability() -> None:
    way = lexicon(Lexicon.shipped(), Segmenter())
    bad, good, turned, nothing = way.guess(["糟糕", "优美", "不优美", ""])
    assert bad.negative > good.negative
    assert (bad.said, good.said, nothing.said) == (BAD, GOOD, CALM)
    assert turned.negative > good.negative
    assert tone_figures(SET, way).calibration is None


def test_snownlp_is_taken_as_it_is_shipped() -> None:
    from snownlp import SnowNLP

    text = "质量很差，客服态度恶劣"
    (guess,) = snownlp().guess([text])
    assert guess.negative == 1 - SnowNLP(text).sentiments
    assert guess.said is BAD


def test_ours_are_the_scores_of_the_scorer(scorer: Scorer) -> None:
    guesses = ours(scorer).guess(SET.texts)
    assert [guess.negative for guess in guesses] == [
        score.negative for score in scorer.score_many(SET.texts)
    ]


def test_progress_tells_of_every_text_once(scorer: Scorer) -> None:
    seen: list[int] = []
    many = ToneSet("多", SET.texts * 100, SET.labels * 100)
    tone_figures(many, ours(scorer), seen.append)
    assert sum(seen) == 400
    assert len(seen) > 1


def test_mistakes_are_those_least_believed_and_none_that_was_right(scorer: Scorer) -> None:
    turned = ToneSet("反", SET.texts, (GOOD, CALM, BAD, BAD))
    found = tone_mistakes(turned, scorer, 10)
    assert [one.text for one in found][:1] == [SET.texts[0]]
    assert [one.believed for one in found] == sorted(one.believed for one in found)
    assert all(one.score.sentiment is not one.label for one in found)
    assert len(tone_mistakes(turned, scorer, 1)) == 1
    assert "标注正面，判敏感" in mistake_lines(found)[0]


def test_the_report_stands_in_line_and_says_what_was_left_out(scorer: Scorer) -> None:
    figures = [tone_figures(SET, way) for way in (ours(scorer), majority(SET.labels))]
    title, *lines = tone_report(SET, figures).lines()
    assert title == "四条：4 条，另有 2 行不参评"
    head, *rows = lines[:3]
    assert {width(row) for row in rows} == {width(head)}
    assert [line.split()[0] for line in rows] == ["本系统", "都判为最多的一类"]
    assert lines[4].split() == ["本系统", "判敏感", "判中性", "判正面"]


def test_strangers_texts_are_cut_and_their_control_characters_written_out() -> None:
    assert shown("一\x1b[31m二\n三\u202e") == "一\\x1b[31m二\\n三\\u202e"
    assert shown("长" * 61) == "长" * 60 + "…"
    assert shown("长" * 60) == "长" * 60
    assert shown("\ud83d") == "\\ud83d"
