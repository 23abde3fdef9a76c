"""Numbers that stand for sources, topics and keywords: counting articles is counting numbers."""

import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
from pysqlite3 import dbapi2 as sqlite

from monitor.query import Document


def kinds(connection: sqlite.Connection, documents: Sequence[Document]) -> list[int]:
    """The number of each document's source and sentiment."""
    both = [(d.source, str(d.sentiment)) for d in documents]
    connection.executemany(
        "INSERT OR IGNORE INTO kinds (source, sentiment) VALUES (?, ?)", set(both)
    )
    find = "SELECT number FROM kinds WHERE source = ? AND sentiment = ?"
    numbers = {one: connection.execute(find, one).fetchone()[0] for one in set(both)}
    return [numbers[one] for one in both]


def topic_sets(connection: sqlite.Connection, documents: Sequence[Document]) -> list[int]:
    """The number of each document's set of topics."""
    sets = [" ".join(sorted(set(d.topics))) for d in documents]
    connection.executemany(
        "INSERT OR IGNORE INTO topic_sets (slugs) VALUES (?)", [(one,) for one in set(sets)]
    )
    find = "SELECT number FROM topic_sets WHERE slugs = ?"
    numbers = {one: connection.execute(find, (one,)).fetchone()[0] for one in set(sets)}
    return [numbers[one] for one in sets]


def keep_keywords(
    connection: sqlite.Connection, rows: Sequence[int], keywords: Sequence[tuple[str, ...]]
) -> None:
    """Write the keywords of new rows, each once in a row, and that so many more rows have them."""
    counts = Counter(word for words in keywords for word in words)
    connection.executemany(
        "INSERT INTO vocabulary (word, count) VALUES (?1, ?2)"
        " ON CONFLICT (word) DO UPDATE SET count = count + ?2",
        sorted(counts.items()),
    )
    found = "SELECT word, number FROM vocabulary WHERE word IN (SELECT value FROM json_each(?))"
    numbers = dict(connection.execute(found, (json.dumps(list(counts)),)).fetchall())
    connection.executemany(
        "INSERT INTO keywords (row, numbers) VALUES (?, ?)",
        [
            (row, np.array([numbers[word] for word in words], "<i4").tobytes())
            for row, words in zip(rows, keywords, strict=True)
        ],
    )


def forget_keywords(connection: sqlite.Connection, rows: Sequence[int]) -> None:
    """Take out the keywords of rows; a word that no row has left stays, with a count of 0."""
    found = connection.execute(
        "DELETE FROM keywords WHERE row IN (SELECT value FROM json_each(?)) RETURNING numbers",
        (json.dumps(list(rows)),),
    )
    counts = np.bincount(np.frombuffer(b"".join(numbers for (numbers,) in found.fetchall()), "<i4"))
    connection.executemany(
        "UPDATE vocabulary SET count = count - ? WHERE number = ?",
        [(int(counts[number]), number) for number in np.flatnonzero(counts).tolist()],
    )


def forget_words(connection: sqlite.Connection) -> None:
    """Take out the words that no row has."""
    connection.execute("DELETE FROM vocabulary WHERE count = 0")
