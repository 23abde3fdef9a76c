"""Answering a query from one generation: a page, its total, its facets, in one snapshot."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from datetime import date

from pysqlite3 import dbapi2 as sqlite

from monitor.index.embedded.keys import ID_BITS, instant, key, key_range
from monitor.index.embedded.match import Plan, plan
from monitor.index.protocol import Cursor, Facets, Hit, Page
from monitor.query import Query
from monitor.words import day_of

# Rows held at a time while counting.
_CHUNK = 20_000


def search(
    connection: sqlite.Connection,
    query: Query,
    *,
    size: int,
    before: Cursor | None,
    facets: bool,
    fold: bool,
) -> Page:
    """One page; page, total and facets are of one moment, whatever is being written."""
    asked = plan(query.tree)
    connection.execute("BEGIN")
    try:
        upto = None if before is None else _key_of(connection, before)
        if fold:
            return _folded(connection, asked, size, upto, facets)
        return _plain(connection, asked, size, upto, facets)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _key_of(connection: sqlite.Connection, cursor: Cursor) -> int:
    """The cursor's row if it still stands there, else where it would stand."""
    usual = key(cursor.published, cursor.id)
    row = connection.execute("SELECT key FROM docs WHERE id = ?", (cursor.id,)).fetchone()
    if row is not None and row[0] >> ID_BITS == usual >> ID_BITS:
        return int(row[0])
    return usual


def _plain(
    connection: sqlite.Connection, asked: Plan, size: int, upto: int | None, facets: bool
) -> Page:
    keys = [k for (k,) in _rows(connection, asked, "key", upto=upto, limit=size + 1)]
    more = len(keys) > size
    hits = tuple(_hit(connection, k) for k in keys[:size])
    following = Cursor(hits[-1].published, hits[-1].id) if more and hits else None
    if not facets:
        return Page(hits, _total(connection, asked), None, following)
    tally = _Tally()
    for chunk in _chunks(_rows(connection, asked, "key, kind, topics")):
        tally.add(*zip(*chunk, strict=True))
    return Page(hits, tally.total, tally.facets(connection), following)


def _folded(
    connection: sqlite.Connection, asked: Plan, size: int, upto: int | None, facets: bool
) -> Page:
    tally = _Tally()
    newest: dict[int, int] = {}
    counts: Counter[int] = Counter()
    # An article without an event is one by itself; its negative id names no event.
    for chunk in _chunks(_rows(connection, asked, "key, kind, topics, coalesce(event, -1 - id)")):
        keys, kinds, topics, events = zip(*chunk, strict=True)
        tally.add(keys, kinds, topics)
        counts.update(events)
        for event, row_key in zip(events, keys, strict=True):
            newest.setdefault(event, row_key)
    # Rows came newest first, so the events stand in the order of their newest article.
    later = [(e, k) for e, k in newest.items() if upto is None or k < upto][: size + 1]
    hits = tuple(_hit(connection, k, counts[e]) for e, k in later[:size])
    following = Cursor(hits[-1].published, hits[-1].id) if len(later) > size and hits else None
    found = tally.facets(connection) if facets else None
    return Page(hits, tally.total, found, following, len(newest))


def _hit(connection: sqlite.Connection, row_key: int, count: int = 1) -> Hit:
    row = connection.execute("SELECT id, event FROM docs WHERE key = ?", (row_key,)).fetchone()
    return Hit(row[0], instant(row_key), row[1], count)


def _total(connection: sqlite.Connection, asked: Plan) -> int:
    row = next(_rows(connection, asked, "count(*)", order=""))
    return int(row[0])


def _rows(
    connection: sqlite.Connection,
    asked: Plan,
    columns: str,
    *,
    upto: int | None = None,
    limit: int = -1,
    order: str = "ORDER BY {key} DESC LIMIT ?",
) -> Iterator[tuple[int, ...]]:
    """Columns of docs of the matching rows, newest first."""
    values: list[object] = []
    if asked.match is None:
        source, name, where = "docs", "key", ["1"]
    else:
        source, name, where = "words", "words.rowid", ["words MATCH ?"]
        values.append(asked.match)
        if columns == "key":
            columns = "words.rowid"
        elif columns != "count(*)":
            source = "words CROSS JOIN docs ON docs.key = words.rowid"
    for comparison, bound in ((">=", asked.low), ("<=", asked.high), ("<", upto)):
        if bound is not None:
            where.append(f"{name} {comparison} ?")
            values.append(bound)
    if order:
        values.append(limit)
    # Only our own column names are put into the text; every value is bound.
    sql = f"SELECT {columns} FROM {source} WHERE {' AND '.join(where)} {order.format(key=name)}"  # noqa: S608
    return iter(connection.execute(sql, values))


def _chunks(rows: Iterator[tuple[int, ...]]) -> Iterator[list[tuple[int, ...]]]:
    cursor = rows
    while chunk := cursor.fetchmany(_CHUNK):  # type: ignore[attr-defined]
        yield chunk


class _Tally:
    """Counts by facet and by day of rows that come newest first."""

    def __init__(self) -> None:
        self.total = 0
        self.kinds: Counter[int] = Counter()
        self.topics: Counter[int] = Counter()
        self.days: Counter[date] = Counter()

    def add(self, keys: tuple[int, ...], kinds: tuple[int, ...], topics: tuple[int, ...]) -> None:
        self.total += len(keys)
        self.kinds.update(kinds)
        self.topics.update(topics)
        at = 0
        # Descending keys: each day is a run, whose end is found by halving.
        while at < len(keys):
            day = day_of(instant(keys[at]))
            low, _ = key_range(day, None)
            end = len(keys) if low is None else bisect_left(keys, -low + 1, at, key=_negative)
            self.days[day] += end - at
            at = end

    def facets(self, connection: sqlite.Connection) -> Facets:
        topics: Counter[str] = Counter()
        sources: Counter[str] = Counter()
        sentiments: Counter[str] = Counter()
        for kind, count in self.kinds.items():
            source, sentiment = connection.execute(
                "SELECT source, sentiment FROM kinds WHERE id = ?", (kind,)
            ).fetchone()
            sources[source] += count
            sentiments[sentiment] += count
        for number, count in self.topics.items():
            (slugs,) = connection.execute(
                "SELECT slugs FROM topic_sets WHERE id = ?", (number,)
            ).fetchone()
            for slug in slugs.split():
                topics[slug] += count
        return Facets(topics, sources, sentiments, self.days)


def _negative(row_key: int) -> int:
    return -row_key
