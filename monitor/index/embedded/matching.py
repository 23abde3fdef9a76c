"""Which rows a query finds: words by FTS5, filters beside them by the columns."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt
from pysqlite3 import dbapi2 as sqlite

from monitor.index.embedded.columns import DEAD, Columns
from monitor.index.embedded.kept import Kept, Match, Numbers
from monitor.index.embedded.match import plan
from monitor.query import And, DateIn, Node, Not, Or, Query, SentimentIs, SourceIs, TopicIs

Truths = npt.NDArray[np.bool_]

# One string of numbers, not a Python object for each row: 45 ns a row instead of 250.
_MATCHING = """
SELECT group_concat(rowid, ' ')
FROM (SELECT rowid FROM words WHERE words MATCH ? AND rowid > ? ORDER BY rowid)
"""
_LAST = "SELECT seq FROM sqlite_sequence WHERE name = 'docs'"
_OF_SOURCES = "SELECT number FROM kinds WHERE source IN (SELECT value FROM json_each(?))"
_OF_SENTIMENTS = "SELECT number FROM kinds WHERE sentiment IN (SELECT value FROM json_each(?))"
_OF_TOPICS = """
SELECT number FROM topic_sets, json_each(?)
WHERE instr(' ' || slugs || ' ', ' ' || value || ' ')
"""


@dataclass(frozen=True, slots=True)
class Moment:
    """A generation as it stands at one moment, whatever is being written."""

    connection: sqlite.Connection
    columns: Columns
    kept: Kept


@contextmanager
def moment(connection: sqlite.Connection, kept: Kept) -> Iterator[Moment]:
    """A read transaction, ended at once: one that lasts keeps the WAL from being reset."""
    connection.execute("BEGIN")
    try:
        yield Moment(connection, Columns(connection, kept), kept)
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def matching(now: Moment, query: Query) -> Numbers:
    """The rows that the query finds, ascending: in the order of writing."""
    asked = plan(query.tree)
    if asked.match is None or asked.unwanted:
        truths = now.columns.whole("kind") != DEAD
        if asked.match is not None:
            truths[_matching(now, asked.match)] = False
        for node in asked.filters:
            truths &= _truths(now.connection, node, now.columns.whole)
        return np.flatnonzero(truths)
    rows = _matching(now, asked.match)
    for node in asked.filters:
        columns = _Rows(now.columns, rows)
        rows = rows[_truths(now.connection, node, columns)]
    return rows


def _matching(now: Moment, expression: str) -> Numbers:
    """The rows that the expression finds.

    What a row says never changes, so what was found before is still found where it lives, and
    only later rows are asked.
    """
    columns, age = now.columns, now.columns.age
    kept = now.kept.match(columns.stamp, expression)
    # Another thread may have kept what it found at a later moment than ours.
    if kept is None or kept.age > age:
        kept = Match(-1, 0, np.empty(0, np.int32))
    if kept.age < age:
        living = kept.rows[columns.take("kind", kept.rows) != DEAD]
        (later,) = now.connection.execute(_MATCHING, (expression, kept.upto)).fetchone()
        if later:
            living = np.concatenate([living, np.fromstring(later, np.int32, sep=" ")])
        last = now.connection.execute(_LAST).fetchone()
        kept = Match(age, last[0] if last else 0, living)
        now.kept.keep_match(columns.stamp, expression, kept)
    return kept.rows.astype(np.int64)


@dataclass(frozen=True, slots=True)
class _Rows:
    """The columns of some rows."""

    columns: Columns
    rows: Numbers

    def __call__(self, name: str) -> Numbers:
        return self.columns.take(name, self.rows)


def _truths(connection: sqlite.Connection, node: Node, column: Callable[[str], Numbers]) -> Truths:
    """For each row whether a node that asks for nothing but columns is true of it."""
    match node:
        case And(nodes):
            return reduce(np.logical_and, [_truths(connection, n, column) for n in nodes])
        case Or(nodes):
            return reduce(np.logical_or, [_truths(connection, n, column) for n in nodes])
        case Not(child):
            return ~_truths(connection, child, column)
        case DateIn(first, last):
            days = column("day")
            low = days >= (first.toordinal() if first else 0)
            return low & (days <= last.toordinal()) if last else low
        case SourceIs(values):
            name, sql = "kind", _OF_SOURCES
        case SentimentIs(values):
            name, sql = "kind", _OF_SENTIMENTS
        case TopicIs(values):
            name, sql = "topics", _OF_TOPICS
        case _:
            raise TypeError(f"no column tells {node}")
    numbers = [number for (number,) in connection.execute(sql, (json.dumps(values),))]
    found = column(name)
    wanted = np.zeros(max(found.max(initial=0), *numbers, 0) + 1, bool)
    wanted[numbers] = True
    truths: Truths = wanted[found]
    return truths
