"""What is told of the rows that a query finds: a page, facets, days, stories, a list."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import numpy as np

from monitor.index.embedded.columns import NO_EVENT
from monitor.index.embedded.kept import Numbers
from monitor.index.embedded.matching import Moment, Truths, matching
from monitor.index.protocol import Cursor, Facets, Hit, Page, Sum
from monitor.query import Query

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def second_of(published: datetime) -> int:
    """The second of publication, rounded down."""
    return (published - _EPOCH) // _SECOND


def page(
    now: Moment, query: Query, size: int, before: Cursor | None, *, facets: bool, fold: bool
) -> Page:
    """One page, its total and its facets."""
    rows = matching(now, query)
    counted = _facets(now, rows) if facets else None
    if fold:
        newest, counts, folded = _stories(now, rows, size + 1, before)
    else:
        newest, folded = newest_first(now, rows, size + 1, before), None
        counts = np.ones(len(newest), np.int64)
    hits = tuple(map(_hit, *_shown(now, newest[:size]), counts[:size].tolist()))
    more = len(newest) > size and hits
    following = Cursor(hits[-1].published, hits[-1].id) if more else None
    return Page(hits, len(rows), counted, following, folded)


def newest_first(now: Moment, rows: Numbers, many: int, before: Cursor | None = None) -> Numbers:
    """The `many` newest of the rows after the cursor, by (second, id) descending."""
    seconds = now.columns.take("second", rows)
    if before is not None:
        rows = rows[_after(now, rows, seconds, before)]
        seconds = now.columns.take("second", rows)
    if len(rows) > many:
        # All of the second at which the page ends, so that their ids decide.
        near = seconds >= np.partition(seconds, len(rows) - many)[len(rows) - many]
        rows, seconds = rows[near], seconds[near]
    order = np.lexsort((now.columns.take("id", rows), seconds))[::-1]
    return rows[order[:many]]


def _after(now: Moment, rows: Numbers, seconds: Numbers, before: Cursor) -> Truths:
    """Which rows stand after the cursor in the order of search."""
    second = second_of(before.published)
    same = np.flatnonzero(seconds == second)
    after: Truths = seconds < second
    after[same] = now.columns.take("id", rows[same]) < before.id
    return after


def _stories(
    now: Moment, rows: Numbers, many: int, before: Cursor | None
) -> tuple[Numbers, Numbers, int]:
    """The newest row and the count of rows of each event, newest first, and how many there are.

    A row without an event is a story by itself.
    """
    seconds, events = now.columns.take("second", rows), now.columns.take("event", rows)
    order = np.lexsort((now.columns.take("id", rows), seconds))[::-1]
    # No event has a negative number.
    stories = np.where(events == NO_EVENT, -1 - rows, events)[order]
    _, firsts, counts = np.unique(stories, return_index=True, return_counts=True)
    by_newest = np.argsort(firsts)
    at, counts = order[firsts[by_newest]], counts[by_newest]
    if before is not None:
        ascending = np.sort(at)
        after = np.zeros(len(rows), bool)
        after[ascending] = _after(now, rows[ascending], seconds[ascending], before)
        at, counts = at[after[at]], counts[after[at]]
    return rows[at[:many]], counts[:many], len(firsts)


def _shown(now: Moment, rows: Numbers) -> tuple[list[int], list[int], list[int]]:
    """Id, second and event of rows in any order."""
    ascending = np.sort(rows)
    at = np.searchsorted(ascending, rows)
    ids, seconds, events = (
        now.columns.take(name, ascending)[at].tolist() for name in ("id", "second", "event")
    )
    return ids, seconds, events


def _hit(number: int, second: int, event: int, count: int = 1) -> Hit:
    return Hit(number, _EPOCH + second * _SECOND, None if event == NO_EVENT else event, count)


def _facets(now: Moment, rows: Numbers) -> Facets:
    topics: Counter[str] = Counter()
    sources: Counter[str] = Counter()
    sentiments: Counter[str] = Counter()
    of_kind = np.bincount(now.columns.take("kind", rows)).tolist()
    of_topics = np.bincount(now.columns.take("topics", rows)).tolist()
    kinds = now.connection.execute("SELECT number, source, sentiment FROM kinds")
    for number, source, sentiment in kinds:
        if number < len(of_kind) and of_kind[number]:
            sources[source] += of_kind[number]
            sentiments[sentiment] += of_kind[number]
    for number, slugs in now.connection.execute("SELECT number, slugs FROM topic_sets"):
        if number < len(of_topics) and of_topics[number]:
            for slug in slugs.split():
                topics[slug] += of_topics[number]
    return Facets(topics, sources, sentiments, _days(now, rows))


def trend(now: Moment, query: Query) -> dict[date, int]:
    """How many rows each Shanghai day has."""
    return _days(now, matching(now, query))


def _days(now: Moment, rows: Numbers) -> dict[date, int]:
    days = now.columns.take("day", rows)
    if not len(days):
        return {}
    first = int(days.min())
    counts = np.bincount(days - first)
    return {
        date.fromordinal(first + day): int(counts[day]) for day in np.flatnonzero(counts).tolist()
    }


def scan(now: Moment, query: Query, before: Cursor | None) -> Iterator[Hit]:
    """All hits, newest first: read at once as numbers, 24 bytes a hit, and told one by one."""
    rows = matching(now, query)
    if before is not None:
        rows = rows[_after(now, rows, now.columns.take("second", rows), before)]
    ids, seconds = now.columns.take("id", rows), now.columns.take("second", rows)
    events = now.columns.take("event", rows)
    order = np.lexsort((ids, seconds))[::-1]
    return _told(ids[order], seconds[order], events[order])


def _told(ids: Numbers, seconds: Numbers, events: Numbers) -> Iterator[Hit]:
    for number, second, event in zip(ids, seconds, events, strict=True):
        yield _hit(int(number), int(second), int(event))


def sums(now: Moment) -> dict[date, Sum]:
    """Count and sum of revs of each Shanghai day."""
    rows = now.connection.execute("SELECT day, count(*), sum(rev) FROM docs GROUP BY day")
    return {date.fromordinal(day): Sum(count, revs) for day, count, revs in rows}


def revs(now: Moment, day: date) -> dict[int, int]:
    """The rev of every document of a day, by id."""
    found = "SELECT id, rev FROM docs WHERE day = ?"
    return dict(now.connection.execute(found, (day.toordinal(),)).fetchall())


def count(now: Moment) -> int:
    """How many rows live."""
    return int(np.count_nonzero(now.columns.whole("kind")))
