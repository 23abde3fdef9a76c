"""Whatever the language allows, one expression of each index can say and answers in time."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest

from monitor.index import SearchIndex, open_index
from monitor.index.elastic.compile import compiled
from monitor.query import And, Field, Or, Phrase, Query, QueryError, matches, parse
from tests.index.shelf import article
from tests.peers.elasticsearch.fixtures import clear

WORLD = [
    article(1, body="停水停电" * 50),
    article(2, body="，".join(f"a{n}" for n in range(400)), minutes=60 * 24 * 400),
    article(3, body="x" * 64 * 40, minutes=-60 * 24 * 400),
]


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    return filled(open_index(f"sqlite://{tmp_path_factory.mktemp('index')}"))


@pytest.fixture(scope="module")
def elastic(elasticsearch: str) -> Iterator[SearchIndex]:
    prefix = f"t{uuid4().hex[:12]}"
    yield filled(open_index(f"{elasticsearch}/{prefix}"))
    clear(elasticsearch, prefix)


@pytest.fixture(params=["embedded", "elastic"])
def index(request: pytest.FixtureRequest) -> SearchIndex:
    return request.getfixturevalue(request.param)


def filled(index: SearchIndex) -> SearchIndex:
    index.create("one")
    index.write("one", WORLD)
    index.refresh("one")
    return index


def nested(leaf: str, operator: str) -> str:
    """Twenty brackets deep, each with an alternation or an exclusion of its own."""
    text = leaf
    for depth in range(20):
        text = f"({text}) {operator} -a{depth}" if depth % 2 else f"(b{depth} {operator} {text})"
        if text.count("(") >= 19:
            break
    return text


def bushy(levels: int) -> str:
    """Two alternations side by side, in each of them again two, and so on."""
    if not levels:
        return "-停"
    return " ".join([f"(a{levels} OR b{levels} {bushy(levels - 1)})"] * 2)


EXTREMES = [
    "(c OR d " * 15 + bushy(5) + ")" * 15,
    nested("停", "OR"),
    nested("停", "AND"),
    "-(" * 20 + "停" + ")" * 20,
    "-(a OR " * 20 + "停" + ")" * 20,
    "(b -(a OR " * 10 + "停" + "))" * 10,
    "(q -(" * 10 + "停" + ") OR -n)" * 10,
    "-(q (" * 10 + "停" + ") OR -n m)" * 10,
    "(停 OR x (" * 10 + "停" + " OR -y) -z)" * 10,
    " OR ".join(f"停{n}" for n in range(200)),
    " OR ".join(f"-a{n}" for n in range(200)),
    " ".join(f"a{n}" for n in range(200)),
    " ".join(f"-b{n}" for n in range(200)),
    " ".join(f"(a{n} OR -b{n})" for n in range(100)),
    " OR ".join(f"(a{n} -b{n})" for n in range(100)),
    " OR ".join("date:2026-01-02.." for _ in range(200)),
    " ".join(f"(a{n} OR date:2025-01-02..2027-11-30)" for n in range(100)),
    "-(" + " OR ".join("date:..2026-11-20" for _ in range(200)) + ")",
    "停水停电" * 2_500,
    "x" * 64 * 30,
    '"' + "停，" * 4_999 + '"',
    "停" * 9_999,
    "source:" + ",".join(f"s{n}" for n in range(199)) + ",forum",
]


@pytest.mark.parametrize("typed", EXTREMES, ids=lambda text: text[:20])
def test_the_extremes_of_the_language_agree_and_are_quick(index: SearchIndex, typed: str) -> None:
    query = parse(typed)
    began = time.process_time()
    page = index.search("one", query, facets=True, fold=True)
    assert time.process_time() - began < 2
    expected = [document.id for document in WORLD if matches(query, document)]
    assert sorted(hit.id for hit in page.hits) == expected


@pytest.mark.parametrize("typed", EXTREMES, ids=lambda text: text[:20])
def test_no_query_is_more_than_any_server_of_elasticsearch_takes(typed: str) -> None:
    asked = compiled(parse(typed).tree)
    # The outermost two are for what a page adds to the query.
    assert depth(asked) <= 30 - 2
    assert clauses(asked) <= 1_024


def inside(asked: dict[str, Any]) -> list[dict[str, Any]]:
    parts = asked.get("bool", {})
    return [one for name in ("filter", "should", "must_not") for one in parts.get(name, ())]


def depth(asked: dict[str, Any]) -> int:
    """As `indices.query.bool.max_nested_depth` counts it."""
    return 1 + max(map(depth, inside(asked)), default=0)


def clauses(asked: dict[str, Any]) -> int:
    """As Lucene's IndexSearcher counts them: every leaf, once for each field that it asks.

    A bool that only excludes is given a leaf that matches everything.
    """
    if "bool" not in asked:
        return len(asked.get("multi_match", {}).get("fields", [0]))
    return sum(map(clauses, inside(asked))) + (set(asked["bool"]) == {"must_not"})


def test_a_query_larger_than_the_server_takes_is_a_mistake_that_names_the_cure(elastic) -> None:
    # No such query can be typed; a server may have been given lower limits.
    deep = Phrase("停")
    for number in range(50):
        deep = Or((Phrase(f"|b{number}|"), And((Phrase("水"), deep))))
    wide = Or(tuple(Phrase(f"|a{number}|", Field.BODY) for number in range(10_000)))
    for tree in (deep, wide):
        query = Query("太大的检索式", tree)
        for ask in (elastic.search, elastic.trend, elastic.hot_words):
            with pytest.raises(QueryError, match="请减少检索词或括号层数") as caught:
                ask("one", query)
            assert (caught.value.start, caught.value.end) == (0, 6)


def test_words_of_the_stores_own_languages_are_words_like_any_other(index: SearchIndex) -> None:
    for typed in ('"NEAR(a b)"', "a*", "^a0", "title", '"OR"', "a0+a1", "{body}", "rank:x"):
        query = parse(typed)
        hits = index.search("one", query).hits
        assert [hit.id for hit in hits] == [d.id for d in WORLD if matches(query, d)]
