"""What counts as a difference between rows and index, and what is only a write under way."""

from datetime import date

from monitor.index import Sum
from monitor.pipeline.difference import Shown, difference, differing_days

MONDAY, TUESDAY, WEDNESDAY = (date(2026, 11, day) for day in (23, 24, 25))


def test_days_with_equal_counts_and_sums_are_never_looked_at() -> None:
    rows = {MONDAY: Sum(3, 9), TUESDAY: Sum(1, 1)}
    assert differing_days(rows, dict(rows)) == []


def test_a_day_differs_by_its_count_its_revs_or_by_being_there_at_all() -> None:
    rows = {MONDAY: Sum(3, 9), TUESDAY: Sum(1, 1)}
    assert differing_days(rows, {MONDAY: Sum(3, 8), TUESDAY: Sum(1, 1)}) == [MONDAY]
    assert differing_days(rows, {MONDAY: Sum(2, 9), TUESDAY: Sum(1, 1)}) == [MONDAY]
    assert differing_days(rows, {MONDAY: Sum(3, 9), WEDNESDAY: Sum(1, 1)}) == [WEDNESDAY, TUESDAY]


def test_an_article_is_missing_stale_or_strange() -> None:
    rows = {1: Shown(2, 2), 2: Shown(3, 3), 3: Shown(1, 1), 4: Shown(5, 5)}
    found = difference(rows, {1: 2, 2: 2, 4: 7, 9: 1})
    assert found.missing == {3}
    assert found.stale == {2: 2, 4: 7}
    assert found.strange == {9: 1}
    assert not difference(rows, {1: 2, 2: 3, 3: 1, 4: 5})


def test_a_rev_between_what_was_written_and_what_is_to_be_is_a_write_under_way() -> None:
    for held in (2, 3, 4):
        assert not difference({1: Shown(rev=4, indexed_rev=2)}, {1: held})
    assert difference({1: Shown(rev=4, indexed_rev=2)}, {1: 1}).stale == {1: 1}
    assert difference({1: Shown(rev=4, indexed_rev=2)}, {1: 5}).stale == {1: 5}


def test_what_the_index_step_will_write_anyway_needs_no_mending() -> None:
    rows = {1: Shown(rev=4, indexed_rev=2), 2: Shown(rev=4, indexed_rev=3)}
    found = difference(rows, {2: 1})
    assert (found.missing, found.stale) == ({1}, {2: 1})
    assert not found.lasting(rows)


def test_a_rev_above_the_rows_is_mended_even_if_the_row_is_due_for_that_write_would_lose() -> None:
    rows = {1: Shown(rev=4, indexed_rev=2)}
    assert difference(rows, {1: 5}).lasting(rows).stale == {1: 5}


def test_what_has_no_row_is_strange_whatever_else_is_due() -> None:
    assert difference({}, {1: 5}).lasting({}).strange == {1: 5}
