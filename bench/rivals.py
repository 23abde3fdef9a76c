"""Two ways that everybody tries first, over the same articles in ordinary SQLite tables.

LIKE   `title LIKE '%…%' OR body LIKE '%…%'` over one table
join   the same terms as ours in FTS5, joined to the table, ORDER BY published

Both ask a statement for the page, the total and each facet, with the indexes that anyone
would make.
"""

# ruff: noqa: S608 - SQL is put together from this file's own words

import time
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from monitor.index.embedded.match import plan
from monitor.index.tokens import TOKEN_CHARACTERS, tags, terms
from monitor.query import And, Document, Not, Or, Phrase, Query, SentimentIs
from monitor.query.tree import Node
from monitor.text.normalise import normalise

STATEMENTS = {
    "page": "SELECT id FROM {tables} WHERE {where} ORDER BY published DESC, id DESC LIMIT 20",
    "total": "SELECT count(*) FROM {tables} WHERE {where}",
    "sources": "SELECT source, count(*) FROM {tables} WHERE {where} GROUP BY 1",
    "sentiments": "SELECT sentiment, count(*) FROM {tables} WHERE {where} GROUP BY 1",
    "days": "SELECT day, count(*) FROM {tables} WHERE {where} GROUP BY 1",
    "topics": "SELECT topic, count(*) FROM topics, {tables}"
    " WHERE articles.id = article AND {where} GROUP BY 1",
}
# What each way of asking needs.
ASKS = {"page": ("page", "total"), "facets": tuple(STATEMENTS), "trend": ("days",)}

_SCHEMA = f"""
PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
CREATE TABLE articles (id INTEGER PRIMARY KEY, published INTEGER, day TEXT, title TEXT, body TEXT,
    source TEXT, sentiment TEXT);
CREATE TABLE topics (article INTEGER, topic TEXT, PRIMARY KEY (article, topic)) WITHOUT ROWID;
CREATE INDEX newest ON articles (published);
CREATE VIRTUAL TABLE words USING fts5 (title, body, tags, content = '',
    tokenize = "ascii tokenchars '{TOKEN_CHARACTERS}'");
"""


def make(file: Path, documents: Iterable[Document]) -> None:
    """The articles in one new file, for both ways."""
    connection = sqlite.connect(str(file), isolation_level=None)
    connection.executescript(_SCHEMA)
    rest = iter(documents)
    while some := list(islice(rest, 5_000)):
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?)", map(_row, some))
        connection.executemany(
            "INSERT INTO topics VALUES (?, ?)", [(d.id, t) for d in some for t in d.topics]
        )
        connection.executemany(
            "INSERT INTO words (rowid, title, body, tags) VALUES (?, ?, ?, ?)", map(_terms, some)
        )
        connection.execute("COMMIT")
    connection.close()


class Rivals:
    """The articles of a file that was made, asked in both ways."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite.connect(str(file), isolation_level=None)

    def times(self, query: Query) -> dict[tuple[str, str], float]:
        """Seconds of every (way, ask)."""
        spent = {
            (way, name): self._time(sql.format(tables=tables, where=where), values)
            for way, (tables, where, values) in (("LIKE", _like(query)), ("join", _join(query)))
            for name, sql in STATEMENTS.items()
        }
        return {
            (way, ask): sum(spent[way, name] for name in names)
            for way in ("LIKE", "join")
            for ask, names in ASKS.items()
        }

    def _time(self, sql: str, values: list[object]) -> float:
        began = time.perf_counter()
        self._connection.execute(sql, values).fetchall()
        return time.perf_counter() - began


def _row(document: Document) -> tuple[object, ...]:
    return (
        document.id,
        int(document.published.timestamp()),
        str(document.day),
        normalise(document.title).text,
        normalise(document.body).text,
        document.source,
        str(document.sentiment),
    )


def _terms(document: Document) -> tuple[object, ...]:
    streams = (document.title_stream, document.body_stream)
    return (document.id, *map(terms, streams), tags(document))


def _like(query: Query) -> tuple[str, str, list[object]]:
    values: list[object] = []
    return "articles", _condition(query.tree, values), values


def _join(query: Query) -> tuple[str, str, list[object]]:
    asked = plan(query.tree)
    values: list[object] = []
    filters = [_condition(node, values) for node in asked.filters]
    if asked.match is None:
        return "articles", " AND ".join(filters), values
    where = " AND ".join([*filters, "words.rowid = articles.id", "words MATCH ?"])
    return "articles, words", where, [*values, asked.match]


def _condition(node: Node | None, values: list[object]) -> str:
    """A WHERE clause; coarser than our contract, as LIKE knows no segments."""
    match node:
        case And(nodes) | Or(nodes):
            word = " AND " if isinstance(node, And) else " OR "
            return f"({word.join(_condition(child, values) for child in nodes)})"
        case Not(child):
            return f"NOT {_condition(child, values)}"
        case Phrase(stream):
            like = f"%{stream.replace('|', '').replace(' ', '%')}%"
            values += [like, like]
            return "(title LIKE ? OR body LIKE ?)"
        case SentimentIs(found):
            values += map(str, found)
            return f"sentiment IN ({', '.join('?' * len(found))})"
    return _filter(node, values)


def _filter(node: Node | None, values: list[object]) -> str:
    name, _, rest = str(node).partition(":")
    if name == "date":
        values += rest.split("..")
        return "day BETWEEN ? AND ?"
    slugs = rest.split(",")
    values += slugs
    marks = ", ".join("?" * len(slugs))
    if name == "topic":
        return f"articles.id IN (SELECT article FROM topics WHERE topic IN ({marks}))"
    return f"source IN ({marks})"
