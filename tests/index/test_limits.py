"""Whatever the language allows, one MATCH expression of FTS5 can say and answers in time."""

import time

import pytest

from monitor.index import SearchIndex, open_index
from monitor.query import matches, parse
from tests.index.shelf import article

WORLD = [
    article(1, body="停水停电" * 50),
    article(2, body="，".join(f"a{n}" for n in range(400)), minutes=60 * 24 * 400),
    article(3, body="x" * 64 * 40, minutes=-60 * 24 * 400),
]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> SearchIndex:
    index = open_index(f"sqlite://{tmp_path_factory.mktemp('index')}")
    index.create("one")
    index.write("one", WORLD)
    return index


def nested(leaf: str, operator: str) -> str:
    """Twenty brackets deep, each with an alternation or an exclusion of its own."""
    text = leaf
    for depth in range(20):
        text = f"({text}) {operator} -a{depth}" if depth % 2 else f"(b{depth} {operator} {text})"
        if text.count("(") >= 19:
            break
    return text


@pytest.mark.parametrize(
    "typed",
    [
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
    ],
    ids=lambda text: text[:20],
)
def test_the_extremes_of_the_language_agree_and_are_quick(index: SearchIndex, typed: str) -> None:
    query = parse(typed)
    began = time.process_time()
    page = index.search("one", query, facets=True, fold=True)
    assert time.process_time() - began < 2
    expected = [document.id for document in WORLD if matches(query, document)]
    assert sorted(hit.id for hit in page.hits) == expected


def test_words_of_fts5_are_words_like_any_other(index: SearchIndex) -> None:
    for typed in ('"NEAR(a b)"', "a*", "^a0", "title", '"OR"', "a0+a1", "{body}", "rank:x"):
        query = parse(typed)
        hits = index.search("one", query).hits
        assert [hit.id for hit in hits] == [d.id for d in WORLD if matches(query, d)]
