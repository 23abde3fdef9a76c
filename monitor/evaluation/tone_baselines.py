"""What the score of sentiment has to beat: the usual class, SnowNLP as shipped, a lexicon alone."""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.text.lexicon import Lexicon
from monitor.text.normalise import normalise
from monitor.text.segment import Segmenter
from monitor.text.sentiment import USUAL_MEAN, Scorer
from monitor.words import Sentiment

SNOWNLP_CHARACTERS = 2_000
"""Read of each text: SnowNLP's own segmenter takes a second for these."""
_NEGATION_REACH = 3


@dataclass(frozen=True, slots=True)
class Guess:
    """How negative a text is held to be (any scale, higher is worse) and the class it is put in."""

    negative: float
    said: Sentiment


@dataclass(frozen=True, slots=True)
class Way:
    """One way to score texts; `chances` says that `Guess.negative` is a probability."""

    name: str
    guess: Callable[[Sequence[str]], list[Guess]]
    chances: bool = True


def ours(scorer: Scorer, name: str = "本系统") -> Way:
    """The product's own score."""

    def guess(texts: Sequence[str]) -> list[Guess]:
        return [Guess(score.negative, score.sentiment) for score in scorer.score_many(texts)]

    return Way(name, guess)


def majority(labels: Sequence[Sentiment]) -> Way:
    """Always the class that is the most frequent among these labels, with its shares."""
    count = Counter(labels)
    usual = max(Sentiment, key=lambda label: count[label])
    share = count[Sentiment.NEGATIVE] / len(labels)
    return Way("都判为最多的一类", lambda texts: [Guess(share, usual)] * len(texts))


def lexicon(words: Lexicon, segmenter: Segmenter) -> Way:
    """Weights of the words, less the usual one, summed and turned round after a negation: the ten
    lines that anybody would write."""

    def sum_of(text: str) -> float:
        tokens = segmenter.cut(normalise(text).text)
        total = 0.0
        for at, token in enumerate(tokens):
            weight = words.weights.get(token, USUAL_MEAN) - USUAL_MEAN
            before = tokens[max(0, at - _NEGATION_REACH) : at]
            total += -weight if words.negations.intersection(before) else weight
        return total / math.sqrt(len(tokens) or 1)

    def guess(texts: Sequence[str]) -> list[Guess]:
        sums = [sum_of(text) for text in texts]
        return [Guess(-total, _side(total)) for total in sums]

    return Way("只用词典", guess, chances=False)


def snownlp() -> Way:
    """SnowNLP with its own segmenter and its own corpus (of shopping reviews); some 10 ms a text.
    It knows no neutral."""
    from snownlp import SnowNLP  # here: the import alone reads 40 MB of tables

    def guess(texts: Sequence[str]) -> list[Guess]:
        praised = [SnowNLP(text[:SNOWNLP_CHARACTERS]).sentiments for text in texts]
        return [Guess(1 - praise, _side(praise - 0.5)) for praise in praised]

    return Way("SnowNLP 原样", guess)


def _side(lean: float) -> Sentiment:
    if not lean:
        return Sentiment.NEUTRAL
    return Sentiment.POSITIVE if lean > 0 else Sentiment.NEGATIVE
