"""One search request: whole answers only, hits in the order that every page has."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from elasticsearch import BadRequestError

from monitor.index.elastic import mapping
from monitor.index.elastic.connection import Cluster
from monitor.index.protocol import Cursor, Hit, IndexUnavailable
from monitor.query import Query, QueryError

Json = dict[str, Any]

# The server gives up before the connection does, so that no search goes on unheard.
_SERVER_S, _LIMIT_S = "9s", 10.0

ORDER = [{mapping.PUBLISHED: "desc"}, {mapping.ID: "desc"}]

LISTED: Mapping[str, Any] = {
    "sort": ORDER,
    "_source": False,
    "stored_fields": "_none_",
    "docvalue_fields": [mapping.STORY],
}
"""What a request for hits says, so that `hit` can read them."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def ask(
    cluster: Cluster, generation: str, query: Query, body: Mapping[str, Any], **parameters: str
) -> Json:
    """The whole answer of a generation, or of the point in time that the body names.

    Raises QueryError for a query larger than the server takes, GenerationMissing, and
    IndexUnavailable, also where a part of the shards or of the time was not enough.
    """
    path = "/_search" if "pit" in body else f"/{cluster.names.alias(generation)}/_search"
    try:
        answer = cluster.request(
            "POST",
            path,
            {**body, "timeout": _SERVER_S},
            generation=generation,
            limit_s=_LIMIT_S,
            allow_partial_search_results="false",
            **parameters,
        )
    except BadRequestError as error:
        if not _too_large(error):
            raise
        words = "检索式太大，检索库一次查不了，请减少检索词或括号层数，分几次检索"
        raise QueryError(words, 0, len(query.text)) from error
    return whole(answer)


def whole(answer: Json) -> Json:
    """The answer itself; raises IndexUnavailable if it is of a part of the articles."""
    if answer["timed_out"]:
        raise IndexUnavailable("检索用时太长，检索库没有查完，请缩小日期范围或减少检索词后重试")
    if answer["_shards"]["failed"]:
        raise IndexUnavailable("检索库有一部分现在查不了，请稍后重试；经常如此请查看集群状态")
    return answer


def _too_large(error: BadRequestError) -> bool:
    said = str(error.body)
    return "maxClauseCount" in said or "nested depth" in said


def hit(found: Mapping[str, Any], count: int = 1) -> Hit:
    """A hit of the answer to a request with LISTED."""
    milliseconds, number = found["sort"][:2]
    story = found["fields"][mapping.STORY][0]
    return Hit(number, _EPOCH + milliseconds * _MILLISECOND, story if story >= 0 else None, count)


def place(cursor: Cursor) -> list[int]:
    """The cursor as values of ORDER."""
    return [(cursor.published - _EPOCH) // _MILLISECOND, cursor.id]


def older(cursor: Cursor) -> Json:
    """The articles that stand after the cursor."""
    return _beyond(cursor, "lt", "lt")


def not_older(cursor: Cursor) -> Json:
    """The articles that stand at the cursor or before it."""
    return _beyond(cursor, "gt", "gte")


def _beyond(cursor: Cursor, by_time: str, by_id: str) -> Json:
    published, number = place(cursor)
    same_second = [
        {"term": {mapping.PUBLISHED: published}},
        {"range": {mapping.ID: {by_id: number}}},
    ]
    return {
        "bool": {
            "should": [
                {"range": {mapping.PUBLISHED: {by_time: published}}},
                {"bool": {"filter": same_second}},
            ],
            "minimum_should_match": 1,
        }
    }
