"""Putting a batch of documents into one generation, all or none."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

from pysqlite3 import dbapi2 as sqlite

from monitor.index.embedded.keys import candidates, key
from monitor.index.protocol import IndexUnavailable
from monitor.index.tokens import pairs, tags
from monitor.query import Document

_STORED = "SELECT id, key, rev, digest FROM docs WHERE id IN (SELECT value FROM json_each(?))"


@dataclass(frozen=True, slots=True)
class _Stored:
    key: int
    rev: int
    digest: int


@dataclass(frozen=True, slots=True)
class _Terms:
    """What FTS5 is given of a document: three columns, and their digest."""

    columns: tuple[str, str, str]
    digest: int


def write(connection: sqlite.Connection, documents: Sequence[Document]) -> None:
    """Insert or replace by id in one transaction; a rev below the stored one loses."""
    newest: dict[int, Document] = {}
    for document in documents:
        if document.id not in newest or newest[document.id].rev <= document.rev:
            newest[document.id] = document
    # Cutting text into terms is the slow part: it is done before the lock is taken.
    prepared = {number: _prepare(document) for number, document in newest.items()}
    connection.execute("BEGIN IMMEDIATE")
    try:
        _put(connection, newest, prepared)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def _prepare(document: Document) -> _Terms:
    title, body = document.title_stream, document.body_stream
    marks = tags(document)
    text = "\n".join((title, body, marks)).encode()
    digest = int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
    return _Terms((" ".join(pairs(title)), " ".join(pairs(body)), marks), digest)


def _put(
    connection: sqlite.Connection, newest: dict[int, Document], prepared: dict[int, _Terms]
) -> None:
    rows = connection.execute(_STORED, (json.dumps(list(newest)),))
    stored = {number: _Stored(*rest) for number, *rest in rows}
    due = [d for d in newest.values() if d.id not in stored or stored[d.id].rev <= d.rev]
    numbers = _numbered(connection, due)
    moved = []
    for document in due:
        old = stored.get(document.id)
        if old is None or not _stays(document, old, prepared[document.id]):
            moved.append(document)
            continue
        connection.execute(
            "UPDATE docs SET rev = ?, event = ? WHERE key = ?",
            (document.rev, document.event, old.key),
        )
    _replace(connection, moved, stored, numbers, prepared)


def _stays(document: Document, old: _Stored, new: _Terms) -> bool:
    """Whether only what stands beside the words (rev, event) has changed."""
    same_place = old.key == key(document.published, document.id)
    return same_place and old.digest == new.digest


def _replace(
    connection: sqlite.Connection,
    documents: list[Document],
    stored: dict[int, _Stored],
    numbers: dict[int, tuple[int, int]],
    prepared: dict[int, _Terms],
) -> None:
    old = [(stored[d.id].key,) for d in documents if d.id in stored]
    connection.executemany("DELETE FROM docs WHERE key = ?", old)
    connection.executemany("DELETE FROM words WHERE rowid = ?", old)
    words = []
    for document in documents:
        new = prepared[document.id]
        row = (document.id, document.rev, *numbers[document.id], document.event, new.digest)
        words.append((_place(connection, document, row), *new.columns))
    # Ascending, for FTS5 flushes what it has gathered whenever a rowid goes down.
    words.sort()
    connection.executemany(
        "INSERT INTO words (rowid, title, body, tags) VALUES (?, ?, ?, ?)",
        words,
    )


def _place(connection: sqlite.Connection, document: Document, row: tuple[object, ...]) -> int:
    """Insert the row under the first free key."""
    for candidate in candidates(document.published, document.id):
        done = connection.execute(
            "INSERT OR IGNORE INTO docs (key, id, rev, kind, topics, event, digest)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (candidate, *row),
        )
        if done.rowcount:
            return candidate
    raise IndexUnavailable(f"{document.published} 这一秒的文章太多，检索库放不下，请核对来源时间")


def _numbered(
    connection: sqlite.Connection, documents: Sequence[Document]
) -> dict[int, tuple[int, int]]:
    """(kind, set of topics) of each document by id, as numbers made where they are new.

    Few distinct ones stand for many documents, so that counting facets is counting numbers.
    """
    kinds = {(d.source, str(d.sentiment)) for d in documents}
    connection.executemany("INSERT OR IGNORE INTO kinds (source, sentiment) VALUES (?, ?)", kinds)
    find = "SELECT id FROM kinds WHERE source = ? AND sentiment = ?"
    kind = {one: connection.execute(find, one).fetchone()[0] for one in kinds}
    sets = {_topics(d) for d in documents}
    connection.executemany(
        "INSERT OR IGNORE INTO topic_sets (slugs) VALUES (?)", [(one,) for one in sets]
    )
    find = "SELECT id FROM topic_sets WHERE slugs = ?"
    topics = {one: connection.execute(find, (one,)).fetchone()[0] for one in sets}
    return {d.id: (kind[d.source, str(d.sentiment)], topics[_topics(d)]) for d in documents}


def _topics(document: Document) -> str:
    return " ".join(sorted(set(document.topics)))
