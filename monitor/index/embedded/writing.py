"""Putting a batch of documents into one generation, all or none."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import blake2b

from pysqlite3 import dbapi2 as sqlite

from monitor.index.embedded import columns, registers
from monitor.index.embedded.columns import NO_EVENT
from monitor.index.embedded.reading import second_of
from monitor.index.protocol import Refusal
from monitor.index.tokens import tags, terms
from monitor.query import Document

GONE = 0
"""The row of an article that was removed; rows are numbered from 1 on."""

_STORED = f"""
SELECT id, row, rev, month, digest FROM docs WHERE id IN (SELECT value FROM json_each(?1))
UNION ALL
SELECT id, {GONE}, rev, month, NULL FROM gone WHERE id IN (SELECT value FROM json_each(?1))
"""  # noqa: S608 - a number of our own


@dataclass(frozen=True, slots=True)
class Stored:
    """What the generation knows of an id; `row` is GONE where it was removed."""

    row: int
    rev: int
    month: str
    digest: int | None

    def yields_to(self, document: Document) -> bool:
        """Whether the document is newer, or as new and there."""
        return document.rev > self.rev or (document.rev == self.rev and self.row != GONE)


@dataclass(frozen=True, slots=True)
class _Terms:
    """What FTS5 is given of a document: three columns; and the digest of all but rev and event."""

    columns: tuple[str, str, str]
    keywords: tuple[str, ...]
    digest: int


def write(connection: sqlite.Connection, documents: Sequence[Document]) -> list[Refusal]:
    """Insert or replace by id in one transaction; a rev below the stored one loses."""
    newest: dict[int, Document] = {}
    for document in documents:
        if document.id not in newest or newest[document.id].rev <= document.rev:
            newest[document.id] = document
    refused: list[Refusal] = []
    # Cutting text into terms is the slow part: it is done before the lock is taken.
    prepared: dict[int, _Terms] = {}
    for number, document in newest.items():
        try:
            prepared[number] = _prepare(document)
        except UnicodeEncodeError as error:
            refused.append(Refusal(number, f"关键词或月份含有无法保存的字符（{error.reason}）"))
        except ValueError as error:
            refused.append(Refusal(number, str(error)))
    with transaction(connection):
        _put(connection, [newest[number] for number in prepared], prepared)
    return refused


@contextmanager
def transaction(connection: sqlite.Connection) -> Iterator[None]:
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def stored(connection: sqlite.Connection, numbers: Iterable[int]) -> dict[int, Stored]:
    """What is known of these ids."""
    rows = connection.execute(_STORED, (json.dumps(list(numbers)),))
    return {number: Stored(*rest) for number, *rest in rows}


def take_out(connection: sqlite.Connection, rows: Sequence[int]) -> None:
    """Make rows dead."""
    one_each = [(row,) for row in rows]
    connection.executemany("DELETE FROM docs WHERE row = ?", one_each)
    connection.executemany("DELETE FROM words WHERE rowid = ?", one_each)
    columns.change(connection, "kind", dict.fromkeys(rows, columns.DEAD))
    registers.forget_keywords(connection, rows)


def _prepare(document: Document) -> _Terms:
    title, body = document.title_stream, document.body_stream
    marks = tags(document)
    keywords = tuple(dict.fromkeys(document.words))
    rest = (document.month, str(second_of(document.published)), *keywords)
    text = "\n".join((title, body, marks, *rest)).encode()
    digest = int.from_bytes(blake2b(text, digest_size=8).digest(), "big", signed=True)
    return _Terms((terms(title), terms(body), marks), keywords, digest)


def _put(
    connection: sqlite.Connection, documents: Sequence[Document], prepared: dict[int, _Terms]
) -> None:
    known = stored(connection, prepared)
    due = [d for d in documents if d.id not in known or known[d.id].yields_to(d)]
    # Where only what stands beside the words has changed, the row stays.
    staying = {
        known[d.id].row: d
        for d in due
        if d.id in known and known[d.id].digest == prepared[d.id].digest
    }
    connection.executemany(
        "UPDATE docs SET rev = ? WHERE row = ?", [(d.rev, row) for row, d in staying.items()]
    )
    columns.change(connection, "event", {row: _event(d) for row, d in staying.items()})
    moving = [d for d in due if d.id not in known or known[d.id].row not in staying]
    if moving:
        _replace(connection, moving, known, prepared)


def _event(document: Document) -> int:
    return NO_EVENT if document.event is None else document.event


def _replace(
    connection: sqlite.Connection,
    documents: Sequence[Document],
    known: Mapping[int, Stored],
    prepared: Mapping[int, _Terms],
) -> None:
    """Give the documents the rows that follow the last one ever given."""
    old = [known[d.id] for d in documents if d.id in known]
    take_out(connection, [one.row for one in old if one.row != GONE])
    connection.executemany("DELETE FROM gone WHERE id = ?", [(d.id,) for d in documents])
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'docs'").fetchone()
    first = last[0] + 1 if last else GONE + 1
    rows = range(first, first + len(documents))
    connection.executemany(
        "INSERT INTO docs (row, id, rev, day, month, digest) VALUES (?, ?, ?, ?, ?, ?)",
        [
            (row, d.id, d.rev, d.day.toordinal(), d.month, prepared[d.id].digest)
            for row, d in zip(rows, documents, strict=True)
        ],
    )
    connection.executemany(
        "INSERT INTO words (rowid, title, body, tags) VALUES (?, ?, ?, ?)",
        [(row, *prepared[d.id].columns) for row, d in zip(rows, documents, strict=True)],
    )
    columns.append(
        connection,
        first,
        {
            "second": [second_of(d.published) for d in documents],
            "id": [d.id for d in documents],
            "event": [_event(d) for d in documents],
            "day": [d.day.toordinal() for d in documents],
            "kind": registers.kinds(connection, documents),
            "topics": registers.topic_sets(connection, documents),
        },
    )
    registers.keep_keywords(connection, rows, [prepared[d.id].keywords for d in documents])
