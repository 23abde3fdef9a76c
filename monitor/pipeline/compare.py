"""Comparing the rows with one generation of the index, and what mends it.

    sums of rows by day ─┐
                         ├─▶ differing days ─▶ revs of a day against its rows ─▶ Difference
    sums of the index ───┘

Rows are read before the index and the doubtful ones again after it, so that a write under way
is never taken for a difference.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from itertools import islice

from django.db import transaction
from django.db.models import CharField, Count, Func
from django.db.models import Sum as Total

from monitor.index import Removal, Sum
from monitor.models import Article, bulk
from monitor.pipeline.difference import Difference, Shown, difference
from monitor.pipeline.index import search_index
from monitor.words import day_bounds, day_of

BATCH = 500


def row_sums() -> dict[date, Sum]:
    """What the index should hold, by the Shanghai day of publication."""
    counts: dict[date, int] = defaultdict(int)
    revs: dict[date, int] = defaultdict(int)
    hours = (
        _shown()
        .annotate(hour=_Hour("published"))
        .values_list("hour")
        .annotate(Count("id"), Total("indexed_rev"))
    )
    for hour, count, total in hours.iterator():
        # An hour tells the day: since 1901 Shanghai has been whole hours from UTC.
        day = day_of(datetime.fromisoformat(f"{hour}:00+00:00"))
        counts[day] += count
        revs[day] += total
    return {day: Sum(count, revs[day]) for day, count in counts.items()}


def differences(generation: str, day: date) -> tuple[Difference, dict[int, Shown]]:
    """What differs on one day between a generation and the rows, and those rows."""
    rows = _rows_of_day(day)
    held = search_index().revs(generation, day)
    found = difference(rows, held)
    # Since then a row may have moved on, or have been written for the first time.
    rows |= _rows([*found.stale, *found.strange], day)
    return difference(rows, held), rows


def raise_revs(held: Mapping[int, int]) -> None:
    """Give these articles a rev above their own and above the one given, so that the next write
    wins; what changed meanwhile is left alone, for it is written anyway."""
    for part in _parts(held):
        changes = [
            (max(row.rev, held[number]) + 1, number, row.rev, row.indexed_rev)
            for number, row in _rows(part).items()
        ]
        with transaction.atomic():
            bulk.update(Article, ("rev = %s",), changes, where=("id", "rev", "indexed_rev"))


def take_out(generation: str, strange: Mapping[int, int]) -> None:
    """Remove articles that have no row on this day."""
    for part in _parts(strange):
        search_index().remove(generation, [Removal(number, strange[number], "") for number in part])


class _Hour(Func):
    """The UTC hour of an instant, `YYYY-MM-DD HH`, the same text on both databases."""

    output_field = CharField()

    def as_sqlite(self, compiler, connection, **_):  # type: ignore[no-untyped-def]
        return self.as_sql(compiler, connection, template="substr(%(expressions)s, 1, 13)")

    def as_postgresql(self, compiler, connection, **_):  # type: ignore[no-untyped-def]
        template = "to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')"
        return self.as_sql(compiler, connection, template=template)


def _shown():  # type: ignore[no-untyped-def]
    """Articles that the index holds, by what their rows say."""
    return Article.objects.filter(indexed_rev__gt=0).order_by()


def _rows_of_day(day: date) -> dict[int, Shown]:
    start, end = day_bounds(day)
    rows = _shown().filter(published__gte=start, published__lt=end)
    found = rows.values_list("pk", "rev", "indexed_rev").iterator()
    return {number: Shown(rev, indexed_rev) for number, rev, indexed_rev in found}


def _rows(numbers: Collection[int], day: date | None = None) -> dict[int, Shown]:
    """These articles' rows as they are now, shown or not; with `day`, those published on it."""
    rows = {}
    for part in _parts(numbers):
        found = Article.objects.filter(pk__in=part)
        if day is not None:
            start, end = day_bounds(day)
            found = found.filter(published__gte=start, published__lt=end)
        for number, rev, indexed_rev in found.values_list("pk", "rev", "indexed_rev"):
            rows[number] = Shown(rev, indexed_rev)
    return rows


def _parts(numbers: Collection[int]) -> Iterator[list[int]]:
    rest = iter(numbers)
    while part := list(islice(rest, BATCH)):
        yield part
