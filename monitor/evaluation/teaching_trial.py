"""What an office gains by correcting: some texts of a labelled set are taught as if they were its
corrections, the rest is read before and after.

Nothing is chosen on the rest: how far the n-grams are trusted beside the lexicon is learned by
cross-validation inside the taught texts (monitor.text.teaching).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from monitor.evaluation.labelled import ToneSet
from monitor.evaluation.metrics import auc, calibration_error
from monitor.text.lexicon import Lexicon
from monitor.text.model import SentimentModel
from monitor.text.segment import Segmenter
from monitor.text.sentiment import Scorer
from monitor.text.teaching import Lessons, taught
from monitor.words import Sentiment

TAUGHT = 4_000
REST_LEAST = 600
"""Texts that are left to read, even where fewer can then be taught."""
SEED = 0


@dataclass(frozen=True, slots=True)
class Reading:
    """How the rest of a set is read: AUC of negative against the rest, and how far its
    probabilities are off on average (0..1)."""

    auc: float
    calibration: float


@dataclass(frozen=True, slots=True)
class TeachingFigures:
    """One set: how many texts were taught and how many are the rest, read by the shipped model
    and by the taught one."""

    name: str
    taught: int
    rest: int
    before: Reading
    after: Reading


def teaching_figures(of: ToneSet, base: Lessons, lexicon: Lexicon) -> TeachingFigures:
    """Teach TAUGHT texts of a set, drawn by SEED, and read the rest; some minutes.

    Raises ValueError, in Chinese, for a set too small to leave REST_LEAST texts.
    """
    count = min(TAUGHT, len(of.texts) - REST_LEAST)
    if count < 1:
        raise ValueError(f"{of.name} 只有 {len(of.texts)} 条，至少要 {REST_LEAST + 1} 条才能试教")
    order = np.random.default_rng(SEED).permutation(len(of.texts)).tolist()
    lessons, rest = _part(of, order[:count]), _part(of, order[count:])
    segmenter = Segmenter(lexicon.extra)
    shipped = Scorer(lexicon, segmenter)
    model = taught(base, lessons.texts, lessons.labels, shipped)
    return TeachingFigures(
        of.name,
        count,
        len(rest.texts),
        _read(rest, lexicon, segmenter, shipped.model),
        _read(rest, lexicon, segmenter, model),
    )


def _part(of: ToneSet, numbers: Sequence[int]) -> ToneSet:
    return ToneSet(
        of.name, tuple(of.texts[n] for n in numbers), tuple(of.labels[n] for n in numbers)
    )


def _read(of: ToneSet, lexicon: Lexicon, segmenter: Segmenter, model: SentimentModel) -> Reading:
    scores = Scorer(lexicon, segmenter, model).score_many(of.texts)
    stated = [score.negative for score in scores]
    bad = [label is Sentiment.NEGATIVE for label in of.labels]
    return Reading(auc(stated, bad), calibration_error(stated, bad))
