"""情感倾向 of a text as three probabilities, with the words that speak for them.

Three voices are heard. The *mood* of a text is the mean weight of its lexicon words (shrunk towards
the usual mean, so that a text without any such word has none), plus a twentieth of the mean class
odds of SnowNLP's Bayes model. A negation within three words before a word, in the same clause,
turns the word's weight round and weakens it; a degree adverb there strengthens or weakens it; what
follows 但是 in its sentence counts more. *Faces* are Weibo's own signs ([泪], [怒]), summed up to a
bound. The *tone* is what the trained character n-grams say. `SentimentModel.mix` weighs them.

SHIPPED_MIX was set by hand, in round numbers, on labelled news and Weibo of others: a mix learned
on the corpus that also trained the n-grams would trust these too much.
"""

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from monitor.text.found import origin
from monitor.text.lexicon import Lexicon
from monitor.text.model import Lean, Numbers, SentimentModel
from monitor.text.normalise import Normalised, normalise
from monitor.text.segment import Segmenter
from monitor.text.tokens import Fact, Facts
from monitor.words import Sentiment

# Rows: log odds of negative and of positive against neutral. Columns: model.VOICES.
SHIPPED_MIX = np.array([[-0.15, -2.4, -0.18, 0.09], [-0.45, 2.0, 0.17, 0.1]])
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

FACE = re.compile(r"\[[^\[\]\s]{1,6}\]")
FACES_MOST = 4.0

# What a word's n-grams must add up to before it is quoted, and their worth in the lexicon's scale.
TELLING_TONE = 5.0
TONE_WEIGHT = 0.4


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
    model: str

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

    @property
    def open(self) -> bool:
        """Whether there is room for more evidence than the lexicon's."""
        return len(self.told) < EVIDENCE_WORDS

    def toned(self, facts: Sequence[Fact], lean: Numbers) -> "Tally":
        """The tally with the words that the trained n-grams speak through and the lexicon does not
        know; `lean` holds what each character of these tokens leans (it may end before they do)."""
        starts = np.cumsum([0, *map(itemgetter(0), facts)])[:-1]
        starts = starts[starts < len(lean)]
        if not len(starts):
            return self
        sums = np.add.reduceat(lean, starts)
        found = list(self.told)
        for at in np.flatnonzero(np.abs(sums) >= TELLING_TONE).tolist():
            length, _, weight, telling, _, keyword, _ = facts[at]
            if telling and keyword and weight is None:
                worth = -float(sums[at]) * TONE_WEIGHT
                start = int(starts[at])
                found.append((-abs(worth), worth, start, start + length))
        return replace(self, told=tuple(sorted(found)[:EVIDENCE_WORDS]))


class Voices(NamedTuple):
    """What the voices but the mood say of one article: the sum of its faces, and four tones."""

    faces: float
    negative: float
    positive: float
    concern: float
    call: float


class Scorer:
    """Scores texts; the segmenter should know the lexicon's `extra` words."""

    def __init__(
        self, lexicon: Lexicon, segmenter: Segmenter, model: SentimentModel | None = None
    ) -> None:
        self._segmenter = segmenter
        self._faces = lexicon.faces
        self.model = SentimentModel.shipped() if model is None else model
        self.facts = Facts(lexicon)

    def score(self, text: str) -> Score:
        """The score of one text, deterministic, in time linear in its length."""
        return self.score_many([text])[0]

    def score_many(self, texts: Sequence[str]) -> list[Score]:
        """Scores in the order of the texts; what a text gets does not depend on the others."""
        spelt = [normalise(text) for text in texts]
        voices, lean = self.voices([text.text for text in spelt])
        scores = []
        for number, text in enumerate(spelt):
            facts = self.facts.of(self._segmenter.cut(text.text))
            tally = self.tally(facts)
            if tally.open:
                tally = tally.toned(facts, lean.of(number))
            scores.append(self.conclude([("body", text, tally)], voices[number]))
        return scores

    def voices(self, texts: Sequence[str]) -> tuple[list[Voices], Lean]:
        """The faces and tones of normalised texts, and which characters made the tones."""
        tones, lean = self.model.tones(texts)
        return [
            Voices(self._sum_of_faces(text), *tone)
            for text, tone in zip(texts, tones.tolist(), strict=True)
        ], lean

    def untrained(self, text: str) -> tuple[float, float]:
        """Mood and faces of one normalised text: what needs no training."""
        tally = self.tally(self.facts.of(self._segmenter.cut(text)))
        return _mood([tally]), self._sum_of_faces(text)

    def _sum_of_faces(self, text: str) -> float:
        if "[" not in text:
            return 0.0
        total = sum(self._faces.get(face, 0.0) for face in FACE.findall(text))
        return max(-FACES_MOST, min(FACES_MOST, total))

    def tally(self, facts: Sequence[Fact], factor: float = 1.0) -> Tally:
        """Sums over the tokens of a normalised text; `factor` > 1 makes them count more."""
        total, count, odds, known, offset = 0.0, 0, 0.0, 0, 0
        boost, reached = 1.0, -1  # `reached`: the last token that a signal before it reaches
        told: list[Telling] = []
        for index, (length, odds_here, weight, telling, signal, _, _) in enumerate(facts):
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

    def conclude(self, fields: Sequence[tuple[str, Normalised, Tally]], voices: Voices) -> Score:
        """The score of an article from the tallies of its fields ("title", "body")."""
        mood = _mood(tally for _, _, tally in fields)
        a, b = self.model.odds(mood, voices[:3])
        top = max(a, b, 0.0)
        negative, neutral, positive = math.exp(a - top), math.exp(-top), math.exp(b - top)
        total = negative + neutral + positive
        return Score(
            negative / total,
            neutral / total,
            positive / total,
            _evidence(fields),
            self.model.id,
        )


def _mood(tallies: Iterable[Tally]) -> float:
    """The mean weight of the words, less the usual mean, with the Bayes model's share."""
    known = list(tallies)
    words = sum(tally.words for tally in known)
    mood = (sum(tally.weight for tally in known) - USUAL_MEAN * words) / (words + USUAL_WORDS)
    return mood + ODDS_SHARE * sum(tally.odds for tally in known) / (
        sum(tally.known for tally in known) + 1
    )


def _modified(facts: Sequence[Fact], index: int, weight: float) -> tuple[float, int]:
    """The weight under the negations and degrees before it, and how many characters back
    the negation begins."""
    distance = 0
    for length, _, _, _, signal, _, _ in reversed(facts[max(0, index - REACH) : index]):
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
