"""What is counted, as columns of numbers that numpy reads at once.

A column is cut into cells of 8,192 rows, each a blob in the same file and written in the same
transaction as the words: no crash can tear them apart, and a search sees both as of one
moment. A cell's version moves with every change, so that a process may keep what it has read
(`kept`); a cell that is not kept takes 30 microseconds to read.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import groupby
from typing import Any

import numpy as np
from pysqlite3 import dbapi2 as sqlite

from monitor.index.embedded.kept import Kept, Numbers

NO_EVENT = int(np.iinfo(np.int64).min)
DEAD = 0
"""The kind of a row that was replaced or removed, or was never written."""

_TYPES: Mapping[str, np.dtype[Any]] = {
    "second": np.dtype("<i8"),  # of publication, since 1970 UTC
    "id": np.dtype("<i8"),
    "event": np.dtype("<i8"),
    "day": np.dtype("<i4"),  # of publication in Shanghai, as date.toordinal
    "kind": np.dtype("<i4"),  # source and sentiment: a number of the table kinds
    "topics": np.dtype("<i4"),  # a number of the table topic_sets
}
_BASES = {name: index << 32 for index, name in enumerate(_TYPES)}
# A cell has two to this power of rows.
_BITS = 13


class Columns:
    """The columns as of the connection's transaction."""

    def __init__(self, connection: sqlite.Connection, kept: Kept) -> None:
        self._connection = connection
        self._kept = kept
        (self.stamp,) = connection.execute("SELECT stamp FROM about").fetchone()
        self._versions = dict(connection.execute("SELECT number, version FROM versions"))

    @property
    def age(self) -> int:
        """A number that grows whenever rows are born or die."""
        return sum(self._versions[_BASES["kind"] + chunk] for chunk in range(self._chunks("kind")))

    def take(self, name: str, rows: Numbers) -> Numbers:
        """The numbers of some rows, which ascend."""
        found = np.empty(len(rows), _TYPES[name])
        if not len(rows):
            return found
        first, last = int(rows[0]) >> _BITS, int(rows[-1]) >> _BITS
        ends = np.searchsorted(rows, np.arange(first + 1, last + 2) << _BITS)
        begin = 0
        for chunk, end in zip(range(first, last + 1), ends.tolist(), strict=True):
            if begin < end:
                found[begin:end] = self._cell(name, chunk)[rows[begin:end] & _last_offset()]
            begin = end
        return found

    def whole(self, name: str) -> Numbers:
        """The numbers of all rows from 0 on, dead ones too."""
        cells = [self._cell(name, chunk) for chunk in range(self._chunks(name))]
        return np.concatenate([np.empty(0, _TYPES[name]), *cells])

    def _chunks(self, name: str) -> int:
        base = _BASES[name]
        return sum(base <= number < base + (1 << 32) for number in self._versions)

    def _cell(self, name: str, chunk: int) -> Numbers:
        number = _BASES[name] + chunk
        version = self._versions[number]
        cell = self._kept.cell(self.stamp, number, version)
        if cell is None:
            found = self._connection.execute(
                "SELECT numbers FROM cells WHERE number = ?", (number,)
            ).fetchone()
            cell = np.frombuffer(found[0], _TYPES[name])
            self._kept.keep_cell(self.stamp, number, version, cell)
        return cell


def _last_offset() -> int:
    return (1 << _BITS) - 1


def append(connection: sqlite.Connection, first: int, columns: Mapping[str, Sequence[int]]) -> None:
    """Write the numbers of new rows, which follow one another from `first` on."""
    for name, numbers in columns.items():
        cells = np.array(numbers, _TYPES[name])
        at = 0
        while at < len(cells):
            chunk, offset = divmod(first + at, 1 << _BITS)
            part = cells[at : at + (1 << _BITS) - offset]
            _write(connection, name, chunk, [(offset, part.tobytes())])
            at += len(part)


def change(connection: sqlite.Connection, name: str, numbers: Mapping[int, int]) -> None:
    """Write other numbers of some rows."""
    of_chunk = groupby(sorted(numbers.items()), key=lambda one: one[0] >> _BITS)
    for chunk, some in of_chunk:
        _write(connection, name, chunk, _parts(name, some))


def _parts(name: str, numbers: Iterable[tuple[int, int]]) -> Iterator[tuple[int, bytes]]:
    for row, number in numbers:
        yield row & _last_offset(), np.array(number, _TYPES[name]).tobytes()


def _write(
    connection: sqlite.Connection, name: str, chunk: int, parts: Iterable[tuple[int, bytes]]
) -> None:
    """Write bytes at offsets (in rows) of a cell, in place: a page of the file for each."""
    number, width = _BASES[name] + chunk, _TYPES[name].itemsize
    moved = connection.execute(
        "UPDATE versions SET version = version + 1 WHERE number = ?", (number,)
    )
    if not moved.rowcount:
        connection.execute("INSERT INTO versions VALUES (?, 1)", (number,))
        connection.execute("INSERT INTO cells VALUES (?, zeroblob(?))", (number, width << _BITS))
    with closing(connection.open_blob("cells", "numbers", number)) as blob:
        for offset, written in parts:
            blob.seek(offset * width)
            blob.write(written)
