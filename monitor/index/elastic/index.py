"""The `SearchIndex` of one prefix on a cluster."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from monitor.index.access import Access
from monitor.index.elastic import condition, hot, scanning, searching, sums
from monitor.index.elastic.address import Address
from monitor.index.elastic.connection import Cluster
from monitor.index.elastic.generations import Generations
from monitor.index.elastic.writing import Writer
from monitor.index.protocol import Cursor, Hit, HotWord, Page, Refusal, Removal, Space, Sum
from monitor.query import Document, Query


class ElasticIndex:
    """The `SearchIndex` at `http(s)://host:port,…/prefix`.

    Raises ValueError in words for an address or an access that cannot be right; the cluster
    itself is asked only when it is needed.
    """

    def __init__(self, url: str, access: Access) -> None:
        self._cluster = Cluster(Address.parse(url), access)
        self._generations = Generations(self._cluster)

    def create(self, generation: str) -> None:
        self._generations.create(generation)

    def drop(self, generation: str) -> None:
        self._generations.drop(generation)

    def generations(self) -> list[str]:
        return self._generations.all()

    def write(self, generation: str, documents: Sequence[Document]) -> list[Refusal]:
        return self._writer(generation).write(documents)

    def remove(self, generation: str, removals: Sequence[Removal]) -> None:
        self._writer(generation).remove(removals)

    def drop_month(self, generation: str, month: str) -> None:
        self._generations.drop_month(generation, month)

    def refresh(self, generation: str) -> None:
        sums.refresh(self._asked(generation), generation)

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
        return searching.search(
            self._asked(generation),
            generation,
            query,
            size=size,
            before=before,
            facets=facets,
            fold=fold,
        )

    def trend(self, generation: str, query: Query) -> Mapping[date, int]:
        return searching.trend(self._asked(generation), generation, query)

    def hot_words(self, generation: str, query: Query, *, size: int = 20) -> tuple[HotWord, ...]:
        return hot.hot_words(self._asked(generation), generation, query, size=size)

    def scan(self, generation: str, query: Query, *, before: Cursor | None = None) -> Iterator[Hit]:
        return scanning.scan(self._asked(generation), generation, query, before=before)

    def sums(self, generation: str) -> Mapping[date, Sum]:
        return sums.sums(self._asked(generation), generation)

    def revs(self, generation: str, day: date) -> Mapping[int, int]:
        return sums.revs(self._asked(generation), generation, day)

    def count(self, generation: str) -> int:
        return sums.count(self._asked(generation), generation)

    def space(self, generation: str) -> Space:
        return condition.space(self._cluster, generation)

    def check(self) -> None:
        condition.check(self._cluster)

    def close(self) -> None:
        self._cluster.close()

    def _asked(self, generation: str) -> Cluster:
        self._generations.require(generation)
        return self._cluster

    def _writer(self, generation: str) -> Writer:
        self._generations.require(generation)
        return Writer(self._cluster, self._generations, generation)
