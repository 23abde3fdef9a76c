"""What a generation holds, all of it: for the comparison with the database."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from monitor.index.elastic import mapping
from monitor.index.elastic.connection import Cluster
from monitor.index.protocol import Sum

# The server's limit for one page (`index.max_result_window`).
_PAGE = 10_000
# Counting by day reads every document; nobody sits waiting for it, but refresh and search
# together have to end within what a chore may take (`pipeline/reconcile.py`).
_LIMIT_S = 20.0


def refresh(cluster: Cluster, generation: str, limit_s: float | None = None) -> None:
    """Return when searches see what was written before."""
    path = f"/{cluster.names.alias(generation)}/_refresh"
    cluster.request("POST", path, generation=generation, limit_s=limit_s)


def count(cluster: Cluster, generation: str) -> int:
    """How many documents there are."""
    said = _search(cluster, generation, {"size": 0, "track_total_hits": True})
    return int(said["hits"]["total"]["value"])


def sums(cluster: Cluster, generation: str) -> dict[date, Sum]:
    """Count and sum of revs by Shanghai day."""
    by_day = {"field": mapping.DAY, "calendar_interval": "day", "min_doc_count": 1}
    revs = {"revs": {"sum": {"field": mapping.REV}}}
    said = _search(
        cluster,
        generation,
        {"size": 0, "aggs": {"days": {"date_histogram": by_day, "aggs": revs}}},
    )
    return {
        date.fromisoformat(bucket["key_as_string"]): Sum(
            bucket["doc_count"], round(bucket["revs"]["value"])
        )
        for bucket in said["aggregations"]["days"]["buckets"]
    }


def revs(cluster: Cluster, generation: str, day: date) -> dict[int, int]:
    """The rev of every document of a Shanghai day, by id."""
    found: dict[int, int] = {}
    for hit in _of_day(cluster, generation, day):
        columns = hit["fields"]
        found[columns[mapping.ID][0]] = columns[mapping.REV][0]
    return found


def _of_day(cluster: Cluster, generation: str, day: date) -> Iterator[Mapping[str, Any]]:
    """Pages by ascending id, which stays what it is while documents change under us."""
    asked: dict[str, Any] = {
        "size": _PAGE,
        "query": {"term": {mapping.DAY: day.isoformat()}},
        "sort": [{mapping.ID: "asc"}],
        "track_total_hits": False,
        "_source": False,
        "docvalue_fields": [mapping.ID, mapping.REV],
    }
    while hits := _search(cluster, generation, asked)["hits"]["hits"]:
        yield from hits
        if len(hits) < _PAGE:
            return
        asked["search_after"] = hits[-1]["sort"]


def _search(cluster: Cluster, generation: str, asked: Mapping[str, Any]) -> Any:
    """An answer that holds everything written before it was asked for."""
    refresh(cluster, generation, _LIMIT_S)
    return cluster.request(
        "POST",
        f"/{cluster.names.alias(generation)}/_search",
        asked,
        generation=generation,
        limit_s=_LIMIT_S,
        # Half an answer would be taken for documents that are missing.
        allow_partial_search_results="false",
    )
