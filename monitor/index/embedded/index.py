"""The `SearchIndex` of one folder."""

from collections.abc import Sequence
from pathlib import Path

from monitor.index.embedded import reading, writing
from monitor.index.embedded.files import Folder, explained
from monitor.index.protocol import Cursor, Page
from monitor.query import Document, Query


class EmbeddedIndex:
    """The `SearchIndex` of one folder; safe for threads, and for children of a fork."""

    def __init__(self, path: Path) -> None:
        self._folder = Folder(path)

    def create(self, generation: str) -> None:
        self._folder.create(generation)

    def drop(self, generation: str) -> None:
        self._folder.drop(generation)

    def generations(self) -> list[str]:
        return self._folder.generations()

    def write(self, generation: str, documents: Sequence[Document]) -> None:
        connection = self._folder.connection(generation)
        with explained():
            writing.write(connection, documents)
        self._folder.still_there(generation)

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
        connection = self._folder.connection(generation)
        with explained():
            return reading.search(
                connection, query, size=size, before=before, facets=facets, fold=fold
            )

    def count(self, generation: str) -> int:
        connection = self._folder.connection(generation)
        with explained():
            return int(connection.execute("SELECT count(*) FROM docs").fetchone()[0])

    def check(self) -> None:
        for generation in self.generations():
            self.count(generation)
            connection = self._folder.connection(generation)
            with explained():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")

    def close(self) -> None:
        self._folder.close()
