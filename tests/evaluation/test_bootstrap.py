"""Better, or only luck with these texts?"""

import numpy as np
import pytest

from monitor.evaluation.bootstrap import Comparison, Figure, Rows, paired


def share(right: list[int]) -> Figure:
    known = np.array(right, float)
    return lambda rows: float(known[rows].mean())


def compare(candidate: list[int], active: list[int]) -> Comparison:
    return paired(share(candidate), share(active), len(candidate))


def test_a_gain_on_half_of_the_texts_is_better_beyond_noise() -> None:
    found = compare([1] * 200, [1, 0] * 100)
    assert found.difference == 0.5
    assert 0.4 < found.low < 0.5 < found.high < 0.6
    assert found.better


def test_a_gain_on_two_texts_of_two_hundred_may_be_luck() -> None:
    found = compare([1, 1, 0] + [1, 0] * 99, [0, 0, 1] + [1, 0] * 99)
    assert found.difference > 0
    assert not found.better


def test_the_same_draws_are_made_for_both_so_that_hard_texts_cancel_out() -> None:
    found = compare([1, 0] * 100, [1, 0] * 100)
    assert (found.low, found.high) == (0.0, 0.0)


def test_a_draw_without_a_figure_is_left_out_and_none_at_all_is_refused() -> None:
    def sometimes(rows: Rows) -> float:
        return float("nan") if 0 in rows else 1.0

    assert paired(sometimes, lambda _rows: 0.0, 3).low == 1.0
    with pytest.raises(ValueError, match="no draw"):
        paired(lambda _rows: float("nan"), lambda _rows: 0.0, 3)
    with pytest.raises(ValueError, match="nothing"):
        paired(sometimes, sometimes, 0)
