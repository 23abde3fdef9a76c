"""A page of stories: each shown once, by its newest matching article, with its exact count.

The server groups the articles that stand after the cursor into stories and names the newest
of each. A story with a matching article before the cursor was on an earlier page: a second
request counts the articles of each candidate and how many of them stand before. If too few
stories are left for a page, the candidates after these are looked at, more each time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.index.elastic import mapping
from monitor.index.elastic.asking import LISTED, Json, ask, hit, not_older, older
from monitor.index.elastic.compile import compiled
from monitor.index.elastic.connection import Cluster
from monitor.index.protocol import Cursor, Hit, Page
from monitor.query import Query

# Stories are counted one by one if the server's estimate (HyperLogLog++) is not above the first
# figure; more of them would take a tenth of a second and more. An estimate is wrong by one in a
# hundred at most where there are more than its precision, so up to 10,000 are always counted.
_COUNTED, _PRECISION = 11_000, 10_000
# The first look after a cursor takes this many candidates for each hit of the page, each look
# after it so many times more; the last one ends at about 20,000 stories.
_SPARE, _MORE, _MOST, _LOOKS = 3, 4, 5_000, 8

_OVER_ALL: Mapping[str, Any] = {
    "articles": {"filter": {"match_all": {}}},
    "estimate": {"cardinality": {"field": mapping.STORY, "precision_threshold": _PRECISION}},
}
_NUMBER: Mapping[str, Any] = {
    "stories": {"terms": {"field": mapping.STORY, "size": 2 * _COUNTED}},
    "number": {"stats_bucket": {"buckets_path": "stories>_count"}},
}
# Ten thousand stories with their counts are summed up over there, not here.
_ANSWER = (
    "timed_out,_shards.failed,aggregations.candidates,aggregations.number.count,"
    "aggregations.stories.sum_other_doc_count"
)


@dataclass(frozen=True, slots=True)
class _Folding:
    """One query about to be folded."""

    cluster: Cluster
    generation: str
    query: Query

    def candidates(
        self, upto: Cursor | None, many: int, counted: Mapping[str, Any] | None = None
    ) -> Json:
        """The newest article after `upto` of each story; aggregations are over all articles."""
        body: Json = {
            **LISTED,
            "size": many,
            "query": compiled(self.query.tree),
            "collapse": {"field": mapping.STORY},
            "track_total_hits": False,
            "aggs": counted or {},
        }
        if upto is not None:
            body["post_filter"] = older(upto)
        return ask(self.cluster, self.generation, self.query, body)

    def counts(self, stories: Sequence[int], upto: Cursor | None, *, number: bool) -> Json:
        """Articles of each of the stories, and those not after `upto`; with `number` also how
        many stories there are."""
        before = {"filter": {"match_none": {}} if upto is None else not_older(upto)}
        by_story = {"field": mapping.STORY, "size": max(len(stories), 1)}
        these = {"terms": {mapping.STORY: list(stories)}}
        within = {"stories": {"terms": by_story, "aggs": {"before": before}}}
        asked = compiled(self.query.tree)
        body: Json = {
            "size": 0,
            "query": asked if number else {"bool": {"filter": [asked, these]}},
            "aggs": {
                "candidates": {"filter": these, "aggs": within},
                **(_NUMBER if number else {}),
            },
        }
        answer = ask(self.cluster, self.generation, self.query, body, filter_path=_ANSWER)
        counted: Json = answer["aggregations"]
        return counted

    def unseen(self, found: Sequence[Json], counted: Json) -> list[Hit]:
        """The hits of candidates that were on no earlier page."""
        by_story = {bucket["key"]: bucket for bucket in counted["candidates"]["stories"]["buckets"]}
        hits = []
        for one in found:
            # A story written over since the first request has lost its bucket.
            bucket = by_story.get(_story(one))
            if bucket is None:
                hits.append(hit(one))
            elif not bucket["before"]["doc_count"]:
                hits.append(hit(one, bucket["doc_count"]))
        return hits


def folded_page(
    cluster: Cluster,
    generation: str,
    query: Query,
    size: int,
    before: Cursor | None,
    counted: Mapping[str, Any],
) -> tuple[Page, Json]:
    """The page, and the answer with what was to be `counted` over all matching articles."""
    folding = _Folding(cluster, generation, query)
    many = size + 1 if before is None else _SPARE * (size + 1)
    first = folding.candidates(before, many, {**counted, **_OVER_ALL})
    found, upto = first["hits"]["hits"], before
    total = first["aggregations"]["articles"]["doc_count"]
    estimate = min(first["aggregations"]["estimate"]["value"], total)
    counts = folding.counts(list(map(_story, found)), upto, number=estimate <= _COUNTED)
    exactly = _number(counts)
    hits = folding.unseen(found, counts)
    for _ in range(_LOOKS):
        if len(hits) > size or len(found) < many:
            break
        upto, many = _cursor(hit(found[-1])), min(many * _MORE, _MOST)
        found = folding.candidates(upto, many)["hits"]["hits"]
        counts = folding.counts(list(map(_story, found)), upto, number=False)
        hits += folding.unseen(found, counts)
    following = None
    if len(hits) > size > 0:
        following = _cursor(hits[size - 1])
    elif len(found) == many and found:
        following = _cursor(hit(found[-1]))
    page = Page(
        tuple(hits[:size]),
        total,
        None,
        following,
        estimate if exactly is None else exactly,
        estimated=exactly is None,
    )
    return page, first


def _number(counted: Json) -> int | None:
    """How many stories there are, if that was counted to the end."""
    if "number" not in counted or counted["stories"]["sum_other_doc_count"]:
        return None
    return int(counted["number"]["count"])


def _story(found: Json) -> int:
    return int(found["fields"][mapping.STORY][0])


def _cursor(last: Hit) -> Cursor:
    return Cursor(last.published, last.id)
