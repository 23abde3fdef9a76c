"""Stretches of time: what is needed, less what is held."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.detect.stretches import Stretch, around, before, joined, lacking, within
from tests.detect.desk import NOW

WEEK = timedelta(days=7)


def at(since: int, until: int) -> Stretch:
    return Stretch(NOW + timedelta(days=since), NOW + timedelta(days=until))


def test_stretches_that_touch_become_one() -> None:
    assert joined([at(5, 8), at(0, 2), at(2, 3), at(6, 7)]) == [at(0, 3), at(5, 8)]


def test_only_the_gaps_are_lacking() -> None:
    assert lacking([at(0, 10)], [at(2, 3), at(5, 20)]) == [at(0, 2), at(3, 5)]
    assert lacking([at(0, 10)], [at(-1, 10)]) == []
    assert lacking([at(0, 10)], []) == [at(0, 10)]
    assert lacking([at(0, 10)], [at(-5, -1), at(11, 12)]) == [at(0, 10)]


def test_what_is_held_and_kept_is_the_overlap() -> None:
    assert within([at(0, 10)], [at(-3, 2), at(8, 30)]) == [at(0, 2), at(8, 10)]


def test_the_ends_of_the_calendar_are_no_error() -> None:
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert before(first, WEEK) == first
    assert around(last, WEEK).until == last
    assert around(first, WEEK) == Stretch(first, first + WEEK)


_STRETCHES = st.lists(
    st.tuples(st.integers(0, 20), st.integers(1, 6)).map(lambda pair: at(pair[0], sum(pair))),
    max_size=6,
)


@given(_STRETCHES, _STRETCHES, st.integers(0, 30))
def test_each_needed_moment_is_either_held_or_lacking(
    needed: list[Stretch], held: list[Stretch], day: int
) -> None:
    moment = NOW + timedelta(days=day, hours=12)

    def holds(stretches: list[Stretch]) -> bool:
        return any(stretch.since <= moment <= stretch.until for stretch in stretches)

    assert holds(lacking(needed, held)) == (holds(needed) and not holds(held))
