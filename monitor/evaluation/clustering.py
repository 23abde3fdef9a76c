"""Are the right articles together? Two measures of a clustering against a labelled one.

Clusters are given as one label an article; only which labels are equal counts, not what they are.
"""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log


@dataclass(frozen=True, slots=True)
class Togetherness:
    """B³: precision falls when strangers are put together, recall when a story is torn apart."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def b_cubed(truth: Sequence[Hashable], said: Sequence[Hashable]) -> Togetherness:
    """B³ of Bagga and Baldwin (1998): for each article, the share of those in its cluster that
    belong there, and the share of those that belong there that are in it; means over articles.

    Raises ValueError when the two are not of one length, or empty.
    """
    if not truth:
        raise ValueError("nothing to compare")
    together = Counter(zip(truth, said, strict=True))
    of_truth, of_said = Counter(truth), Counter(said)
    precision = sum(n * n / of_said[mine] for (_, mine), n in together.items())
    recall = sum(n * n / of_truth[true] for (true, _), n in together.items())
    return Togetherness(precision / len(truth), recall / len(truth))


def adjusted_mutual_information(truth: Sequence[Hashable], said: Sequence[Hashable]) -> float:
    """What one clustering tells of the other beyond chance: 1 is equal, about 0 is unrelated.

    Vinh, Epps and Bailey (2010), with the mean of both entropies as the maximum. Raises
    ValueError when the two are not of one length, or empty.
    """
    if not truth:
        raise ValueError("nothing to compare")
    total = len(truth)
    together = Counter(zip(truth, said, strict=True))
    of_truth, of_said = Counter(truth), Counter(said)
    mutual = sum(
        n / total * log(total * n / (of_truth[true] * of_said[mine]))
        for (true, mine), n in together.items()
    )
    by_chance = _expected(Counter(of_truth.values()), Counter(of_said.values()), total)
    most = (_entropy(of_truth, total) + _entropy(of_said, total)) / 2
    # One cluster of all, or all alone, on both sides: equal, with nothing to tell.
    return (mutual - by_chance) / (most - by_chance) if most - by_chance > 1e-12 else 1.0


def _entropy(sizes: Counter[Hashable], total: int) -> float:
    return -sum(n / total * log(n / total) for n in sizes.values())


def _expected(ones: Counter[int], others: Counter[int], total: int) -> float:
    """Mutual information of clusterings of these sizes (size → how many) drawn at random."""
    expected = 0.0
    for one, ones_count in ones.items():
        for other, others_count in others.items():
            # Overlaps are distributed as draws without return (hypergeometric).
            fixed = (
                lgamma(one + 1)
                + lgamma(other + 1)
                + lgamma(total - one + 1)
                + lgamma(total - other + 1)
                - lgamma(total + 1)
            )
            for n in range(max(1, one + other - total), min(one, other) + 1):
                chance = exp(
                    fixed
                    - lgamma(n + 1)
                    - lgamma(one - n + 1)
                    - lgamma(other - n + 1)
                    - lgamma(total - one - other + n + 1)
                )
                told = n / total * log(total * n / (one * other))
                expected += ones_count * others_count * chance * told
    return expected
