"""Putting a batch of documents into one generation, all or none."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b

from pysqlite3 import dbapi2 as sqlite

from monitor.index.keys import candidates, key
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
    facets = _facets(connection, due)
    moved = []
    for document in due:
        old = stored.get(document.id)
        if old is None or not _stays(document, old, prepared[document.id]):
            moved.append(document)
            continue
        connection.execute(
            "UPDATE docs SET rev = ?, facet = ?, event = ? WHERE key = ?",
            (document.rev, facets[_facet(document)], document.event, old.key),
        )
    _replace(connection, moved, stored, facets, prepared)


def _stays(document: Document, old: _Stored, new: _Terms) -> bool:
    """Whether only what stands beside the words (rev, event) has changed."""
    same_place = old.key == key(document.published, document.id)
    return same_place and old.digest == new.digest


def _replace(
    connection: sqlite.Connection,
    documents: list[Document],
    stored: dict[int, _Stored],
    facets: dict[tuple[str, str, str], int],
    prepared: dict[int, _Terms],
) -> None:
    old = [(stored[d.id].key,) for d in documents if d.id in stored]
    connection.executemany("DELETE FROM docs WHERE key = ?", old)
    connection.executemany("DELETE FROM words WHERE rowid = ?", old)
    words = []
    for document in documents:
        new = prepared[document.id]
        row = (document.id, document.rev, facets[_facet(document)], document.event, new.digest)
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
            "INSERT OR IGNORE INTO docs (key, id, rev, facet, event, digest)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (candidate, *row),
        )
        if done.rowcount:
            return candidate
    raise IndexUnavailable(f"{document.published} 这一秒的文章太多，检索库放不下，请核对来源时间")


def _facet(document: Document) -> tuple[str, str, str]:
    return document.source, str(document.sentiment), " ".join(sorted(set(document.topics)))


def _facets(
    connection: sqlite.Connection, documents: Iterable[Document]
) -> dict[tuple[str, str, str], int]:
    """The numbers of the combinations that the documents show, made where they are new."""
    wanted = {_facet(document) for document in documents}
    connection.executemany(
        "INSERT OR IGNORE INTO facets (source, sentiment, topics) VALUES (?, ?, ?)", wanted
    )
    find = "SELECT id FROM facets WHERE source = ? AND sentiment = ? AND topics = ?"
    return {one: connection.execute(find, one).fetchone()[0] for one in wanted}
