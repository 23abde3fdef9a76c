"""情感倾向 of a text as three probabilities, with the words that speak for them.

The mood x of a text is the mean weight of its lexicon words (shrunk towards the usual mean, so
that a text without any such word has x = 0), plus a twentieth of the mean class odds of
SnowNLP's Bayes model. A negation within three words before a word, in the same clause, turns the
word's weight round and weakens it; a degree adverb there strengthens or weakens it; what
follows 但是 in its sentence counts more. An ordered logit with two thresholds (McCullagh,
"Regression Models for Ordinal Data", 1980) makes three probabilities of x:

    P(negative) = σ(SLOPE · (LOW - x))     P(positive) = σ(SLOPE · (x - HIGH))     neutral = rest

The constants below were set by hand, in round numbers, on labelled news and Weibo.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from monitor.text.found import origin
from monitor.text.lexicon import Lexicon
from monitor.text.normalise import Normalised, normalise
from monitor.text.segment import Segmenter
from monitor.text.tokens import Fact, Facts
from monitor.words import Sentiment

MODEL = "lexicon-bayes-1"

SLOPE, LOW, HIGH = 4.0, -0.3, 0.35
USUAL_MEAN, USUAL_WORDS = 0.5, 3.0
ODDS_SHARE = 0.05
NEGATED = -0.3
# A weaker word is not turned round: "不" before it is mostly part of a phrase.
NEGATABLE = 1.0
DEGREE_SHARE = 0.8
AFTER_CONTRAST = 1.2
REACH = 3

EVIDENCE_WORDS = 8
EVIDENCE_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Word:
    """A word that speaks for (weight > 0) or against the text's good mood.

    `start` and `end` are half-open offsets into the ORIGINAL `field`; `text` stands there, with
    its negation where it has one.
    """

    text: str
    start: int
    end: int
    weight: float
    field: str = "body"

    def to_json(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "start": self.start,
            "end": self.end,
            "weight": self.weight,
            "field": self.field,
        }


@dataclass(frozen=True, slots=True)
class Score:
    """Probabilities that sum to 1, ≤ 8 evidence words in reading order, and the model's name."""

    negative: float
    neutral: float
    positive: float
    evidence: tuple[Word, ...]
    model: str = MODEL

    @property
    def sentiment(self) -> Sentiment:
        """The likeliest of the three; neutral wins ties."""
        if self.negative > max(self.neutral, self.positive):
            return Sentiment.NEGATIVE
        return Sentiment.POSITIVE if self.positive > self.neutral else Sentiment.NEUTRAL

    def to_json(self) -> dict[str, Any]:
        return {
            "negative": self.negative,
            "neutral": self.neutral,
            "positive": self.positive,
            "evidence": [word.to_json() for word in self.evidence],
            "model": self.model,
        }


# (-|weight|, weight, start, end) of a word, in normalised offsets: the strongest sorts first.
Telling = tuple[float, float, int, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over one text's tokens, and its strongest words.

    The tallies of an article's fields are added up before they become a score.
    """

    weight: float
    words: float
    odds: float
    known: float
    told: tuple[Telling, ...]


class Scorer:
    """Scores texts; the segmenter should know the lexicon's `extra` words."""

    def __init__(self, lexicon: Lexicon, segmenter: Segmenter) -> None:
        self._segmenter = segmenter
        self.facts = Facts(lexicon)

    def score(self, text: str) -> Score:
        """The score of one text, deterministic, in time linear in its length."""
        normalised = normalise(text)
        tally = self.tally(self.facts.of(self._segmenter.cut(normalised.text)))
        return conclude([("body", normalised, tally)])

    def score_many(self, texts: Sequence[str]) -> list[Score]:
        """Scores in the order of the texts."""
        return [self.score(text) for text in texts]

    def tally(self, facts: Sequence[Fact], factor: float = 1.0) -> Tally:
        """Sums over the tokens of a normalised text; `factor` > 1 makes them count more."""
        total, count, odds, known, offset = 0.0, 0, 0.0, 0, 0
        boost, reached = 1.0, -1  # `reached`: the last token that a signal before it reaches
        told: list[Telling] = []
        for index, (length, odds_here, weight, telling, signal, _) in enumerate(facts):
            if odds_here is not None:
                odds += odds_here
                known += 1
            if weight is not None:
                start = offset
                if index <= reached:
                    weight, back = _modified(facts, index, weight)
                    start -= back
                weight *= boost
                total += weight
                count += 1
                if telling and (weight >= EVIDENCE_WEIGHT or weight <= -EVIDENCE_WEIGHT):
                    told.append((-abs(weight), weight, start, offset + length))
            if signal is not None:
                reached = index + REACH
                if signal.breaks:
                    # Nothing reaches over a comma.
                    reached = -1
                    if signal.stops:
                        boost = 1.0
                elif signal.contrast:
                    boost = AFTER_CONTRAST
            offset += length
        told.sort()
        return Tally(
            total * factor,
            count * factor,
            odds * factor,
            known * factor,
            tuple(told[:EVIDENCE_WORDS]),
        )


def _modified(facts: Sequence[Fact], index: int, weight: float) -> tuple[float, int]:
    """The weight under the negations and degrees before it, and how many characters back
    the negation begins."""
    distance = 0
    for length, _, _, _, signal, _ in reversed(facts[max(0, index - REACH) : index]):
        distance += length
        if signal is None:
            continue
        if signal.breaks:
            break
        if signal.negation and abs(weight) > NEGATABLE:
            return weight * NEGATED, distance
        if signal.degree is not None:
            weight *= 1 + (signal.degree - 1) * DEGREE_SHARE
    return weight, 0


def conclude(fields: Iterable[tuple[str, Normalised, Tally]]) -> Score:
    """The score of an article from the tallies of its fields ("title", "body")."""
    fields = list(fields)
    words = sum(tally.words for _, _, tally in fields)
    weight = sum(tally.weight for _, _, tally in fields)
    known = sum(tally.known for _, _, tally in fields)
    odds = sum(tally.odds for _, _, tally in fields)
    mood = (weight - USUAL_MEAN * words) / (words + USUAL_WORDS)
    mood += ODDS_SHARE * odds / (known + 1)
    negative = _logistic(SLOPE * (LOW - mood))
    positive = _logistic(SLOPE * (mood - HIGH))
    return Score(negative, 1.0 - negative - positive, positive, _evidence(fields))


def _evidence(fields: Sequence[tuple[str, Normalised, Tally]]) -> tuple[Word, ...]:
    ranked = sorted(
        (minus, place, start, end, weight)
        for place, (_, _, tally) in enumerate(fields)
        for minus, weight, start, end in tally.told
    )
    words = []
    for _, place, start, end, weight in sorted(ranked[:EVIDENCE_WORDS], key=itemgetter(1, 2)):
        name, normalised, _ = fields[place]
        first, last = origin(normalised, start, end)
        quote = normalised.original[first:last]
        words.append(Word(quote, first, last, round(weight, 3), name))
    return tuple(words)


def _logistic(value: float) -> float:
    # Beyond ±30 the result is 0 or 1 to 13 digits; clamping keeps exp from overflowing.
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))
