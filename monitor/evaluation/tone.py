"""How well sentiment is told on one labelled set, ours beside the baselines, and where it fails."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from monitor.evaluation.labelled import ToneSet
from monitor.evaluation.metrics import Rates, auc, calibration_error, confusion, worst
from monitor.evaluation.tone_baselines import Guess, Way
from monitor.text.sentiment import Score, Scorer
from monitor.words import Sentiment

ORDER = tuple(Sentiment)
"""Of the confusion's rows and columns."""
PORTION = 256
"""Texts scored between two signs of progress."""


@dataclass(frozen=True, slots=True)
class ToneFigures:
    """One way on one set. `auc`, `negative` and `calibration` are of negative against the rest, the
    last None for a way that states no probability; `confusion` has a row a true class."""

    way: str
    auc: float
    negative: Rates
    calibration: float | None
    confusion: tuple[tuple[int, ...], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "auc": self.auc,
            "precision": self.negative.precision,
            "recall": self.negative.recall,
            "f1": self.negative.f1,
            "calibration": self.calibration,
            "confusion": [list(row) for row in self.confusion],
        }


def tone_figures(
    of: ToneSet, way: Way, show: Callable[[int], None] = lambda _count: None
) -> ToneFigures:
    """Measure one way; `show` is told how many texts were scored since it was last told."""
    guesses: list[Guess] = []
    for start in range(0, len(of.texts), PORTION):
        part = of.texts[start : start + PORTION]
        guesses += way.guess(part)
        show(len(part))
    bad = [label is Sentiment.NEGATIVE for label in of.labels]
    stated = [guess.negative for guess in guesses]
    counts = confusion(of.labels, [guess.said for guess in guesses], ORDER)
    return ToneFigures(
        way.name,
        auc(stated, bad),
        Rates.of(bad, (guess.said is Sentiment.NEGATIVE for guess in guesses)),
        calibration_error(stated, bad) if way.chances else None,
        tuple(tuple(row) for row in counts),
    )


@dataclass(frozen=True, slots=True)
class ToneMistake:
    """A text that was read wrongly; `believed` is the probability its true class was given."""

    text: str
    label: Sentiment
    score: Score
    believed: float


def tone_mistakes(of: ToneSet, scorer: Scorer, most: int) -> list[ToneMistake]:
    """The worst of them, worst first: those whose true class was held the least likely."""
    scores: list[Score] = []
    for start in range(0, len(of.texts), PORTION):
        scores += scorer.score_many(of.texts[start : start + PORTION])
    chances = [_chances(score) for score in scores]
    return [
        ToneMistake(of.texts[at], of.labels[at], scores[at], chances[at][of.labels[at]])
        for at in worst(of.labels, chances, most)
    ]


def _chances(score: Score) -> dict[str, float]:
    return {
        Sentiment.NEGATIVE: score.negative,
        Sentiment.NEUTRAL: score.neutral,
        Sentiment.POSITIVE: score.positive,
    }
