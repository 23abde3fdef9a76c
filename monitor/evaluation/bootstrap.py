"""Is one way of deciding better than another, or was it luck with these texts?"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
Figure = Callable[[Rows], float]

ROUNDS = 1_000
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Comparison:
    """How much better the candidate is: on the texts themselves, and between which bounds when
    such texts are drawn anew."""

    difference: float
    low: float
    high: float

    @property
    def better(self) -> bool:
        """Better beyond noise: the whole interval lies above 0."""
        return self.low > 0


def paired(
    candidate: Figure,
    active: Figure,
    count: int,
    *,
    rounds: int = ROUNDS,
    confidence: float = CONFIDENCE,
    seed: int = 0,
) -> Comparison:
    """Compare two figures over the same `count` texts, drawn with return `rounds` times (paired
    bootstrap, Efron and Tibshirani 1993, percentile interval).

    A figure takes the places of the drawn texts; what it gives for one kind of text alone is up to
    it. NaN in a round leaves that round out. Raises ValueError when there are no texts, or no round
    gave a figure.
    """
    if count < 1:
        raise ValueError("nothing to compare")
    everything = np.arange(count)
    dice = np.random.default_rng(seed)
    gains = []
    for _ in range(rounds):
        drawn = dice.integers(0, count, count)
        gain = candidate(drawn) - active(drawn)
        if not np.isnan(gain):
            gains.append(gain)
    if not gains:
        raise ValueError("no draw could be measured")
    tail = (1 - confidence) / 2
    low, high = np.quantile(gains, [tail, 1 - tail])
    return Comparison(candidate(everything) - active(everything), float(low), float(high))
