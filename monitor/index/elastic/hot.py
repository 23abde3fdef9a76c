"""Hot words: the server picks the candidates, which are then counted exactly.

`significant_terms` scores a word month by month and adds up the months that named it, so
its counts and its background are short of what another month knows.
"""

from collections import Counter

from monitor.index.elastic import mapping
from monitor.index.elastic.asking import Json, ask
from monitor.index.elastic.compile import compiled
from monitor.index.elastic.connection import Cluster
from monitor.index.hotness import hottest
from monitor.index.protocol import HOT_AT_LEAST, HotWord
from monitor.query import Query

# Candidates beyond twice the words asked for; words that each month may name.
_SPARE, _NAMED = 100, 5_000
_EVERYTHING = Query("", None)


def hot_words(cluster: Cluster, generation: str, query: Query, *, size: int) -> tuple[HotWord, ...]:
    """The words with the highest scores, over all matching articles."""
    words = _candidates(cluster, generation, query, 2 * size + _SPARE)
    if not words:
        return ()
    matching, among_matching = _counts(cluster, generation, query, words)
    held, among_all = _counts(cluster, generation, _EVERYTHING, words)
    # Articles may have gone between the two answers: all are never fewer than those found.
    hot = hottest(matching, among_matching, max(held, matching), among_all | among_matching)
    return tuple(hot[:size])


def _candidates(cluster: Cluster, generation: str, query: Query, many: int) -> list[str]:
    named = {
        "field": mapping.WORDS,
        "jlh": {},
        "size": many,
        "shard_size": max(many, _NAMED),
        "min_doc_count": HOT_AT_LEAST,
    }
    asked = {"words": {"significant_terms": named}}
    answer = _ask(cluster, generation, query, asked)
    return [bucket["key"] for bucket in answer["aggregations"]["words"]["buckets"]]


def _counts(
    cluster: Cluster, generation: str, query: Query, words: list[str]
) -> tuple[int, Counter[str]]:
    """How many articles the query finds, and how many of them have each word."""
    among = {"terms": {"field": mapping.WORDS, "include": words, "size": len(words)}}
    answer = _ask(cluster, generation, query, {"words": among})
    counts: Counter[str] = Counter()
    for bucket in answer["aggregations"]["words"]["buckets"]:
        counts[bucket["key"]] = bucket["doc_count"]
    return answer["hits"]["total"]["value"], counts


def _ask(cluster: Cluster, generation: str, query: Query, aggs: Json) -> Json:
    body = {
        "size": 0,
        "query": compiled(query.tree),
        "track_total_hits": True,
        "aggs": aggs,
    }
    return ask(cluster, generation, query, body)
