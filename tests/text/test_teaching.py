"""What an office's corrections make of the model."""

from collections.abc import Sequence

import numpy as np
import pytest

from monitor.text.corpus import Example
from monitor.text.lexicon import Lexicon
from monitor.text.segment import Segmenter
from monitor.text.sentiment import SHIPPED_MIX, Scorer
from monitor.text.teaching import Lessons, lessons, shipped, taught
from monitor.words import Sentiment

BAD, CALM, GOOD = Sentiment.NEGATIVE, Sentiment.NEUTRAL, Sentiment.POSITIVE
BASE = Lessons(
    ("水管又爆了", "又停电了真烦", "路灯修好了", "新桥通车了", "周三上午开会", "几点开门") * 4,
    (BAD, BAD, GOOD, GOOD, CALM, CALM) * 4,
    (1.0,) * 24,
)
LEXICON = Lexicon.shipped()
SEGMENTER = Segmenter()


def scorer(lesson: Lessons, texts: Sequence[str] = (), labels: Sequence[Sentiment] = ()) -> Scorer:
    plain = shipped(lesson)
    before = Scorer(LEXICON, SEGMENTER, plain)
    if not texts:
        return before
    return Scorer(LEXICON, SEGMENTER, taught(lesson, texts, labels, before))


@pytest.fixture(scope="module")
def corrections() -> tuple[list[str], list[Sentiment]]:
    """What this office's people write: 打卡 is a complaint about 打卡 duty, 踏青 is praise."""
    towns = ["东坪", "西坳", "南塘", "北冲", "上湾", "下湾", "石滩", "竹林", "柳坝", "松岗"]
    bad, good = ["{}村干部又在搞打卡", "{}那边打卡打到半夜"], ["周末去{}踏青", "{}踏青的人不少"]
    ways = [way + end for way in bad for end in ("", "，唉", "了吧")]
    ways += [way + end for way in good for end in ("", "呢", "吧")]
    texts = [way.format(town) for way in ways for town in towns]
    return texts, [BAD] * 60 + [GOOD] * 60


def test_gold_texts_teach_nothing() -> None:
    examples = [Example(f"01-{n:03d}", f"第{n}条", BAD, "news", "-") for n in range(200)]
    found = lessons(examples, {"停水": -1.0, "的": -2.0, "还行": 0.2})
    gold = {example.text for example in examples if example.gold}
    assert gold
    assert not gold & set(found.texts)
    assert "停水" in found.texts, "a word of the lexicon is a weak lesson"
    assert not {"的", "还行"} & set(found.texts)
    assert len(found.texts) == len(found.labels) == len(found.weights) == 200 - len(gold) + 1


def test_what_the_office_corrected_changes_how_the_next_text_is_read(
    corrections: tuple[list[str], list[Sentiment]],
) -> None:
    before, after = scorer(BASE), scorer(BASE, *corrections)
    assert after.score("樟树岭天天打卡").negative > before.score("樟树岭天天打卡").negative + 0.03
    assert after.score("樟树岭踏青").positive > before.score("樟树岭踏青").positive + 0.1


def test_corrections_at_random_do_not_make_the_n_grams_louder(
    corrections: tuple[list[str], list[Sentiment]],
) -> None:
    texts, labels = corrections
    shuffled = [labels[n] for n in np.random.default_rng(3).permutation(len(labels))]
    helped = scorer(BASE, texts, labels).model.mix
    fooled = scorer(BASE, texts, shuffled).model.mix
    assert helped[0, 3] > SHIPPED_MIX[0, 3] * 1.3
    assert fooled[0, 3] < SHIPPED_MIX[0, 3] / 2


def test_the_model_is_named_after_what_it_holds(
    corrections: tuple[list[str], list[Sentiment]],
) -> None:
    texts, labels = corrections
    one = scorer(BASE, texts, labels).model
    again = scorer(BASE, texts, labels).model
    other = scorer(BASE, texts[:90], labels[:90]).model
    assert one.id == again.id != other.id
    assert one.id.startswith("office-")
