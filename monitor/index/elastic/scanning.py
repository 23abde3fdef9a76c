"""Everything that a query finds, page after page of one point in time."""

import logging
from collections.abc import Iterator

from elasticsearch import NotFoundError

from monitor.index.elastic.asking import LISTED, Json, ask, hit, older
from monitor.index.elastic.compile import compiled
from monitor.index.elastic.connection import Cluster
from monitor.index.protocol import Cursor, Hit, IndexUnavailable
from monitor.query import Query

PAGE = 1_000
# From one page to the next; whoever takes longer over a thousand hits has gone away.
_KEPT = "2m"

_log = logging.getLogger(__name__)


def scan(
    cluster: Cluster, generation: str, query: Query, *, before: Cursor | None = None
) -> Iterator[Hit]:
    """The hits, newest first; raises IndexUnavailable also if the reader rested for too long."""
    path = f"/{cluster.names.alias(generation)}/_pit"
    point = cluster.request("POST", path, generation=generation, keep_alive=_KEPT)["id"]
    try:
        yield from _hits(cluster, generation, query, before, point)
    finally:
        _close(cluster, point)


def _hits(
    cluster: Cluster, generation: str, query: Query, before: Cursor | None, point: str
) -> Iterator[Hit]:
    asked = compiled(query.tree)
    body: Json = {
        **LISTED,
        "size": PAGE,
        "query": asked if before is None else {"bool": {"filter": [asked, older(before)]}},
        "pit": {"id": point, "keep_alive": _KEPT},
        "track_total_hits": False,
    }
    while True:
        try:
            found = ask(cluster, generation, query, body)["hits"]["hits"]
        except NotFoundError as error:
            words = "检索库没有保留住这次读取的位置（停顿太久或已重启），请重新开始"
            raise IndexUnavailable(words) from error
        yield from map(hit, found)
        if len(found) < PAGE:
            return
        body["search_after"] = found[-1]["sort"]


def _close(cluster: Cluster, point: str) -> None:
    """Let the server free what it holds; if it cannot be told, it does so by itself in time."""
    try:
        cluster.request("DELETE", "/_pit", {"id": point})
    except (IndexUnavailable, NotFoundError) as error:
        _log.info("a point in time was not closed: %s", error)
