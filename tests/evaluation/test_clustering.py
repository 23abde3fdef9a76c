"""Togetherness against values worked out by hand, and against every arrangement there is."""

from itertools import permutations
from math import log

import pytest

from monitor.evaluation.clustering import adjusted_mutual_information, b_cubed


def test_b_cubed_is_the_mean_share_over_articles() -> None:
    # Precision: 2/3, 2/3, 1/3, 1, 1; recall: 1, 1, 1/3, 2/3, 2/3.
    found = b_cubed("aabbb", [1, 1, 1, 2, 2])
    assert found.precision == pytest.approx(11 / 15)
    assert found.recall == pytest.approx(11 / 15)
    assert found.f1 == pytest.approx(11 / 15)


def test_b_cubed_of_extremes() -> None:
    alone = b_cubed("aabb", [1, 2, 3, 4])
    assert (alone.precision, alone.recall) == (1.0, 0.5)
    heap = b_cubed("aabb", [1, 1, 1, 1])
    assert (heap.precision, heap.recall) == (0.5, 1.0)
    assert b_cubed("aabb", "xxyy").f1 == 1.0


def mutual(truth: str, said: str) -> float:
    total = len(truth)
    pairs = list(zip(truth, said, strict=True))
    return sum(
        pairs.count(pair)
        / total
        * log(pairs.count(pair) * total / (truth.count(pair[0]) * said.count(pair[1])))
        for pair in set(pairs)
    )


def entropy(labels: str) -> float:
    shares = [labels.count(label) / len(labels) for label in set(labels)]
    return -sum(share * log(share) for share in shares)


@pytest.mark.parametrize(
    ("truth", "said"), [("aaabbb", "xxyyzz"), ("aabbc", "xyyyx"), ("aaaabb", "xxxyyy")]
)
def test_mutual_information_is_adjusted_by_its_mean_over_all_arrangements(
    truth: str, said: str
) -> None:
    arranged = [mutual(truth, "".join(order)) for order in permutations(said)]
    chance = sum(arranged) / len(arranged)
    most = (entropy(truth) + entropy(said)) / 2
    by_hand = (mutual(truth, said) - chance) / (most - chance)
    assert adjusted_mutual_information(truth, said) == pytest.approx(by_hand)


def test_mutual_information_of_extremes() -> None:
    assert adjusted_mutual_information("aabbcc", [3, 3, 1, 1, 2, 2]) == pytest.approx(1.0)
    assert adjusted_mutual_information("aabb", [1, 1, 1, 1]) == pytest.approx(0.0)
    assert adjusted_mutual_information("aaaa", [1, 1, 1, 1]) == 1.0
    assert adjusted_mutual_information("abcd", [1, 2, 3, 4]) == 1.0


@pytest.mark.parametrize("figure", [b_cubed, adjusted_mutual_information])
def test_nothing_and_two_lengths_are_refused(figure: object) -> None:
    assert callable(figure)
    with pytest.raises(ValueError, match="nothing"):
        figure([], [])
    with pytest.raises(ValueError, match="shorter"):
        figure([1, 2], [1])
