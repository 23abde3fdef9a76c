"""What stands in the file of a generation.

An article is a *row*, numbered in the order of writing; a number is never used again, and what
is replaced comes back under a new one. So FTS5 only ever appends, its lists of rows are lists
of small steps, and what is counted are columns of numbers (`columns`), indexed by row.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pysqlite3 import dbapi2 as sqlite

from monitor.index.tokens import TOKEN_CHARACTERS

LAYOUT = 5
"""Written into each file; another number means another layout, which only reindexing cures."""

_SCHEMA = f"""
CREATE TABLE docs (
    row INTEGER PRIMARY KEY AUTOINCREMENT,
    id INTEGER NOT NULL UNIQUE,
    rev INTEGER NOT NULL,
    day INTEGER NOT NULL,
    month TEXT NOT NULL,
    digest INTEGER NOT NULL
);
CREATE TABLE gone (
    id INTEGER PRIMARY KEY, rev INTEGER NOT NULL, month TEXT NOT NULL
);
CREATE TABLE cells (number INTEGER PRIMARY KEY, numbers BLOB NOT NULL);
CREATE TABLE versions (number INTEGER PRIMARY KEY, version INTEGER NOT NULL);
CREATE TABLE kinds (
    number INTEGER PRIMARY KEY, source TEXT NOT NULL, sentiment TEXT NOT NULL,
    UNIQUE (source, sentiment)
);
CREATE TABLE topic_sets (number INTEGER PRIMARY KEY, slugs TEXT NOT NULL UNIQUE);
CREATE TABLE keywords (row INTEGER PRIMARY KEY, numbers BLOB NOT NULL);
CREATE TABLE vocabulary (
    number INTEGER PRIMARY KEY, word TEXT NOT NULL UNIQUE, count INTEGER NOT NULL
);
CREATE VIRTUAL TABLE words USING fts5 (
    title, body, tags,
    content = '', contentless_delete = 1,
    tokenize = "ascii tokenchars '{TOKEN_CHARACTERS}'"
);
-- Two generations of one name are told apart by it, whatever their files' inodes are.
CREATE TABLE about (stamp BLOB NOT NULL);
INSERT INTO about VALUES (randomblob(16));
PRAGMA user_version = {LAYOUT};
"""  # noqa: S608 - our own numbers and names
# Gather more than 1 MB before a segment is written and merge eight at a time, not four: a
# third faster, at the same size.
_AUTOMERGE = 8
_FTS_SETTINGS = (("hashsize", 16 << 20), ("automerge", _AUTOMERGE))


def lay_out(connection: sqlite.Connection) -> None:
    """Make an empty generation of a new file."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.executescript(_SCHEMA)
    for name, value in _FTS_SETTINGS:
        _tell(connection, name, value)


@contextmanager
def unmerged(connection: sqlite.Connection) -> Iterator[None]:
    """Inside a transaction: whatever is deleted waits to be merged away.

    FTS5 takes each deleted row for a page written and merges as many at the commit, which for
    thousands of rows takes seconds.
    """
    _tell(connection, "automerge", 0)
    yield
    connection.execute("INSERT INTO words (words) VALUES ('flush')")
    _tell(connection, "automerge", _AUTOMERGE)


def merge(connection: sqlite.Connection, pages: int) -> bool:
    """Rewrite about so many pages of words without what was deleted; False if none needs it."""
    before = connection.total_changes
    _tell(connection, "merge", pages)
    # The command itself counts for one.
    changed: int = connection.total_changes - before
    return changed > 1


def _tell(connection: sqlite.Connection, command: str, value: int) -> None:
    connection.execute("INSERT INTO words (words, rank) VALUES (?, ?)", (command, value))
