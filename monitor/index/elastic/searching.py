"""Answering a query: a page, its total and its facets in one request; days for a trend."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from monitor.index.elastic import mapping
from monitor.index.elastic.asking import LISTED, Json, ask, hit, place
from monitor.index.elastic.compile import compiled
from monitor.index.elastic.connection import Cluster
from monitor.index.elastic.folding import folded_page
from monitor.index.protocol import Cursor, Facets, Page
from monitor.query import Query

# More values than any office has: counts are exact as long as no shard leaves one out.
_VALUES = 20_000
_DAYS = {"date_histogram": {"field": mapping.DAY, "calendar_interval": "day", "min_doc_count": 1}}
_FACETS: Mapping[str, Any] = {
    "topics": {"terms": {"field": mapping.TOPICS, "size": _VALUES}},
    "sources": {"terms": {"field": mapping.SOURCE, "size": _VALUES}},
    "sentiments": {"terms": {"field": mapping.SENTIMENT}},
    "days": _DAYS,
}


def search(
    cluster: Cluster,
    generation: str,
    query: Query,
    *,
    size: int,
    before: Cursor | None,
    facets: bool,
    fold: bool,
) -> Page:
    """One page of at most 9,999 hits, newest first; total and facets are of the same moment."""
    counted = _FACETS if facets else {}
    if fold:
        page, answer = folded_page(cluster, generation, query, size, before, counted)
    else:
        page, answer = _plain(cluster, generation, query, size, before, counted)
    return page if not facets else _with(page, answer["aggregations"])


def trend(cluster: Cluster, generation: str, query: Query) -> dict[date, int]:
    """Days and their counts."""
    body = {"size": 0, "query": compiled(query.tree), "aggs": {"days": _DAYS}}
    return _days(ask(cluster, generation, query, body)["aggregations"]["days"])


def _plain(
    cluster: Cluster,
    generation: str,
    query: Query,
    size: int,
    before: Cursor | None,
    counted: Mapping[str, Any],
) -> tuple[Page, Json]:
    body: Json = {
        **LISTED,
        "size": size + 1,
        "query": compiled(query.tree),
        "track_total_hits": True,
        "aggs": counted,
    }
    if before is not None:
        body["search_after"] = place(before)
    answer = ask(cluster, generation, query, body)
    found = answer["hits"]["hits"]
    hits = tuple(map(hit, found[:size]))
    following = Cursor(hits[-1].published, hits[-1].id) if len(found) > size and hits else None
    return Page(hits, answer["hits"]["total"]["value"], None, following), answer


def _with(page: Page, counted: Mapping[str, Any]) -> Page:
    facets = Facets(
        _values(counted["topics"]),
        _values(counted["sources"]),
        _values(counted["sentiments"]),
        _days(counted["days"]),
    )
    return replace(page, facets=facets)


def _values(counted: Mapping[str, Any]) -> dict[str, int]:
    return {bucket["key"]: bucket["doc_count"] for bucket in counted["buckets"]}


def _days(counted: Mapping[str, Any]) -> dict[date, int]:
    return {
        date.fromisoformat(bucket["key_as_string"]): bucket["doc_count"]
        for bucket in counted["buckets"]
    }
