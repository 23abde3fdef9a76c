"""Figures of a classifier against values worked out by hand."""

import pytest

from monitor.evaluation.metrics import Rates, auc, calibration_error, confusion, worst


def test_auc_is_the_share_of_pairs_in_the_right_order_ties_counting_half() -> None:
    # Of the four pairs two are right (.9 over .8 and .3), one is wrong, one is a tie.
    assert auc([0.9, 0.8, 0.3, 0.3], [True, False, True, False]) == 0.625
    assert auc([3, 2, 1], [True, True, False]) == 1.0
    assert auc([1, 2, 3], [True, True, False]) == 0.0
    assert auc([5, 5, 5, 5], [True, False, True, False]) == 0.5


@pytest.mark.parametrize("truth", [[True, True], [False, False], []])
def test_auc_needs_both_kinds(truth: list[bool]) -> None:
    with pytest.raises(ValueError, match="both kinds"):
        auc([0.5] * len(truth), truth)


def test_auc_and_calibration_refuse_lists_of_two_lengths() -> None:
    with pytest.raises(ValueError, match="2 scores for 3"):
        auc([0.1, 0.2], [True, False, True])
    with pytest.raises(ValueError, match="1 probabilities for 2"):
        calibration_error([0.1], [True, False])


def test_rates_count_hits_false_and_missed() -> None:
    rates = Rates.of([True, True, True, False, False], [True, True, False, True, False])
    assert (rates.hits, rates.false, rates.missed) == (2, 1, 1)
    assert rates.precision == rates.recall == rates.f1 == pytest.approx(2 / 3)
    assert Rates(0, 0, 0).f1 == Rates(0, 0, 3).precision == Rates(0, 2, 0).recall == 0.0


def test_calibration_error_is_the_mean_distance_within_bins() -> None:
    # Two said .1 of which one came true: off by .8 together; two said .9, both came: off by .2.
    assert calibration_error([0.1, 0.1, 0.9, 0.9], [False, True, True, True]) == pytest.approx(0.25)
    assert calibration_error([1.0, 0.0], [True, False]) == 0.0
    assert calibration_error([0.5] * 4, [True, False, True, False]) == 0.0
    assert calibration_error([], []) == 0.0


def test_confusion_has_a_row_for_each_true_label() -> None:
    counts = confusion("aabbc", "abbbc", "abc")
    assert counts == [[1, 1, 0], [0, 2, 0], [0, 0, 1]]


def test_the_worst_mistakes_come_first_and_right_ones_are_none() -> None:
    chances = [
        {"a": 0.6, "b": 0.4},
        {"a": 0.9, "b": 0.1},
        {"a": 0.55, "b": 0.45},
        {"a": 0.2, "b": 0.8},
    ]
    truth = ["a", "b", "b", "a"]
    assert worst(truth, chances, 10) == [1, 3, 2]
    assert worst(truth, chances, 2) == [1, 3]
