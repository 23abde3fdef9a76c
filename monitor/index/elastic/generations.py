"""Generations and their months as indexes of a cluster."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from elasticsearch import BadRequestError

from monitor.index.elastic.connection import Cluster
from monitor.index.elastic.mapping import LAYOUT, template
from monitor.index.protocol import GenerationMissing, IndexUnavailable

# Dropping waits for its turn and for the files to go; no step does it.
_DROP_S = 30.0
_LOOKS = 3


class Generations:
    """Those of one cluster; knows which of them are of our layout once it has seen them."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._names = cluster.names
        self._seen: set[str] = set()
        self._made: set[str] = set()

    def all(self) -> list[str]:
        return sorted(self._living(self._indexes(self._names.everything)))

    def create(self, generation: str) -> None:
        self._make(self._names.head(generation), generation)

    def drop(self, generation: str) -> None:
        self._seen.discard(generation)
        self._made.clear()
        self._remove_but(lambda living: living - {generation})

    def require(self, generation: str) -> None:
        """Raise GenerationMissing unless it is there, IndexUnavailable if of another layout."""
        if generation not in self._seen:
            self._look(generation)
            self._seen.add(generation)

    def survived(self, generation: str) -> None:
        """Raise GenerationMissing if it was dropped while it was being written.

        A month that the writer made after that goes: nobody would ever drop it.
        """
        try:
            self._look(generation)
        except GenerationMissing:
            self._seen.discard(generation)
            self._remove_but(lambda living: living)
            raise

    def require_month(self, generation: str, month: str) -> None:
        """See that a month has its index, before a server whose template somebody has deleted
        makes one up from a document."""
        index = self._names.month(generation, month)
        if index not in self._made:
            self._made.update(self._indexes(f"{self._names.alias(generation)}.*"))
        if index not in self._made:
            self.create_month(generation, month)
            self._made.add(index)

    def create_month(self, generation: str, month: str) -> None:
        """Make the index of a month; one that exists stays as it is."""
        self._look(generation)
        self._make(self._names.month(generation, month), generation)

    def drop_month(self, generation: str, month: str) -> None:
        self._look(generation)
        self._cluster.request(
            "DELETE",
            f"/{self._names.month(generation, month)}",
            ignore_unavailable="true",
            limit_s=_DROP_S,
        )

    def months(self, generation: str) -> list[str]:
        """The months that have an index, yyyymm."""
        names = self._names
        mine = [
            i for i in self._indexes(self._names.everything) if names.generation(i) == generation
        ]
        return sorted(names.month_of(i) for i in mine if not names.is_head(i))

    def _look(self, generation: str) -> None:
        self._check(self._names.head(generation), generation)

    def _check(self, index: str, generation: str) -> None:
        said = self._cluster.request("GET", f"/{index}/_mapping", generation=generation)
        check_layout(said[index]["mappings"])

    def _make(self, index: str, generation: str) -> None:
        names = self._names
        # The template each time: without it the server would make up a mapping.
        self._cluster.request(
            "PUT",
            f"/_index_template/{names.template}",
            template(names.everything, self._cluster.replicas),
        )
        try:
            aliases: dict[str, Any] = {names.alias(generation): {}}
            self._cluster.request("PUT", f"/{index}", {"aliases": aliases})
        except BadRequestError as error:
            if error.error != "resource_already_exists_exception":
                raise
        self._check(index, generation)

    def _indexes(self, pattern: str) -> list[str]:
        """The names of our indexes that exist, closed ones too; what else somebody keeps under
        the prefix is not ours to count or to remove."""
        said = self._cluster.request("GET", f"/_resolve/index/{pattern}", expand_wildcards="all")
        return [
            found["name"]
            for found in said["indices"]
            if self._names.owns(found["name"], found.get("aliases", ()))
        ]

    def _living(self, indexes: list[str]) -> set[str]:
        return {self._names.generation(i) for i in indexes if self._names.is_head(i)}

    def _remove_but(self, kept: Callable[[set[str]], set[str]]) -> None:
        """Remove the indexes whose generation is not among the kept ones of the living.

        In one change of the cluster, so that nobody ever searches half a generation; it fails
        as a whole if another process has removed one of them, hence the second look.
        """
        for _ in range(_LOOKS):
            indexes = self._indexes(self._names.everything)
            stay = kept(self._living(indexes))
            gone = [i for i in indexes if self._names.generation(i) not in stay]
            if not gone:
                return
            action = {"remove_index": {"indices": gone}}
            with suppress(GenerationMissing):
                self._cluster.request("POST", "/_aliases", {"actions": [action]}, limit_s=_DROP_S)


def check_layout(mappings: Mapping[str, Any]) -> None:
    """Raise IndexUnavailable unless an index was made from our template of this layout."""
    layout = mappings.get("_meta", {}).get("layout")
    if layout is None:
        raise IndexUnavailable(
            "检索库的索引不是按本系统的模板建的，请删除 Elasticsearch 上优先级更高的同类模板，"
            "再运行 yuqing reindex"
        )
    if layout != LAYOUT:
        raise IndexUnavailable("检索库是另一版本建的，请运行 yuqing reindex 重建")
