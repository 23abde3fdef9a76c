"""The `SearchIndex` of one folder."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from pysqlite3 import dbapi2 as sqlite

from monitor.index.embedded import hot, reading, removing, writing
from monitor.index.embedded.files import Folder, explained
from monitor.index.embedded.kept import Kept
from monitor.index.embedded.matching import Moment, moment
from monitor.index.protocol import Cursor, Hit, HotWord, Page, Refusal, Removal, Space, Sum
from monitor.query import Document, Query


class EmbeddedIndex:
    """The `SearchIndex` of one folder; safe for threads, and for children of a fork."""

    def __init__(self, path: Path) -> None:
        self._folder = Folder(path)
        self._kept = Kept()

    def create(self, generation: str) -> None:
        self._folder.create(generation)

    def drop(self, generation: str) -> None:
        self._folder.drop(generation)

    def generations(self) -> list[str]:
        return self._folder.generations()

    def write(self, generation: str, documents: Sequence[Document]) -> list[Refusal]:
        with self._writing(generation) as connection:
            return writing.write(connection, documents)

    def remove(self, generation: str, removals: Sequence[Removal]) -> None:
        with self._writing(generation) as connection:
            removing.remove(connection, removals)

    def drop_month(self, generation: str, month: str) -> None:
        with self._writing(generation) as connection:
            removing.drop_month(connection, month)

    def refresh(self, generation: str) -> None:
        """Nothing to wait for: a search sees what was committed before it."""
        self._folder.connection(generation)

    def search(
        self,
        generation: str,
        query: Query,
        *,
        size: int = 20,
        before: Cursor | None = None,
        facets: bool = False,
        fold: bool = False,
    ) -> Page:
        with self._moment(generation) as now:
            return reading.page(now, query, size, before, facets=facets, fold=fold)

    def trend(self, generation: str, query: Query) -> Mapping[date, int]:
        with self._moment(generation) as now:
            return reading.trend(now, query)

    def hot_words(self, generation: str, query: Query, *, size: int = 20) -> tuple[HotWord, ...]:
        with self._moment(generation) as now:
            return hot.hot_words(now, query, size)

    def scan(self, generation: str, query: Query, *, before: Cursor | None = None) -> Iterator[Hit]:
        with self._moment(generation) as now:
            return reading.scan(now, query, before)

    def sums(self, generation: str) -> Mapping[date, Sum]:
        with self._moment(generation) as now:
            return reading.sums(now)

    def revs(self, generation: str, day: date) -> Mapping[int, int]:
        with self._moment(generation) as now:
            return reading.revs(now, day)

    def count(self, generation: str) -> int:
        with self._moment(generation) as now:
            return reading.count(now)

    def space(self, generation: str) -> Space:
        with explained():
            return self._folder.space(generation)

    def check(self) -> None:
        for generation in self.generations():
            self.count(generation)
            connection = self._folder.connection(generation)
            with explained():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")

    def close(self) -> None:
        self._folder.close()

    @contextmanager
    def _writing(self, generation: str) -> Iterator[sqlite.Connection]:
        connection = self._folder.connection(generation)
        with explained():
            yield connection
        self._folder.still_there(generation)

    @contextmanager
    def _moment(self, generation: str) -> Iterator[Moment]:
        connection = self._folder.connection(generation)
        with explained(), moment(connection, self._kept) as now:
            yield now
