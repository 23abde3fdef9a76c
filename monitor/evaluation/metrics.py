"""Figures about a classifier: ranking, right and wrong, and whether its probabilities are true."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

BINS = 15
"""Bins of the calibration error, as in Guo et al., On Calibration of Modern Neural Networks."""


@dataclass(frozen=True, slots=True)
class Rates:
    """Counts of a yes/no decision, and what follows from them; an empty share is 0."""

    hits: int
    false: int
    missed: int

    @classmethod
    def of(cls, truth: Iterable[bool], said: Iterable[bool]) -> "Rates":
        """Raises ValueError when the two are not of one length."""
        pairs = Counter(zip(truth, said, strict=True))
        return cls(pairs[True, True], pairs[False, True], pairs[True, False])

    @property
    def precision(self) -> float:
        """Of those said to be yes, the share that is."""
        return _share(self.hits, self.hits + self.false)

    @property
    def recall(self) -> float:
        """Of those that are yes, the share that was said to be."""
        return _share(self.hits, self.hits + self.missed)

    @property
    def f1(self) -> float:
        return _share(2 * self.hits, 2 * self.hits + self.false + self.missed)


def auc(scores: Sequence[float], truth: Sequence[bool]) -> float:
    """The chance that a true one is ranked above another, ties counting half (Mann-Whitney's U).

    Raises ValueError when there are none of one kind.
    """
    yes = np.asarray(truth, bool)
    _, place, count = np.unique(np.asarray(scores, float), return_inverse=True, return_counts=True)
    if len(place) != len(yes):
        raise ValueError(f"{len(place)} scores for {len(yes)} labels")
    good = int(yes.sum())
    if not 0 < good < len(yes):
        raise ValueError("ranking needs texts of both kinds")
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float((rank[yes].sum() - good * (good + 1) / 2) / (good * (len(yes) - good)))


def confusion(truth: Iterable[str], said: Iterable[str], labels: Sequence[str]) -> list[list[int]]:
    """Counts, a row for each true label and a column for each said one, in the order of `labels`.

    Raises ValueError when the two are not of one length.
    """
    pairs = Counter(zip(truth, said, strict=True))
    return [[pairs[true, guess] for guess in labels] for true in labels]


def calibration_error(
    probabilities: Sequence[float], truth: Sequence[bool], bins: int = BINS
) -> float:
    """Expected calibration error: how far, on average, a stated probability is from the share of
    texts for which it came true. 0 is perfect; 0 also for no texts."""
    stated, came = np.asarray(probabilities, float), np.asarray(truth, float)
    if len(stated) != len(came):
        raise ValueError(f"{len(stated)} probabilities for {len(came)} labels")
    if not len(stated):
        return 0.0
    place = np.minimum((stated * bins).astype(int), bins - 1)
    gaps = np.bincount(place, stated - came, minlength=bins)
    return float(np.abs(gaps).sum() / len(stated))


def worst(
    truth: Sequence[str], probabilities: Sequence[Mapping[str, float]], most: int
) -> list[int]:
    """Places of the texts whose true label was given the least, at most `most`, worst first;
    those whose true label was the likeliest are no mistakes."""
    believed = [
        (given.get(true, 0.0), place)
        for place, (true, given) in enumerate(zip(truth, probabilities, strict=True))
        if given.get(true, 0.0) < max(given.values())
    ]
    return [place for _, place in sorted(believed)[:most]]


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
